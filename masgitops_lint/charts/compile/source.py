"""A checkout of the source repo: its charts, their templates as statements, and their default values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .outline import Assign, outline
from .parser import Expression, Template, parse
from .structure import Document, Each, Evaluate, Misplaced, Open, Route, Set, Splat, Statement, When, structure

ROOTS = "root-applications"


def _is_values(route: Route) -> bool:
    """The plugin's HELM_VALUES (or a plain Helm source's `values`) is YAML inside a block scalar."""
    return (route[-1:] == ("value",) and "env" in route) or route[-2:] == ("helm", "values")


@dataclass(frozen=True)
class ChartTemplate:
    """One template file: its name below `templates/`, and its statements."""

    name: str
    statements: list[Statement]


@dataclass(frozen=True)
class Chart:
    """One chart directory, such as `instance-applications/130-ibm-mas-suite`."""

    path: str
    directory: str
    nested: Callable[[Route], bool] = field(default=lambda route: False)

    @cached_property
    def sources(self) -> dict[str, Template]:
        """Parsed files below `templates/`, by relative name."""
        found: dict[str, Template] = {}
        top = os.path.join(self.directory, "templates")
        for folder, _, names in os.walk(top):
            for name in names:
                if not name.endswith((".yaml", ".yml", ".tpl", ".txt")):
                    continue
                full = os.path.join(folder, name)
                with open(full, encoding="utf-8") as stream:
                    found[os.path.relpath(full, top).replace(os.sep, "/")] = parse(stream.read())
        return dict(sorted(found.items()))

    @cached_property
    def templates(self) -> tuple[ChartTemplate, ...]:
        """Templates that can put out documents (those not starting with `_`), in order of name."""
        return tuple(
            ChartTemplate(name, structure(outline(template.body), self.nested))
            for name, template in self.sources.items()
            if not os.path.basename(name).startswith("_") and not name.endswith(".txt")
        )

    @cached_property
    def defines(self) -> dict[str, list[Statement]]:
        """Named templates of the chart."""
        return {
            name: structure(outline(body), self.nested)
            for template in self.sources.values()
            for name, body in template.defines.items()
        }

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """`values.yaml` as Helm reads it."""
        return _yaml(os.path.join(self.directory, "values.yaml"))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """`Chart.yaml`."""
        return _yaml(os.path.join(self.directory, "Chart.yaml"))


def _yaml(path: str) -> dict[str, Any]:
    import yaml

    try:
        with open(path, "rb") as stream:
            data = yaml.safe_load(stream)
    except OSError:
        return {}
    return data if isinstance(data, dict) else {}


class SourceRepo:
    """The charts below one directory. Raises FileNotFoundError when it has no root charts."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        if not os.path.isdir(os.path.join(directory, ROOTS)):
            raise FileNotFoundError(f"{directory} has no {ROOTS}/: it is no checkout of the MAS GitOps source repo")

    def charts(self, group: str, nested: Callable[[Route], bool] = lambda route: False) -> tuple[Chart, ...]:
        """The charts of one top-level directory, in order of name."""
        top = os.path.join(self.directory, group)
        if not os.path.isdir(top):
            return ()
        return tuple(
            Chart(f"{group}/{name}", os.path.join(top, name), nested)
            for name in sorted(os.listdir(top))
            if os.path.isfile(os.path.join(top, name, "Chart.yaml"))
        )

    @cached_property
    def roots(self) -> tuple[Chart, ...]:
        """The root charts: those that render Applications and ApplicationSets."""
        return self.charts(ROOTS, _is_values)

    @cached_property
    def leaves(self) -> tuple[Chart, ...]:
        """The charts that Applications deploy."""
        groups = sorted(
            name
            for name in os.listdir(self.directory)
            if name.endswith("-applications") and name != ROOTS and os.path.isdir(os.path.join(self.directory, name))
        )
        return tuple(chart for group in groups for chart in self.charts(group))


def level_of(chart: str) -> str:
    """The level a root chart stands at, by its directory name; the name itself where it tells none."""
    name = chart.rsplit("/", 1)[-1]
    match = re.fullmatch(r"(?P<family>.+)-(?P<level>account|cluster|instance|sls|tenant)-root", name)
    if match is None:
        return name
    level = match["level"]
    return "aiservice" if level == "instance" and match["family"].startswith("ibm-ai") else level


def expressions(statements: list[Statement]) -> Iterator[Expression]:
    """Every expression of a program, in order."""
    for one in statements:
        if isinstance(one, Set | Splat | Evaluate):
            yield one.value
        elif isinstance(one, Assign):
            yield one.expression
        elif isinstance(one, When):
            yield one.condition
            yield from expressions(one.then)
            yield from expressions(one.otherwise)
        elif isinstance(one, Each):
            yield one.expression
            yield from expressions(one.body)
            yield from expressions(one.otherwise)
        elif not isinstance(one, Document | Open | Misplaced):
            raise TypeError(type(one).__name__)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all inside it."""
    yield expression
    kind = expression[0]
    if kind in ("call", "fld", "method", "cat", "if"):
        for part in expression[1:]:
            if isinstance(part, list):
                yield from walk(part)
