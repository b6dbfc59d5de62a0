"""Puts a release profile together."""

from __future__ import annotations

import json
from typing import Any

from masgitops_lint.charts.packing import pack
from masgitops_lint.data import data_text

from .applicationsets import applicationsets
from .features import argocd_uses
from .leaves import leaf
from .program import Table, application_program, renumber
from .reads import Reads, read_defaults
from .source import Chart, SourceRepo, level_of

FORMAT = 1


def by_hand() -> dict[str, Any]:
    """What cannot be read from the charts, with its source (`data/charts/by_hand.json`)."""
    text = data_text("charts/by_hand.json")
    data: dict[str, Any] = json.loads(text)
    return data


def build(directory: str, release: str) -> dict[str, Any]:
    """The profile of the checkout at `directory`. Raises FileNotFoundError or TemplateSyntaxError."""
    repo = SourceRepo(directory)
    hand = by_hand()
    table = Table()
    sets = applicationsets(repo, hand["file_keys"]["values"])
    passed = {
        one["level"]: {parameter["name"] for parameter in one["parameters"] if "when" not in parameter} for one in sets
    }
    for one in sets:
        del one["parameters"]
    roots = {level_of(chart.path): _root(chart, table, passed.get(level_of(chart.path), set())) for chart in repo.roots}
    for level, root in roots.items():
        root["parameters"] = sorted(passed.get(level, ()))
    leaves = {chart.path: leaf(chart, table) for chart in repo.leaves}
    programs = [one for group in (roots, leaves) for facts in group.values() for one in facts["templates"].values()]
    return {
        "format": FORMAT,
        "release": release,
        "charts": [chart.path for chart in repo.leaves],
        "applicationsets": sets,
        "roots": roots,
        "leaves": leaves,
        "expressions": [pack(one) for one in renumber(programs, table)],
        "argocd": argocd_uses(directory),
    }


def _root(chart: Chart, table: Table, parameters: set[str]) -> dict[str, Any]:
    programs = {one.name: application_program(one.statements, table, parameters) for one in chart.templates}
    reads = Reads()
    for one in chart.templates:
        reads.names = {}
        reads.add_statements(one.statements)
    defaults = read_defaults(chart.defaults, reads.root)
    return {"chart": chart.path, "defaults": defaults, "reads": reads.tree(), "templates": programs}


def dump(profile: dict[str, Any]) -> str:
    """The profile as compact, stable JSON: one line a section entry, so that a new release gives a readable diff."""
    lines: list[str] = []
    for key, value in profile.items():
        if isinstance(value, list):
            inner = ",\n".join(_compact(one) for one in value)
            lines.append(f"{json.dumps(key)}: [\n{inner}\n]")
        elif isinstance(value, dict) and value:
            inner = ",\n".join(f"{json.dumps(name)}: {_compact(one)}" for name, one in value.items())
            lines.append(f"{json.dumps(key)}: {{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
