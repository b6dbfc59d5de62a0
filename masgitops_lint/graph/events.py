"""What waits for what on a first sync, as a graph of events: each object starts and becomes healthy.

Waves become one barrier per parent and wave, so the size is linear in the number of Applications.
"""

from __future__ import annotations

from collections.abc import Iterable

from .needs import Need
from .tree import Tree


class Events:
    """`waits[event]` lists the events that must come before it."""

    def __init__(self, tree: Tree, needs: Iterable[Need]) -> None:
        self.tree = tree
        self.waits: dict[int, list[int]] = {}
        self.need_of: dict[tuple[int, int], Need] = {}
        size = 2 * len(tree)
        for number in range(len(tree)):
            waits = self.waits[2 * number] = []
            self.waits[2 * number + 1] = [2 * number]
            parent = tree.parents[number]
            if parent >= 0:
                waits.append(2 * parent)
        for parent, children in tree.children.items():
            if parent < 0 or tree.is_set(parent):
                continue
            by_wave: dict[int, list[int]] = {}
            for child in children:
                wave = tree.applications[child].wave
                if wave is not None:
                    by_wave.setdefault(wave, []).append(child)
            barrier = -1
            for wave in sorted(by_wave):
                if barrier >= 0:
                    for child in by_wave[wave]:
                        self.waits[2 * child].append(barrier)
                self.waits[size] = [2 * child + 1 for child in by_wave[wave]]
                if barrier >= 0:
                    self.waits[size].append(barrier)
                barrier = size
                size += 1
            if barrier >= 0:
                self.waits[2 * parent + 1].append(barrier)
        for need in needs:
            waiting, awaited = self.edge(need)
            if awaited not in self.waits[waiting]:
                self.waits[waiting].append(awaited)
            self.need_of.setdefault((waiting, awaited), need)

    @staticmethod
    def edge(need: Need) -> tuple[int, int]:
        """Who waits for whom: a placeholder keeps its reader from starting, the rest from becoming healthy."""
        waiting = 2 * need.reader if need.kind == "secret" else 2 * need.reader + 1
        return waiting, 2 * need.writer

    def application(self, event: int) -> int:
        """The object an event belongs to; -1 for a barrier."""
        return event // 2 if event < 2 * len(self.tree) else -1

    def backward(self) -> dict[int, list[int]]:
        """`event` -> the events that wait for it."""
        found: dict[int, list[int]] = {}
        for event, awaited in self.waits.items():
            for before in awaited:
                found.setdefault(before, []).append(event)
        return found
