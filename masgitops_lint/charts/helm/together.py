"""Many renders of one chart in a single call of Helm.

Helm parses all templates of a chart each time it renders it, which takes as long as running them. Here the templates
become partials of a second chart, which includes them for one set of values after the other. A chart whose templates
could tell the difference is left alone, and a set that fails is for Helm itself to render.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

from .chart import Chart

_FOLDER = "templates/"
_DRIVER = "templates/together.yaml"
_PREFIX = "_together-"
_ALONE = ("charts/", "crds/", "requirements.yaml", "values.schema.json")
_TELLING = late_pattern(
    # Go's types and the methods of Helm's own: values are plain maps here; other templates by the names of their files
    r"\b(?:typeOf|typeIs|typeIsLike|deepEqual|BasePath)\b|%#|%T|\.(?:YAML|Table|AsMap|PathValue|Encode)\b"
)
_DEFINING = late_pattern(r"\{\{-?\s*(?:define|block)\b")


class Together(NamedTuple):
    """The second chart, and the first one's templates in the order in which it prints them."""

    chart: Chart
    templates: tuple[str, ...]

    def read(self, text: str) -> list[dict[str, str]]:
        """What every set has rendered: text by template. Raises ValueError when it is not what was asked for."""
        rows = [json.loads(line[1:]) for line in text.split("\n") if line.startswith("#[")]
        # Helm itself does this with whole files
        return [
            {name: one.replace("<no value>", "") for name, one in zip(self.templates, row, strict=True)} for row in rows
        ]


def value_sets(sets: Iterable[tuple[Mapping[str, Any], str, str]]) -> dict[str, Any]:
    """What the second chart is rendered with: values over the first one's defaults, release name, and namespace."""
    return {"sets": [{"values": values, "name": name, "namespace": space} for values, name, space in sets]}


def together(chart: Chart) -> Together | None:
    """The chart that renders another one for many sets of values; None where the result might not be the same."""
    if any(path.startswith(_ALONE) for path in chart.files) or chart.metadata.get("dependencies"):
        return None
    files = {**chart.files, "values.yaml": b"{}\n"}
    moved: dict[str, str] = {}
    for path, data in chart.files.items():
        if not path.startswith(_FOLDER):
            continue
        text = data.decode("utf-8", "replace")
        folder, _, base = path.rpartition("/")
        if _TELLING.search(text):
            return None
        if not base.startswith("_"):
            # where two files define one name, their order decides
            if _DEFINING.search(text):
                return None
            moved[path] = f"{folder}/{_PREFIX}{base}"
            files[moved[path]] = files.pop(path)
    # as Helm runs them, for those that change what they are given
    order = sorted(moved, key=lambda path: (path.count("/"), path), reverse=True)
    files[_DRIVER] = _driver(chart.name, [(path, moved[path]) for path in order])
    return Together(Chart(chart.path, files), tuple(f"{chart.name}/{path}" for path in order))


def _driver(chart: str, templates: Sequence[tuple[str, str]]) -> bytes:
    """A line for every set: a JSON list of what its templates print."""
    includes = ",".join(
        f'{{{{ include {_text(chart, partial)} (set $set "Template" '
        f'(dict "Name" {_text(chart, path)} "BasePath" {_text(chart, "templates")})) | toJson }}}}'
        for path, partial in templates
    )
    return (
        "{{ range .Values.sets }}"
        '{{ $release := set (set (omit $.Release "Name") "Name" .name) "Namespace" .namespace }}'
        '{{ $set := set (set (omit $ "Values") "Values" .values) "Release" $release }}'
        f"#[{includes}]\n{{{{ end }}}}"
    ).encode()


def _text(chart: str, path: str) -> str:
    return json.dumps(f"{chart}/{path}")
