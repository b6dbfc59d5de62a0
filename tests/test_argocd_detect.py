"""Every kind of evidence gives the version the tables say, and weak or foreign evidence gives none."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.argocd.detect import DetectedArgoCD, detect
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings.values import AccountSettings, Settings

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: argocd}
spec:
  source:
    repoURL: https://argoproj.github.io/argo-helm
    chart: argo-cd
    targetRevision: %s
"""
SUBSCRIPTION = """apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: gitops}
spec:
  name: openshift-gitops-operator
  channel: %s
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server}
spec:
  template:
    spec:
      containers:
        - name: %s
          image: quay.io/argoproj/argocd:%s
"""


def found(tmp_path: Path, files: dict[str, str], settings: Settings | None = None) -> DetectedArgoCD:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return detect(Repository(WorkingTree(str(tmp_path))), settings or Settings(), frozenset({"ibm-sls.yaml"}))


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a/install.yaml", DEPLOYMENT % ("argocd-server", "v2.10.4"), "2.10.4"),
        ("a/kustomization.yaml", "images:\n- name: quay.io/argoproj/argocd\n  newTag: v2.11.0\n", "2.11.0"),
        (
            "a/kustomization.yaml",
            "images:\n- name: argocd\n  newName: quay.io/argoproj/argocd\n  newTag: v2.8.1\n",
            "2.8.1",
        ),
        (
            "a/kustomization.yaml",
            "resources:\n- github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.10.10\n",
            "2.10.10",
        ),
        (
            "a/kustomization.yaml",
            "resources:\n- https://github.com/argoproj/argo-cd/manifests/crds?ref=v3.0.1\n",
            "3.0.1",
        ),
        (
            "a/kustomization.yaml",
            "resources:\n- https://raw.githubusercontent.com/argoproj/argo-cd/v2.9.3/manifests/install.yaml\n",
            "2.9.3",
        ),
        (
            "a/kustomization.yaml",
            "resources:\n- https://raw.githubusercontent.com/argoproj/argo-cd/stable/manifests/install.yaml\n",
            "any version",
        ),
        (
            "a/kustomization.yaml",
            "resources:\n- github.com/argoproj/argo-cd//manifests/cluster-install\n",
            "any version",
        ),
        (
            "a/Chart.yaml",
            "name: x\ndependencies:\n- name: argo-cd\n  version: 6.7.18\n  repository: https://argoproj.github.io/argo-helm\n",
            "2.10.9",
        ),
        (
            "a/Chart.yaml",
            "name: x\ndependencies:\n- name: argo-cd\n  version: ~6.7.0\n  repository: oci://ghcr.io/argoproj/argo-helm\n",
            "from 2.10.2 to before 2.10.10",
        ),
        ("a/app.yaml", APPLICATION % "8.0.0", "3.0.0"),
        (
            "a/app.yaml",
            APPLICATION % "6.7.12" + "    helm:\n      valuesObject: {global: {image: {tag: v2.10.10}}}\n",
            "2.10.10",
        ),
        (
            "a/app.yaml",
            APPLICATION % "6.7.12"
            + "    helm:\n      values: |\n        global:\n          image:\n            tag: v2.10.11\n",
            "2.10.11",
        ),
        (
            "a/app.yaml",
            APPLICATION % "6.7.12"
            + "    helm:\n      parameters:\n        - {name: global.image.tag, value: v2.10.12}\n",
            "2.10.12",
        ),
        (
            "a/app.yaml",
            "kind: Application\nspec:\n  source:\n    repoURL: https://github.com/argoproj/argo-cd.git\n"
            "    path: manifests/ha/cluster-install\n    targetRevision: v2.13.2\n",
            "2.13.2",
        ),
        (
            "a/hr.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {chart: {spec: {chart: argo-cd, version: 9.4.0}}}\n",
            "3.3.0",
        ),
        (
            "a/oci.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\n"
            "spec: {url: 'oci://ghcr.io/argoproj/argo-helm/argo-cd', ref: {tag: 7.4.0}}\n",
            "2.12.0",
        ),
        (
            "a/kustomization.yaml",
            "helmCharts:\n- {name: argo-cd, repo: 'https://argoproj.github.io/argo-helm', version: 5.43.0}\n",
            "2.8.0",
        ),
        ("a/argocd.yaml", "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nspec: {version: v2.11.2}\n", "2.11.2"),
        (
            "a/argocd.yaml",
            "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nspec: {image: 'quay.io/argoproj/argocd:v2.9.1'}\n",
            "2.9.1",
        ),
        ("a/sub.yaml", SUBSCRIPTION % "gitops-1.12", "2.10.1 or a later 2.10"),
        ("a/sub.yaml", SUBSCRIPTION % "gitops-1.13", "2.11.x"),
        ("a/sub.yaml", SUBSCRIPTION % "gitops-1.20", "3.3.x"),
        ("a/sub.yaml", SUBSCRIPTION % "latest", "any version"),
        (
            "a/sub.yaml",
            SUBSCRIPTION % "latest" + "  startingCSV: openshift-gitops-operator.v1.15.0\n",
            "2.13 or newer",
        ),
        (
            "a/sub.yaml",
            SUBSCRIPTION % "latest"
            + "  startingCSV: openshift-gitops-operator.v1.15.0\n  installPlanApproval: Manual\n",
            "2.13.x",
        ),
        (
            "a/op.yaml",
            "kind: Kustomization\nresources:\n- https://github.com/argoproj-labs/argocd-operator/config/default?ref=v0.10.0\n",
            "2.10.7",
        ),
        (
            "main.tf",
            'resource "helm_release" "argocd" {\n  name = "argocd"\n  chart = "argo-cd"\n  version = "7.7.0"\n}\n',
            "2.13.0",
        ),
        (
            "bootstrap.sh",
            "kubectl apply -f https://raw.githubusercontent.com/argoproj/argo-cd/v2.12.4/manifests/install.yaml\n",
            "2.12.4",
        ),
    ],
)
def test_evidence(tmp_path: Path, path: str, text: str, expected: str) -> None:
    detected = found(tmp_path, {path: text})
    assert len(detected.installs) == 1
    assert str(detected.verdict().interval) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a/Chart.yaml",
            "name: x\ndependencies:\n- {name: argo-cd, version: 7.0.1, repository: 'https://charts.bitnami.com/bitnami'}\n",
        ),
        ("ibm-sls.yaml", DEPLOYMENT % ("argocd-server", "v2.10.4")),
        ("docs/install.yaml", DEPLOYMENT % ("argocd-server", "v2.10.4")),
        (
            "a/app.yaml",
            "kind: Application\nspec: {source: {repoURL: 'https://github.com/argoproj/argocd-example-apps', path: x}}\n",
        ),
        (
            "a/app.yaml",
            "kind: Application\nspec: {source: {repoURL: 'https://github.com/argoproj/argo-cd-extensions.git', targetRevision: v1}}\n",
        ),
    ],
)
def test_no_evidence(tmp_path: Path, path: str, text: str) -> None:
    detected = found(tmp_path, {path: text})
    assert not detected.evidence
    assert not detected.verdict().known


