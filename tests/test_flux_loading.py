"""Flux clusters from their roots down: sources, substitution, patches, versions, order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.flux.ignore import IgnoreRules
from masgitops_lint.flux.substitution import filled, substituted, used
from masgitops_lint.flux.versions import minor, newest, read_components, served
from masgitops_lint.kubernetes.objects import UNKNOWN

from .unit_repos import SYNC, config_map, flux_kustomization, names, units

ROOT = {"clusters/one/flux-system/gotk-sync.yaml": SYNC}


def test_a_tree_without_a_kustomization_is_read_as_a_whole(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"),
            "apps/a.yaml": config_map("a", "shop"),
            "apps/sub/b.yaml": config_map("b", "shop"),
            "apps/own/kustomization.yaml": "namespace: other\nresources: [c.yaml]\n",
            "apps/own/c.yaml": config_map("c"),
            "apps/own/left-out.yaml": config_map("d"),
            "apps/.sops.yaml": "creation_rules: []\n",
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap other/c", "ConfigMap shop/a", "ConfigMap shop/b"]
    assert not graph.facts
    assert [root.cluster for root in graph.roots] == ["clusters/one"]


def test_parents_patch_their_children_before_the_path_is_read(tmp_path: Path) -> None:
    patch = (
        "  patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - op: replace\n"
        "          path: /spec/path\n          value: ./real\n"
    )
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", patch),
            "apps/child.yaml": flux_kustomization("child", "./does-not-exist"),
            "real/a.yaml": config_map("a", "shop"),
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]
    assert not list(graph.named("flux-path-missing"))


def test_variables_come_from_config_maps_of_the_cluster(tmp_path: Path) -> None:
    extra = (
        "  postBuild:\n    substitute: {TIER: gold}\n    substituteFrom:\n"
        "      - {kind: ConfigMap, name: settings}\n      - {kind: Secret, name: none, optional: true}\n"
    )
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/settings.yaml": config_map("settings", "flux-system", "ENV: prod"),
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps/${WHERE:=x}", extra),
            "apps/x/a.yaml": config_map("a-${ENV}-${TIER}", "shop-${NOT_SET:=1}"),
        },
    )
    # A variable of a Kustomization's own path is its parent's business, and the parent substitutes nothing.
    assert [u.sources[0].target for u in graph.of("flux", "Kustomization") if u.name == "apps"] == ["opaque"]
    graph = units(
        tmp_path / "second",
        {
            **ROOT,
            "clusters/one/settings.yaml": config_map("settings", "flux-system", "ENV: prod"),
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", extra),
            "apps/a.yaml": config_map("a-${ENV}-${TIER}", "shop-${NOT_SET:=1}"),
        },
    )
    assert "ConfigMap shop-1/a-prod-gold" in names(graph)


def test_undefined_variables_are_facts_only_when_all_sources_are_known(tmp_path: Path) -> None:
    files = {
        **ROOT,
        "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", "  postBuild: {substitute: {A: a}}\n"),
        "apps/a.yaml": config_map("a", "shop", 'x: "${B}", y: "$${C}", z: "${D:=d}", w: "${A}"'),
    }
    assert [fact.text for fact in units(tmp_path / "1", files).named("undefined-variable")] == ["B"]
    files["clusters/one/apps.yaml"] = flux_kustomization(
        "apps", "./apps", "  postBuild:\n    substitute: {A: a}\n    substituteFrom: [{kind: Secret, name: s}]\n"
    )
    assert not list(units(tmp_path / "2", files).named("undefined-variable"))


def test_an_artifact_maps_to_the_directories_it_copies(tmp_path: Path) -> None:
    generator = """apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: split, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts:
    - name: apps
      copy: [{from: "@repo/apps/**", to: "@artifact/"}]
