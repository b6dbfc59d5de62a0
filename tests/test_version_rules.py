"""Argo CD versions from every kind of evidence give exactly the findings that the table says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint

from .conftest import lay

ROOT = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: root.dev, namespace: argocd}
spec:
  project: mas
  destination: {server: 'https://kubernetes.default.svc', namespace: argocd}
  source:
    repoURL: https://github.com/ibm-mas/gitops
    path: root-applications/ibm-mas-account-root
    targetRevision: 8.4.2
    helm:
      parameters:
        - {name: account.id, value: dev}
        - {name: auto_delete, value: 'true'}
"""
IMAGE = """apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server}
spec: {template: {spec: {containers: [{name: argocd-server, image: 'quay.io/argoproj/argocd:v%s'}]}}}
"""
EVIDENCE: Mapping[str, tuple[str, str]] = {
    "image": ("argocd/install.yaml", IMAGE),
    "newTag": ("argocd/kustomization.yaml", "images:\n- {name: quay.io/argoproj/argocd, newTag: v%s}\n"),
    "ref": (
        "argocd/kustomization.yaml",
        "resources:\n- github.com/argoproj/argo-cd//manifests/cluster-install?ref=v%s\n",
    ),
    "raw": (
        "argocd/kustomization.yaml",
        "resources:\n- https://raw.githubusercontent.com/argoproj/argo-cd/v%s/manifests/install.yaml\n",
    ),
    "resource": (
        "argocd/argocd.yaml",
        "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nmetadata: {name: a}\nspec: {version: v%s}\n",
    ),
    "settings": (".mas-lint.yaml", "argocd-version: '%s'\n"),
    "account": (".mas-lint.yaml", "accounts:\n  dev:\n    argocd-version: '%s'\n"),
}
EXPECTED: Mapping[str, set[tuple[str, str]]] = {
    "2.8.0": {("VER001", "PostDelete hooks"), ("VER001", "`toYaml`"), ("VER002", "prunes")},
    "2.9.0": {("VER001", "PostDelete hooks"), ("VER001", "`toYaml`"), ("VER002", "prunes")},
    "2.9.22": {("VER001", "PostDelete hooks"), ("VER002", "prunes")},
    "2.10.0": {("VER002", "prunes")},
    "2.10.9": {("VER002", "prunes")},
    "2.10.10": set(),
    "2.11.0": set(),
    "3.0.0": set(),
    "3.3.0": set(),
}


def findings(repo: Path, *select: str, version: str | None = None) -> list[tuple[str, str, str, str]]:
    report = lint(Request(path=str(repo), select=select or ("VER",), argocd_version=version))
    assert not report.crashes
    return [(f.rule, f.severity.value, f.path, f.message) for f in report.findings]


@pytest.mark.parametrize("version", sorted(EXPECTED))
@pytest.mark.parametrize("kind", sorted(EVIDENCE))
def test_versions_from_every_evidence(tmp_path: Path, kind: str, version: str) -> None:
    path, text = EVIDENCE[kind]
    found = findings(lay(tmp_path, {"root.yaml": ROOT, path: text % version}))
    bad = [one for one in found if one[1] != "note"]
    expected = EXPECTED[version]
    assert len(bad) == len(expected)
    for code, words in expected:
        assert any(one[0] == code and words in one[3] and one[1] == "error" for one in bad)
    old = [one for one in found if one[0] == "VER004"]
    assert len(old) == (version != "3.3.0")
    if kind not in ("settings", "account"):
        assert {one[2] for one in found if one[0] in ("VER001", "VER004")} <= {path}


def test_the_flag_wins_over_all(tmp_path: Path) -> None:
    repo = lay(tmp_path, {"root.yaml": ROOT, ".mas-lint.yaml": "accounts: {dev: {argocd-version: 2.10.0}}\n"})
    assert [one[0] for one in findings(repo, version="3.4")] == []
    assert "VER002" in {one[0] for one in findings(repo)}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.yaml", "gitops-1.10", {("VER001", "error"), ("VER002", "error")}),
        ("a.yaml", "gitops-1.12", {("VER002", "warning")}),
        ("a.yaml", "gitops-1.13", set()),
        ("a.yaml", "gitops-1.20", set()),
    ],
)
def test_openshift_gitops(tmp_path: Path, path: str, text: str, expected: set[tuple[str, str]]) -> None:
    subscription = (
        "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: g}\n"
        f"spec: {{name: openshift-gitops-operator, channel: {text}}}\n"
    )
    found = findings(lay(tmp_path, {"root.yaml": ROOT, path: subscription}))
    assert {(one[0], one[1]) for one in found if one[1] != "note"} == expected


@pytest.mark.parametrize(
    ("chart", "expected"), [("5.43.0", 3), ("5.55.0", 1), ("6.7.18", 1), ("6.8.0", 0), ("8.0.0", 0), ("9.4.0", 0)]
)
def test_charts(tmp_path: Path, chart: str, expected: int) -> None:
    files = {
        "root.yaml": ROOT,
        "argocd/Chart.yaml": (
            "apiVersion: v2\nname: argocd\nversion: 1.0.0\ndependencies:\n"
            f"- {{name: argo-cd, version: {chart}, repository: 'https://argoproj.github.io/argo-helm'}}\n"
        ),
    }
    assert len([one for one in findings(lay(tmp_path, files)) if one[1] != "note"]) == expected


def test_nothing_is_said_of_an_unknown_version(tmp_path: Path) -> None:
    assert findings(lay(tmp_path / "keeps", {})) == []
    (only,) = findings(lay(tmp_path / "deletes", {"root.yaml": ROOT}))
    assert only[:2] == ("VER002", "note")
    assert "argocd-version" not in only[3]


def test_several_accounts_are_one_finding_each(tmp_path: Path) -> None:
    base = "merge-key: qa/c9\naccount: {id: qa}\nregion: {id: us-east-1}\ncluster: {id: c9, url: https://api.c9.example.com:6443}\n"
    repo = lay(
        tmp_path,
        {
            "qa/c9/ibm-mas-cluster-base.yaml": base,
            ".mas-lint.yaml": "argocd-version: 2.9.9\n",
        },
    )
    assert [one[0] for one in findings(repo, "VER001")] == ["VER001"]


def test_a_mapping_over_a_scalar_is_lost_before_2_8(tmp_path: Path) -> None:
    repo = lay(
        tmp_path,
        {
            "dev/cluster1/ibm-dro.yaml": "merge-key: dev/cluster1\ncustom_labels: {team: [a]}\nregion: {id: {name: x}}\nibm_dro: {dro_namespace: d}\n"
        },
    )
    bites = findings(repo, "VER003", version="2.7.3")
    assert len(bites) == 1
    assert "`region.id`" in bites[0][3]
    assert not findings(repo, "VER003", version="2.13.0")
