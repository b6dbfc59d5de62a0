"""The tree of Applications as indices: parents, waves, and which of two objects Argo CD brings up first.

Waves order only the children of one parent in one sync, and only objects that an Application renders. An Application
gates its parent's waves through its health, which Argo CD looks at only with a custom health check for
`argoproj.io/Application` (removed from the defaults in 1.8, docs/operator-manual/upgrading/1.7-1.8.md); MAS GitOps
requires that check (ibm-mas/gitops docs/orchestration.md). An ApplicationSet is healthy as soon as its Applications
are created (resource_customizations/argoproj.io/ApplicationSet/health.lua), so it gates nothing that they contain, and
the Applications that it generates stand in no order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from masgitops_lint.model.application import Application

Relation: TypeAlias = Literal["self", "before", "never", "same-wave", "loose"]
"""How the writer of something stands to its reader: "before" is healthy before the reader starts, "never" cannot start
until the reader is healthy; "same-wave" and "loose" (no order between them) are settled by retries."""


class Meeting(NamedTuple):
    """Where the ways from two objects to the root meet: their parent in common, and its child on either way.

    `parent` is -1 when they have none.
    """

    parent: int
    reader: int
    writer: int


class Tree:
    """Applications and ApplicationSets by index, parents before children."""

    def __init__(self, applications: Sequence[Application]) -> None:
        self.applications = applications
        self.index: dict[tuple[str, str], int] = {}
        for number, application in enumerate(applications):
            self.index.setdefault((application.account, application.name), number)
        self.parents: list[int] = []
        self.children: dict[int, list[int]] = {}
        self._by_scope: dict[str, list[int]] = {}
        for number, application in enumerate(applications):
            parent = -1
            if application.parent is not None:
                parent = self.index.get((application.account, application.parent), -1)
            # a thing that is its own parent cannot come from charts; broken input must not hang the walks below
            if parent >= number:
                parent = -1
            self.parents.append(parent)
            self._by_scope.setdefault(application.scope, []).append(number)
            self.children.setdefault(parent, []).append(number)

    def __len__(self) -> int:
        return len(self.applications)

    def find(self, application: Application) -> int:
        """The index of an object, -1 for one of another deployment."""
        return self.index.get((application.account, application.name), -1)

    def of_scope(self, directory: str) -> Sequence[int]:
        """What one scope's root renders, and the root itself."""
        return self._by_scope.get(directory, ())

    def way_up(self, number: int) -> Iterator[int]:
        """The object itself, its parent, and so on to the root."""
        while number >= 0:
            yield number
            number = self.parents[number]

    def is_set(self, number: int) -> bool:
        """Whether it is an ApplicationSet."""
        return self.applications[number].kind == "ApplicationSet"

    def gates(self, number: int) -> bool:
        """Whether its parent's waves are ordered by it: an Application renders it and its wave is known."""
        parent = self.parents[number]
        return parent >= 0 and not self.is_set(parent) and self.applications[number].wave is not None

    def meeting(self, reader: int, writer: int) -> Meeting:
        """Where the ways of two different objects to the root meet."""
        parent = self.parents[reader]
        if parent >= 0 and parent == self.parents[writer]:
            return Meeting(parent, reader, writer)
        above = list(self.way_up(reader))
        position = {number: place for place, number in enumerate(above)}
        before = -1
        for number in self.way_up(writer):
            if number in position:
                place = position[number]
                return Meeting(number, above[place - 1] if place else -1, before)
            before = number
        return Meeting(-1, above[-1], before)

    def relation(self, reader: int, writer: int) -> Relation:
        """Which of the two comes first on a first sync of everything."""
        if reader == writer:
            return "self"
        at = self.meeting(reader, writer)
        if at.parent < 0 or at.reader < 0 or at.writer < 0 or self.is_set(at.parent):
            return "loose"
        if not (self.gates(at.reader) and self.gates(at.writer)):
            return "loose"
        reader_wave, writer_wave = self.applications[at.reader].wave, self.applications[at.writer].wave
        assert reader_wave is not None
        assert writer_wave is not None
        if reader_wave == writer_wave:
            return "same-wave"
        if writer_wave < reader_wave:
            return "before" if self.holds(at.writer, writer) else "loose"
        return "never" if self.holds(at.reader, reader) else "loose"

    def holds(self, above: int, below: int) -> bool:
        """Whether the health of `above` waits for `below`: no ApplicationSet on the way."""
        for number in self.way_up(below):
            if self.is_set(number):
                return False
            if number == above:
                return True
        return False
