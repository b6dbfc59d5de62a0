"""The contract between config and charts: which keys a root chart uses itself, and which leaf chart gets the others.

Worked out from a release profile alone. A route is a tuple of keys below a level's values; `*` stands for the items of
a list. A value is *used* by the root chart (compared, tested, put into a field, passed to the next level) or
*passed* into the values of a leaf chart, alone or inside a whole block, and then it is read if the leaf chart reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .expressions import Expression

if TYPE_CHECKING:
    from .profile import ReleaseProfile

Route: TypeAlias = tuple[str, ...]
ITEM = "*"


class Target:
    """The leaf chart of one Application: a fixed path, or a prefix and the key (below `loop`) that completes it."""

    __slots__ = ("prefix", "route", "template")

    def __init__(self, template: str) -> None:
        self.template = template
        self.prefix = ""
        self.route: Route = ()

    @property
    def dynamic(self) -> bool:
        """Whether the config chooses the chart."""
        return bool(self.route)


class Passing(NamedTuple):
    """A value on its way into a leaf chart: where it arrives (() when its keys are mixed in at the top)."""

    target: Target
    route: Route
    whole: bool


class Node:
    """What happens to one value. `used` names the root chart's templates that use it themselves."""

    __slots__ = ("below", "passed", "used")

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.passed: list[Passing] = []
        self.below: dict[str, Node] = {}

    def child(self, key: str | int) -> Node | None:
        """The node of a key or of a list's item."""
        return self.below.get(ITEM) if isinstance(key, int) else self.below.get(key) or self.below.get(ITEM)


class Contract:
    """The contract of one level."""

    def __init__(self, profile: ReleaseProfile, level: str) -> None:
        self.profile = profile
        self.level = level
        self.root = Node()
        facts = profile.data["roots"].get(level)
        for name, rows in (facts["templates"] if facts else {}).items():
            _Walk(self, profile.data["expressions"], name).rows(rows, {})

    def node(self, route: Route) -> Node:
        """The node at a route, made when it is not there."""
        current = self.root
        for key in route:
            below = current.below.get(key)
            if below is None:
                below = current.below[key] = Node()
            current = below
        return current

    def find(self, keys: Sequence[str | int]) -> Node | None:
        """The node of a config key."""
        current: Node | None = self.root
        for key in keys:
            if current is None:
                return None
            current = current.child(key)
        return current


@lru_cache(maxsize=64)
def contract_of(profile: ReleaseProfile, level: str) -> Contract:
    """The contract of a level, worked out once."""
    return Contract(profile, level)


class _Walk:
    def __init__(self, contract: Contract, expressions: Sequence[Expression], template: str) -> None:
        self.contract = contract
        self.expressions = expressions
        self.template = template
        self.target = Target(template)

    def rows(self, rows: Sequence[Any], names: Mapping[str, list[Route]]) -> None:
        known: dict[str, list[Route]] = dict(names)
        for row in rows:
            kind = row[0]
            if kind == "doc":
                self.target = Target(self.template)
            elif kind == "fix":
                self.target.prefix = row[1].get("path", self.target.prefix)
            elif kind == "set":
                if row[1] == "path":
                    self.chart(self.expressions[row[2]], known)
                self.use(self.expressions[row[2]], known)
            elif kind == "leaf":
                self.leaf(row, known)
            elif kind == "put":
                self.put(row, known)
            elif kind == "let":
                routes = list(routes_of(self.expressions[row[2]], known))
                known[row[1]] = routes if row[3] else [*known.get(row[1], []), *routes]
                if not routes:
                    self.use(self.expressions[row[2]], known)
            elif kind in ("say", "do", "mix", "bad"):
                self.use(self.expressions[row[1]], known)
            elif kind in ("if", "with"):
                self.use(self.expressions[row[1]], known)
                inside = dict(known)
                if kind == "with":
                    inside["."] = list(routes_of(self.expressions[row[1]], known))
                self.rows(row[2], inside)
                self.rows(row[3], known)
            elif kind == "each":
                self.each(row, known)

    def each(self, row: Any, known: Mapping[str, list[Route]]) -> None:
        expression = self.expressions[row[2]]
        self.use(expression, known)
        inside = dict(known)
        items = [(*route, ITEM) for route in routes_of(expression, known)]
        inside["."] = items
        if row[1]:
            inside[row[1][-1]] = items
            if len(row[1]) > 1:
                inside[row[1][0]] = []
        self.rows(row[3], inside)
        self.rows(row[4], known)

    def chart(self, expression: Expression, known: Mapping[str, list[Route]]) -> None:
        if expression[0] == "lit":
            self.target.prefix = str(expression[1])
        elif expression[0] == "cat" and expression[1][0] == "lit":
            self.target.prefix = str(expression[1][1])
            routes = [route for part in expression[2:] for route in routes_of(part, known)]
            self.target.route = routes[0] if routes else ()

    def use(self, expression: Expression, known: Mapping[str, list[Route]]) -> None:
        for route in read_routes(expression, known):
            self.contract.node(route).used.add(self.template)

    def leaf(self, row: Any, known: Mapping[str, list[Route]]) -> None:
        expression = self.expressions[row[2]]
        arrival = tuple(row[1].split("."))
        for route in list(routes_of(expression, known)) or read_routes(expression, known):
            self.contract.node(route).passed.append(Passing(self.target, arrival, whole=False))

    def put(self, row: Any, known: Mapping[str, list[Route]]) -> None:
        arrival = tuple(row[1].split(".")) if row[1] else ()
        for route in read_routes(self.expressions[row[2]], known):
            self.contract.node(route).passed.append(Passing(self.target, arrival, whole=True))


