"""Finds config keys that no chart reads: neither the root chart nor the leaf chart that a value is passed to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.place import Keys

from .contract import ITEM, Contract, Node, contract_of, leaf_keys, leaf_reads
from .profile import ReleaseProfile

Arrival = tuple[str, tuple[str | int, ...]]
"""A leaf chart, and where in its values a config value arrives."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A key that nothing reads. `charts` are those that could have; `known` the keys they do read at its place.

    `empty`: it has no value, so that little is lost; `beside`: the keys that stand next to it.
    """

    keys: Keys
    charts: tuple[str, ...]
    known: frozenset[str]
    empty: bool = False
    beside: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def by_hand() -> Mapping[str, Any]:
    """`data/charts/by_hand.json`: what charts do not tell, with its sources."""
    text = resources.files("masgitops_lint.data.charts").joinpath("by_hand.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def unread_keys(scope: Scope, profile: ReleaseProfile, extra: Mapping[str, Sequence[str]]) -> Iterator[Unread]:
    """Keys of a scope's files that nothing reads, outermost only.

    `extra` maps a config file's name (or `*`) to dotted routes that patched charts read besides.
    """
    search = _Search(scope, profile, contract_of(profile, scope.level), extra)
    for file in scope.files:
        for key, value in file.data.items():
            if search.is_extra(file.name, (key,)):
                continue
            node = search.contract.root.below.get(key)
            if node is not None:
                yield from search.inside((key,), value, node, [], file.name)
            elif not search.is_known_block(key) and key not in scope.misspelt_blocks(file):
                known = next((one.keys for one in scope.spec.files if one.name == file.name), ())
                yield Unread((key,), (), frozenset(known), value is None, frozenset(map(str, file.data)))


def successor(unread: Unread) -> str:
    """What a key became, or which key is probably meant; "" when nothing is near."""
    renamed = by_hand()["renamed"]
    dotted = ".".join(ITEM if isinstance(key, int) else str(key) for key in unread.keys)
    name = str(unread.keys[-1])
    if dotted in renamed["in_place"]:
        return str(renamed["in_place"][dotted])
    if renamed["keys"].get(name) in unread.known:
        return str(renamed["keys"][name])
    from difflib import get_close_matches

    # A key that is there under its right name is not missing under a wrong one.
    return next(iter(get_close_matches(name, sorted(unread.known - unread.beside), n=1, cutoff=0.75)), "")


class _Search:
    def __init__(
        self, scope: Scope, profile: ReleaseProfile, contract: Contract, extra: Mapping[str, Sequence[str]]
    ) -> None:
        self.scope = scope
        self.profile = profile
        self.contract = contract
        self.extra = extra
        self.parameters = {name.split(".")[0] for name in profile.parameters(scope.level)}
        self.documentary = frozenset((*by_hand()["documentary"]["keys"], *by_hand()["later"]["keys"]))

    def is_known_block(self, key: str) -> bool:
        """Whether a top-level key is known somewhere: then other rules tell that it stands in the wrong place."""
        if key == self.scope.spec.merge_key or key in self.parameters:
            return True
        return any(key in file.keys for spec in self.profile.applicationsets for file in spec.files)

    def is_extra(self, name: str, keys: Keys) -> bool:
        """Whether patched charts (or people) read the key, or a block around it."""
        dotted = [ITEM if isinstance(key, int) else key for key in keys]
        if ".".join(dotted) in self.documentary:
            return True
        wanted = (*self.extra.get(name, ()), *self.extra.get("*", ()))
        return any(".".join(dotted[:length]) in wanted for length in range(1, len(dotted) + 1))

    def inside(self, keys: Keys, value: Any, node: Node | None, above: list[Arrival], name: str) -> Iterator[Unread]:
        """What is unread below a value that is read."""
        if node is not None and self._opaque(node):
            return
        arrivals = [*above, *self.arrivals(node, keys)]
        pairs: Iterator[tuple[str | int, Any]]
        if isinstance(value, dict):
            pairs = iter(value.items())
        elif isinstance(value, list):
            pairs = enumerate(value)
        else:
            return
        for key, below in pairs:
            child = node.child(key) if node is not None else None
            passed = [(chart, (*route, key)) for chart, route in arrivals]
            if isinstance(key, int) or self._read(child, passed):
                yield from self.inside((*keys, key), below, child, passed, name)
            elif not self.is_extra(name, (*keys, key)):
                yield self._unread((*keys, key), node, arrivals, empty=below is None)

    def _read(self, child: Node | None, passed: list[Arrival]) -> bool:
        if child is not None and (child.used or child.passed or child.below):
            return True
        return any(leaf_reads(self.profile, chart, route) for chart, route in passed)

    def _opaque(self, node: Node) -> bool:
        """A value that the root chart takes as one: what stands below it is no key of its own."""
        return bool(node.used or node.passed) and not node.below and not any(one.whole for one in node.passed)

    def arrivals(self, node: Node | None, keys: Keys) -> list[Arrival]:
        """Where a value goes as a whole."""
        found: list[Arrival] = []
        for one in node.passed if node is not None else ():
            if not one.whole:
                continue
            chart = one.target.prefix
            if one.target.dynamic:
                name = self.scope.get(*_filled(one.target.route, keys))
                chart += str(name)
                if chart not in self.profile.chart_paths:
                    chart = one.target.prefix + str(by_hand()["renamed"]["charts"].get(str(name), name))
            found.append((chart, one.route))
        return found

    def _unread(self, keys: Keys, node: Node | None, arrivals: list[Arrival], *, empty: bool) -> Unread:
        known = {key for key in (node.below if node is not None else {}) if key != ITEM}
        for chart, route in arrivals:
            known |= leaf_keys(self.profile, chart, route)
        charts = tuple(dict.fromkeys(chart for chart, _ in arrivals))
        if not charts and node is not None:
            charts = tuple(
                dict.fromkeys(
                    one.target.prefix
                    for child in node.below.values()
                    for one in child.passed
                    if one.target.prefix and not one.target.dynamic
                )
            )
        around = self.scope.get(*keys[:-1])
        beside = frozenset(map(str, around)) if isinstance(around, dict) else frozenset()
        return Unread(keys, charts, frozenset(known), empty, beside)


def _filled(route: Sequence[str], keys: Keys) -> Keys:
    """A route with its `*` replaced by the list indexes of a concrete one."""
    indexes = iter([key for key in keys if isinstance(key, int)])
    return tuple(next(indexes, 0) if part == ITEM else part for part in route)
