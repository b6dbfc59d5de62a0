"""Turns statements into the programs that a profile stores.

A program is a list of small lists, the first item of which tells what it is:

- `["doc", line, [keys]]`                          a new object, and the value keys that can make it exist
- `["set", field, e, quote, opens]`                a field of the object (names in `FIELDS`)
- `["fix", {field: value}]`                        fields that are always the same
- `["leaf", route, e, quote, opens, line]`         a scalar of HELM_VALUES; a route is dotted, `*` is a list item
- `["put", route, e, line]`                        a whole value of HELM_VALUES (`toYaml`)
- `["say", e, quote, line]`                        a scalar elsewhere, which can make the YAML unreadable
- `["mix", e, line]`                               a whole value among other keys: it has to be a mapping
- `["bad", e, line]`                               the template's YAML is wrong here; `e` is the condition for it
- `["do", e, line]`                                evaluated, and able to fail
- `["let", name, e, new]`                          a variable
- `["if", e, then, otherwise, line]`, `["with", ...]` likewise, `["each", names, e, body, otherwise, line]`

`e` is a number: the expression's place in the profile's table. `quote` is the YAML quote around a scalar: `d` double,
`s` single, `|` for a line of a block, "" for none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from masgitops_lint.charts.expressions import fallible
from masgitops_lint.charts.needs import Known, has_variable
from masgitops_lint.charts.scalars import quote_of, read_scalar

from .outline import Assign, inline
from .parser import Expression, parse
from .source import expressions, walk
from .structure import Document, Each, Evaluate, Misplaced, Open, Route, Set, Splat, Statement, When

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
QUOTES = {'"': "d", "'": "s", "|": "|", "": ""}
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
    return finish(Writer(table, _application_field, parameters, statements).write(statements), table)


def _mixed(statements: list[Statement]) -> set[Route]:
    """Routes at which a template writes keys of its own."""
    found: set[Route] = set()
    for one in statements:
        if isinstance(one, Set):
            found.update(
                one.route[:length] for length in range(1, len(one.route)) if isinstance(one.route[length], str)
            )
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
        return ["leaf", values, table.add(one.value), QUOTES[one.quote], int(one.opens), one.line]
    name = FIELDS.get(route) or _LISTS.get(route[:-1])
    if name is not None and isinstance(one, Set):
        return ["set", name, table.add(one.value), QUOTES[one.quote], int(one.opens)]
    if route == ("spec", "syncPolicy", "applicationsSync") and isinstance(one, Set):
        return ["set", "applications_sync", table.add(one.value), one.quote, 0]
    return None


def _generated_field(one: Set | Splat, table: Table) -> list[Any] | None:
    """A field of the Application that an ApplicationSet generates; the generator's own `{{ }}` stays literal."""
    if not isinstance(one, Set):
        return None
    inner = one.route[2:]
    if inner[:4] == ("spec", "source", "helm", "parameters"):
        return ["set", f"parameter_{inner[-1]}", table.add(one.value), QUOTES[one.quote], int(one.opens)]
    name = FIELDS.get(inner) or _LISTS.get(inner[:-1])
    if name is None:
        return None
    value = _with_generator(one.value) if name == "name" else one.value
    return ["set", "root_" + name, table.add(value), QUOTES[one.quote], int(one.opens)]


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


def _helm_values(route: Route) -> str | None:
    """The dotted route inside HELM_VALUES, or None for a route outside it."""
    if route[:4] == ("spec", "source", "plugin", "env") and len(route) > 5 and route[5] == "value":
        return _dotted(route[6:])
    if route[:4] == ("spec", "source", "helm", "values"):
        return _dotted(route[4:])
    return None


def _dotted(route: Route) -> str:
    if any("." in part for part in route if isinstance(part, str)):
        raise ValueError(f"a key of HELM_VALUES holds a dot: {route}")
    return ".".join("*" if isinstance(part, int) else part for part in route)


