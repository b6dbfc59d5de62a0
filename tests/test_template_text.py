"""What is read out of a template's text: bindings, guards, marks and the lines of a values block."""

from __future__ import annotations

import pytest

from masgitops_lint.charts.helm.template_text import LOOP_MARK, Loop, TemplateText

TEMPLATE = """\
{{- /* a comment with {{ braces }} and .Values.no */}}
{{- $ns := printf "mas-%s" .Values.instance.id }}
{{- if .Values.flag }}{{- $unused := .Values.other }}{{- end }}
{{- range $i, $item := .Values.block.items }}
{{- if and $item.on (eq $.Values.role "x") }}
---
kind: Application
name: {{ $item.name }} {{ $ns }} {{ .deep.er }}
{{- with $item.inner }}
inner: {{ .leaf }} {{ $.Values.top }}
{{- end }}
value: |
  one: {{ $item.one }}
  two: "{{ .Values.x }}{{ $item.two }}"
  three:
    four: '{{ $.Values.four }}'
  {{ $item.rest | toYaml | nindent 2 }}
{{- end }}
{{- end }}
"""


@pytest.fixture
def text() -> TemplateText:
    return TemplateText(TEMPLATE)


@pytest.mark.parametrize(
    ("line", "expression", "routes"),
    [
        (8, "$item.name", [("block", "items", Loop(3), "name")]),
        (8, "$ns", [("instance", "id")]),
        (8, ".deep.er", [("block", "items", Loop(3), "deep", "er")]),
        (10, ".leaf", [("block", "items", Loop(3), "inner", "leaf")]),
        (10, "$.Values.top", [("top",)]),
        (8, "eq $item.a $.Values.b", [("block", "items", Loop(3), "a"), ("b",)]),
        (8, '"$item.quoted"', []),
        (8, "$unknown.x", []),
    ],
)
def test_expressions_lead_into_the_values(text: TemplateText, line: int, expression: str, routes: list[object]) -> None:
    action = text.action_at(line, 7)
    assert action is not None
    found = text.routes(expression, action)
    numbered = [tuple("*" if isinstance(step, Loop) else step for step in route) for route in found]
    wanted = [tuple("*" if isinstance(step, Loop) else step for step in route) for route in routes]  # type: ignore[attr-defined]
    assert numbered == wanted


def test_guards_innermost_first(text: TemplateText) -> None:
    action = text.action_at(10, 8)
    assert action is not None
    guards = [tuple(step for step in route if isinstance(step, str)) for route in text.guards(action)]
    assert guards == [("block", "items", "inner"), ("block", "items", "on"), ("role",), ("block", "items")]
    assert text.document_guards == ("block", "role")


def test_marks_keep_the_lines_and_name_the_entry(text: TemplateText) -> None:
    marked = text.marked()
    assert marked.count("\n") == TEMPLATE.count("\n")
    assert f'---{{{{ "\\n{LOOP_MARK}' in marked
    assert "{{ $i }}" in marked
    anonymous = TemplateText("{{- range .Values.l }}\n---\nkind: X\nn: {{ .name }}\n{{- end }}\n").marked()
    assert "range $masLint0, $masLintValue0 := .Values.l" in anonymous
    assert TemplateText("kind: X\n---\n").marked() == "kind: X\n---\n"


def test_lines_of_a_values_block(text: TemplateText) -> None:
    one, two, four, rest = text.spliced
    assert (one.key, one.quote, one.plain) == (("one",), "", True)
    assert (two.key, two.plain) == (("two",), False)
    assert (four.key, four.quote, four.plain) == (("three", "four"), "'", True)
    assert (rest.key, rest.whole) == ((), True)


@pytest.mark.parametrize(
    "broken", ["{{", "{{ if", "{{ end }}{{ end }}", "{{ range }}", '{{ "}} ', "}}", "{{ with }}{{ .x }}", ""]
)
def test_broken_templates_do_not_raise(broken: str) -> None:
    text = TemplateText(broken)
    text.marked()
    assert text.spliced == ()
    for action in text.actions:
        text.routes(action.body, action)
        text.guards(action)
