"""One ApplicationSet expanded: templates, patches, names, freezes and policies."""

from __future__ import annotations

from typing import Any

import pytest

from masgitops_lint.argocd.applicationset import FINALIZER, ExpandOptions, Expansion, expand, valid_name
from masgitops_lint.argocd.templating import TemplateError, fast_template, missing_key

from .test_generators import Files, lists


def a_set(template: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "generators": [lists({"name": "one"}, {"name": "two"})],
        "template": template or {"metadata": {"name": "{{name}}"}, "spec": {"project": "p"}},
    }
    return {"kind": "ApplicationSet", "metadata": {"name": "s", "namespace": "gitops"}, "spec": {**body, **spec}}


def run(manifest: dict[str, Any], go: Any = None, **options: Any) -> Expansion:
    return expand(manifest, Files({}), go, ExpandOptions(**options))


@pytest.fixture(scope="module")
def go() -> Any:
    pytest.importorskip("helm_python")
    from masgitops_lint.charts.helm.engine import open_engine
    from masgitops_lint.charts.helm.gotemplates import HelmGoTemplates

    return HelmGoTemplates(open_engine("sdk"))


def test_fasttemplate_leaves_what_it_does_not_know() -> None:
    assert fast_template("a {{x}} {{ x }} {{y}} {{ .x }}", {"x": "1"}) == "a 1 1 {{y}} {{ .x }}"
    assert fast_template("{{n}}", {"n": 5}) == "{{n}}"
    with pytest.raises(TemplateError):
        fast_template("{{x", {})


def test_applications_get_the_sets_namespace_and_a_finalizer() -> None:
    found = run(a_set())
    assert [one.name for one in found.applications] == ["one", "two"]
    assert found.applications[0].manifest["metadata"] == {
        "name": "one",
        "namespace": "gitops",
        "finalizers": [FINALIZER],
    }
    kept = run(a_set(syncPolicy={"preserveResourcesOnDeletion": True}))
    assert "finalizers" not in kept.applications[0].manifest["metadata"]
    own = run(a_set({"metadata": {"name": "{{name}}", "finalizers": ["mine"]}}))
    assert own.applications[0].manifest["metadata"]["finalizers"] == ["mine"]


@pytest.mark.parametrize(
    ("policy", "deletes"),
    [
        (None, True),
        ("sync", True),
        ("create-only", False),
        ("create-update", False),
        ("create-delete", True),
        ("x", True),
    ],
)
def test_policies(policy: str | None, deletes: bool) -> None:
    assert run(a_set(syncPolicy={"applicationsSync": policy})).deletes is deletes


def test_map_keys_are_templated_and_booleans_are_not() -> None:
    found = run(a_set({"metadata": {"name": "{{name}}", "labels": {"{{name}}": "x"}}, "spec": {"b": True}}))
    assert found.applications[0].manifest["metadata"]["labels"] == {"one": "x"}
    assert found.applications[0].manifest["spec"] == {"b": True}


def test_duplicate_names_by_version() -> None:
    manifest = a_set({"metadata": {"name": "same"}})
    assert [bool(one.problem) for one in run(manifest).applications] == [True, True]
    assert [bool(one.problem) for one in run(manifest, version=(3, 1, 9)).applications] == [False, True]


@pytest.mark.parametrize(
    ("name", "valid"), [("a.b-c", True), ("A", False), ("a_b", False), ("", False), ("a" * 254, False), ("a..b", False)]
)
def test_names(name: str, valid: bool) -> None:
    assert valid_name(name) is valid
    found = run(a_set({"metadata": {"name": name}}, generators=[lists({"x": "1"})]))
    assert (found.applications[0].problem == "") is valid


def test_a_label_that_the_api_server_rejects() -> None:
    found = run(a_set({"metadata": {"name": "{{name}}", "labels": {"l": "<no value>"}}}))
    assert "label l" in found.applications[0].problem


def test_a_generator_error_freezes_the_set() -> None:
    found = run(a_set(generators=[lists({"name": "one"}), {"merge": {"generators": []}}]))
    assert found.frozen
    assert found.applications == ()


def test_an_unknown_generator_is_named_and_the_others_count() -> None:
    found = run(a_set(generators=[{"clusters": {}}, lists({"name": "one"})]))
    assert found.unknown == ("clusters",)
    assert [one.name for one in found.applications] == ["one"]


def test_the_generators_own_template_wins_where_it_says_something() -> None:
    generator = lists({"name": "one"})
    generator["list"]["template"] = {"metadata": {}, "spec": {"project": "other", "x": ""}}
    found = run(
        a_set({"metadata": {"name": "{{name}}"}, "spec": {"project": "p", "x": "kept"}}, generators=[generator])
    )
    assert found.applications[0].manifest["spec"] == {"project": "other", "x": "kept"}


@pytest.mark.parametrize("option", ["missingkey=default", "missingkey=zero", "missingkey=invalid", "missingkey=error"])
def test_known_options(option: str) -> None:
    assert missing_key([option]) == ("error" if option.endswith("error") else "default")


def test_an_unknown_option_freezes() -> None:
    assert run(a_set(goTemplate=True, goTemplateOptions=["missingkey=foo"])).frozen


def test_a_template_patch(go: Any) -> None:
    patch = "spec:\n  project: stolen\n  list: [{{ .name }}]\n  gone: null\n{{ if eq .name \"one\" }}metadata: {labels: {first: 'yes'}}{{ end }}\n"
    template = {"metadata": {"name": "{{ .name }}"}, "spec": {"project": "p", "list": ["a", "b"], "gone": 1}}
    found = run(a_set(template, goTemplate=True, templatePatch=patch), go)
    assert found.error == ""
    one, two = (application.manifest for application in found.applications)
    assert one["spec"] == {"project": "p", "list": ["one"]}
    assert one["metadata"]["labels"] == {"first": "yes"}
    assert "labels" not in two["metadata"]
    assert (
        run(a_set(template, goTemplate=True, templatePatch=patch), go, version=(2, 9, 9))
        .applications[0]
        .manifest["spec"]["gone"]
        == 1
    )
    assert run(a_set(template, goTemplate=True, templatePatch="- x"), go).frozen


def test_a_missing_key_prints_no_value_and_null_on_the_way_fails(go: Any) -> None:
    template = {"metadata": {"name": "n-{{ .name }}", "annotations": {"a": "{{ .nope }}/{{ .no.pe }}"}}}
    found = run(a_set(template, goTemplate=True), go)
    assert found.applications[0].manifest["metadata"]["annotations"] == {"a": "<no value>/<no value>"}
    frozen = run(
        a_set(
            {"metadata": {"name": "{{ .c.id }}"}}, goTemplate=True, generators=[lists({"c": {"id": "x"}}, {"c": None})]
        ),
        go,
    )
    assert frozen.frozen
    assert frozen.error_expression == ".c.id"
    assert frozen.error_params is not None
    assert frozen.error_params.values == {"c": None}
    strict = run(a_set(template, goTemplate=True, goTemplateOptions=["missingkey=error"]), go)
    assert "map has no entry for key" in strict.error


def test_odd_manifests_do_not_raise() -> None:
    for spec in (
        None,
        [],
        {"generators": {}},
        {"generators": [None, 1], "template": []},
        {"template": {"metadata": []}, "generators": [lists({})]},
    ):
        expand({"spec": spec}, Files({}), None)
