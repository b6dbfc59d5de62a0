"""Identities as kustomize builds them, and why a kustomization does not build."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masgitops_lint.kubernetes.kustomization import clamped, is_remote
from masgitops_lint.kubernetes.objects import kube_object
from masgitops_lint.kubernetes.patches import merged, patched
from masgitops_lint.kubernetes.transformers import selected

from .unit_repos import config_map, kustomizer

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: web, image: nginx, env: [{name: A, value: a}]}
        - {name: side, image: side}
"""


def identities(tmp_path: Path, files: dict[str, str], directory: str) -> list[str]:
    build = kustomizer(tmp_path, files).build(directory)
    assert build is not None
    return sorted(f"{obj.kind} {obj.namespace}/{obj.name}" for obj in build.objects)


def problems(tmp_path: Path, files: dict[str, str], directory: str) -> list[tuple[str, str]]:
    built = kustomizer(tmp_path, files)
    return sorted((p.kind, p.text) for b in built.closure(directory) for p in b.problems.values())


CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "namespace renames the Namespace too": (
        {
            "a/kustomization.yaml": "namespace: shop\nresources: [x.yaml, n.yaml, r.yaml]\n",
            "a/x.yaml": config_map("x"),
            "a/n.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n",
            "a/r.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: []\n",
        },
        ["ClusterRole /r", "ConfigMap shop/x", "Namespace /shop"],
    ),
    "prefixes of every layer": (
        {
            "top/kustomization.yaml": "namePrefix: b-\nnameSuffix: -z\nresources: [../base]\n",
            "base/kustomization.yaml": "namePrefix: a-\nresources: [x.yaml]\n",
            "base/x.yaml": config_map("x"),
        },
        ["ConfigMap /b-a-x-z"],
    ),
    "a List, several documents and an empty one": (
        {
            "a/kustomization.yaml": "resources: [x.yaml]\n",
            "a/x.yaml": (
                "# only a comment\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n"
                "  metadata: {name: one}\n--- # two\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\n"
            ),
        },
        ["ConfigMap /one", "ConfigMap /two"],
    ),
    "a patch deletes, a component adds": (
        {
            "a/kustomization.yaml": (
                "resources: [x.yaml, y.yaml]\ncomponents: [../c]\npatches:\n- patch: |-\n    $patch: delete\n"
                "    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: other}\n"
            ),
            "a/x.yaml": config_map("x"),
            "a/y.yaml": config_map("other"),
            "c/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: shop\nresources: [z.yaml]\n"
            ),
            "c/z.yaml": config_map("z"),
        },
        ["ConfigMap shop/x", "ConfigMap shop/z"],
    ),
    "a JSON patch renames": (
        {
            "a/kustomization.yaml": (
                "resources: [x.yaml]\npatches:\n- target: {kind: ConfigMap, name: x.*}\n  patch: |-\n"
                "    - {op: replace, path: /metadata/name, value: renamed}\n"
            ),
            "a/x.yaml": config_map("x1"),
        },
        ["ConfigMap /renamed"],
    ),
    "generators": (
        {
            "a/kustomization.yaml": (
                "generatorOptions: {disableNameSuffixHash: true}\nnamespace: shop\n"
                "configMapGenerator:\n- {name: g, files: [a.txt, k=a.txt]}\nsecretGenerator:\n- {name: s, envs: [.env]}\n"
            ),
            "a/a.txt": "text",
            "a/.env": "A=1\n# no\nB=2\n",
        },
        ["ConfigMap shop/g", "Secret shop/s"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_identities(case: str, tmp_path: Path) -> None:
    files, expected = CASES[case]
    directory = "top" if "top/kustomization.yaml" in files else "a"
    assert identities(tmp_path, files, directory) == expected


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("case", CASES)
def test_kubectl_agrees(case: str, tmp_path: Path) -> None:
    files, _ = CASES[case]
    directory = "top" if "top/kustomization.yaml" in files else "a"
    ours = identities(tmp_path, files, directory)
    ran = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path / "repo" / directory)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    theirs = [document for document in yaml.safe_load_all(ran.stdout) if document]
    shown = sorted(f"{d['kind']} {d['metadata'].get('namespace', '')}/{d['metadata']['name']}" for d in theirs)
    assert ours == shown


BROKEN: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "a missing file": ({"a/kustomization.yaml": "resources: [x.yaml]\n"}, [("missing", "x.yaml")]),
    "a directory without a kustomization": (
        {"a/kustomization.yaml": "resources: [d]\n", "a/d/x.yaml": config_map("x")},
        [("no-kustomization", "d")],
    ),
    "itself": ({"a/kustomization.yaml": "resources: [kustomization.yaml]\n"}, [("self", "kustomization.yaml")]),
    "a ring": (
        {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"},
        [("cycle", "../a")],
    ),
    "the same object twice": (
        {"a/kustomization.yaml": "resources: [x.yaml, x.yaml]\n", "a/x.yaml": config_map("x")},
        [("duplicate", "ConfigMap x")],
    ),
    "an unknown field": (
        {"a/kustomization.yaml": "resource: [x.yaml]\nnamespace: web\n"},
        [("unknown-field", "resource")],
    ),
    "nothing": ({"a/kustomization.yaml": "# nothing\n"}, [("empty", "the file says nothing to build")]),
    "a patch without its object": (
        {
            "a/kustomization.yaml": (
                "resources: [x.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n"
                "    metadata: {name: other}\n"
            ),
            "a/x.yaml": config_map("x"),
        },
        [("patch-target", "ConfigMap other")],
    ),
    "a component among the resources": (
        {
            "a/kustomization.yaml": "resources: [../c]\n",
            "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: x\n",
        },
        [("component-unexpected", "../c")],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_problems(case: str, tmp_path: Path) -> None:
    files, expected = BROKEN[case]
    assert problems(tmp_path, files, "a") == expected


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("case", [case for case in BROKEN if case != "itself"])
def test_kubectl_refuses_them_too(case: str, tmp_path: Path) -> None:
    kustomizer(tmp_path, BROKEN[case][0])
    ran = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path / "repo" / "a")], capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0


def test_remote_bases_are_opaque_and_silence_patch_targets(tmp_path: Path) -> None:
    build = kustomizer(
        tmp_path,
        {
            "a/kustomization.yaml": (
                "resources:\n- https://example.com/repo//config?ref=v1\npatches:\n- patch: |-\n    apiVersion: v1\n"
                "    kind: ConfigMap\n    metadata: {name: other}\n"
            )
        },
    ).build("a")
    assert build is not None
    assert not build.problems
    assert [opaque.reason for opaque in build.opaque] == ["remote base https://example.com/repo//config?ref=v1"]


def test_references_follow_renaming_inside_one_build(tmp_path: Path) -> None:
    build = kustomizer(
        tmp_path,
        {
            "a/kustomization.yaml": "namePrefix: p-\nresources: [x.yaml]\nsecretGenerator:\n- {name: s, literals: [k=v]}\n",
            "a/x.yaml": config_map("x"),
        },
    ).build("a")
    assert build is not None
    by_name = {obj.name: obj for obj in build.objects}
    assert by_name["p-x"].aliases == ("x",)
    assert by_name["p-s"].hashed
    assert "s" in by_name["p-s"].aliases


def test_a_patched_value_points_at_the_patch(tmp_path: Path) -> None:
    build = kustomizer(
        tmp_path,
        {
            "a/kustomization.yaml": "resources: [x.yaml]\npatches:\n- path: patch.yaml\n",
            "a/x.yaml": DEPLOYMENT,
            "a/patch.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n"
                "  template:\n    spec:\n      containers:\n      - name: side\n        image: other\n"
            ),
        },
    ).build("a")
    assert build is not None
    (web,) = build.objects
    assert web.at("spec", "replicas").path == "a/patch.yaml"
    assert web.at("metadata", "name").path == "a/x.yaml"
    assert [c["image"] for c in web.get("spec", "template", "spec", "containers")] == ["nginx", "other"]


