"""Reads the leaf charts: which values they read, what can stop them, and the skeleton of the objects they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .outline import Assign
from .parser import Expression
from .program import QUOTES, Table, Writer, finish
from .reads import Reads, read_defaults
from .source import Chart
from .structure import Each, Evaluate, Route, Set, Splat, Statement, When

_HOOK = ("metadata", "annotations")

RESOURCE_FIELDS: dict[Route, str] = {
    ("kind",): "kind",
    ("apiVersion",): "api",
    ("metadata", "name"): "name",
    ("metadata", "generateName"): "name",
    ("metadata", "namespace"): "namespace",
    (*_HOOK, "argocd.argoproj.io/sync-wave"): "wave",
    (*_HOOK, "argocd.argoproj.io/hook"): "hook",
    (*_HOOK, "helm.sh/hook"): "helm_hook",
    (*_HOOK, "argocd.argoproj.io/hook-delete-policy"): "delete_policy",
    (*_HOOK, "argocd.argoproj.io/sync-options"): "sync_options",
}


def leaf(chart: Chart, table: Table) -> dict[str, Any]:
    """The facts of one leaf chart: default values, programs by template, reads, and values that end in a Secret."""
    defines = {name: _rooted(statements) for name, statements in chart.defines.items()}
    programs: dict[str, Any] = {}
    reads = Reads()
    secrets: set[str] = set()
    for template in chart.templates:
        statements = list(_included(template.statements, defines))
        rows = finish(Writer(table, _resource_field, set(), statements, printed=True).write(statements), table)
        if rows:
            programs[template.name] = rows
        reads.names = {}
        reads.add_statements(statements)
        secrets |= _secret_values(statements)
    for dependency in chart.manifest.get("dependencies") or ():
        reads.note([str(dependency["name"])], "w")
    facts: dict[str, Any] = {"templates": programs, "reads": reads.tree()}
    if chart.defaults:
        facts["defaults"] = read_defaults(chart.defaults, reads.root)
    if secrets:
        facts["secrets"] = sorted(secrets)
    return facts


def _resource_field(one: Set | Splat, table: Table) -> list[Any] | None:
    name = RESOURCE_FIELDS.get(one.route)
    if name is None or not isinstance(one, Set):
        return None
    return ["set", name, table.add(one.value), QUOTES[one.quote], int(one.opens)]


def _rooted(statements: list[Statement]) -> list[Statement]:
    """The statements of a named template as if they stood in a file: charts include them with the root as dot."""
    found: list[Statement] = []
    for one in statements:
        if isinstance(one, Set):
            found.append(Set(one.route, _root_dot(one.value), one.quote, one.line, one.opens, one.dropped))
        elif isinstance(one, Splat):
            found.append(Splat(one.route, _root_dot(one.value), one.line, one.opens))
        elif isinstance(one, Evaluate):
            found.append(Evaluate(_root_dot(one.value), one.line))
        elif isinstance(one, Assign):
            found.append(Assign(one.name, _root_dot(one.expression), one.new, one.number))
        elif isinstance(one, When):
            then = one.then if one.narrow else _rooted(one.then)
            found.append(When(_root_dot(one.condition), then, _rooted(one.otherwise), one.line, one.narrow))
        elif isinstance(one, Each):
            found.append(Each(one.names, _root_dot(one.expression), one.body, _rooted(one.otherwise), one.line))
        else:
            found.append(one)
    return found


def _root_dot(expression: Expression) -> Expression:
    if expression[0] == "dot":
        return ["val", *expression[2:]] if expression[1:2] == ["Values"] else ["top", *expression[1:]]
    return [_root_dot(part) if isinstance(part, list) and part else part for part in expression]


def _included(statements: list[Statement], defines: dict[str, list[Statement]]) -> Iterator[Statement]:
    """The statements with what the named templates evaluate put before the line that includes them."""
    for one in statements:
        expression: Expression | None = None
        if isinstance(one, Set | Splat | Evaluate):
            expression = one.value
        elif isinstance(one, Assign):
            expression = one.expression
        if expression is not None:
            for name in _includes(expression):
                yield from _evaluations(list(_included(defines.get(name, []), defines)))
        if isinstance(one, When):
            yield When(
                one.condition,
                list(_included(one.then, defines)),
                list(_included(one.otherwise, defines)),
                one.line,
                one.narrow,
            )
        elif isinstance(one, Each):
            yield Each(
                one.names,
                one.expression,
                list(_included(one.body, defines)),
                list(_included(one.otherwise, defines)),
                one.line,
            )
        else:
            yield one


def _includes(expression: Expression) -> Iterator[str]:
    if expression[:2] == ["call", "include"] and expression[2][0] == "lit":
        yield expression[2][1]
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from _includes(part)


def _evaluations(statements: list[Statement]) -> Iterator[Statement]:
    """What a named template evaluates, without where it writes."""
    for one in statements:
        if isinstance(one, Set | Splat):
            yield Evaluate(one.value, one.line)
        elif isinstance(one, When):
            yield When(
                one.condition,
                list(_evaluations(one.then)),
                list(_evaluations(one.otherwise)),
                one.line,
                one.narrow,
            )
        elif isinstance(one, Each):
            yield Each(
                one.names,
                one.expression,
                list(_evaluations(one.body)),
                list(_evaluations(one.otherwise)),
                one.line,
            )
        elif isinstance(one, Evaluate | Assign):
            yield one


def _secret_values(statements: list[Statement]) -> set[str]:
    """Dotted values (`a.b`, `*` for a list's items) that a chart writes into a Secret."""
    found: set[str] = set()
    kind = [""]
    loops: dict[str, list[str]] = {}

    def walk(body: list[Statement]) -> None:
        for one in body:
            if isinstance(one, Set) and one.route == ("kind",):
                kind[0] = str(one.value[1]) if one.value[0] == "lit" else ""
            elif isinstance(one, Set | Splat) and one.route[:1] in (("data",), ("stringData",)) and kind[0] == "Secret":
                found.update(".".join(route) for route in _values(one.value, loops))
            elif isinstance(one, When):
                walk(one.then)
                walk(one.otherwise)
            elif isinstance(one, Each):
                routes = list(_values(one.expression, loops))
                if one.names and len(routes) == 1:
                    loops[one.names[-1]] = [*routes[0], "*"]
                walk(one.body)
                walk(one.otherwise)

    walk(statements)
    return found


def _values(expression: Expression, loops: dict[str, list[str]]) -> Iterator[list[str]]:
    if expression[0] == "val" and len(expression) > 1:
        yield [str(part) for part in expression[1:]]
    elif expression[0] == "var" and expression[1] in loops:
        yield [*loops[expression[1]], *(str(part) for part in expression[2:])]
    elif expression[0] in ("call", "cat", "if"):
        for part in expression[1:]:
            if isinstance(part, list) and part:
                yield from _values(part, loops)
