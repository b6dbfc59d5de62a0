"""Hooks and waves in generic Argo CD repos: charts, kustomizations and plain manifests."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint

from .conftest import lay

FINALIZER = "  finalizers: [resources-finalizer.argocd.argoproj.io]\n"


def application(name: str, path: str, meta: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"
        f"  name: {name}\n  namespace: argocd\n{FINALIZER}{meta}"
        "spec:\n  project: default\n"
        f"  source: {{repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: {path}}}\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: shop}\n"
    )


def wave(text: str) -> str:
    return f"  annotations:\n    argocd.argoproj.io/sync-wave: {text}\n"


def job(annotations: str, spec: str = "", name: str = "clean") -> str:
    return (
        f"---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n    {annotations}\nspec:\n"
        f"  template:\n    spec:\n      restartPolicy: Never\n{spec}      containers: [{{name: a, image: busybox}}]\n"
    )


ROOT = {"root.yaml": application("root", "apps")}
AFTER = "argocd.argoproj.io/hook: PostDelete"
MOUNT = "      volumes:\n        - {name: v, secret: {secretName: pw}}\n"
SEALED = (
    "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: pw}\nspec: {encryptedData: {p: AgB}}\n"
)
ACCOUNT = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: %s\n%s"
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"

CASES: dict[str, tuple[dict[str, str], list[tuple[str, str, int]]]] = {
    "a typo in a chart's hook": (
        {"apps/a.yaml": application("a", "web"), "web/Chart.yaml": CHART,
         "web/templates/a.yaml": job("helm.sh/hook: pre_install")},
        [("WAV104", "web/templates/a.yaml", 7)],
    ),
    "a typo in a kustomization's annotations": (
        {"apps/a.yaml": application("a", "over"), "base/a.yaml": job("a: b"),
         "base/kustomization.yaml": "resources: [a.yaml]\n",
         "over/kustomization.yaml": "resources: [../base]\ncommonAnnotations:\n  argocd.argoproj.io/hook: PostSynced\n"},
        [("WAV104", "over/kustomization.yaml", 3)],
    ),
    "a wave in words on a child": (
        {"apps/a.yaml": application("a", "web", wave("two")), "web/a.yaml": job("a: b")},
        [("WAV104", "apps/a.yaml", 8)],
    ),
    "a wave that is a number is told once": (
        {"apps/a.yaml": application("a", "web", wave("2")), "web/a.yaml": job("a: b")},
        [("CFG105", "apps/a.yaml", 8)],
    ),
    "the account of a chart's hook": (
        {"apps/a.yaml": application("a", "web"), "web/Chart.yaml": CHART,
         "web/templates/a.yaml": job("helm.sh/hook: post-delete", "      serviceAccountName: {{ .Release.Name }}-sa\n")
         + ACCOUNT % ("{{ .Release.Name }}-sa", "")},
        [("WAV106", "web/templates/a.yaml", 12)],
    ),
    "a sealed secret goes with its Application": (
        {"apps/a.yaml": application("a", "web"), "web/a.yaml": job(AFTER, MOUNT) + SEALED},
        [("WAV106", "web/a.yaml", 13)],
    ),
    "a sealed secret comes after a PreSync hook": (
        {"apps/a.yaml": application("a", "web"),
         "web/a.yaml": job("argocd.argoproj.io/hook: PreSync", MOUNT) + SEALED},
        [("WAV105", "web/a.yaml", 13)],
    ),
    "the account of a later sibling": (
        {"apps/a.yaml": application("a", "one", wave('"1"')), "apps/b.yaml": application("b", "two", wave('"2"')),
         "one/a.yaml": job(AFTER, "      serviceAccountName: cleaner\n"), "two/a.yaml": ACCOUNT % ("cleaner", "")},
        [("WAV106", "one/a.yaml", 12)],
    ),
    "the account of an earlier sibling": (
        {"apps/a.yaml": application("a", "one", wave('"2"')), "apps/b.yaml": application("b", "two", wave('"1"')),
         "one/a.yaml": job(AFTER, "      serviceAccountName: cleaner\n"), "two/a.yaml": ACCOUNT % ("cleaner", "")},
        [],
    ),
    "an account that is a hook too": (
        {"apps/a.yaml": application("a", "one"),
         "one/a.yaml": job(AFTER, "      serviceAccountName: cleaner\n")
         + ACCOUNT % ("cleaner", f"  annotations: {{{AFTER}}}\n")},
        [],
    ),
    "hooks of every kind that there is": (
        {"apps/a.yaml": application("a", "one"),
         "one/a.yaml": "".join(job(f"argocd.argoproj.io/hook: {kind}", name=kind.lower())
                               for kind in ("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PostDelete"))},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_order(name: str, tmp_path: Path) -> None:
    files, expected = CASES[name]
    root = lay(tmp_path / "repo", {**ROOT, **files}, base=None)
    report = lint(Request(path=str(root), isolated=True, select=("WAV", "CFG")))
    assert not report.crashes, report.crashes[0].traceback
    shown = [f"{f.path}:{f.span.line} {f.rule} {f.message}" for f in report.findings]
    assert [(f.rule, f.path, f.span.line) for f in report.findings] == expected, "\n".join(shown)
    assert all(f.affects.names for f in report.findings)