@pytest.mark.parametrize(
    ("entry", "remote"),
    [
        ("github.com/acme/repo/config?ref=v1", True),
        ("https://example.com/a.yaml", True),
        ("git@github.com:acme/repo.git", True),
        ("ssh://git@host/repo", True),
        ("example.com/acme/repo//base", True),
        ("../base", False),
        ("apps.v1/base", False),
        ("x.yaml", False),
    ],
)
def test_what_is_remote(entry: str, remote: bool) -> None:
    assert is_remote(entry) is remote


def test_paths_do_not_leave_the_root() -> None:
    assert clamped("a/b", "../c/./d.yaml") == ("a/c/d.yaml", False)
    assert clamped("a", "../../../c") == ("c", True)


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("app=web", True),
        ("app!=web", False),
        ("app in (web, api)", True),
        ("app notin (web)", False),
        ("missing notin (x)", True),
        ("app,!other", True),
        ("other", False),
    ],
)
def test_label_selectors(selector: str, matches: bool) -> None:
    obj = kube_object(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"app": "web"}}}, "x.yaml"
    )
    assert obj is not None
    assert selected(obj, {"labelSelector": selector}) is matches


def test_strategic_merge_of_lists() -> None:
    base = {"containers": [{"name": "a", "image": "1"}, {"name": "b"}], "args": [1, 2]}
    patch = {"containers": [{"name": "a", "image": "2"}, {"name": "b", "$patch": "delete"}], "args": [3]}
    assert merged(base, patch, native=True) == {"containers": [{"name": "a", "image": "2"}], "args": [3]}
    assert merged(base, patch, native=False)["containers"] == patch["containers"]
    assert merged({"a": {"b": 1}}, {"a": None}, native=False) == {}


