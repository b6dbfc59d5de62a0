"""Finds config keys that no chart reads: neither the root chart nor the leaf chart that a value is passed to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from masgitops_lint.data import data_text
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.place import Keys

from .contract import ITEM, Node, Target, contract_of, leaf_keys, leaf_reads, leaf_takes_whole
from .profile import ReleaseProfile

Arrival = tuple[str, tuple[str | int, ...]]
"""A leaf chart, and where in its values a config value arrives."""


class Unread(NamedTuple):
    """A key that nothing reads. `charts` are those that could have; `known` the keys they do read at its place.

    `empty`: it has no value, so that little is lost; `beside`: the keys that stand next to it; `listed`: it is a list
    where charts read a mapping.
    """

    keys: Keys
    charts: tuple[str, ...]
    known: frozenset[str]
    empty: bool = False
    listed: bool = False
    beside: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def by_hand() -> Mapping[str, Any]:
    """`data/charts/by_hand.json`: what charts do not tell, with its sources."""
    text = data_text("charts/by_hand.json")
    found: Mapping[str, Any] = json.loads(text)
    return found


def unread_keys(scope: Scope, profile: ReleaseProfile, extra: Mapping[str, Sequence[str]]) -> Iterator[Unread]:
    """Keys of a scope's files that nothing reads, outermost only.

    `extra` maps a config file's name (or `*`) to dotted routes that patched charts read besides.
    """
    reader = _reader(profile, scope.level, tuple([(name, tuple(routes)) for name, routes in extra.items()]))
    for file in scope.files:
        top = reader.top(file.name)
        for key, value in file.data.items():
            spot = top.get(key, _NEW)
            if spot is _NEW:
                spot = top[key] = reader.start(file.name, key)
            if spot is _UNREAD:
                if key != scope.spec.merge_key and key not in scope.misspelt_blocks(file):
                    known = next((one.keys for one in scope.spec.files if one.name == file.name), ())
                    yield Unread((key,), (), frozenset(known), value is None, beside=frozenset(map(str, file.data)))
            elif spot.__class__ is _Spot and not spot.opaque and value.__class__ in _CONTAINERS:
                yield from reader.inside(scope, spot, (key,), value)


def successor(unread: Unread) -> str:
    """What a key became, or which key is probably meant; "" when nothing is near."""
    return _successor(_dotted(unread.keys), str(unread.keys[-1]), unread.known, unread.beside)


def read_only_after(unread: Unread, meant: str) -> str:
    """The release whose successors alone read what a key became; "" where the charts at hand read it."""
    return "" if meant in unread.known else only_after(_dotted((*unread.keys[:-1], meant)))


def only_after(dotted: str) -> str:
    """The release whose successors alone read a key; "" for any other key."""
    later = by_hand()["later"]
    return str(later["after"]) if dotted in later["keys"] else ""


def instead_of(name: str, meant: str) -> str:
    """What to do about a key that became another, or was meant to be it."""
    renamed = by_hand()["renamed"]
    is_part = name in renamed["parts"] and renamed["keys"][name] == meant
    return f"write `{meant}`" + (" with its whole value, of which this is a part" if is_part else "")


@lru_cache(maxsize=4096)
def _successor(dotted: str, name: str, known: frozenset[str], beside: frozenset[str]) -> str:
    renamed = by_hand()["renamed"]
    if dotted in renamed["in_place"]:
        return str(renamed["in_place"][dotted])
    if renamed["keys"].get(name) in known:
        return str(renamed["keys"][name])
    free = sorted(known - beside)
    flat, letters = _flat(name), sorted(name)
    same = next((one for one in free if _flat(one) == flat), "") or next(
        (one for one in free if len(name) > 2 and one[:1] == name[:1] and sorted(one) == letters), ""
    )
    if same:
        return same
    from difflib import get_close_matches

    # A key that is there under its right name is not missing under a wrong one.
    return next(iter(get_close_matches(name, free, n=1, cutoff=0.75)), "")


def _dotted(keys: Keys) -> str:
    return ".".join([ITEM if isinstance(key, int) else str(key) for key in keys])


def _flat(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


class _Verdict(Enum):
    """What is known of a key that has nothing worth looking at below it."""

    NEW = 0
    EXTRA = 1
    UNREAD = 2


_NEW, _EXTRA, _UNREAD = _Verdict.NEW, _Verdict.EXTRA, _Verdict.UNREAD
_CONTAINERS = frozenset({dict, list})


class _Spot:
    """One place in the values of a level, list indexes left out, and what reads it.

    `above` is where blocks around it arrive. `whole` are the leaf charts that it is passed to as a whole.
    """

    __slots__ = ("above", "charts", "file", "insides", "node", "opaque", "route", "targets", "whole")

    def __init__(self, file: str, route: Keys, node: Node | None, above: tuple[Arrival, ...]) -> None:
        self.file = file
        self.route = route
        self.node = node
        self.above = above
        passed = node.passed if node is not None else ()
        self.whole = tuple([one for one in passed if one.whole])
        # the leaf charts that it goes to, and those of them that the config chooses
        self.targets = [(one.target.prefix, one.target if one.target.dynamic else None) for one in self.whole]
        chosen = any(one is not None for _, one in self.targets)
        self.charts = None if chosen else tuple([chart for chart, _ in self.targets])
        # A value that the root chart takes as one: what stands below it is no key of its own.
        self.opaque = node is not None and bool(node.used or passed) and not node.below and not self.whole
        self.insides: dict[tuple[str, ...], _Inside] = {}


class _Inside:
    """What is known of the keys at a spot, for one choice of the charts that the config chooses.

    `settled` are keys that are read, and nothing below them can be unread.
    """

    __slots__ = ("arrivals", "charts", "keys", "known", "settled")

    def __init__(self, arrivals: tuple[Arrival, ...], charts: tuple[str, ...], known: frozenset[str]) -> None:
        self.arrivals = arrivals
        self.charts = charts
        self.known = known
        self.keys: dict[str | int, _Spot | _Verdict] = {}
        self.settled: set[str | int] = set()


@lru_cache(maxsize=64)
def _reader(profile: ReleaseProfile, level: str, extra: tuple[tuple[str, tuple[str, ...]], ...]) -> _Reader:
    return _Reader(profile, level, dict(extra))


class _Reader:
    """What the charts of a release read at one level. Every question is answered once and kept."""

    def __init__(self, profile: ReleaseProfile, level: str, extra: Mapping[str, tuple[str, ...]]) -> None:
        self.profile = profile
        self.contract = contract_of(profile, level)
        self.extra = extra
        self.parameters = {name.split(".")[0] for name in profile.parameters(level)}
        self.documentary = frozenset((*by_hand()["documentary"]["keys"], *by_hand()["later"]["keys"]))
        self._tops: dict[str, dict[str, _Spot | _Verdict]] = {}

    def top(self, file: str) -> dict[str, _Spot | _Verdict]:
        """What is known of the top-level keys of a file."""
        return self._tops.setdefault(file, {})

    def start(self, file: str, key: str) -> _Spot | _Verdict:
        """What is to know of one top-level key."""
        if self.is_extra(file, (key,)):
            return _EXTRA
        node = self.contract.root.below.get(key)
        if node is not None:
            return _Spot(file, (key,), node, ())
        return _EXTRA if self.is_known_block(key) else _UNREAD

    def is_known_block(self, key: str) -> bool:
        """Whether a top-level key is known somewhere: then other rules tell that it stands in the wrong place."""
        if key in self.parameters:
            return True
        return any(key in file.keys for spec in self.profile.applicationsets for file in spec.files)

    def is_extra(self, name: str, route: Keys) -> bool:
        """Whether patched charts (or people) read the key, or a block around it."""
        dotted = [ITEM if isinstance(key, int) else key for key in route]
        if ".".join(dotted) in self.documentary:
            return True
        wanted = (*self.extra.get(name, ()), *self.extra.get("*", ()))
        return any(".".join(dotted[:length]) in wanted for length in range(1, len(dotted) + 1))

    def inside(self, scope: Scope, spot: _Spot, keys: Keys, value: Any) -> Iterator[Unread]:
        """What is unread below a mapping or list that is read."""
        charts = spot.charts
        if charts is None:
            charts = tuple([self.chosen(scope, one, keys) if one is not None else known for known, one in spot.targets])
        inside = spot.insides.get(charts)
        if inside is None:
            inside = spot.insides[charts] = self.open(spot, charts)
        if value.__class__ is list:
            item = inside.keys.get(0) or self.look(spot, inside, 0)
            if inside.known and any(below.__class__ is dict for below in value) and not self.is_list(spot, inside):
                yield Unread(keys, inside.charts, inside.known, listed=True)
                return
            for index, below in enumerate(value):
                if below.__class__ in _CONTAINERS and item.__class__ is _Spot and not item.opaque:
                    yield from self.inside(scope, item, (*keys, index), below)
            return
        settled = inside.settled
        for key in [key for key in value if key not in settled]:
            found, below = inside.keys.get(key) or self.look(spot, inside, key), value[key]
            if found.__class__ is _Spot:
                if below.__class__ in _CONTAINERS and not found.opaque:
                    yield from self.inside(scope, found, (*keys, key), below)
            elif found is _UNREAD:
                around = scope.get(*keys)
                beside = frozenset(map(str, around)) if isinstance(around, dict) else frozenset()
                yield Unread((*keys, key), inside.charts, inside.known, below is None, beside=beside)

    def chosen(self, scope: Scope, target: Target, keys: Keys) -> str:
        """The leaf chart that the config chooses for a value which goes to it as a whole."""
        name = str(scope.get(*_filled(target.route, keys)))
        chart = target.prefix + name
        if chart in self.profile.chart_paths:
            return chart
        return target.prefix + str(by_hand()["renamed"]["charts"].get(name, name))

    def open(self, spot: _Spot, charts: tuple[str, ...]) -> _Inside:
        """What is to know of a spot before its keys: where its values arrive, and which keys are read there."""
        arrivals = (*spot.above, *((chart, one.route) for chart, one in zip(charts, spot.whole, strict=True)))
        known = {key for key in (spot.node.below if spot.node is not None else {}) if key != ITEM}
        for chart, route in arrivals:
            known |= leaf_keys(self.profile, chart, route)
        readers = [chart for chart, _ in arrivals]
        if not readers and spot.node is not None:
            targets = [one.target for child in spot.node.below.values() for one in child.passed]
            readers = [target.prefix for target in targets if target.prefix and not target.dynamic]
        return _Inside(arrivals, tuple(dict.fromkeys(readers)), frozenset(known))

    def look(self, spot: _Spot, inside: _Inside, key: str | int) -> _Spot | _Verdict:
        """What is to know of one key."""
        child = spot.node.child(key) if spot.node is not None else None
        passed = tuple([(chart, (*route, key)) for chart, route in inside.arrivals])
        route = (*spot.route, key)
        found: _Spot | _Verdict
        if isinstance(key, int) or self.is_read(child, passed):
            found = _Spot(spot.file, route, child, passed)
            # everything below a value that a chart takes as one is read with it
            found.opaque = found.opaque or any(leaf_takes_whole(self.profile, chart, at) for chart, at in passed)
        else:
            found = _EXTRA if self.is_extra(spot.file, route) else _UNREAD
        inside.keys[key] = found
        if found is _EXTRA or (isinstance(found, _Spot) and found.opaque):
            inside.settled.add(key)
        return found

    def is_list(self, spot: _Spot, inside: _Inside) -> bool:
        """Whether something goes through what stands at a spot entry by entry, or takes it as one."""
        passed = tuple([(chart, (*route, 0)) for chart, route in inside.arrivals])
        return self.is_read(spot.node.child(0) if spot.node is not None else None, passed)

    def is_read(self, child: Node | None, passed: tuple[Arrival, ...]) -> bool:
        """Whether something reads a key of a mapping."""
        if child is not None and (child.used or child.passed or child.below):
            return True
        return any(leaf_reads(self.profile, chart, route) for chart, route in passed)


def _filled(route: Sequence[str], keys: Keys) -> Keys:
    """A route with its `*` replaced by the list indexes of a concrete one."""
    indexes = iter([key for key in keys if isinstance(key, int)])
    return tuple(next(indexes, 0) if part == ITEM else part for part in route)
