"""Config keys that the root charts use themselves, before the vault plugin runs.

The plugin is named in the sources of the leaf Applications only. What a root chart puts into an Application's own
fields (name, destination, labels, wave), or compares in a condition, is therefore used as it is written, placeholder
or not. Derived from the programs of a release profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from .expressions import Expression
from .profile import ReleaseProfile

Route: TypeAlias = tuple[str, ...]
"""Keys below a root's values; `*` stands for any list index or mapping key."""

_COMPARING = frozenset(
    {"eq", "ne", "lt", "le", "gt", "ge", "contains", "hasPrefix", "hasSuffix", "has", "regexMatch", "semverCompare"}
)
_PASSED_ON = frozenset({"parameter_name", "parameter_value"})


class LiteralUse(NamedTuple):
    """How a root chart uses a key itself: `what` is "compared", or the Application's field that it goes into."""

    template: str
    what: str


@lru_cache(maxsize=64)
def literal_uses(profile: ReleaseProfile, level: str) -> Mapping[Route, LiteralUse]:
    """The keys that the root chart of a level uses itself, each with its first such use (by template)."""
    return profile_uses(profile.data, level)


def profile_uses(data: Mapping[str, Any], level: str) -> Mapping[Route, LiteralUse]:
    """The same from a profile's data; kept apart so that it can be tested with a few rows."""
    root = data["roots"].get(level)
    found: dict[Route, LiteralUse] = {}
    if root is None:
        return found
    for template in sorted(root["templates"]):
        for route, what in _rows(root["templates"][template], data["expressions"], {}):
            found.setdefault(route, LiteralUse(template, what))
    return found


def match_route(uses: Mapping[Route, LiteralUse], keys: Sequence[str | int]) -> LiteralUse | None:
    """The use of the key at `keys`, list indexes and loops taken into account."""
    route = tuple(str(key) for key in keys)
    exact = uses.get(route)
    if exact is not None:
        return exact
    return next((use for pattern, use in uses.items() if _fits(pattern, route)), None)


def _fits(pattern: Route, route: Route) -> bool:
    return len(pattern) == len(route) and all(part in ("*", key) for part, key in zip(pattern, route, strict=True))


@lru_cache(maxsize=4096)
def literal_use(profile: ReleaseProfile, level: str, keys: tuple[str | int, ...]) -> LiteralUse | None:
    """How the root chart of a level uses the key at `keys` itself; None where it does not."""
    return match_route(literal_uses(profile, level), keys)


def _rows(
    rows: Sequence[Any], expressions: Sequence[Expression], names: Mapping[str, Route | None]
) -> Iterator[tuple[Route, str]]:
    known = dict(names)
    for row in rows:
        kind = row[0]
        if kind == "let":
            known[row[1]] = _route(expressions[row[2]], known)
        elif kind == "set" and row[1] not in _PASSED_ON:
            for route in _read(expressions[row[2]], known):
                yield route, str(row[1]).replace("_", " ")
        elif kind == "say":
            for route in _read(expressions[row[1]], known):
                yield route, "metadata"
        elif kind in ("if", "with", "each"):
            at = 2 if kind == "each" else 1
            condition = expressions[row[at]]
            for route in _compared(condition, known):
                yield route, "compared"
            inside = dict(known)
            if kind == "each":
                route_of_list = _route(condition, known)
                element = None if route_of_list is None else (*route_of_list, "*")
                inside["."] = element
                if row[1]:
                    inside[row[1][-1]] = element
                    if len(row[1]) > 1:
                        inside[row[1][0]] = None
            elif kind == "with":
                inside["."] = _route(condition, known)
            yield from _rows(row[at + 1], expressions, inside)
            yield from _rows(row[at + 2], expressions, known)


def _route(expression: Expression, names: Mapping[str, Route | None]) -> Route | None:
    kind = expression[0]
    if kind == "val":
        return tuple(str(part) for part in expression[1:])
    if kind in ("var", "dot"):
        base = names.get(expression[1] if kind == "var" else ".")
        rest = expression[2:] if kind == "var" else expression[1:]
        return None if base is None else (*base, *(str(part) for part in rest))
    return None


def _read(expression: Expression, names: Mapping[str, Route | None]) -> Iterator[Route]:
    route = _route(expression, names)
    if route is not None:
        yield route
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from _read(part, names)


def _compared(expression: Expression, names: Mapping[str, Route | None]) -> Iterator[Route]:
    if expression[0] == "call" and expression[1] in _COMPARING:
        yield from _read(expression, names)
        return
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from _compared(part, names)
