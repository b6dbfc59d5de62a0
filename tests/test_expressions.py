"""Expressions against what Helm itself prints (each expectation was taken from a rendering by Helm's SDK)."""

from __future__ import annotations

from typing import Any

import pytest

from masgitops_lint.charts.compile.outline import outline
from masgitops_lint.charts.compile.parser import parse, pipeline
from masgitops_lint.charts.compile.structure import Each, Misplaced, Set, Splat, When, structure
from masgitops_lint.charts.expressions import UNKNOWN, Frame, TemplateError, compile_expression, text
from masgitops_lint.charts.scalars import Broken, read_scalar
from masgitops_lint.charts.values import coalesce, with_parameters


def expression(source: str) -> Any:
    from masgitops_lint.charts.compile.lexer import Action, split

    (action,) = split("{{" + source + "}}")
    assert isinstance(action, Action)
    return pipeline(action.tokens, top=True)


def value(source: str, **values: Any) -> Any:
    return compile_expression(expression(source))(Frame(values))


@pytest.mark.parametrize(
    ("source", "values", "printed"),
    [
        (".Values.v", {"v": 1234567}, "1.234567e+06"),
        ('printf "%d" 0644', {}, "420"),
        (".Values.v", {"v": 123456}, "123456"),
        (".Values.v", {"v": 0.1}, "0.1"),
        (".Values.v", {"v": 1e-07}, "1e-07"),
        (".Values.v | quote", {"v": 1e21}, '"1e+21"'),
        ('printf "%s %v" .Values.v .Values.v', {"v": -5}, "%!s(float64=-5) -5"),
        ('printf "mas-%s-%s" .Values.v .Values.w', {"v": "a%sb", "w": ""}, "mas-a%sb-"),
        ('printf "100%% %s" .Values.v', {"v": "a"}, "100% a"),
        (".Values.l", {"l": [1, None, "a"]}, "[1 <nil> a]"),
        (".Values.m", {"m": {"b": None, "a": 1.5}}, "map[a:1.5 b:<nil>]"),
        ('cat "a" .Values.v "b"', {"v": None}, "a b"),
        ('eq .Values.v "a"', {"v": None}, "false"),
        ('default "d" .Values.v.y', {"v": {}}, "d"),
        ('"db2wh-i-x" | replace (cat "db2wh-" .Values.i "-" | replace " " "") ""', {"i": "i"}, "x"),
        ("(.Values.l | first).x", {"l": [None]}, ""),
        ('index .Values.m "k"', {"m": {}}, ""),
        ('ternary "a" "b" (contains "x" .Values.s)', {"s": "xyz"}, "a"),
        ('regexMatch "^9\\\\.(2|[3-9])\\\\..*" .Values.c', {"c": "9.2.x"}, "true"),
        ('gt (index (splitList "." .Values.c) 0 | int) 8', {"c": "9.2.x"}, "true"),
        ("not (empty .Values.v)", {"v": "false"}, "true"),
        ("and .Values.a .Values.a.b", {}, ""),
        ('(semver "5.1.0").Compare (semver .Values.v)', {"v": "5.0.0"}, "1"),
    ],
)
def test_printed(source: str, values: dict[str, Any], printed: str) -> None:
    assert text(value(source, **values)) == printed