"""
    kustomization = flux_kustomization("apps", "./prod").replace(
        "{kind: GitRepository, name: flux-system}", "{kind: ExternalArtifact, name: apps}"
    )
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/generator.yaml": generator,
            "clusters/one/apps.yaml": kustomization,
            "apps/prod/kustomization.yaml": "resources: [../base]\n",
            "apps/base/kustomization.yaml": "resources: [a.yaml]\n",
            "apps/base/a.yaml": config_map("a", "shop"),
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]
    assert not list(graph.named("flux-path-missing"))


def test_without_a_bootstrap_the_cluster_directories_are_roots(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "clusters/one/flux-system/gotk-sync.yaml": "# generated by flux bootstrap\n",
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"),
            "clusters/two/apps.yaml": flux_kustomization("apps", "./apps"),
            "apps/a.yaml": config_map("a", "shop"),
        },
    )
    assert [(root.cluster, root.assumed) for root in graph.roots] == [("clusters/one", True), ("clusters/two", True)]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"] * 2


def test_a_flux_instance_is_a_root(tmp_path: Path) -> None:
    instance = """apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x}
  components: [source-controller, kustomize-controller]
  sync: {kind: GitRepository, url: https://example.com/acme/fleet, path: clusters/one}
"""
    graph = units(tmp_path, {"boot/instance.yaml": instance, "clusters/one/a.yaml": config_map("a", "shop")})
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]
    assert [engine.version for engine in graph.engines] == ["2.x"]


def test_one_bootstrap_for_many_clusters(tmp_path: Path) -> None:
    sync = SYNC.replace("./clusters/one", "./clusters/${ENV}")
    own = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" + (
        "metadata: {name: flux-system, namespace: flux-system}\nspec:\n  path: ./clusters/%s\n"
    )
    files = {"flux/sync.yaml": sync, "apps/a.yaml": config_map("a", "shop")}
    for env in ("dev", "prod"):
        files[f"clusters/{env}/kustomization.yaml"] = (
            "resources: [../../flux/sync.yaml, ../../apps/a.yaml]\npatches: [{path: own.yaml}]\n"
        )
        files[f"clusters/{env}/own.yaml"] = own % env
    graph = units(tmp_path, files)
    assert [root.cluster for root in graph.roots] == ["clusters/dev", "clusters/prod"]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"] * 2


def test_dependencies(tmp_path: Path) -> None:
    depends = "  dependsOn:\n    - name: %s\n"
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/a.yaml": flux_kustomization("a", "./apps", depends % "b"),
            "clusters/one/b.yaml": flux_kustomization("b", "./apps", depends % "a"),
            "clusters/one/c.yaml": flux_kustomization("c", "./apps", depends % "gone"),
            "apps/a.yaml": config_map("a", "shop"),
        },
    )
    assert [(use.unit.name, use.outcome) for use in graph.dependencies()] == [
        ("a", "resolved"),
        ("b", "resolved"),
        ("c", "missing"),
    ]
    assert [[use.unit.name for use in ring] for ring in graph.dependency_rings()] == [["a", "b"]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("${A}", "1"),
        ("$A $${A}", "$A ${A}"),
        ("${B}", ""),
        ("${B:=two}", "two"),
        ("${B:-${A}}", "1"),
        ("${B:=${C:=three}}", "three"),
        ("${S}", UNKNOWN),
        ("${A", "${A"),
        ("${A:0:1}", UNKNOWN),
    ],
)
def test_substitution(text: str, shown: str) -> None:
    assert substituted(text, {"A": "1", "S": None}) == shown


@given(st.text(alphabet="${}AB:=-x ", max_size=30))
def test_substitution_never_fails(text: str) -> None:
    assert isinstance(substituted(text, {"A": "1"}), str)
    list(used({"k": [text]}))
    assert filled({"k": [1, None]}, {"A": "1"}) == {"k": [1, None]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("v2.7.5", (2, 7)), ("2.x", newest()), ("2.6.x", (2, 6)), ("*", newest()), ("=2.5.0", (2, 5)), ("main", None)],
)
def test_versions(text: str, expected: tuple[int, int] | None) -> None:
    assert minor(text) == expected


def test_served_api_versions() -> None:
    source = "source.toolkit.fluxcd.io"
    assert not served(source, "HelmRepository", "v1beta1", (2, 7)).served
    assert served(source, "HelmRepository", "v1beta2", (2, 7)).served
    assert not served(source, "HelmRepository", "v1beta2", (2, 8)).served
    assert not served(source, "OCIRepository", "v1", (2, 3)).served
    assert served(source, "OCIRepository", "v1", (2, 3)).instead == "v1beta2"
    assert served("helm.toolkit.fluxcd.io", "HelmRelease", "v2", (2, 9)).served
    assert not served("apps", "Deployment", "v1", (2, 9)).known


def test_a_committed_installation_says_its_version() -> None:
    found = read_components(b"---\n# Flux Version: v2.5.1\n# Components: source-controller,kustomize-controller\n")
    assert (found.version, found.components, found.components_line) == (
        "v2.5.1",
        ("source-controller", "kustomize-controller"),
        3,
    )


def test_what_an_artifact_leaves_out() -> None:
    only = IgnoreRules(("", line) for line in ("# all", "/*", "!/kubernetes"))
    assert not only.leaves_out("kubernetes/apps/a.yaml")
    assert only.leaves_out("README.yaml")
    assert only.leaves_out("other/a.yaml")
    below = IgnoreRules([("apps", "*.skip.yaml"), ("apps", "/tests/"), ("", "docs/**/x.yaml")])
    assert below.leaves_out("apps/a/b.skip.yaml")
    assert not below.leaves_out("b.skip.yaml")
    assert below.leaves_out("apps/tests/a.yaml")
    assert not below.leaves_out("apps/a/tests/a.yaml")
    assert below.leaves_out("docs/a/b/x.yaml")


def test_the_definitions_in_the_repository_decide_what_is_served(tmp_path: Path) -> None:
    definition = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: imagepolicies.image.toolkit.fluxcd.io}
spec:
  group: image.toolkit.fluxcd.io
  names: {kind: ImagePolicy, plural: imagepolicies}
  versions: [{name: v1beta2, served: true}]
"""
    policy = "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {name: p, namespace: flux-system}\n"
    graph = units(
        tmp_path, {**ROOT, "clusters/one/image-components.yaml": definition, "clusters/one/policy.yaml": policy}
    )
    (use,) = [use for use in graph.served() if use.obj.kind == "ImagePolicy"]
    assert use.defined
    assert not use.verdict.served
    assert use.verdict.instead == "v1beta2"


def test_patterns_that_take_a_directory_back() -> None:
    rules = IgnoreRules([("", "/*"), ("", "!/deploy/main")])
    assert rules.leaves_out("README.yaml")
    assert rules.leaves_out("deploy/test/a.yaml")
    assert not rules.leaves_out("deploy/main/flux/a.yaml")


def test_the_kustomization_of_an_earlier_bootstrap_belongs_to_the_same_cluster(tmp_path: Path) -> None:
    instance = (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\n"
        "spec:\n  sync: {kind: GitRepository, url: https://example.com/fleet.git, path: k8s/flux/cluster}\n"
    )
    graph = units(
        tmp_path,
        {
            "bootstrap/instance.yaml": instance,
            "k8s/flux/config/cluster.yaml": flux_kustomization("old", "./k8s/flux"),
            "k8s/flux/cluster/apps.yaml": flux_kustomization("apps", "./k8s/apps"),
            "k8s/flux/sources/a.yaml": config_map("a", "shop"),
            "k8s/apps/b.yaml": config_map("b", "shop"),
        },
    )
    assert len(graph.roots) == 1
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a", "ConfigMap shop/b"]


def test_a_key_that_a_mapping_repeats_stops_kustomize(tmp_path: Path) -> None:
    twice = config_map("a", "shop", 'x: "1"').replace('x: "1"', 'x: "1", x: "2"')
    graph = units(
        tmp_path, {**ROOT, "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"), "apps/a.yaml": twice}
    )
    (fact,) = graph.named("manifest-syntax")
    assert fact.text == "`x` is written twice in one mapping"


