"""Checks of what some template of a chart reads whatever the values are: done once for all its templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .expressions import UNKNOWN, Expression, TemplateError, compile_expression, type_name
from .needs import Known, Prefix, has_variable, needs
from .rendered import Failure, Row, Run
from .rows import parts_of
from .scalars import quote_of
from .steps import printed


def unconditional_checks(
    templates: Mapping[str, Sequence[Row]], expressions: Sequence[Expression], shared: Known
) -> list[tuple[str, int, Callable[[Run, str, int], Failure | None]]]:
    """Checks of what some template reads unconditionally: done once, and known to all templates then."""
    found: dict[Prefix, tuple[str, int]] = {}
    for name in sorted(templates, reverse=True):
        for number, line in _unconditional(templates[name]):
            for prefix in needs(expressions[number]).always:
                if not prefix[0].startswith(("$", ".")):
                    found.setdefault(prefix, (name, line))
    shared.prefixes |= set(found)
    said: dict[tuple[int, str], tuple[str, int]] = {}
    for name in sorted(templates, reverse=True):
        for row in templates[name]:
            if row[0] == "say" and not has_variable(expressions[row[1]]):
                said.setdefault((row[1], row[2]), (name, row[3]))
    for number, quote in said:
        shared.print(number, quote, expressions[number])
    checks: list[tuple[str, int, Callable[[Run, str, int], Failure | None]]] = []
    for prefix in sorted(found, key=len):
        name, line = found[prefix]
        checks.append((name, line, _mapping_check(prefix, _field_below(prefix, templates[name], expressions))))
    for (number, quote), (name, line) in said.items():
        checks.append((name, line, _print_check(expressions[number], quote_of(quote))))
    return checks


def _print_check(expression: Expression, quote: str) -> Callable[[Run, str, int], Failure | None]:
    step = printed(compile_expression(expression), quote, expression)

    def check(run: Run, template: str, line: int) -> Failure | None:
        try:
            step(run)
        except TemplateError as error:
            return Failure(template, line, error, {})
        return None

    return check


def _field_below(prefix: Prefix, rows: Sequence[Row], expressions: Sequence[Expression]) -> str:
    for number, _ in _unconditional(rows):
        for part in parts_of(expressions[number]):
            if part[0] == "val" and tuple(part[1 : len(prefix) + 1]) == prefix and len(part) > len(prefix) + 1:
                return str(part[len(prefix) + 1])
    return ""


def _unconditional(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Expressions that are evaluated whatever the values are, with their template lines."""
    line = 0
    for row in rows:
        kind = row[0]
        if kind == "doc":
            line = row[1]
        elif kind == "set":
            yield row[2], line
        elif kind == "leaf":
            yield row[2], row[5]
        elif kind == "put":
            yield row[2], row[3]
        elif kind in ("do", "mix", "say"):
            yield row[1], row[-1]
        elif kind == "let":
            yield row[2], line
        elif kind in ("if", "with"):
            yield row[1], row[4]
        elif kind == "each":
            yield row[2], row[5]


def _mapping_check(prefix: Prefix, below: str) -> Callable[[Run, str, int], Failure | None]:
    def check(run: Run, template: str, line: int) -> Failure | None:
        value: Any = run.values
        for key in prefix:
            if value.__class__ is not dict and not isinstance(value, Mapping):
                return None
            value = value.get(key)
        if value.__class__ is dict or isinstance(value, Mapping) or value is UNKNOWN:
            return None
        blamed = ["val", *prefix]
        if value is None:
            error = TemplateError("nil", f"nil pointer evaluating interface {{}}.{below}", blamed, below)
        else:
            error = TemplateError("type", f"can't evaluate field {below} in {type_name(value)}", blamed, below)
        return Failure(template, line, error, {})

    return check
