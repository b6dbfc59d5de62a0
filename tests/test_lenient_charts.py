"""Charts read without Helm: what is certain, what is unknown, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.charts.compile.parser import parse
from masgitops_lint.charts.lenient import LenientTemplates, render_chart
from masgitops_lint.charts.lenient.functions import FUNCTIONS, merge_values
from masgitops_lint.charts.lenient.interpret import Interpreter
from masgitops_lint.kubernetes.objects import UNKNOWN, KubeObject

from .unit_repos import repository

ROOT: dict[str, Any] = {
    "Values": {"name": "web", "list": ["a", "b"], "map": {"x": 1}, "no": None, "off": False},
    "Release": {"Name": "rel", "Namespace": "ns"},
}


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ .Values.name }}", "web"),
        ('{{ .Values.gone | default "x" | quote }}', '"x"'),
        ('{{ printf "%s-%d" .Values.name 3 }}', "web-3"),
        ("{{- range $i, $e := .Values.list }}{{ $i }}{{ $e }}{{ end }}", "0a1b"),
        ("{{ range .Values.gone }}x{{ else }}none{{ end }}", "none"),
        ("{{ with .Values.map }}{{ .x }}{{ $.Release.Name }}{{ end }}", "1rel"),
        ("{{ if and .Values.name (not .Values.off) }}a{{ else }}b{{ end }}", "a"),
        ('{{ if eq .Values.name "api" }}a{{ else if .Values.off }}b{{ else }}c{{ end }}', "c"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ .Values.map | toYaml | nindent 2 }}", "\n  x: 1"),
        ("{{ .Values.name | trunc 2 | upper }}", "WE"),
        ("{{ .Values.no }}|{{ .Values.a.b.c }}", "|"),
        ('{{ tpl "{{ .Values.name }}!" . }}', "web!"),
        ('{{ join "," .Values.list }}', "a,b"),
        ('{{ include "nobody" . }}', UNKNOWN),
        ("{{ randAlphaNum 5 }}", UNKNOWN),
        ('{{ .Capabilities.APIVersions.Has "x" | ternary "yes" "no" }}', "yes"),
    ],
)
def test_templates(template: str, shown: str) -> None:
    root = {**ROOT, "Capabilities": UNKNOWN}
    assert Interpreter({}).run(parse(template).body, root).text() == shown


def test_named_templates() -> None:
    template = parse('{{ define "n" }}{{ .Values.name }}-x{{ end }}{{ include "n" . | quote }}')
    assert Interpreter(template.defines).run(template.body, ROOT).text() == '"web-x"'


def test_a_recursive_template_ends() -> None:
    template = parse('{{ define "n" }}{{ include "n" . }}{{ end }}{{ include "n" . }}')
    assert UNKNOWN in Interpreter(template.defines).run(template.body, ROOT).text()


CHART = {
    "c/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "c/values.yaml": "image: nginx\nsecret: {name: db}\nextra: false\n",
    "c/templates/_helpers.tpl": '{{- define "full" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}\n',
    "c/templates/a.yaml": (
        "{{- if .Values.extra }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n{{- end }}\n---\n"
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "full" . }}\nspec:\n  template:\n'
        "    spec:\n      containers:\n        - name: a\n          image: {{ .Values.image }}\n"
        "          envFrom:\n            - secretRef:\n                name: {{ .Values.secret.name }}\n"
    ),
    "c/templates/NOTES.txt": "{{ .Values.x }}",
    "c/crds/x.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.example.com}\n"
        "spec: {group: example.com, names: {kind: X}}\n"
    ),
    "c/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "c/charts/sub/templates/s.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Values.global.g }}-sub'}\n",
}


def render(tmp_path: Path, files: dict[str, str], values: dict[str, Any]) -> list[KubeObject]:
    found = render_chart(repository(tmp_path, files), "c", "rel", "ns", values)
    assert found is not None
    return found


def test_a_chart_with_a_subchart_and_crds(tmp_path: Path) -> None:
    objects = render(tmp_path, CHART, {"global": {"g": "x"}})
    assert [f"{obj.kind} {obj.name}" for obj in objects] == [
        "CustomResourceDefinition xs.example.com",
        "Deployment rel-shop",
        "ConfigMap x-sub",
    ]
    place = objects[1].at("spec", "template", "spec", "containers", 0, "envFrom", 0, "secretRef", "name")
    assert place.path == "c/templates/a.yaml"
    assert place.span is not None
    assert (place.span.line, place.span.column) == (19, 23)


def test_values_turn_branches_on(tmp_path: Path) -> None:
    objects = render(tmp_path, CHART, {"extra": True, "global": {"g": "x"}})
    assert "extra" in {obj.name for obj in objects}


def test_a_template_that_cannot_be_run_is_read_neutrally(tmp_path: Path) -> None:
    broken = {
        **CHART,
        "c/templates/b.yaml": (
            '{{- fail "no" }}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Values.x }}-s\n{{- if .y }}\ntype: Opaque\n{{- end }}\n'
        ),
    }
    assert f"{UNKNOWN}-s" in {obj.name for obj in render(tmp_path, broken, {})}


def test_what_is_no_chart(tmp_path: Path) -> None:
    assert render_chart(repository(tmp_path, {"c/a.yaml": "a: 1\n"}), "c", "r", "n", {}) is None


def test_values_merge_like_helm() -> None:
    assert merge_values({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None}, "d": [1]}) == {"a": {"c": 2}, "d": [1]}


def test_go_templates_of_application_sets() -> None:
    rows = LenientTemplates().render(
        ["{{ .a }}-{{ .path.basename }}", "{{ .gone }}"], [{"a": 1, "path": {"basename": "x"}}]
    )
    assert rows == [["1-x", "<no value>"]]


VALUE = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=5)
    | st.just(UNKNOWN)
    | st.lists(st.text(max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(VALUE, max_size=3))
def test_no_function_raises_through_the_interpreter(name: str, values: list[Any]) -> None:
    expression = ["call", name, *(["lit", value] for value in values)]
    interpreter = Interpreter({})
    interpreter.value(expression, ROOT, ROOT, _scope())


def _scope() -> Any:
    from masgitops_lint.charts.lenient.interpret import Scope

    return Scope()
