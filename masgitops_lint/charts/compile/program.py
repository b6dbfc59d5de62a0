"""Turns statements into the programs that a profile stores.

A program is a list of small lists, the first item of which tells what it is:

- `["doc", line, [keys]]`                          a new object, and the value keys that can make it exist
- `["set", field, e, quote, opens]`                a field of the object (names in `FIELDS`)
- `["leaf", route, e, quote, opens, line]`         a scalar of HELM_VALUES; `null` in a route is a list item
- `["put", route, e, line]`                        a whole value of HELM_VALUES (`toYaml`)
- `["say", e, quote, line]`                        a scalar elsewhere, which can make the YAML unreadable
- `["mix", e, line]`                               a whole value among other keys: it has to be a mapping
- `["bad", e, line]`                               the template's YAML is wrong here; `e` is the condition for it
- `["do", e, line]`                                evaluated, and able to fail
- `["let", name, e, new]`                          a variable
- `["if", e, then, otherwise, line]`, `["with", ...]` likewise, `["each", names, e, body, otherwise, line]`

`e` is a number: the expression's place in the profile's table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from masgitops_lint.charts.expressions import fallible
from masgitops_lint.charts.needs import Known

from .outline import Assign, inline
from .parser import Expression, parse
from .source import expressions, walk
from .structure import Document, Each, Evaluate, Misplaced, Route, Set, Splat, Statement, When

ANNOTATION = ("metadata", "annotations")
_TEMPLATE = ("spec", "template")

FIELDS: dict[Route, str] = {
    ("kind",): "kind",
    ("metadata", "name"): "name",
    ("metadata", "namespace"): "own_namespace",
    (*ANNOTATION, "argocd.argoproj.io/sync-wave"): "wave",
    (*ANNOTATION, "argocd.argoproj.io/sync-options"): "annotation_sync_options",
    ("spec", "destination", "server"): "server",
    ("spec", "destination", "name"): "server_name",
    ("spec", "destination", "namespace"): "namespace",
    ("spec", "source", "path"): "path",
    ("spec", "source", "chart"): "chart",
    ("spec", "source", "targetRevision"): "revision",
    ("spec", "source", "plugin", "name"): "plugin",
    ("spec", "syncPolicy", "automated", "prune"): "prune",
}
_LISTS: dict[Route, str] = {
    ("metadata", "finalizers"): "finalizers",
    ("spec", "syncPolicy", "syncOptions"): "sync_options",
}


class Table:
    """The expressions of a profile, each once."""

    def __init__(self) -> None:
        self.rows: list[Expression] = []
        self._known: dict[str, int] = {}

    def add(self, expression: Expression) -> int:
        """The number of the expression."""
        key = json.dumps(expression)
        if key not in self._known:
            self._known[key] = len(self.rows)
            self.rows.append(expression)
        return self._known[key]


def application_program(statements: list[Statement], table: Table, parameters: set[str]) -> list[Any]:
    """The program of a root chart's template. `parameters` are Helm parameters that the level above always passes."""
    return _Writer(table, _application_field, parameters, statements).write(statements)


def _mixed(statements: list[Statement]) -> set[Route]:
    """Routes at which a template writes keys of its own."""
    found: set[Route] = set()
    for one in statements:
        if isinstance(one, Set):
            found.add(one.route[:-1])
        elif isinstance(one, When):
            found |= _mixed(one.then) | _mixed(one.otherwise)
        elif isinstance(one, Each):
            found |= _mixed(one.body) | _mixed(one.otherwise)
    return found


def _uses(statements: list[Statement]) -> Counter[str]:
    """How often a template reads each top-level value."""
    return Counter(
        part[1]
        for expression in expressions(statements)
        for part in walk(expression)
        if part[0] == "val" and len(part) > 1
    )


def blocks(condition: Expression) -> list[tuple[str, ...]]:
    """Values that a condition wants to be there: not those it wants to be absent."""
    kind = condition[0]
    if kind == "val":
        return [tuple(condition[1:])]
    if kind != "call":
        return []
    name = condition[1]
    if name == "not":
        inner = condition[2]
        return blocks(inner[2]) if inner[:2] == ["call", "empty"] else []
    if name == "empty":
        return []
    return [path for part in condition[2:] for path in blocks(part)]


def _application_field(one: Set | Splat, table: Table) -> list[Any] | None:
    route = one.route
    if route[:2] == _TEMPLATE and len(route) > 2:
        return _generated_field(one, table)
    values = _helm_values(route)
    if values is not None:
        if isinstance(one, Splat):
            return ["put", values, table.add(one.value), one.line]
        return ["leaf", values, table.add(one.value), one.quote, int(one.opens), one.line]
    name = FIELDS.get(route) or _LISTS.get(route[:-1])
    if name is not None and isinstance(one, Set):
        return ["set", name, table.add(one.value), one.quote, int(one.opens)]
    if route == ("spec", "syncPolicy", "applicationsSync") and isinstance(one, Set):
        return ["set", "applications_sync", table.add(one.value), one.quote, 0]
    return None


def _generated_field(one: Set | Splat, table: Table) -> list[Any] | None:
    """A field of the Application that an ApplicationSet generates; the generator's own `{{ }}` stays literal."""
    if not isinstance(one, Set):
        return None
    inner = one.route[2:]
    if inner[:4] == ("spec", "source", "helm", "parameters"):
        return ["set", f"parameter_{inner[-1]}", table.add(one.value), one.quote, int(one.opens)]
    name = FIELDS.get(inner) or _LISTS.get(inner[:-1])
    if name is None:
        return None
    value = _with_generator(one.value) if name == "name" else one.value
    return ["set", "root_" + name, table.add(value), one.quote, int(one.opens)]


