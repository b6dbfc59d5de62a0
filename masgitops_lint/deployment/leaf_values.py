"""The values of leaf charts, worked out when somebody asks, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from masgitops_lint.charts.expressions import Expression
from masgitops_lint.charts.needs import has_variable
from masgitops_lint.charts.program import ChartProgram
from masgitops_lint.charts.rendered import Rendered, Run
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.place import Keys, Place

Loops: TypeAlias = Mapping[str, tuple[Expression, str | int | None]]
"""What loop variables (and `.`) go through, with the index or key of the entry; plain variables have None for it."""


class ScopeLeaves:
    """What one root chart passes to its leaves: every template is run once for all its Applications."""

    __slots__ = ("_made", "chart", "scope", "values")

    def __init__(self, chart: ChartProgram, values: Mapping[str, Any], scope: Scope | None) -> None:
        self.chart = chart
        self.values = values
        self.scope = scope
        self._made: dict[str, list[Rendered]] = {}

    def find(self, made: Rendered) -> Rendered:
        """The object with its leaf values."""
        found = self._made.get(made.template)
        if found is None:
            run = Run(self.values)
            self.chart.by_name[made.template].run_leaf(run)
            found = self._made[made.template] = run.objects
        return next((one for one in found if one.line == made.line and one.loops == made.loops), made)


class Elsewhere(NamedTuple):
    """Values that are not in memory: `find` builds them again, given the Application's scope and their identity."""

    find: Callable[[str, tuple[Any, ...]], LeafValues]
    scope: str
    identity: tuple[Any, ...]


class LeafValues(Mapping[str, Any]):
    """The HELM_VALUES of one Application as a mapping."""

    __slots__ = ("_elsewhere", "_found", "_leaves", "_made")

    def __init__(self, leaves: ScopeLeaves, made: Rendered) -> None:
        self._leaves = leaves
        self._made = made
        self._found: Rendered | None = None
        self._elsewhere: Elsewhere | None = None

    @classmethod
    def late(cls, elsewhere: Elsewhere) -> LeafValues:
        """Values that are built when somebody asks."""
        values = cls.__new__(cls)
        values._found, values._elsewhere = None, elsewhere
        return values

    def let_go(self, find: Callable[[str, tuple[Any, ...]], LeafValues], scope: str) -> None:
        """Hold nothing in memory: what is asked for from now on is built again."""
        self._elsewhere = Elsewhere(find, scope, self.identity)
        self._found = None
        del self._leaves, self._made

    def __getattr__(self, name: str) -> Any:
        # the slots of values that are not here
        if name not in ("_leaves", "_made") or self._elsewhere is None:
            raise AttributeError(name)
        found = self._elsewhere.find(self._elsewhere.scope, self._elsewhere.identity)
        self._leaves, self._made = found._leaves, found._made
        return getattr(self, name)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells it from the others of its scope: template, line, and the entries of the loops around it."""
        if self._elsewhere is not None:
            return self._elsewhere.identity
        made = self._made
        return (made.template, made.line, *(index for _, index in made.loops.values()))

    @property
    def leaf(self) -> Mapping[str, Any]:
        """The values as plain data."""
        return self._made.leaf if self._made.passed else self.rendered.leaf

    @property
    def broken(self) -> bool:
        """Whether the text of the values cannot be read: `rendered` tells what breaks it."""
        return self._made.doubtful if self._made.passed else bool(self.rendered.broken)

    @property
    def rendered(self) -> Rendered:
        """The Application with its leaf values and what wrote each of them."""
        if self._found is None:
            self._found = self._leaves.find(self._made)
        return self._found

    @property
    def scope(self) -> Scope | None:
        """The scope whose values rendered the Application."""
        return self._leaves.scope

    def __getitem__(self, key: str) -> Any:
        return self.leaf[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, without the detour of a mapping that is only half one."""
        return self.leaf.get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.leaf)

    def __len__(self) -> int:
        return len(self.leaf)

    @property
    def sources(self) -> tuple[str, ...]:
        """The top-level keys that can make the Application exist."""
        return tuple(self._made.sources)

    @property
    def root_values(self) -> Mapping[str, Any]:
        """The values that the root chart was rendered with: defaults and parameters included."""
        return self._leaves.values

    def field_keys(self, name: str) -> tuple[Keys, ...]:
        """The config keys that one field of the Application (`name`, `namespace`, `server`, `path`) is made of."""
        return next((keys for _, keys in self.keys_of_fields((name,))), ())

    def keys_of_fields(self, names: Iterable[str]) -> Iterator[tuple[str, tuple[Keys, ...]]]:
        """The same for several fields."""
        written = (self._made if self._made.passed else self.rendered).written
        known = self._leaves.chart.known_keys
        for name in names:
            origin = written.get(name)
            if origin is None:
                continue
            spot = id(origin.expression)
            if spot not in known:
                # what loops and variables stand for differs from run to run
                parts = list(_values_in(origin.expression))
                known[spot] = parts if has_variable(origin.expression) else _distinct_keys(parts, {})
            found = known[spot]
            yield name, _distinct_keys(found, origin.loops) if isinstance(found, list) else found

    def keys_of(self, route: Keys, *, direct: bool = False) -> Keys:
        """The config keys that a leaf value comes from; () when it comes from none.

        `direct`: only a value that is passed on as it is counts, not one that another is worked out from.
        """
        origins = self.rendered.origins
        for length in range(len(route), 0, -1):
            origin = origins.get(tuple(str(key) for key in route[:length]))
            if origin is not None:
                if direct and not _is_value(origin.expression):
                    return ()
                above = blamed_keys(origin.expression, origin.loops)
                return (*above, *origin.keys, *route[length:]) if above else ()
        return ()

    def place_of(self, route: Keys) -> Place | None:
        """Where a leaf value is set; None when no config key is behind it."""
        keys = self.keys_of(route)
        return self.scope.place(keys) if keys and self.scope is not None else None