def test_json_patch_operations() -> None:
    assert patched({"a": [1, 2]}, ["a", "-"], "add", 3) == ({"a": [1, 2, 3]}, ("a", 2))
    assert patched({"a": {"b": 1}}, ["a", "b"], "remove", None) == ({"a": {}}, ("a", "b"))
    assert patched({"a": 1}, ["b"], "replace", 2) == ({"a": 1, "b": 2}, ("b",))
    assert patched({"a": 1}, ["b", "c"], "replace", 2) == ({"a": 1}, None)
    assert patched({"a": 1}, ["b"], "remove", None) == ({"a": 1}, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(
        st.sampled_from(["resources", "components", "patches", "configMapGenerator", "namespace", "patchesStrategicMerge",
                         "patchesJson6902", "generators", "helmCharts", "replacements", "commonAnnotations", "bases"]),
        JSON, max_size=5,
    ),
    manifest=JSON,
)  # fmt: skip
def test_no_kustomization_raises(data: dict[str, object], manifest: object, tmp_path: Path) -> None:
    files = {"a/kustomization.yaml": yaml.safe_dump(data), "a/x.yaml": yaml.safe_dump(manifest)}
    shutil.rmtree(tmp_path / "repo", ignore_errors=True)
    kustomizer(tmp_path, files).build("a")


def test_a_patch_sees_what_a_chart_brings(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "helmCharts: [{name: web, repo: https://charts.example.net}]\n"
        'patches: [{patch: "apiVersion: apps/v1\\nkind: Deployment\\nmetadata: {name: web}\\nspec: {replicas: 2}"}]\n'
    }
    build = kustomizer(tmp_path, files).build("")
    assert build is not None
    assert not build.problems


def test_values_that_a_release_reads_from_a_generated_config_map(tmp_path: Path) -> None:
    files = {
        "app/kustomization.yaml": "configMapGenerator: [{name: v, files: [values.yaml=web.yaml, other.yaml]}]\n",
        "app/web.yaml": "a:\n  b: 1\n c: 2\n",
        "app/other.yaml": "a:\n  b: 1\n c: 2\n",
    }
    build = kustomizer(tmp_path, files).build("app")
    assert build is not None
    assert [(problem.kind, problem.place.path) for problem in build.problems.values()] == [("syntax", "app/web.yaml")]