class Writer:
    """Writes one program. `printed`: keep a print in each chart once, not once a template's path."""

    def __init__(
        self,
        table: Table,
        field: Callable[[Set | Splat, Table], list[Any] | None],
        parameters: set[str],
        statements: list[Statement],
        *,
        printed: bool = False,
    ) -> None:
        self.table = table
        self.once: set[tuple[int, str]] | None = set() if printed else None
        self.mixed = _mixed(statements)
        self.field = field
        self.parameters = parameters
        self.uses = _uses(statements)
        self.guards: list[Expression] = []
        self.open = False

    def write(self, statements: list[Statement], known: Known | None = None) -> list[Any]:
        known = Known({}) if known is None else known
        found: list[Any] = []
        for index, one in enumerate(statements):
            if isinstance(one, Open):
                found += self.opened(one, statements[index + 1 : index + 2])
                continue
            if isinstance(one, Set) and one.route in (("apiVersion",), ("kind",)) and not self.open:
                found.append(self.document(one.line))
            row = self.row(one, known)
            if row is not None:
                found.append(row)
        return found

    def opened(self, one: Open, following: list[Statement]) -> list[Any]:
        """A row for a key of HELM_VALUES that may stay empty."""
        route = _helm_values(one.route)
        if not route or self.once is not None:
            return []
        below = following[0] if following else None
        if isinstance(below, Set | Splat | Open) and below.route[: len(one.route)] == one.route:
            return []
        return [["leaf", route, self.table.add(["lit", None]), "", int(one.opens), one.line]]

    def document(self, line: int) -> list[Any]:
        self.open = True
        if self.once is not None:
            return ["doc", line]
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
        if self.once is not None:
            if (number, one.quote) in self.once or has_variable(one.value):
                return self.risk(one.value, one.line, known)
            self.once.add((number, one.quote))
        known.print(number, one.quote, one.value)
        return ["say", number, QUOTES[one.quote], one.line]

    def risk(self, expression: Expression, line: int, known: Known) -> list[Any] | None:
        if not fallible(expression):
            return None
        number = self.table.add(expression)
        if known.covers(number, expression):
            return None
        known.learn(number, expression)
        return ["do", number, line]


def finish(rows: list[Any], table: Table) -> list[Any]:
    """The rows without variables that nothing uses, and with constant fields put together."""
    while True:
        used = _used(rows, table)
        kept = _without(rows, used, table)
        if kept == rows:
            return _fixed(rows, table)
        rows = kept


def renumber(programs: list[list[Any]], table: Table) -> list[Expression]:
    """The expressions that are still in use, the most used first; the programs are changed to their new numbers."""
    counts: Counter[int] = Counter()

    def visit(rows: list[Any], act: Callable[[list[Any], int], None]) -> None:
        for row in rows:
            for position in _POSITIONS.get(row[0], ()):
                act(row, position)
            for position in _blocks(row):
                visit(row[position], act)

    def count(row: list[Any], position: int) -> None:
        counts[row[position]] += 1

    def change(row: list[Any], position: int) -> None:
        row[position] = places[row[position]]

    for rows in programs:
        visit(rows, count)
    kept = [number for number, _ in counts.most_common()]
    places = {number: place for place, number in enumerate(kept)}
    for rows in programs:
        visit(rows, change)
    return [table.rows[number] for number in kept]


_POSITIONS: dict[str, tuple[int, ...]] = {
    "set": (2,),
    "leaf": (2,),
    "put": (2,),
    "say": (1,),
    "mix": (1,),
    "bad": (1,),
    "do": (1,),
    "let": (2,),
    "if": (1,),
    "with": (1,),
    "each": (2,),
}
"""Where a row holds numbers of expressions."""


def _numbers(row: list[Any]) -> list[int]:
    return [row[position] for position in _POSITIONS.get(row[0], ())]


def _blocks(row: list[Any]) -> tuple[int, ...]:
    return {"if": (2, 3), "with": (2, 3), "each": (3, 4)}.get(row[0], ())


def _used(rows: list[Any], table: Table) -> set[str]:
    """Variables that the rows read."""
    found: set[str] = set()
    for row in rows:
        for number in _numbers(row):
            names = {part[1] for part in walk(table.rows[number]) if part[0] == "var"}
            found |= names - {row[1]} if row[0] == "let" else names
        for position in _blocks(row):
            found |= _used(row[position], table)
    return found


def _without(rows: list[Any], used: set[str], table: Table) -> list[Any]:
    kept: list[Any] = []
    for row in rows:
        if row[0] == "let" and row[1] not in used:
            if fallible(table.rows[row[2]]):
                kept.append(["do", row[2], 0])
            continue
        if _blocks(row):
            row = list(row)
            for position in _blocks(row):
                row[position] = _without(row[position], used, table)
        kept.append(row)
    return kept


def _fixed(rows: list[Any], table: Table) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        if _blocks(row):
            row = list(row)
            for position in _blocks(row):
                row[position] = _fixed(row[position], table)
        constant = row[0] == "set" and not row[4] and not row[1].startswith("parameter") and row[1] != "root_name"
        if constant and table.rows[row[2]][0] == "lit":
            if not found or found[-1][0] != "fix":
                found.append(["fix", {}])
            found[-1][1][row[1]] = read_scalar(table.rows[row[2]][1], quote_of(row[3]))
        else:
            found.append(row)
    return found


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