def _values_in(expression: Expression) -> Iterator[Expression]:
    """The values and variables in an expression."""
    if expression[0] in ("val", "var", "dot"):
        yield expression
        return
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from _values_in(part)


def _distinct_keys(parts: Iterable[Expression], loops: Loops) -> tuple[Keys, ...]:
    return tuple(dict.fromkeys([keys for part in parts for keys in all_keys(part, loops)]))


def _is_value(expression: Expression) -> bool:
    """Whether an expression is a value itself, at most written as YAML."""
    while expression[0] == "call" and expression[1] in ("toYaml", "indent", "nindent", "quote", "default"):
        expression = expression[-1]
    return expression[0] in ("val", "var", "dot", "fld")


def blamed_keys(expression: Expression, loops: Loops) -> Keys:
    """The config keys that an expression reads, as far as they are known: loop variables become list entries."""
    kind = expression[0]
    if kind == "val":
        return tuple(expression[1:])
    if kind in ("var", "dot"):
        name = expression[1] if kind == "var" else "."
        rest = tuple(expression[2:] if kind == "var" else expression[1:])
        loop = loops.get(name)
        if loop is None:
            return ()
        above = blamed_keys(loop[0], _without(loops, name) if loop[0][0] != "val" else loops)
        if loop[1] is None:
            direct = loop[0][0] in ("val", "var", "dot") or list(loop[0][:2]) == ["call", "default"]
            return (*above, *rest) if direct else above
        return (*above, loop[1], *rest) if above else ()
    if kind == "fld":
        above = blamed_keys(expression[1], loops)
        return (*above, *expression[2:]) if above else ()
    if kind == "call" and expression[1] == "index":
        above = blamed_keys(expression[2], loops)
        literal = [part[1] for part in expression[3:] if part[0] == "lit"]
        return (*above, *literal) if above else ()
    for part in expression[1:]:
        if isinstance(part, list) and part and (found := blamed_keys(part, loops)):
            return found
    return ()


def all_keys(expression: Expression, loops: Loops) -> list[Keys]:
    """Every config key that an expression reads."""
    kind = expression[0]
    if kind in ("val", "var", "dot"):
        keys = blamed_keys(expression, loops)
        if keys:
            return [keys]
        if kind == "var" and len(expression) == 2 and (known := loops.get(expression[1])) is not None:
            return all_keys(known[0], _without(loops, expression[1]))
        return []
    return [keys for part in _values_in(expression) for keys in all_keys(part, loops)]


def _without(loops: Loops, name: str) -> Loops:
    return {key: value for key, value in loops.items() if key != name}
