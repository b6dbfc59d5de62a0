"""What a chart rendered to, as objects: documents of the output with the template and list entry they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from masgitops_lint.charts.helm.chart import Chart
from masgitops_lint.charts.helm.engine import RenderedFile
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.template_text import LOOP_MARK
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.repo.alike import Family
from masgitops_lint.repo.yaml import parse

_SEPARATOR = late_pattern(r"(?m)^---[ \t]*(?:#.*)?$")
_MARK = late_pattern(re.escape(LOOP_MARK) + r"(\d+) (.*)")
_CONTENT = late_pattern(r"(?m)^[^#\s]")


@dataclass(frozen=True)
class RenderedObject:
    """One object. `template` is Helm's name of the file, `line` where its document starts in that file's output.

    `loops` maps the range actions around it (see `template_text`) to the entry it was rendered for.
    """

    template: str
    line: int
    data: Mapping[str, Any]
    text: str = ""
    loops: Mapping[int, str | int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`kind`, "" when it is missing."""
        return text_of(self.data.get("kind"))

    def get(self, *keys: str) -> Any:
        """The value at a path of mapping keys, or None."""
        value: Any = self.data
        for key in keys:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value


def text_of(value: Any) -> str:
    """A scalar as text: "" for null and for what is no scalar."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def objects_of(files: Iterable[RenderedFile], chart: Chart) -> list[RenderedObject]:
    """The objects in what a chart rendered to, in order.

    Raises `RenderError` (kind "yaml") for output that is no mapping.
    """
    return [found for file in files for found in _objects(file, chart.outputs.named(file.template))]


def _objects(file: RenderedFile, alike: Family | None) -> Iterator[RenderedObject]:
    start = 0
    line = 1
    for separator in (*_SEPARATOR.finditer(file.text), None):
        end = separator.start() if separator is not None else len(file.text)
        text = file.text[start:end]
        if _CONTENT.search(text):
            yield from _object(file.template, line, text, alike)
        if separator is not None:
            line += file.text.count("\n", start, separator.end())
            start = separator.end()


def _object(template: str, line: int, text: str, alike: Family | None) -> Iterator[RenderedObject]:
    document = parse(template, text.encode("utf-8", "surrogatepass"), alike)
    if not document.ok:
        problem = next(problem for problem in document.problems if problem.fatal)
        at = line + problem.span.line - 1
        raise RenderError(
            template, at, problem.span.column, "", f"the rendered YAML is broken: {problem.message}", "yaml"
        )
    data = document.data
    if data is None:
        return
    if not isinstance(data, Mapping):
        raise RenderError(template, line, 1, "", "the rendered YAML is no mapping", "yaml")
    loops = (
        {int(m[1]): int(m[2]) if m[2].isdigit() else m[2] for m in _MARK.finditer(text)} if LOOP_MARK in text else {}
    )
    items = data.get("items")
    if text_of(data.get("kind")).endswith("List") and isinstance(items, list):
        for item in items:
            if isinstance(item, Mapping):
                yield RenderedObject(template, line, item, text, loops)
        return
    yield RenderedObject(template, line, data, text, loops)