@pytest.mark.parametrize(
    ("source", "values", "kind", "blamed"),
    [
        (".Values.sm.key", {}, "nil", ["val", "sm"]),
        (".Values.sm.key", {"sm": "x"}, "type", ["val", "sm"]),
        (".Values.a.b.c", {"a": {}}, "nil", ["val", "a", "b"]),
        ("eq .Values.v 1", {"v": 1}, "type", ["val", "v"]),
        ('eq .Values.v "true"', {"v": True}, "type", ["val", "v"]),
        ('contains "rds" .Values.n', {}, "type", ["val", "n"]),
        ("lower .Values.n", {"n": 5}, "type", ["val", "n"]),
        ('index .Values.m "k"', {}, "nil", ["val", "m"]),
        ("index .Values.l 3", {"l": [1]}, "index", ["val", "l"]),
        ("index .Values.m 0", {"m": {"a": 1}}, "type", ["val", "m"]),
        ('required "give it" .Values.v', {}, "required", ["val", "v"]),
        ('fail "no"', {}, "fail", ["call", "fail", ["lit", "no"]]),
    ],
)
def test_errors_name_what_is_to_blame(source: str, values: dict[str, Any], kind: str, blamed: list[Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        value(source, **values)
    assert (caught.value.kind, caught.value.expression) == (kind, blamed)


def test_what_cannot_be_known_stays_unknown() -> None:
    assert value("sha256sum (toYaml .Values.v)", v={}) is UNKNOWN
    assert value('printf "%s-%s" "job" (toYaml .Values.v | adler32sum)', v={}) is UNKNOWN
    assert value("genCA .Values.v", v=1) is UNKNOWN
    assert value("or .Values.yes (genCA 1)", yes=True) is True


@pytest.mark.parametrize(
    ("printed", "quote", "read"),
    [
        ("", "", None),
        ("yes", "", True),
        ("9.10", "", 9.1),
        ("012", "", 10),
        ("a b", "", "a b"),
        ("true", '"', "true"),
        ("a: b", '"', "a: b"),
        ('say "x"', "'", 'say "x"'),
        ("one\n", "|", "one\n"),
        ("\n    a\n    b", "|", "\na\nb\n"),
    ],
)
def test_scalars(printed: str, quote: str, read: object) -> None:
    assert read_scalar(printed, quote) == read


@pytest.mark.parametrize(("printed", "quote"), [('a"b', '"'), ("a: b", ""), ("'", "'"), ("a\nb", "|"), ("[a", "")])
def test_texts_that_break_the_yaml(printed: str, quote: str) -> None:
    assert isinstance(read_scalar(printed, quote), Broken)


def test_values() -> None:
    defaults = {"a": {"x": 1, "y": 2}, "b": "d", "c": {"z": 1}}
    given = {"a": {"x": None, "w": 3}, "c": None}
    assert coalesce(given, defaults) == {"a": {"y": 2, "w": 3}, "b": "d"}
    over = with_parameters(given, [("a.x", "true"), ("n.m", "007"), ("n.k", "7"), ("c", "")])
    assert over == {"a": {"x": True, "w": 3}, "n": {"m": "007", "k": 7}, "c": ""}
    assert given == {"a": {"x": None, "w": 3}, "c": None}


TEMPLATE = """{{- /* a comment */}}
{{ $ns := printf "mas-%s" .Values.id }}
{{- range $i, $v := .Values.items }}
---
kind: Application
metadata:
  name: "{{ $v.name }}.{{ $.Values.id }}"
  annotations:
    {{- if eq $v.kind "a" }}
    wave: "1"
    {{- else }}
    wave: "2"
    {{- end }}
  finalizers:
    - one
    - two
spec:
  prune: {{ if $.Values.auto }}true{{ else }}false{{ end }}
  namespace: {{ $ns }}
  values:
    {{ $v | toYaml | nindent 4 }}
{{- end }}
"""


def test_the_structure_of_a_template() -> None:
    statements = structure(outline(parse(TEMPLATE).body))
    each = next(one for one in statements if isinstance(one, Each))
    assert (each.names, each.expression) == (("$i", "$v"), ["val", "items"])
    sets = {one.route: one.value for one in each.body if isinstance(one, Set)}
    assert sets["metadata", "name"] == ["cat", ["var", "$v", "name"], ["lit", "."], ["val", "id"]]
    assert sets["metadata", "finalizers", 1] == ["lit", "two"]
    assert sets["spec", "prune"] == ["if", ["val", "auto"], ["lit", "true"], ["lit", "false"]]
    choice = next(one for one in each.body if isinstance(one, When))
    assert [one.value for one in (*choice.then, *choice.otherwise) if isinstance(one, Set)] == [
        ["lit", "1"],
        ["lit", "2"],
    ]
    splat = next(one for one in each.body if isinstance(one, Splat))
    assert splat.route == ("spec", "values")


def test_a_key_among_list_items_is_noticed() -> None:
    statements = structure(
        outline(parse("a:\n  b:\n  - c: 1\n    d: 2\n{{ if .Values.x }}\n    e: 1\n{{ end }}\n").body)
    )
    assert not any(isinstance(one, Misplaced) for one in statements)
    text = "spec:\n  list:\n    - c: 1\n      d: 2\n{{- if .Values.x }}\n    e: 1\n{{- end }}\n"
    when = next(one for one in structure(outline(parse(text).body)) if isinstance(one, When))
    assert any(isinstance(one, Misplaced) for one in when.then)


@pytest.mark.parametrize("container", ["settings", ["settings"], 7])
def test_only_mappings_have_keys(container: Any) -> None:
    with pytest.raises(TemplateError, match=r"expected map\[string\]interface"):
        value('hasKey .Values.v "settings"', v=container)
    assert value('hasKey .Values.v "settings"', v={"settings": None}) is True
