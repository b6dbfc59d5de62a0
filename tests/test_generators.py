"""Git, list, merge and matrix generators, selectors, values and errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from masgitops_lint.argocd.generators import (
    GeneratorContext,
    GeneratorError,
    UnknownGeneratorError,
    generate,
    selected,
)
from masgitops_lint.repo.yaml import parse


class Files:
    """A repo in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def paths(self) -> list[str]:
        return sorted(self._files)

    def load(self, path: str) -> Any:
        document = parse(path, self._files[path].encode())
        if not document.ok:
            raise ValueError("bad YAML")
        return document.data


def run(generator: Mapping[str, Any], files: Mapping[str, str] | None = None, **context: Any) -> list[dict[str, Any]]:
    return [one.values for one in generate(generator, GeneratorContext(Files(files or {}), **context))]


def git(*patterns: str, **more: Any) -> dict[str, Any]:
    return {"git": {"files": [{"path": pattern} for pattern in patterns], **more}}


class Stub:
    """Stands in for Helm's engine where a test's templates are `{{ .name }}` only."""

    def render(self, texts: Any, data: Any, missing: str = "default") -> list[list[str]]:
        def one(text: str, values: Mapping[str, Any]) -> str:
            for key, value in values.items():
                text = text.replace("{{ ." + key + " }}", str(value))
            return text

        return [[one(text, values) for text in texts] for values in data]


GO: dict[str, Any] = {"go_template": True, "go": Stub()}


def test_path_parameters_with_go_templates() -> None:
    (params,) = run(git("a/B_c/f.yaml"), {"a/B_c/f.yaml": "x: 1\npath: mine\n"}, **GO)
    assert params == {
        "x": 1,
        "path": {
            "path": "a/B_c",
            "basename": "B_c",
            "filename": "f.yaml",
            "basenameNormalized": "b-c",
            "filenameNormalized": "f.yaml",
            "segments": ["a", "B_c"],
        },
    }
    (prefixed,) = run(git("a/B_c/f.yaml", pathParamPrefix="p"), {"a/B_c/f.yaml": "path: mine\n"}, **GO)
    assert prefixed["path"] == "mine"
    assert prefixed["p"]["path"]["basename"] == "B_c"
    (root,) = run(git("f.yaml"), {"f.yaml": ""}, **GO)
    assert root["path"]["path"] == "."
    assert root["path"]["segments"] == ["."]


