"""Templates that Helm refuses, found without Helm."""

from __future__ import annotations

import pytest

from masgitops_lint.charts.lenient.faults import FUNCTION_NAMES, template_fault
from masgitops_lint.charts.lenient.functions import FUNCTIONS


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a: 1\nb: {{ .Values.b", 2, "unclosed action"),
        ("a: {{ .Values.list[0].name }}", 1, "unexpected '[0].name }' in an action"),
        ("a: {{ .Values.uptime-kuma.size }}", 1, "unexpected '-kuma.size' in an action"),
        ("{{ if .a }}\nx: 1\n{{ if .b }}\n{{ end }}\n", 1, "{{if}} without {{end}}"),
        ("x: 1\n{{ end }}\n", 2, "unexpected {{end}}: no block is open"),
        ("{{ else }}", 1, "unexpected {{else}}: no block is open"),
        ('a: {{ .Values.a | selectattr "b" }}', 1, 'function "selectattr" not defined'),
        ('{{/* {{ "{{ .a }}" }} -> {{ .b }}\n{{ x */ -}}', 1, None),
        ("a: {{ .Values.a | }}", 1, "missing value in a pipeline"),
    ],
)
def test_what_is_refused(source: str, line: int, message: str | None) -> None:
    found = template_fault(source)
    if message is None:
        assert found is None
    else:
        assert found is not None
        assert (found.line, found.message) == (line, message)


@pytest.mark.parametrize(
    "source",
    [
        '{{- range $i, $e := .Values.list }}\n- {{ $e.name | default (printf "a-%d" $i) | quote }}\n{{- end }}',
        "{{/* a comment {{ with braces }} */}}\na: {{ `{{ .name }}` }}\n",
        "{{- with .Values.a }}{{ toYaml . | nindent 2 }}{{- else with .Values.b }}{{ . }}{{- end }}",
        '{{ define "a.b" }}{{ .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}{{ include "a.b" . }}',
        "{{ if and (eq .a 1) (not .b) -}} x {{- else if .c -}} y {{- end }}",
    ],
)
def test_what_is_accepted(source: str) -> None:
    assert template_fault(source) is None


def test_every_function_that_is_read_is_known() -> None:
    assert set(FUNCTIONS) - FUNCTION_NAMES <= {"normalize", "slugify"}