def _with_generator(expression: Expression) -> Expression:
    """The ApplicationSet's own template, which stands in the chart's as a literal, turned into expressions too."""
    if expression[0] == "cat":
        return ["cat", *(_with_generator(part) for part in expression[1:])]
    if expression[0] == "lit" and isinstance(expression[1], str) and "{{" in expression[1]:
        inner = inline(parse(expression[1]).body)
        if inner is not None:
            return _generator_fields(inner)
    return expression


def _generator_fields(expression: Expression) -> Expression:
    if expression[0] in ("top", "val"):
        return ["gen", *(["Values"] if expression[0] == "val" else []), *expression[1:]]
    return [_generator_fields(part) if isinstance(part, list) else part for part in expression]


def _helm_values(route: Route) -> list[str | None] | None:
    """The route inside HELM_VALUES, or None for a route outside it."""
    if route[:4] == ("spec", "source", "plugin", "env") and len(route) > 5 and route[5] == "value":
        return [None if isinstance(part, int) else part for part in route[6:]]
    if route[:4] == ("spec", "source", "helm", "values"):
        return [None if isinstance(part, int) else part for part in route[4:]]
    return None


class _Writer:
    def __init__(
        self,
        table: Table,
        field: Callable[[Set | Splat, Table], list[Any] | None],
        parameters: set[str],
        statements: list[Statement],
    ) -> None:
        self.table = table
        self.mixed = _mixed(statements)
        self.field = field
        self.parameters = parameters
        self.uses = _uses(statements)
        self.guards: list[Expression] = []
        self.open = False

    def write(self, statements: list[Statement], known: Known | None = None) -> list[Any]:
        known = Known() if known is None else known
        found: list[Any] = []
        for one in statements:
            if isinstance(one, Set) and one.route in (("apiVersion",), ("kind",)) and not self.open:
                found.append(self.document(one.line))
            row = self.row(one, known)
            if row is not None:
                found.append(row)
        return found

    def document(self, line: int) -> list[Any]:
        self.open = True
        wanted = [path for guard in self.guards for path in blocks(guard) if ".".join(path) not in self.parameters]
        keys = sorted(dict.fromkeys(path[0] for path in wanted if path), key=lambda key: -self.uses[key])
        return ["doc", line, keys]

    def row(self, one: Statement, known: Known) -> list[Any] | None:
        if isinstance(one, Document):
            return self.document(one.line)
        if isinstance(one, Set | Splat):
            dropped = isinstance(one, Set) and one.dropped
            found = None if dropped else self.field(one, self.table)
            if found is None:
                return self.other(one, known)
            known.learn(found[2], self.table.rows[found[2]])
            return found
        if isinstance(one, Evaluate):
            return self.risk(one.value, one.line, known)
        if isinstance(one, Misplaced):
            return ["bad", self.table.add(self.guards[-1] if self.guards else ["lit", True]), one.line]
        if isinstance(one, Assign):
            number = self.table.add(one.expression)
            known.learn(number, one.expression)
            known.forget(one.name)
            return ["let", one.name, number, int(one.new)]
        if isinstance(one, Each):
            return self.each(one, known)
        if not isinstance(one, When):
            raise TypeError(type(one).__name__)
        return self.when(one, known)

    def each(self, one: Each, known: Known) -> list[Any] | None:
        number = self.table.add(one.expression)
        known.learn(number, one.expression)
        inside = known.copy()
        names = {*one.names, ".", *assigned(one.body)}
        for name in names:
            inside.forget(name)
        body, otherwise = self.write(one.body, inside), self.write(one.otherwise, known.copy())
        for name in assigned(one.body):
            known.forget(name)
        if not body and not otherwise:
            # A loop over a string or a number fails even when its body has nothing to say.
            return ["each", [], number, [], [], one.line]
        return ["each", list(one.names), number, body, otherwise, one.line]

    def when(self, one: When, known: Known) -> list[Any] | None:
        number = self.table.add(one.condition)
        covered = known.covers(number, one.condition)
        known.learn(number, one.condition)
        inside = known.copy()
        if one.narrow:
            inside.forget(".")
        self.guards.append(one.condition)
        then = self.write(one.then, inside)
        self.guards.pop()
        otherwise = self.write(one.otherwise, known.copy())
        for name in assigned([one]):
            known.forget(name)
        if not then and not otherwise:
            return ["do", number, one.line] if not covered and fallible(one.condition) else None
        return ["with" if one.narrow else "if", number, then, otherwise, one.line]

    def other(self, one: Set | Splat, known: Known) -> list[Any] | None:
        if one.value[0] == "lit":
            return None
        number = self.table.add(one.value)
        if isinstance(one, Splat):
            if one.route in self.mixed:
                known.learn(number, one.value)
                return ["mix", number, one.line]
            return self.risk(one.value, one.line, known)
        if known.printed(number, one.quote):
            return None
        known.print(number, one.quote, one.value)
        return ["say", number, one.quote, one.line]

    def risk(self, expression: Expression, line: int, known: Known) -> list[Any] | None:
        if not fallible(expression):
            return None
        number = self.table.add(expression)
        if known.covers(number, expression):
            return None
        known.learn(number, expression)
        return ["do", number, line]


def assigned(statements: list[Statement]) -> list[str]:
    """Variables that get a value somewhere inside."""
    found: list[str] = []
    for one in statements:
        if isinstance(one, Assign):
            found.append(one.name)
        elif isinstance(one, When):
            found += assigned(one.then) + assigned(one.otherwise)
        elif isinstance(one, Each):
            found += assigned(one.body) + assigned(one.otherwise)
    return found