def test_flat_parameters_without_go_templates() -> None:
    text = "num: 123456789012\nb: yes\nm: {k: v, l: [1, {z: null}]}\n"
    (params,) = run(git("d/f.yaml"), {"d/f.yaml": text})
    assert params == {
        "num": "1.23456789012e+11", "b": "true", "m.k": "v", "m.l.0": "1", "m.l.1.z": "<nil>",
        "path": "d", "path.basename": "d", "path.filename": "f.yaml", "path.basenameNormalized": "d",
        "path.filenameNormalized": "f.yaml", "path[0]": "d",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n"])
def test_an_empty_file_is_one_parameter_set(text: str) -> None:
    (params,) = run(git("f.yaml"), {"f.yaml": text}, **GO)
    assert list(params) == ["path"]


def test_a_list_of_mappings_is_several_sets_and_an_empty_one_none() -> None:
    assert [one["a"] for one in run(git("f.yaml"), {"f.yaml": "- {a: 1}\n- {a: 2}\n"}, **GO)] == [1, 2]
    assert run(git("f.yaml"), {"f.yaml": "[]\n"}, **GO) == []


@pytest.mark.parametrize("text", ["- a\n", "text\n", "a: [\n", "a: {{ x }}\n"])
def test_files_that_fail_the_generator(text: str) -> None:
    with pytest.raises(GeneratorError) as caught:
        run(git("f.yaml", "g.yaml"), {"f.yaml": text, "g.yaml": "a: 1\n"}, **GO)
    assert caught.value.files == ("f.yaml",)


def test_files_are_united_sorted_and_excluded_by_version() -> None:
    files = {"b.yaml": "a: b", "a.yaml": "a: a", "c.yaml": "a: c"}
    generator = {"git": {"files": [{"path": "*.yaml"}, {"path": "b.yaml"}, {"path": "c.yaml", "exclude": True}]}}
    assert [one["a"] for one in run(generator, files, **GO)] == ["a", "b"]
    assert [one["a"] for one in run(generator, files, version=(3, 0, 9), **GO)] == ["a", "b", "c"]


def test_only_the_first_document_counts_and_yaml_is_1_1() -> None:
    (params,) = run(git("f.yaml"), {"f.yaml": "a: 010\nb: on\nc: 1\nc: 2\n---\nd: 1\n"}, **GO)
    assert (params["a"], params["b"], params["c"], "d" in params) == (8, True, 2, False)


def test_directories_win_over_files() -> None:
    generator = {
        "git": {"directories": [{"path": "*"}, {"path": "x", "exclude": True}], "files": [{"path": "a/f.yaml"}]}
    }
    files = {"a/f.yaml": "k: 1", "x/f.yaml": "", ".h/f": ""}
    (params,) = run(generator, files, **GO)
    assert params == {"path": {"path": "a", "basename": "a", "basenameNormalized": "a", "segments": ["a"]}}


def test_a_bad_pattern_fails() -> None:
    with pytest.raises(GeneratorError, match="outside the repository"):
        run(git("/f.yaml"), {"f.yaml": ""}, **GO)
    with pytest.raises(GeneratorError):
        run({"git": {}}, {}, **GO)


def test_values_are_rendered_from_the_own_parameters() -> None:
    (params,) = run(git("f.yaml", values={"k": "{{ .a }}-x"}), {"f.yaml": "a: 1"}, **GO)
    assert params["values"] == {"k": "1-x"}
    (flat,) = run(git("f.yaml", values={"k": "{{a}}-x"}), {"f.yaml": "a: b"})
    assert flat["values.k"] == "b-x"


def test_list_elements() -> None:
    assert run({"list": {"elements": [{"a": 1, "b": {"c": True}}]}}, **GO) == [{"a": 1, "b": {"c": True}}]
    assert run({"list": {"elementsYaml": "- a: 1\n"}}, **GO) == [{"a": 1}]
    assert run({"list": {"elements": [{"a": "x", "values": {"b": "y"}}]}}) == [{"a": "x", "values.b": "y"}]
    with pytest.raises(GeneratorError, match="error parsing value as string"):
        run({"list": {"elements": [{"a": 1}]}})
    with pytest.raises(GeneratorError, match="error parsing values map"):
        run({"list": {"elements": [{"values": "x"}]}})


def lists(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"list": {"elements": list(elements)}}


def test_a_matrix_templates_its_second_child_from_the_first() -> None:
    matrix = {"matrix": {"generators": [lists({"env": "dev"}, {"env": "prd"}), git("{{ .env }}/*.yaml")]}}
    found = run(matrix, {"dev/a.yaml": "num: 1", "prd/b.yaml": "num: 2"}, **GO)
    assert [(one["env"], one["num"]) for one in found] == [("dev", 1), ("prd", 2)]


@pytest.mark.parametrize(("number", "message"), [(1, "less than two"), (3, "more than two")])
def test_a_matrix_has_two_children(number: int, message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        run({"matrix": {"generators": [lists({})] * number}}, **GO)


def test_two_generators_in_one_item() -> None:
    with pytest.raises(GeneratorError, match="found more than one generator"):
        run({"merge": {"mergeKeys": ["k"], "generators": [{**lists({}), **git("x")}, lists({})]}}, **GO)


def test_a_merge_of_git_files() -> None:
    merge = {"merge": {"mergeKeys": ["merge-key"], "generators": [git("*/base.yaml"), git("*/over.yaml")]}}
    files = {
        "a/base.yaml": "merge-key: a\nx: {w: 1, z: 2}",
        "a/over.yaml": "merge-key: a\nx: {z: 3}",
        "b/over.yaml": "merge-key: b",
    }
    (params,) = run(merge, files, **GO)
    assert params["x"] == {"w": 1, "z": 3}
    assert params["path"]["filename"] == "over.yaml"
    (only,) = generate(merge, GeneratorContext(Files(files), **GO))
    assert only.files == ("a/base.yaml", "a/over.yaml")
    assert run(merge, {"b/over.yaml": "merge-key: b"}, **GO) == []


def test_selectors() -> None:
    values = {"a": {"b": "x"}, "n": 1}

    def matches(**selector: Any) -> bool:
        return selected(selector, values, go_template=True)

    assert matches(matchLabels={"a.b": "x"})
    assert not matches(matchLabels={"a.b": "y"})
    assert matches(matchExpressions=[{"key": "n", "operator": "In", "values": ["1"]}])
    assert not matches(matchExpressions=[{"key": "n", "operator": "NotIn", "values": ["1"]}])
    assert matches(matchExpressions=[{"key": "zz", "operator": "NotIn", "values": ["1"]}])
    assert matches(matchExpressions=[{"key": "a.b", "operator": "Exists"}])
    assert not matches(matchExpressions=[{"key": "a.b", "operator": "DoesNotExist"}])
    with pytest.raises(GeneratorError):
        matches(matchExpressions=[{"key": "a", "operator": "Gt"}])


def test_nested_selectors_by_version() -> None:
    child = {**lists({"k": "1"}, {"k": "2"}), "selector": {"matchLabels": {"k": "1"}}}
    merge = {"merge": {"mergeKeys": ["k"], "generators": [child, lists()]}}
    assert len(run(merge, **GO)) == 1
    assert len(run(merge, version=(2, 14, 0), **GO)) == 2
    assert len(run(merge, version=(2, 14, 0), apply_nested_selectors=True, **GO)) == 1


def test_generators_that_ask_something_outside() -> None:
    with pytest.raises(UnknownGeneratorError, match="clusters"):
        run({"clusters": {}}, **GO)
