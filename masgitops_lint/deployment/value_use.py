"""How charts use the values of a config repo: what they print, test for truth, or fill in from their defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from masgitops_lint.charts.expressions import UNKNOWN, Expression, TemplateError, compile_expression
from masgitops_lint.charts.profile import ReleaseProfile
from masgitops_lint.charts.rendered import Run
from masgitops_lint.charts.written import written
from masgitops_lint.mas.scope import Scope
from masgitops_lint.mas.values import ConfigValues, Shape
from masgitops_lint.model.application import Application
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place

from .deployment import Deployment
from .leaf_values import LeafValues, all_keys

Use: TypeAlias = Literal["printed", "tested"]
Profiles: TypeAlias = Callable[[Scope], ReleaseProfile]
WithValues: TypeAlias = tuple[Application, LeafValues, Scope]
"""An Application whose leaf values the profile knows, and the scope that rendered it."""
ByChart: TypeAlias = Mapping[tuple[ReleaseProfile, str], Sequence[WithValues]]
"""Such Applications by release and leaf chart."""

_PLACEHOLDER = late_pattern(r"x{3,}")


class UsedValue(NamedTuple):
    """A config value that a chart prints or tests. `passed` is what reaches the leaf chart, for one of its values."""

    keys: Keys
    value: Any
    use: Use
    chart: str
    place: Place
    passed: Any = None
    application: str = ""


class Masked(NamedTuple):
    """A value that the config does not give, so that a chart falls back to a placeholder of its own."""

    key: str
    placeholder: str
    chart: str
    application: str
    place: Place

    @property
    def keys(self) -> Keys:
        """Where the config would give it."""
        return (*self.place.keys, *self.key.split("."))


class NotBuilt(NamedTuple):
    """A block or list entry that makes no Application. `condition` is what is not met, `needs` the keys in it."""

    keys: Keys
    condition: str
    needs: tuple[Keys, ...]
    template: str


FALSE_WORDS = frozenset({"false", "no", "off", "n", "0"})
"""Texts that people mean as false, and Go templates take for true."""


def _wrong_uses(value: Any, uses: str) -> Iterator[Use]:
    """Which of a chart's uses do not go well with a delicate value, or with a collection."""
    is_text = value.__class__ is str
    if "p" in uses and "w" not in uses and not is_text and value:
        yield "printed"
    if "t" in uses and "c" not in uses and is_text:
        yield "tested"


class _Watched(NamedTuple):
    """A node of a chart's read tree, without what no value can go wrong at: its uses, and what is read below it."""

    uses: str
    below: dict[str | int, _Watched]
    item: _Watched | None


def _watched(node: Mapping[str, Any]) -> _Watched:
    item = _watched(node["*"]) if "*" in node else None
    below: dict[str | int, _Watched] = {key: _watched(child) for key, child in node.items() if key not in ("", "*")}
    if item is None:
        below = {key: child for key, child in below.items() if _is_risky(child)}
    uses = node.get("", "")
    if len(node) > 1:
        # Keys below it are read too: what prints the whole is a test or a default.
        uses = uses.replace("p", "")
    return _Watched(uses, below, item)


def _is_risky(node: _Watched) -> bool:
    wrong = ("p" in node.uses and "w" not in node.uses) or ("t" in node.uses and "c" not in node.uses)
    return wrong or bool(node.below) or node.item is not None


@lru_cache(maxsize=512)
def _watched_by(profile: ReleaseProfile, kind: Literal["roots", "leaves"], name: str) -> _Watched:
    """What to look at in the values of a root chart (by level) or leaf chart (by path)."""
    facts = profile.data[kind].get(name)
    return _watched(facts["reads"] if facts else {})


def used_at_root(scope: Scope, profile: ReleaseProfile) -> Iterator[UsedValue]:
    """Delicate values of a scope that its root chart prints or tests itself."""
    for keys, value, use in _delicate_uses(scope.values, _watched_by(profile, "roots", scope.level)):
        yield UsedValue(keys, value, use, profile.data["roots"][scope.level]["chart"], scope.place(keys))


def used_in_leaves(charts: ByChart) -> Iterator[UsedValue]:
    """Delicate values that leaf charts print or test, where a config value is behind them."""
    for (profile, chart), rows in charts.items():
        watched = _watched_by(profile, "leaves", chart)
        for application, values, scope in rows if watched.below or watched.item else ():
            for route, value, use in _delicate_uses(values.leaf, watched):
                keys = values.keys_of(route, direct=True)
                if keys:
                    own = scope.get(*keys)
                    yield UsedValue(keys, own, use, chart, scope.place(keys), value, application.name)


def with_values(deployment: Deployment) -> Iterator[WithValues]:
    """The Applications whose leaf values the profile knows, with the scope that rendered them."""
    for application in deployment.applications:
        values = application.values
        if isinstance(values, LeafValues) and values.scope is not None:
            yield application, values, values.scope


