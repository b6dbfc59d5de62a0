"""Fields of Flux's own kinds against what their API has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.flux.fields import field_troubles
from masgitops_lint.kubernetes.objects import kube_object

from .unit_repos import SYNC, flux_kustomization, units

KUSTOMIZATION = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n"
    "  interval: 5m\n  prune: true\n  sourceRef: {kind: GitRepository, name: b}\n"
)
RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  interval: 5m\n"
    "  values: {any: {thing: 1}}\n"
)
ALERT = (
    "apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: Alert\nmetadata: {name: a}\nspec:\n"
    "  providerRef: {name: p}\n  eventSources: [{kind: %s, name: '*'}]\n"
)


def troubles(text: str, flux: tuple[int, int] | None = None, *, filled: bool = False) -> list[tuple[str, str, str]]:
    obj = kube_object(yaml.safe_load(text), "a.yaml")
    assert obj is not None
    return [(one.kind, ".".join(map(str, one.route)), one.near) for one in field_troubles(obj, flux, filled=filled)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KUSTOMIZATION, []),
        (RELEASE, []),
        (KUSTOMIZATION + "  dependson: []\n", [("unknown", "spec.dependson", "dependsOn")]),
        (KUSTOMIZATION + "  dependsOn: [b]\n", [("type", "spec.dependsOn.0", "")]),
        (KUSTOMIZATION + "  timeout: 5 minutes\n", [("duration", "spec.timeout", "")]),
        (KUSTOMIZATION + "  timeout: 5\n", [("type", "spec.timeout", "")]),
        (KUSTOMIZATION + "  timeout: ${T}\n", []),
        (KUSTOMIZATION + '  wait: "true"\n', [("type", "spec.wait", "")]),
        (KUSTOMIZATION + "  wait:\n", []),
        (KUSTOMIZATION.replace("name: b}", "nme: b}"), [
            ("unknown", "spec.sourceRef.nme", "name"), ("required", "spec.sourceRef", ""),
        ]),
        (KUSTOMIZATION.replace("GitRepository", "GitRepo"), [("choice", "spec.sourceRef.kind", "GitRepository")]),
        (RELEASE + "  chart: {spec: {chart: c, version: 1.2, sourceRef: {kind: HelmRepository, name: r}}}\n", [
            ("type", "spec.chart.spec.version", ""),
        ]),
        (RELEASE.replace("spec:", "sepc: {}\nspec:"), [("unknown", "sepc", "spec")]),
        (ALERT % "HelmRelease", []),
        (ALERT % "FluxInstance", []),
        (ALERT % "Helmrelease", [("choice", "spec.eventSources.0.kind", "HelmRelease")]),
        ("apiVersion: kustomize.toolkit.fluxcd.io/v9\nkind: Kustomization\nspec: {x: 1}\n", []),
    ],
)  # fmt: skip
def test_what_the_api_refuses(text: str, found: list[tuple[str, str, str]]) -> None:
    assert troubles(text) == found


def test_what_variables_filled_in_may_be_anything() -> None:
    assert troubles(KUSTOMIZATION + '  wait: "true"\n', filled=True) == []


def test_fields_of_a_newer_release() -> None:
    text = KUSTOMIZATION + "  deletionPolicy: Orphan\n"
    assert troubles(text, (2, 4)) == [("newer", "spec.deletionPolicy", "")]
    assert troubles(text, (2, 9)) == troubles(text) == []
    assert troubles(KUSTOMIZATION + "  brandNew: 1\n", (9, 9)) == []


def test_a_field_that_a_parent_patches_in(tmp_path: Path) -> None:
    patch = (
        "  patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - op: add\n"
        "          path: /spec/intervall\n          value: 5m\n"
    )
    graph = units(
        tmp_path,
        {
            "clusters/one/flux-system/gotk-sync.yaml": SYNC,
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", patch),
            "apps/child.yaml": flux_kustomization("child", "./child"),
            "child/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n",
        },
    )
    ((_, obj, trouble),) = graph.field_troubles()
    assert (obj.name, trouble.kind, trouble.near) == ("child", "unknown", "interval")
    assert obj.at(*trouble.route).path == "clusters/one/apps.yaml"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@given(_VALUES, st.sampled_from(["interval", "dependsOn", "sourceRef", "patches", "postBuild", "x"]))
def test_no_value_makes_it_fail(value: object, field: str) -> None:
    data = yaml.safe_load(KUSTOMIZATION)
    data["spec"][field] = value
    obj = kube_object(data, "a.yaml")
    assert obj is not None
    list(field_troubles(obj, None))


@pytest.mark.parametrize(
    ("kind", "spec", "found"),
    [
        ("GitRepository", "url: git@example.com:acme/fleet.git", ["address"]),
        ("GitRepository", "url: ssh://git@example.com/acme/fleet.git", []),
        ("HelmRepository", "url: oci://example.com/charts", ["plain"]),
        ("HelmRepository", "{url: oci://example.com/charts, type: oci}", []),
        ("HelmRepository", "{url: https://example.com/charts, type: oci}", ["plain"]),
        ("HelmRepository", "url: https://example.com/charts", []),
        ("OCIRepository", "url: https://example.com/charts", ["address"]),
        ("OCIRepository", "url: ${REGISTRY}/charts", []),
    ],
)
def test_addresses(kind: str, spec: str, found: list[str]) -> None:
    data = {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind, "metadata": {"name": "a"}}
    obj = kube_object({**data, "spec": {"interval": "1h", **yaml.safe_load(spec)}}, "a.yaml")
    assert obj is not None
    assert [one.kind for one in field_troubles(obj, None)] == found