def test_kustomize_writes_annotations_as_text(tmp_path: Path) -> None:
    object_ = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {n: 1}, labels: {m: 2}}\n"
    graph = units(
        tmp_path, {**ROOT, "clusters/one/apps.yaml": flux_kustomization("apps", "./apps"), "apps/a.yaml": object_}
    )
    assert [found.field for found in graph.values_not_text()] == ["labels.m"]


def test_variables_in_the_target_namespace_are_filled_in(tmp_path: Path) -> None:
    extra = "  targetNamespace: ${TENANT}\n  postBuild: {substitute: {TENANT: shop}}\n"
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", extra),
            "apps/kustomization.yaml": "configMapGenerator: [{name: values, literals: [a=b]}]\n"
            "generatorOptions: {disableNameSuffixHash: true}\n",
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap shop/values"]


@pytest.mark.parametrize(("path", "fails"), [("/data/list/0/b", True), ("/data/x", False), ("/data/map/b", False)])
def test_a_patch_of_a_kustomization_that_cannot_be_applied(tmp_path: Path, path: str, fails: bool) -> None:
    patch = (
        "  patches:\n    - target: {kind: ConfigMap}\n      patch: |\n        - op: replace\n"
        f"          path: {path}\n          value: c\n"
    )
    graph = units(
        tmp_path,
        {
            **ROOT,
            "clusters/one/apps.yaml": flux_kustomization("apps", "./apps", patch),
            "apps/a.yaml": config_map("a", "shop", 'x: "1", map: {a: b}'),
        },
    )
    assert bool(list(graph.named("flux-patch-fails"))) is fails