def by_chart(rows: Iterable[WithValues], profiles: Profiles) -> ByChart:
    """Applications by the leaf chart that they deploy, and the release it is of."""
    found: dict[tuple[ReleaseProfile, str], list[WithValues]] = {}
    for row in rows:
        found.setdefault((profiles(row[2]), row[0].path), []).append(row)
    return found


def may_be_misused(values: ConfigValues, profile: ReleaseProfile, level: str) -> bool:
    """Whether a root chart prints or tests delicate values of some file: asked once for all scopes of a level."""
    return _is_misused(values.root, _watched_by(profile, "roots", level))


def _is_misused(shape: Shape, reads: _Watched) -> bool:
    for key in {*shape.values, *shape.below}:
        node = (reads.below.get(key) if isinstance(key, str) else None) or reads.item
        if node is None:
            continue
        below = shape.below.get(key)
        inside = [{"": None}] if below is not None and (below.values or below.below) else []
        one_of_each = dict(enumerate([*shape.scalars(key), *inside]))
        if any(True for _ in _delicate_uses(one_of_each, _Watched("", {}, node))):
            return True
        if below is not None and _is_misused(below, node):
            return True
    return False


_LONGEST = 7
"""Longer texts are not tried: the longest word that means false has five letters, and may have space around it."""


def _delicate_uses(
    values: Mapping[Any, Any] | list[Any], reads: _Watched, above: Keys = ()
) -> Iterator[tuple[Keys, Any, Use]]:
    """Values that the chart uses in a way that can go wrong: large numbers are printed oddly, words test as true."""
    _, below, item = reads
    if item is None:
        if isinstance(values, list):
            return
        keys: Iterable[Any] = [key for key in values if key in below]
    else:
        keys = range(len(values)) if isinstance(values, list) else values
    for key in keys:
        value = values[key]
        kind = value.__class__
        if kind is str:
            if len(value) > _LONGEST or value.strip().lower() not in FALSE_WORDS:
                continue
        elif kind is int or kind is float:
            if abs(value) < 1e6:
                continue
        elif kind is not dict and kind is not list:
            continue
        node = below.get(key) or item
        if node is None:
            continue
        for use in _wrong_uses(value, node.uses):
            yield (*above, key), value, use
        if (kind is dict or kind is list) and (node.below or node.item):
            yield from _delicate_uses(value, node, (*above, key))


def masked(charts: ByChart) -> Iterator[Masked]:
    """Values of leaf charts that stay at a placeholder (`xxx`) because the config does not give them."""
    for (profile, chart), rows in charts.items():
        placeholders = _placeholders_of(profile, chart)
        for application, values, _ in rows if placeholders else ():
            for route, placeholder in placeholders:
                if _lacks(values.leaf, route):
                    yield Masked(".".join(route), placeholder, chart, application.name, application.source)


