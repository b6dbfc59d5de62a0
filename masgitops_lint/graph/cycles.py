"""Applications that wait for each other, through any mix of waves, secrets and references.

A deadlock is a cycle of events: with it, the Applications never come up. Rings of roots are weaker: instances or
clusters that each wait for a secret of the other come up when both are new, and neither can be rebuilt alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from masgitops_lint.model.place import Place

from .events import Events
from .needs import Need
from .tree import Tree
from .walk import knotted, shortest_way

CYCLE_LIMIT = 20
"""So many distinct cycles are reported of one repo; mending them uncovers the next."""
_TRIES = 400


class Hop(NamedTuple):
    """One step of a cycle: `waiting` waits for `awaited` (indices). `need` is None where a wave makes it wait.

    `place` is the line that makes the hop; of a wave that is the config that brings the waiting Application.
    """

    waiting: int
    awaited: int
    place: Place
    need: Need | None = None


class Cycle(NamedTuple):
    """The hops of a cycle in order, beginning with one that is written in the config. `deadlock` as told above."""

    hops: tuple[Hop, ...]
    deadlock: bool = True

    @property
    def needs(self) -> tuple[Need, ...]:
        """The hops that are needs."""
        return tuple(hop.need for hop in self.hops if hop.need is not None)


def find_cycles(tree: Tree, needs: Sequence[Need]) -> tuple[Cycle, ...]:
    """Distinct cycles of two needs and more, shortest first, up to the limit.

    What is "before" adds nothing that waves do not say, and what can "never" be is a cycle of its own.
    """
    open_needs = [need for need in needs if need.relation in ("loose", "same-wave")]
    deadlocks = _deadlocks(tree, _suspects(tree, open_needs))
    known = {id(need) for cycle in deadlocks for need in cycle.needs}
    rings = _rings(tree, [need for need in open_needs if id(need) not in known])
    return (*deadlocks, *rings)[:CYCLE_LIMIT]


def _suspects(tree: Tree, needs: Sequence[Need]) -> list[Need]:
    """Needs that may be part of a deadlock: their writer waits, at some level, beside another one's reader."""
    left = list(needs)
    while left:
        roots = {tree.parents[need.reader] for need in left} | {need.reader for need in left}
        kept = [need for need in left if any(above in roots for above in tree.way_up(need.writer))]
        if len(kept) == len(left):
            return kept
        left = kept
    return left


def _deadlocks(tree: Tree, needs: Sequence[Need]) -> list[Cycle]:
    if len(needs) < 2:
        return []
    events = Events(tree, needs)
    found: dict[frozenset[tuple[str, str]], Cycle] = {}
    for part in knotted(events.waits):
        inside = set(part)
        for need in needs[:_TRIES]:
            waiting, awaited = events.edge(need)
            if waiting not in inside or awaited not in inside:
                continue
            way = shortest_way(events.waits, awaited, waiting, inside)
            if not way:
                continue
            cycle = Cycle(_hops(tree, events, [waiting, *way]))
            key = frozenset((one.place.path, one.path) for one in cycle.needs)
            if key not in found or len(cycle.hops) < len(found[key].hops):
                found[key] = cycle
    return sorted(found.values(), key=lambda cycle: len(cycle.hops))


def _hops(tree: Tree, events: Events, way: Sequence[int]) -> tuple[Hop, ...]:
    """A way from an event to itself as hops; everything between two needs is one hop made of waves."""
    hops: list[Hop] = []
    waiting = -1
    for first, second in itertools.pairwise(way):
        need = events.need_of.get((first, second))
        if need is None:
            continue
        if waiting >= 0 and waiting != need.reader:
            hops.append(_wave_hop(tree, waiting, need.reader))
        hops.append(Hop(need.reader, need.writer, need.place, need))
        waiting = need.writer
    if hops and waiting != hops[0].waiting:
        hops.append(_wave_hop(tree, waiting, hops[0].waiting))
    return _turned(hops)


def _turned(hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """The hops beginning with the need that stands first in the repo, so that a cycle always reads the same."""
    starts = [number for number, hop in enumerate(hops) if hop.need is not None]
    first = min(starts, key=lambda number: (hops[number].place.path, str(hops[number].place.keys)))
    return (*hops[first:], *hops[:first])


def _wave_hop(tree: Tree, waiting: int, awaited: int) -> Hop:
    at = tree.meeting(waiting, awaited)
    child = at.reader if at.reader >= 0 else waiting
    return Hop(waiting, awaited, tree.applications[child].source)


def _rings(tree: Tree, needs: Sequence[Need]) -> list[Cycle]:
    """Roots that wait for each other."""
    edges: dict[int, dict[int, Need]] = {}
    for need in needs:
        reader, writer = _root(tree, need.reader), _root(tree, need.writer)
        if reader == writer or reader in tree.way_up(writer) or writer in tree.way_up(reader):
            continue
        edges.setdefault(reader, {}).setdefault(writer, need)
    adjacency = {node: list(targets) for node, targets in edges.items()}
    found: dict[frozenset[int], Cycle] = {}
    for part in knotted(adjacency):
        inside = set(part)
        for node in part:
            for target in adjacency.get(node, ()):
                if len(found) >= CYCLE_LIMIT or target not in inside:
                    continue
                way = shortest_way(adjacency, target, node, inside)
                if way and frozenset(way) not in found:
                    ring = [node, *way]
                    hops = [edges[one][two] for one, two in itertools.pairwise(ring)]
                    found[frozenset(way)] = Cycle(
                        _turned([Hop(one.reader, one.writer, one.place, one) for one in hops]), deadlock=False
                    )
    return sorted(found.values(), key=lambda cycle: len(cycle.hops))


def _root(tree: Tree, number: int) -> int:
    return tree.parents[number] if tree.parents[number] >= 0 else number
