"""Go templates through Helm's engine, with the ApplicationSet controller's behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from masgitops_lint.argocd.templating import MissingKey, TemplateError
from masgitops_lint.charts.helm.gotemplate_text import controller_functions, field_chains, with_dug_fields

pytest.importorskip("helm_python")

from masgitops_lint.charts.helm.engine import open_engine
from masgitops_lint.charts.helm.gotemplates import HelmGoTemplates

DATA: dict[str, Any] = {
    "a": {"b": 1, "n": None}, "name": "Feat/Foo_Bar-LongName.x", "s": "str", "l": [1, None], "z": None,
    "big": 123456789012, "literal": "<no value>",
    "lines": "a\x85b\u2028c\nd",
}  # fmt: skip


@pytest.fixture(scope="module")
def go() -> HelmGoTemplates:
    return HelmGoTemplates(open_engine("sdk"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .a.b }}|{{ .q }}|{{ .a.c }}|{{ .z }}", "1|<no value>|<no value>|<no value>"),
        ("{{ .q.r }}{{ .q.r.s }}", "<no value><no value>"),
        ('{{ index .a "nope" }}', "<no value>"),
        ("{{ .big }} {{ toJson .big }}", "1.23456789012e+11 123456789012"),
        ("{{ if .q.r }}y{{ else }}n{{ end }}", "n"),
        ('{{ .q.r | default "d" }}', "d"),
        ("{{ range .l }}{{ . }},{{ end }}", "1,<no value>,"),
        ("{{ .literal }}", "<no value>"),
        ("{{ .lines }}", "a\x85b\u2028c\nd"),
        ('{{ "}}" }}{{ `{{ .q.r }}` }}{{/* .q.r */}}', "}}{{ .q.r }}"),
        ("{{ .name | normalize }}", "feat-foo-bar-longname.x"),
        ("{{ normalize .name }}", "feat-foo-bar-longname.x"),
        ("{{ slugify 10 true .name }}", "feat-foo"),
        ("{{ slugify 10 false .name }}", "feat-foo-b"),
        ("{{ .name | slugify }}", "feat-foo-bar-longname-x"),
        ("{{ $x := .a }}{{ $x.b }}{{ $.a.b }}", "11"),
        ("plain", "plain"),
    ],
)
def test_rendering(go: HelmGoTemplates, text: str, expected: str) -> None:
    assert go.render([text, "other"], [DATA, DATA]) == [[expected, "other"], [expected, "other"]]


@pytest.mark.parametrize(
    ("text", "missing", "message"),
    [
        ("{{ .z.deep }}", "default", "nil pointer evaluating interface {}.deep"),
        ("{{ .s.deep }}", "default", "can't evaluate field deep"),
        ("{{ .q | lower }}", "default", "expected string"),
        ("{{ nosuch }}", "default", 'function "nosuch" not defined'),
        ("{{ if }}", "default", "missing value for if"),
        ("{{ .q }}", "error", 'map has no entry for key "q"'),
        ("{{ .a.q }}", "error", 'map has no entry for key "q"'),
    ],
)
def test_errors(go: HelmGoTemplates, text: str, missing: MissingKey, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        go.render(["ok", text], [DATA, DATA], missing)
    assert message in str(caught.value)
    assert caught.value.text == text


def test_the_failing_parameter_set_is_found(go: HelmGoTemplates) -> None:
    with pytest.raises(TemplateError) as caught:
        go.render(["{{ .a.b }}"], [{"a": {}}, {}, {"a": None}])
    assert caught.value.index == 2
    assert caught.value.expression == ".a.b"


def test_null_prints_no_value_even_when_missing_keys_are_errors(go: HelmGoTemplates) -> None:
    assert go.render(["{{ .z }}{{ .a.n }}"], [DATA], "error") == [["<no value><no value>"]]


def test_nothing_to_render(go: HelmGoTemplates) -> None:
    assert go.render([], [DATA]) == [[]]
    assert go.render(["x"], []) == []


def test_rewrites_touch_actions_only() -> None:
    assert (
        with_dug_fields("a.b.c {{ .a }} {{ .a.b }} {{ $.c.d }}")
        == 'a.b.c {{ .a }} {{ (dig "a" "b" nil .) }} {{ (dig "c" "d" nil $) }}'
    )
    assert controller_functions("normalize {{ .x }}") == "normalize {{ .x }}"
    assert list(field_chains('x.y {{ .a.b | f }}{{ ".no" }}{{ $v.w }}')) == [("a", "b")]