@lru_cache(maxsize=512)
def _placeholders_of(profile: ReleaseProfile, chart: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The placeholders in the values of a leaf chart, with their routes."""
    facts = profile.data["leaves"].get(chart)
    return tuple(_placeholders(facts.get("defaults") or {})) if facts else ()


def _placeholders(defaults: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in defaults.items():
        if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
            yield (*above, key), value
        elif isinstance(value, dict):
            yield from _placeholders(value, (*above, key))


def _lacks(values: Mapping[str, Any], route: tuple[str, ...]) -> bool:
    current: Any = values
    for key in route:
        if not isinstance(current, dict):
            return False
        if key not in current:
            return True
        current = current[key]
    return False


FIELDS = ("name", "namespace", "server", "path")
"""What an Application's own fields are called that are made of config values."""


def empty_fields(rows: Iterable[WithValues]) -> Iterator[tuple[Application, Scope, str, Keys]]:
    """Applications' own fields that are made of a config value which is not there: the field, and the value's keys."""
    filled: dict[int, set[Keys]] = {}
    for application, values, scope in rows:
        sound = filled.setdefault(id(scope), set())
        for field, made_of in values.keys_of_fields(FIELDS):
            for keys in made_of:
                if keys in sound:
                    continue
                if scope.get(*keys) in (None, ""):
                    yield application, scope, field, keys
                else:
                    sound.add(keys)


def placeholder_blocks(rows: Iterable[WithValues]) -> Iterator[tuple[Application, str, Scope]]:
    """Applications that exist only because a root chart's own values hold a placeholder block for them."""
    for application, values, scope in rows:
        sources = values.sources
        if not sources or scope.values.get(sources[0]):
            continue
        if not any(scope.values.get(key) for key in sources):
            key = next((key for key in sources if values.root_values.get(key)), None)
            if key is not None:
                yield application, key, scope


def not_built(rows: Iterable[WithValues], profiles: Profiles) -> Iterator[tuple[Scope, NotBuilt]]:
    """Blocks and list entries that could make an Application and make none."""
    by_scope: dict[int, tuple[Scope, LeafValues, set[Keys]]] = {}
    for application, values, scope in rows:
        known = by_scope.get(id(scope))
        if known is None:
            known = by_scope[id(scope)] = (scope, values, set())
        for key in values.sources:
            known[2].add((key,))
        keys = application.source.keys
        if len(keys) > 1:
            known[2].add(keys)
            known[2].add(keys[:1])
    for scope, values, built in by_scope.values():
        profile = profiles(scope)
        search = _Guards(profile, values.root_values)
        there = scope.values
        for template, lines, makers in _makers(profile, scope.level):
            if not any((not maker or maker[0] in there) and _lacking(maker, scope, built) for maker in makers):
                continue
            for keys, guards, run in search.documents(lines, []):
                if keys in built or not scope.get(*keys):
                    continue
                reason = search.unmet(guards, run)
                if reason is None:
                    continue
                built.add(keys)
                needs = tuple(one for one in all_keys(reason, run.loops) if one != keys)
                yield scope, NotBuilt(keys, written(reason), needs, template)


@lru_cache(maxsize=64)
def _makers(profile: ReleaseProfile, level: str) -> tuple[tuple[str, list[Any], frozenset[tuple[str, ...]]], ...]:
    """The templates of a root chart, each with the routes of the blocks and lists that make its objects."""
    facts = profile.data["roots"][level]
    return tuple(
        (template, rows, frozenset(_made_by(rows, profile.data["expressions"])))
        for template, rows in sorted(facts["templates"].items())
    )


def _made_by(rows: list[Any], expressions: list[Expression]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        if row[0] == "doc":
            yield from ((key,) for key in (row[2][:1] if len(row) > 2 else ()))
        elif row[0] == "if":
            yield from _made_by(row[2], expressions)
        elif row[0] == "each":
            expression = expressions[row[2]]
            if expression[0] == "val":
                yield tuple(expression[1:])
            yield from _made_by(row[3], expressions)


def _lacking(route: tuple[str, ...], scope: Scope, built: set[Keys]) -> bool:
    """Whether a block, or an entry of a list, is there and has made nothing so far."""
    value = scope.get(*route)
    if not value:
        return False
    if isinstance(value, list) and any((*route, index) not in built for index in range(len(value))):
        return True
    return route not in built


class _Guards:
    """Looks for the conditions around the objects that a root chart could make."""

    def __init__(self, profile: ReleaseProfile, values: Mapping[str, Any]) -> None:
        self.expressions = profile.data["expressions"]
        self.values = values

    def documents(
        self, rows: list[Any], guards: list[Expression], run: Run | None = None
    ) -> Iterator[tuple[Keys, list[Expression], Run]]:
        """Every object: the block or list entry that makes it, and the conditions around it."""
        run = run or Run(self.values)
        for row in rows:
            if row[0] == "doc":
                loop = run.loops.get(".")
                if loop is not None and loop[0][0] == "val" and loop[1] is not None:
                    yield (*loop[0][1:], loop[1]), list(guards), run
                else:
                    for key in row[2][:1] if len(row) > 2 else ():
                        yield (key,), list(guards), run
            elif row[0] == "let":
                run.variables[row[1]] = self.value(self.expressions[row[2]], run)
            elif row[0] == "if":
                yield from self.documents(row[2], [*guards, self.expressions[row[1]]], run)
            elif row[0] == "each":
                yield from self.items(row, guards, run)

    def items(self, row: Any, guards: list[Expression], run: Run) -> Iterator[tuple[Keys, list[Expression], Run]]:
        """The objects of each entry of a list."""
        expression = self.expressions[row[2]]
        value = self.value(expression, run)
        for index, item in enumerate(value if isinstance(value, list) else ()):
            inside = Run(self.values)
            inside.variables = {**run.variables, **dict.fromkeys(row[1][-1:], item)}
            inside.dot = item
            inside.loops = {**run.loops, **dict.fromkeys([".", *row[1][-1:]], (expression, index))}
            yield from self.documents(row[3], guards, inside)

    def value(self, expression: Expression, run: Run) -> Any:
        try:
            return compile_expression(expression)(run)
        except TemplateError:
            return UNKNOWN

    def unmet(self, guards: list[Expression], run: Run) -> Expression | None:
        """The first condition that does not hold, or the part of it that does not."""
        for guard in guards:
            value = self.value(guard, run)
            if value is UNKNOWN:
                return None
            if not value:
                return self.part(guard, run)
        return None

    def part(self, guard: Expression, run: Run) -> Expression:
        if guard[:2] == ["call", "and"]:
            return self.part(next((one for one in guard[2:] if not self.value(one, run)), guard[2]), run)
        return guard
