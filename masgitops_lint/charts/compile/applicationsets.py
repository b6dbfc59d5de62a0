"""Reads the ApplicationSets of the root charts: which config files each merges, and what it passes down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .parser import Expression, parse
from .source import Chart, SourceRepo, expressions, level_of, walk
from .structure import Route, Set, Statement, When

_IDS = {
    ("account", "id"): "{account}",
    ("cluster", "id"): "{cluster}",
    ("instance", "id"): "{instance}",
    ("tenant", "id"): "{tenant}",
}


def applicationsets(repo: SourceRepo, file_keys: dict[str, str]) -> list[dict[str, Any]]:
    """One entry an ApplicationSet, top level first.

    `file_keys` names a file's top-level key where that is not the file's own name.
    """
    found = [one for chart in repo.roots for one in _of_chart(chart)]
    reads = {level_of(chart.path): keys_read(chart) for chart in repo.roots}
    for entry in found:
        passed = {p["name"].split(".")[0] for p in entry["parameters"] if "when" not in p}
        _name_keys(entry, reads.get(entry["level"], set()), passed, file_keys)
    order = ["account", "cluster", "instance", "aiservice", "tenant", "sls"]
    return sorted(
        found,
        key=lambda one: (
            order.index(one["parent"]) if one["parent"] in order else 9,
            order.index(one["level"]) if one["level"] in order else 9,
        ),
    )


def keys_read(chart: Chart) -> set[str]:
    """Top-level value names that a root chart's templates mention."""
    return {
        part[1]
        for template in chart.templates
        for expression in expressions(template.statements)
        for part in walk(expression)
        if part[0] == "val" and len(part) > 1
    }


def _name_keys(entry: dict[str, Any], reads: set[str], passed: set[str], file_keys: dict[str, str]) -> None:
    claimed: set[str] = set()
    for file in entry["files"][1:]:
        stem = file["name"].removesuffix(".yaml")
        key = file_keys.get(stem, stem.replace("-", "_"))
        file["keys"] = [key]
        claimed.add(key)
    file = entry["files"][0]
    file["keys"] = sorted(reads - claimed - passed)


def _flat(statements: list[Statement], guard: Expression | None = None) -> Iterator[tuple[Set, Expression | None]]:
    for one in statements:
        if isinstance(one, Set):
            yield one, guard
        elif isinstance(one, When):
            inner = one.condition if guard is None else ["call", "and", guard, one.condition]
            yield from _flat(one.then, inner)


def _of_chart(chart: Chart) -> Iterator[dict[str, Any]]:
    for template in chart.templates:
        sets = [(one.route, one, guard) for one, guard in _flat(template.statements)]
        if any(route == ("kind",) and one.value == ["lit", "ApplicationSet"] for route, one, _ in sets):
            yield _entry(chart, template.name, sets)


def _entry(chart: Chart, template: str, sets: list[tuple[Route, Set, Expression | None]]) -> dict[str, Any]:
    values = {route: one.value for route, one, _ in sets}
    paths = [one.value for route, one, _ in sets if route[-3:-1] == ("files", 0) and route[-1] == "path"]
    directory, names = _patterns([id_text(path) for path in paths])
    parameters: dict[Any, dict[str, Any]] = {}
    for route, one, guard in sets:
        if route[:5] == ("spec", "template", "spec", "source", "helm") and route[5] == "parameters":
            item = parameters.setdefault(route[6], {})
            item[str(route[7])] = id_text(one.value) if route[7] == "name" else one.value
            if guard is not None:
                item["when"] = guard
    source = id_text(values[("spec", "template", "spec", "source", "path")])
    merge = [id_text(value) for route, value in values.items() if "mergeKeys" in route]
    level = level_of(source)
    return {
        "level": level,
        "parent": level_of(chart.path),
        "chart": chart.path,
        "template": template,
        "name": id_text(values[("metadata", "name")]),
        "prefix": directory,
        "merge_key": merge[0] if merge else None,
        "files": [{"name": name, "keys": []} for name in names],
        "root": id_text(values[("spec", "template", "metadata", "name")]),
        "path": source,
        "sync": values.get(("spec", "syncPolicy", "applicationsSync")),
        "parameters": list(parameters.values()),
    }


def _patterns(paths: list[str]) -> tuple[str, list[str]]:
    directories = {path.rpartition("/")[0] for path in paths}
    if len(directories) != 1:
        raise ValueError(f"one ApplicationSet reads files of different directories: {sorted(directories)}")
    return directories.pop(), [path.rpartition("/")[2].strip() for path in paths]


def id_text(expression: Expression) -> str:
    """A name or path over ids: `.Values.cluster.id` and the generator's own `{{.cluster.id}}` become `{cluster}`."""
    kind = expression[0]
    if kind == "lit":
        return _generator_text(str(expression[1]))
    if kind == "cat":
        return "".join(id_text(part) for part in expression[1:])
    if kind in ("val", "top"):
        return str(_IDS.get(tuple(expression[1:]), "{" + ".".join(expression[1:]) + "}"))
    if kind == "call" and len(expression) == 3:
        inner = id_text(expression[2]).removesuffix("}")
        return f"{inner}|{expression[1]}}}"
    return "{?}"


def _generator_text(text: str) -> str:
    if "{{" not in text:
        return text
    from .outline import inline

    value = inline(parse(text).body)
    if value is None:
        return re.sub(r"\{\{.*?\}\}", "{?}", text)
    return id_text(value)
