"""Argo CD repos: which repository is this one, apps of apps, ApplicationSets, value files, projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.kubernetes.crd_fields import unknown_fields
from masgitops_lint.kubernetes.git_uses import PLACEHOLDER
from masgitops_lint.kubernetes.objects import UNKNOWN, kube_object
from masgitops_lint.kubernetes.origin import normal_url
from masgitops_lint.settings.values import DeclaredCluster, Settings

from .unit_repos import application, config_map, names, units

SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  goTemplate: %s
  generators:
    - %s
  template:
    metadata: {name: '%s'}
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: '%s'}
      destination: {server: '%s', namespace: shop}
"""


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.net/acme/fleet",
        "https://git.example.net/acme/fleet.git",
        "git@git.example.net:acme/fleet.git",
        "ssh://git@git.example.net:22/acme/fleet.git",
        "https://token@Git.Example.net/acme/fleet/",
    ],
)
def test_urls_of_one_repository(url: str) -> None:
    assert normal_url(url) == "git.example.net/acme/fleet"


def test_azure_devops_has_two_forms() -> None:
    https = normal_url("https://acme@dev.azure.com/acme/shop/_git/fleet")
    assert normal_url("git@ssh.dev.azure.com:v3/acme/shop/fleet") == https


def test_an_app_of_apps(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "root.yaml": application("root", "apps", namespace="argocd"),
            "apps/one.yaml": application("one", "services/one"),
            "apps/two.yaml": application("two", "services/two/"),
            "services/one/a.yaml": config_map("a"),
            "services/two/kustomization.yaml": "namePrefix: p-\nresources: [b.yaml]\n",
            "services/two/b.yaml": config_map("b"),
        },
    )
    assert [root.name for root in graph.roots] == ["argocd/root"]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a", "ConfigMap shop/p-b"]
    assert not graph.facts
    assert {unit.name: unit.parent.name for unit in graph.of("argocd", "Application") if unit.parent} == {
        "root": ["argocd/root", "root.yaml"][0] + "@root.yaml",
        "one": "root",
        "two": "root",
    }


def test_other_repositories_are_not_judged(tmp_path: Path) -> None:
    other = application("other", "nowhere").replace("acme/fleet", "acme/other")
    graph = units(
        tmp_path,
        {"a.yaml": application("one", "services/one"), "b.yaml": other, "services/one/a.yaml": config_map("a")},
    )
    assert not graph.facts
    assert [unit.name for unit in graph.of("argocd", "Application") if unit.is_opaque] == ["other"]


def test_a_tag_is_another_revision(tmp_path: Path) -> None:
    tagged = application("tagged", "gone").replace("targetRevision: main", "targetRevision: v1.2.3")
    graph = units(tmp_path, {"a.yaml": application("one", "one"), "b.yaml": tagged, "one/a.yaml": config_map("a")})
    assert not graph.facts


def test_a_single_application_with_a_typo(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {"apps/a.yaml": application("a", "boostrap/argocd"), "bootstrap/argocd/base/a.yaml": config_map("a")},
    )
    assert [(fact.kind, fact.data["near"]) for fact in graph.facts] == [("argo-path-missing", "bootstrap/argocd")]


def test_value_files_from_a_second_source(tmp_path: Path) -> None:
    two = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources:
    - repoURL: https://charts.example.net
      chart: web
      targetRevision: 1.0.0
      helm: {valueFiles: [$values/values/web.yaml, $values/values/gone.yaml, $nobody/x.yaml]}
    - {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, ref: values}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
    graph = units(
        tmp_path,
        {"web.yaml": two, "other.yaml": application("o", "o"), "o/a.yaml": config_map("a"), "values/web.yaml": "{}\n"},
    )
    assert sorted((fact.kind, fact.text) for fact in graph.facts) == [
        ("argo-ref-missing", "nobody"),
        ("argo-values-missing", "values/gone.yaml"),
    ]