def routes_of(expression: Expression, names: Mapping[str, list[Route]]) -> Iterator[Route]:
    """The values that an expression stands for as they are."""
    kind = expression[0]
    if kind == "val":
        if len(expression) > 1:
            yield tuple(str(part) for part in expression[1:])
    elif kind in ("var", "dot"):
        rest = tuple(str(part) for part in (expression[2:] if kind == "var" else expression[1:]))
        for route in names.get(expression[1] if kind == "var" else ".", ()):
            yield (*route, *rest)
    elif kind == "fld":
        for route in routes_of(expression[1], names):
            yield (*route, *(str(part) for part in expression[2:]))
    elif kind == "call" and expression[1] in ("first", "last") and len(expression) == 3:
        for route in routes_of(expression[2], names):
            yield (*route, ITEM)
    elif kind == "call" and expression[1] == "index":
        keys = tuple(str(one[1]) if one[0] == "lit" and isinstance(one[1], str) else ITEM for one in expression[3:])
        for route in routes_of(expression[2], names):
            yield (*route, *keys)


def read_routes(expression: Expression, names: Mapping[str, list[Route]]) -> Iterator[Route]:
    """Every value that evaluating the expression reads."""
    found = False
    for route in routes_of(expression, names):
        found = True
        yield route
    if expression[0] == "call" and expression[1] in ("index", "first", "last") and found:
        for part in expression[3:]:
            yield from read_routes(part, names)
        return
    if found:
        return
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from read_routes(part, names)


def leaf_reads(profile: ReleaseProfile, chart: str, route: Sequence[str | int]) -> bool:
    """Whether a leaf chart reads the value at a route of its values: itself, part of it, or a block around it."""
    return _reading(profile, chart, route)[0]


def leaf_takes_whole(profile: ReleaseProfile, chart: str, route: Sequence[str | int]) -> bool:
    """Whether a leaf chart takes the value at a route, or a block around it, as one: it reads all that is below."""
    read, node = _reading(profile, chart, route)
    return read and (node is None or _is_whole(node))


def _reading(profile: ReleaseProfile, chart: str, route: Sequence[str | int]) -> tuple[bool, Mapping[str, Any] | None]:
    """Whether a value is read, and the node of the chart's read tree; None below what is taken as one."""
    facts = profile.data["leaves"].get(chart)
    if facts is None:
        return True, None
    node: Mapping[str, Any] = facts["reads"]
    for key in route:
        if _is_whole(node):
            return True, None
        below = node.get(ITEM) if isinstance(key, int) else node.get(str(key), node.get(ITEM))
        if below is None:
            return False, None
        node = below
    return True, node


def _is_whole(node: Mapping[str, Any]) -> bool:
    # what stands below a value that is taken as one is no key of its own
    return "w" in node.get("", "") or set(node) == {""}


@lru_cache(maxsize=8)
def listed_names(profile: ReleaseProfile) -> frozenset[str]:
    """Names of values that leaf charts go through as lists."""
    return frozenset(
        name
        for leaf in profile.data["leaves"].values()
        for name, node in leaf["reads"].items()
        if name and "l" in node.get("", "")
    )


def leaf_keys(profile: ReleaseProfile, chart: str, route: Sequence[str | int] = ()) -> frozenset[str]:
    """The keys that a leaf chart reads directly below a route."""
    facts = profile.data["leaves"].get(chart)
    node: Mapping[str, Any] = facts["reads"] if facts else {}
    for key in route:
        below = node.get(ITEM) if isinstance(key, int) else node.get(str(key), node.get(ITEM))
        if below is None:
            return frozenset()
        node = below
    return frozenset(key for key in node if key not in ("", ITEM))