def test_the_image_of_a_plugin_sidecar_does_not_decide(tmp_path: Path) -> None:
    detected = found(
        tmp_path,
        {
            "a/kustomization.yaml": "resources:\n- github.com/argoproj/argo-cd//manifests/cluster-install?ref=v2.11.0\n",
            "a/patch.yaml": DEPLOYMENT % ("avp-helm", "v2.5.4"),
        },
    )
    assert str(detected.verdict().interval) == "2.11.0"
    assert not detected.disagreements


def test_an_overlay_replaces_its_base(tmp_path: Path) -> None:
    detected = found(
        tmp_path,
        {
            "argocd/base/kustomization.yaml": "resources:\n- github.com/argoproj/argo-cd//manifests/crds?ref=v2.10.4\n",
            "argocd/prod/kustomization.yaml": (
                "resources:\n- ../base\nimages:\n- {name: quay.io/argoproj/argocd, newTag: v2.10.10}\n"
            ),
        },
    )
    assert str(detected.verdict().interval) == "2.10.10"
    assert not detected.disagreements


def test_sources_that_disagree(tmp_path: Path) -> None:
    same = found(
        tmp_path / "one",
        {
            "a/kustomization.yaml": (
                "resources:\n- github.com/argoproj/argo-cd//manifests/crds?ref=v2.9.4\n"
                "images:\n- {name: quay.io/argoproj/argocd, newTag: v2.11.0}\n"
            )
        },
    )
    assert str(same.verdict().interval) == "2.11.0"
    assert [(one.first.written, one.second and one.second.written) for one in same.disagreements] == [
        ("v2.11.0", "v2.9.4")
    ]
    apart = found(
        tmp_path / "two", {"boot/app.yaml": APPLICATION % "8.0.0", "x/sub.yaml": SUBSCRIPTION % "gitops-1.12"}
    )
    assert len(apart.disagreements) == 1
    assert apart.supports("hook-post-delete") is True
    assert apart.supports("reverse-wave-prune") is None
    environments = found(
        tmp_path / "three", {"dev/app.yaml": APPLICATION % "8.0.0", "prod/app.yaml": APPLICATION % "7.7.0"}
    )
    assert not environments.disagreements
    assert str(environments.verdict("dev").interval) == "3.0.0"
    assert str(environments.verdict("prod").interval) == "2.13.0"


def test_settings_win_and_are_compared(tmp_path: Path) -> None:
    settings = Settings(accounts={"prod": AccountSettings(argocd_version="2.10.0")}, path=".mas-lint.yaml")
    detected = found(tmp_path, {"a/app.yaml": APPLICATION % "8.0.0"}, settings)
    assert str(detected.verdict("prod").interval) == "2.10.0"
    assert str(detected.verdict("dev").interval) == "3.0.0"
    assert [one.declared for one in detected.disagreements] == ["2.10.0"]
    assert not DetectedArgoCD(detected.evidence, settings._replace(path=None)).disagreements
