"""Go templates as the ApplicationSet controller renders them, done by Helm's engine.

Helm's engine is text/template with sprig, but not quite the controller's: it prints "" for `<no value>`, and it sets
`missingkey=zero`, under which `.a.b` fails where `.a` is missing, while the controller prints `<no value>`. So every
text becomes a file of a small chart, and is included by another one that prints the result as JSON (an include is not
stripped); and where Helm fails, field chains are written as `dig`, which is exactly the controller's behaviour: missing
yields nothing, null or a scalar on the way fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from masgitops_lint.argocd.templating import MissingKey, TemplateError
from masgitops_lint.model.late_pattern import late_pattern

from .chart import Chart
from .engine import HelmEngine
from .failure import RenderError
from .gotemplate_text import controller_functions, with_checked_fields, with_dug_fields

_CHART = b"apiVersion: v2\nname: t\nversion: 0.0.1\n"
_HELPERS = b"""
{{- define "controller.normalize" -}}
{{- regexReplaceAll "[^-a-z0-9.]" (lower .) "-" | trunc 253 | trimAll "-." -}}
{{- end -}}
{{- define "controller.slugify" -}}
{{- $size := 50 -}}{{- $smart := false -}}{{- $name := last . -}}
{{- if gt (len .) 1 -}}{{- $size = index . 0 -}}{{- end -}}
{{- if gt (len .) 2 -}}{{- $smart = index . 1 -}}{{- end -}}
{{- $slug := regexReplaceAll "[^-a-z0-9.]" (lower $name) "-" | trunc 253 | trimAll "-." -}}
{{- $slug = regexReplaceAll "-+" (regexReplaceAll "[^-a-z0-9_]" $slug "-") "-" | trimAll "-_" -}}
{{- if gt (len $slug) $size -}}
{{- $head := substr 0 $size $slug -}}
{{- if and $smart (ne (substr $size (int (add1 $size)) $slug) "-") (contains "-" $head) -}}
{{- $head = regexReplaceAll "-[^-]*$" $head "" -}}
{{- end -}}
{{- $slug = $head -}}
{{- end -}}
{{- $slug -}}
{{- end -}}
{{- define "controller.need" -}}
{{- $here := index . 0 -}}
{{- range $key := rest . -}}
{{- if not (hasKey $here $key) -}}{{- fail (printf "map has no entry for key %q" $key) -}}{{- end -}}
{{- $here = index $here $key -}}
{{- end -}}
{{- end -}}
"""
_INDEX = late_pattern(r"t/templates/_t(\d+)\.tpl")


class HelmGoTemplates:
    """Implements `masgitops_lint.argocd.templating.GoTemplates` over a Helm engine: one render for a whole batch."""

    def __init__(self, engine: HelmEngine) -> None:
        self._engine = engine

    def render(
        self, texts: Sequence[str], data: Sequence[Mapping[str, Any]], missing: MissingKey = "default"
    ) -> list[list[str]]:
        """For each item of `data` every text rendered, in order. Raises `TemplateError` for the first that fails."""
        if not texts or not data:
            return [["" for _ in texts] for _ in data]
        prepared = [controller_functions(text) for text in texts]
        if missing == "error":
            return self._render([with_checked_fields(text) for text in prepared], texts, data)
        try:
            return self._batch(prepared, data)
        except RenderError:
            return self._render([with_dug_fields(text) for text in prepared], texts, data)

    def _render(
        self, prepared: Sequence[str], texts: Sequence[str], data: Sequence[Mapping[str, Any]]
    ) -> list[list[str]]:
        try:
            return self._batch(prepared, data)
        except RenderError as error:
            raise self._blame(error, prepared, texts, data) from None

    def _batch(self, prepared: Sequence[str], data: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        includes = ",".join(
            f'{{{{ include "t/templates/_t{index}.tpl" . | toJson }}}}' for index in range(len(prepared))
        )
        files = {
            "Chart.yaml": _CHART,
            "templates/_controller.tpl": _HELPERS,
            "templates/out.yaml": f"{{{{ range .Values.sets }}}}#[{includes}]\n{{{{ end }}}}".encode(),
        }
        files |= {f"templates/_t{index}.tpl": text.encode() for index, text in enumerate(prepared)}
        rendered = self._engine.render(Chart("t", files), {"sets": list(data)})
        lines = [line[1:] for file in rendered for line in file.text.split("\n") if line.startswith("#[")]
        return [json.loads(line) for line in lines]

    def _blame(
        self, error: RenderError, prepared: Sequence[str], texts: Sequence[str], data: Sequence[Mapping[str, Any]]
    ) -> TemplateError:
        """Which text failed for which parameter set: the set is found by rendering them one by one."""
        names = [error.template, *(frame.template for frame in error.frames)]
        found = next((m for name in reversed(names) if (m := _INDEX.search(name))), None)
        suspects = [int(found[1])] if found else range(len(texts))
        for index, values in enumerate(data):
            for suspect in suspects:
                try:
                    self._batch([prepared[suspect]], [values])
                except RenderError as own:
                    return TemplateError(_message(own), texts[suspect], index, _expression(own))
        return TemplateError(_message(error), "", 0, _expression(error))


def _message(error: RenderError) -> str:
    if error.message.endswith("not map[string]interface {}") and "calling dig" in error.message:
        field = re.search(r'dig ((?:"[^"]*" )+)nil', error.expression)
        names = re.findall(r'"([^"]*)"', field[1]) if field else [""]
        if "is nil" in error.message:
            return f"executing template at <{_expression(error)}>: nil pointer evaluating interface {{}}.{names[-1]}"
        return f"executing template at <{_expression(error)}>: can't evaluate field {names[-1]} in type interface {{}}"
    return str(error.message)


def _expression(error: RenderError) -> str:
    dug = re.search(r'dig ((?:"[^"]*" )+)nil (\S+)', error.expression)
    if dug is None:
        return error.expression
    root = dug[2].rstrip(")")
    return ("" if root == "." else root) + "".join(f".{name}" for name in re.findall(r'"([^"]*)"', dug[1]))