@pytest.mark.parametrize(
    ("go", "name", "path"),
    [("false", "{{path.basename}}", "{{path}}"), ("true", "{{.path.basename}}", "{{.path.path}}")],
)
def test_a_git_generator(go: str, name: str, path: str, tmp_path: Path) -> None:
    generator = (
        "git: {repoURL: https://git.example.net/acme/fleet.git, revision: main, directories: [{path: services/*}]}"
    )
    graph = units(
        tmp_path,
        {
            "set.yaml": SET % (go, generator, name, path, "https://kubernetes.default.svc"),
            "services/one/a.yaml": config_map("a"),
            "services/two/b.yaml": config_map("b"),
        },
    )
    assert sorted(unit.name for unit in graph.of("argocd", "Application")) == ["one", "two"]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a", "ConfigMap shop/b"]
    assert not graph.facts


def test_a_cluster_generator_with_declared_clusters(tmp_path: Path) -> None:
    files = {
        "set.yaml": SET
        % (
            "false",
            "clusters: {selector: {matchLabels: {env: prod}}}",
            "{{name}}-web",
            "clusters/{{name}}",
            "{{server}}",
        ),
        "clusters/east/a.yaml": config_map("a"),
    }
    settings = Settings(
        clusters={
            "east": DeclaredCluster("https://east.example.net", {"env": "prod"}),
            "west": DeclaredCluster("https://west.example.net", {"env": "test"}),
        },
        repository_urls=("https://git.example.net/acme/fleet",),
    )
    graph = units(tmp_path, files, settings)
    assert [(unit.name, unit.cluster) for unit in graph.of("argocd", "Application")] == [
        ("east-web", "https://east.example.net")
    ]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]


def test_a_cluster_generator_that_nothing_declares(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "set.yaml": SET
            % (
                "false",
                "clusters: {selector: {matchLabels: {env: prod}}}",
                "web",
                "web",
                "https://kubernetes.default.svc",
            ),
            "web/a.yaml": config_map("a"),
        },
    )
    assert sorted(fact.kind for fact in graph.facts) == [
        "appset-constant-name",
        "appset-fixed-destination",
        "appset-selector",
    ]
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]


def test_a_chart_of_applications(tmp_path: Path) -> None:
    template = application("{{ .name }}", "{{ .path | default .name }}").replace("\n", "\n")
    graph = units(
        tmp_path,
        {
            "apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 1.0.0\n",
            "apps/values.yaml": "apps:\n- name: one\n- name: two\n  path: services/two\n",
            "apps/templates/apps.yaml": "{{- range .Values.apps }}\n---\n" + template + "{{- end }}\n",
            "one/a.yaml": config_map("a"),
            "services/two/b.yaml": config_map("b"),
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a", "ConfigMap shop/b"]
    (unit,) = [unit for unit in graph.of("argocd", "Application") if unit.name == "two"]
    assert unit.manifest is not None
    place = unit.manifest.at("spec", "source", "path")
    assert place.path == "apps/templates/apps.yaml"
    assert place.span is not None
    assert place.span.line == 13


def test_applications_in_the_values_of_argocd_apps(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "system/argocd/Chart.yaml": (
                "apiVersion: v2\nname: argocd\nversion: 0.0.0\ndependencies:\n"
                "- {name: argocd-apps, version: 2.0.0, repository: https://charts.example.net}\n"
            ),
            "system/argocd/values.yaml": (
                "argocd-apps:\n  applications:\n    web:\n      project: default\n      source:\n"
                "        repoURL: https://git.example.net/acme/fleet.git\n        path: web\n"
                "      destination: {server: https://kubernetes.default.svc, namespace: shop}\n"
            ),
            "web/a.yaml": config_map("a"),
        },
    )
    assert names(graph, "ConfigMap") == ["ConfigMap shop/a"]


def test_a_lone_application_beside_an_app_of_apps_is_judged_mildly(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "root.yaml": application("root", "apps", namespace="argocd"),
            "apps/one.yaml": application("one", "services"),
            "others/two.yaml": application("two", "gone"),
            "services/a.yaml": config_map("a"),
        },
    )
    assert [(fact.text, fact.data.get("assumed")) for fact in graph.facts] == [("gone", True)]


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("https://github.com/your-username/fleet.git", True),
        ("https://github.com/<org>/fleet", True),
        ("https://github.com/YOUR_ORG/fleet", True),
        ("https://${HOST}/fleet", True),
        ("https://github.com/argoproj/argocd-example-apps", False),
        ("https://github.com/acme/username-service", False),
        ("https://git.acme.net/todo-app/fleet", False),
    ],
)
def test_placeholders(text: str, placeholder: bool) -> None:
    assert (PLACEHOLDER.search(text) is not None) is placeholder


