"""Names of other objects: what answers them, and what was meant where nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from .unit_repos import units

CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: %s, namespace: %s}\nspec: {}\n"
COPY = (
    "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {name: web, namespace: shop}\n"
    "spec: {sourcePVC: web-data}\n"
)


def dangling(tmp_path: Path, *manifests: str) -> list[tuple[str, str, str]]:
    listed = ", ".join(f"m{number}.yaml" for number in range(len(manifests)))
    files = {f"app/m{number}.yaml": text for number, text in enumerate(manifests)}
    graph = units(tmp_path, files | {"app/kustomization.yaml": f"resources: [{listed}]\n"})
    return [(found.reference.kind, found.reference.name, found.near) for found in graph.dangling_references()]


@pytest.mark.parametrize(
    ("name", "namespace", "near"),
    [
        ("web-data", "shop", ""),
        ("web-dat", "shop", "web-dat"),
        ("web-data", "store", "store/web-data"),
        ("other", "shop", ""),
        ("${CLAIM}", "shop", ""),
    ],
)
def test_a_claim_that_is_copied(tmp_path: Path, name: str, namespace: str, near: str) -> None:
    expected = [("PersistentVolumeClaim", "web-data", near)] if near else []
    assert dangling(tmp_path, COPY, CLAIM % (name, namespace)) == expected


def test_issuers_are_cluster_wide_or_not(tmp_path: Path) -> None:
    certificate = (
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: shop}\n"
        "spec: {secretName: c, issuerRef: {kind: ClusterIssuer, name: %s}}\n"
    )
    issuer = "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: letsencrypt-prod}\nspec: {}\n"
    assert dangling(tmp_path / "1", certificate % "letsencrypt-prod", issuer) == []
    assert dangling(tmp_path / "2", certificate % "letsencrypt-production", issuer) == [
        ("ClusterIssuer", "letsencrypt-production", "letsencrypt-prod")
    ]


def test_what_an_operator_names_after_its_object(tmp_path: Path) -> None:
    ingress = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop}\nspec:\n"
        "  rules: [{http: {paths: [{backend: {service: {name: vmalert-main, port: {number: 80}}}}]}}]\n"
    )
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: vmalert-mai, namespace: shop}\nspec: {}\n"
    made = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlert\nmetadata: {name: main, namespace: shop}\n"
    assert dangling(tmp_path / "1", ingress, service) == [("Service", "vmalert-main", "vmalert-mai")]
    assert dangling(tmp_path / "2", ingress, service, made) == []


def test_a_component_is_judged_where_it_is_laid(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [a.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\n",
        "base/a.yaml": CLAIM % ("a", "shop"),
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "configMapGenerator: [{name: settings, behavior: merge, literals: [c=d]}]\n",
        "app/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
    }
    assert not list(units(tmp_path, files).problems())


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ("{storage: {existingClaim: web-dat}}", "web-dat"),
        ("{volumes: [{name: d, persistentVolumeClaim: {claimName: web-dats}}]}", "web-dats"),
        ("{storage: {enabled: false, existingClaim: web-dat}}", ""),
        ("{storage: {existingClaim: web-data}}", ""),
    ],
)
def test_claims_in_the_values_of_a_release(tmp_path: Path, values: str, name: str) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: flux-system}\n"
        f"spec: {{targetNamespace: shop, values: {values}}}\n"
    )
    expected = [("PersistentVolumeClaim", name, "web-data")] if name else []
    assert dangling(tmp_path, release, CLAIM % ("web-data", "shop")) == expected