def test_unknown_fields_of_an_application() -> None:
    obj = kube_object(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "a"},
            "spec": {
                "health": {},
                "source": {"helm": {"valuesObject": {"any": {"thing": 1}}, "parameters": [{"name": "x", "valu": "y"}]}},
                "syncPolicy": {"automated": {"prune": True}, "managedNamespaceMetadata": {"labels": {"a": "b"}}},
            },
        },
        "a.yaml",
    )
    assert obj is not None
    assert [field.route[1:] for field in unknown_fields(obj)] == [
        ("health",),
        ("source", "helm", "parameters", 0, "valu"),
    ]
    assert not list(unknown_fields(obj, (1, 0))) or all(field.name for field in unknown_fields(obj, (1, 0)))


def test_names_that_only_a_cluster_knows_are_marked(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "set.yaml": SET % ("true", "clusters: {}", "{{.name}}-web", "web", "{{.server}}"),
            "web/a.yaml": config_map("a"),
        },
    )
    (unit,) = graph.of("argocd", "Application")
    assert UNKNOWN in unit.name
    assert UNKNOWN in unit.cluster
    assert not graph.facts


def test_an_overlay_decides_what_its_base_becomes(tmp_path: Path) -> None:
    patch = "- op: replace\n  path: /spec/source/path\n  value: services/%s\n"
    overlay = "resources: [../../base]\npatches:\n  - target: {kind: Application}\n    path: patch.yaml\n"
    graph = units(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [one.yaml]\n",
            "base/one.yaml": application("one", "services/patched-in-overlays"),
            "overlays/dev/kustomization.yaml": overlay,
            "overlays/dev/patch.yaml": patch % "dev",
            "overlays/prod/kustomization.yaml": overlay,
            "overlays/prod/patch.yaml": patch % "prod",
            "services/dev/a.yaml": config_map("a"),
            "services/prod/a.yaml": config_map("a"),
        },
    )
    assert sorted(source.path for unit in graph.units for source in unit.sources) == ["services/dev", "services/prod"]
    assert not list(graph.facts)


@pytest.mark.parametrize(
    ("files", "known"),
    [
        ({"deploy/one.yaml": application("one", "shop"), "deploy/shop/a.yaml": config_map("a")}, True),
        (
            {"one.yaml": application("one", "shop"), "README.md": "git clone https://git.example.net/acme/fleet.git\n"},
            True,
        ),
        (
            {"one.yaml": application("one", "shop"), "README.md": "git clone https://git.example.net/acme/other\n"},
            False,
        ),
        ({"one.yaml": application("one", "clusters/all"), "clusters/local/a.yaml": config_map("a")}, False),
        ({"one.yaml": application("one", "boostrap/shop"), "bootstrap/shop/a.yaml": config_map("a")}, True),
    ],
)
def test_a_repository_knows_itself_without_a_remote(tmp_path: Path, files: dict[str, str], known: bool) -> None:
    graph = units(tmp_path, files)
    assert bool(list(graph.named("argo-path-missing"))) is known


def test_manifests_and_values_that_nothing_reads(tmp_path: Path) -> None:
    graph = units(
        tmp_path,
        {
            "apps/one.yaml": application("one", "services/one"),
            "services/one/a.yaml": config_map("a"),
            "other/tab.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: b\n",
            "other/values-prod.yaml": "a: *b\n",
            "other/template.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n{{ x }}\n\tname: b\n",
            "docs/tab.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: b\n",
        },
    )
    assert [(one.place.path, one.kind) for one in graph.unread_problems()] == [
        ("other/tab.yaml", "manifest"),
        ("other/values-prod.yaml", "values"),
    ]
