"""What rules ask the dependency graph. Everything is answered from plain dictionaries, computed on first use."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from masgitops_lint.model.application import Application

from .cycles import Cycle, Hop, find_cycles
from .events import Events
from .needs import Need, collect, made_by, waited_for
from .tree import Relation, Tree
from .walk import reachable

if TYPE_CHECKING:
    from masgitops_lint.deployment.secrets import SecretsGraph, Use, Writer
    from masgitops_lint.mas.scope import Scope
    from masgitops_lint.model.place import Keys

    from .build import Subject
    from .parts import Parts


class ReadyAfter(NamedTuple):
    """When something is there: once `parent` is past `wave` (the wave of `application` among its siblings)."""

    parent: str
    wave: int | None
    application: str


class Graph:
    """The dependency graph of one snapshot.

    Applications are named by index into `applications` where the order of the deployment matters, by name elsewhere.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @cached_property
    def tree(self) -> Tree:
        """Parents, children and waves."""
        return Tree(self.subject.deployment.applications)

    @property
    def applications(self) -> tuple[Application, ...]:
        """Applications and ApplicationSets, parents before children."""
        return self.subject.deployment.applications

    @property
    def secrets(self) -> SecretsGraph:
        """Secrets with their readers and writers."""
        return self.subject.secrets

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Everything that one Application needs of another."""
        return tuple(collect(self.tree, self.subject.installs, self.secrets))

    @cached_property
    def _by_relation(self) -> dict[Relation, list[Need]]:
        found: dict[Relation, list[Need]] = {}
        for need in self.needs:
            found.setdefault(need.relation, []).append(need)
        return found

    @cached_property
    def cycles(self) -> tuple[Cycle, ...]:
        """Applications that wait for each other through two needs or more, shortest first, up to `CYCLE_LIMIT`."""
        return find_cycles(self.tree, self.needs)

    @cached_property
    def in_cycle(self) -> frozenset[tuple[str, str]]:
        """(file, secret path) of every hop of a cycle."""
        return frozenset((need.place.path, need.path) for cycle in self.cycles for need in cycle.needs)

    def grouped(
        self, relation: Relation, *, same_root: bool | None = None, kind: str = "secret"
    ) -> list[tuple[Need, ...]]:
        """Needs of one relation, those of one file for one thing together, in order of appearance.

        `same_root` keeps those whose two sides are (or are not) rendered by one root; `kind` "secret" takes in what
        Jobs read themselves.
        """
        groups: dict[tuple[str, str], list[Need]] = {}
        for need in self._by_relation.get(relation, ()):
            if (need.kind == "install") != (kind == "install"):
                continue
            if kind != "install" and self._worst[need.place.path, need.path] != self._kind_of(need):
                continue
            if same_root is not None and self._same_root(need) != same_root:
                continue
            groups.setdefault((need.place.path, need.path), []).append(need)
        return [tuple(needs) for needs in groups.values()]

    def _same_root(self, need: Need) -> bool:
        return self.tree.parents[need.reader] == self.tree.parents[need.writer]

    def _kind_of(self, need: Need) -> tuple[int, bool]:
        """What is wrong with a need, worst first; one placeholder that several Applications read is told once."""
        order: tuple[Relation, ...] = ("never", "self", "same-wave", "loose", "before")
        return order.index(need.relation), need.relation == "never" and not self._same_root(need)

    @cached_property
    def _worst(self) -> dict[tuple[str, str], tuple[int, bool]]:
        found: dict[tuple[str, str], tuple[int, bool]] = {}
        for need in self.needs:
            if need.kind == "install":
                continue
            key, kind = (need.place.path, need.path), self._kind_of(need)
            found[key] = min(found.get(key, kind), kind)
        return found

    def ring_of(self, cycle: Cycle) -> tuple[str, ...]:
        """The names in a cycle: Applications of a deadlock, directories of scopes that need each other."""
        members = (self.applications[hop.waiting] for hop in cycle.hops)
        return tuple(dict.fromkeys(one.name if cycle.deadlock else one.scope for one in members))

    def races(self) -> list[tuple[Need, ...]]:
        """Secrets whose readers and writer stand in no order, and that really are this scope's to read."""
        found = [*self.grouped("same-wave"), *self.grouped("loose")]
        return [
            needs
            for needs in found
            if (needs[0].use is None or needs[0].use.owner.kind in ("own", "none"))
            and (needs[0].place.path, needs[0].path) not in self.in_cycle
        ]

    def other_places(self, needs: tuple[Need, ...]) -> list[Need]:
        """The needs that stand elsewhere than the first one, each place once, at most ten."""
        seen = {(needs[0].place, needs[0].raw)}
        found: list[Need] = []
        for need in needs:
            if (need.place, need.raw) not in seen and len(found) < 10:
                seen.add((need.place, need.raw))
                found.append(need)
        return found

    def gate(self, need: Need) -> Application:
        """Of two sides in different roots, the writer's branch below the root that they have in common."""
        at = self.tree.meeting(need.reader, need.writer)
        return self.applications[at.writer if at.writer >= 0 else need.writer]

    def hop_text(self, hop: Hop) -> str:
        """One step of a cycle as a clause."""
        waiting, awaited = self.applications[hop.waiting], self.applications[hop.awaited]
        need = hop.need
        if need is None:
            at = self.tree.meeting(hop.waiting, hop.awaited)
            own, other = (self.applications[max(number, 0)] for number in (at.reader, at.writer))
            return (
                f"`{waiting.name}` comes in wave {own.wave or 0:03d} and waits for `{awaited.name}` in wave "
                f"{other.wave or 0:03d}"
            )
        if need.kind == "install":
            return f"`{waiting.name}` needs the operator that `{awaited.name}` installs"
        return f"`{waiting.name}` reads `{need.path}`, which `{awaited.name}` writes"

    def starts_after(self, application: Application) -> int:
        """Minutes from nothing until an Application's turn comes, by published times: an estimate."""
        from .durations import starts_after

        return starts_after(self, application)

    def ready_after(self, application: Application) -> int:
        """Minutes from nothing until an Application is healthy, by published times: an estimate."""
        from .durations import ready_after

        return ready_after(self, application)

    def application(self, number: int) -> Application:
        """The object of an index."""
        return self.applications[number]

    def named(self, name: str) -> tuple[Application, ...]:
        """The objects of a name: one, none, or several where names collide or accounts use the same."""
        return self.subject.deployment.by_name.get(name, ())

    def relation(self, reader: Application, writer: Application) -> Relation:
        """Which of the two Argo CD brings up first when all is new, seen from who needs the other one.

        Raises `ValueError` for objects of another deployment.
        """
        numbers = self.tree.find(reader), self.tree.find(writer)
        if min(numbers) < 0:
            raise ValueError(f"no {reader.name} or no {writer.name} in this graph")
        return self.tree.relation(*numbers)

    def made_by(self, scope: Scope, keys: Keys) -> Application | None:
        """The Application that a block or list entry of a scope makes."""
        number = made_by(self.tree, scope).get(keys)
        return None if number is None else self.applications[number]

    def writers_of(self, path: str) -> tuple[Writer, ...]:
        """The Jobs that write a secret."""
        secret = self.secrets.secrets.get(path)
        return secret.writers if secret is not None else ()

    def readers_of(self, path: str) -> tuple[Use, ...]:
        """The placeholders that read a secret."""
        secret = self.secrets.secrets.get(path)
        return tuple(secret.uses) if secret is not None else ()

    def ancestors(self, application: Application) -> tuple[Application, ...]:
        """Parent, grandparent and so on to the account root's ApplicationSet."""
        above = list(self.tree.way_up(self.tree.find(application)))[1:]
        return tuple(self.applications[number] for number in above)

    @cached_property
    def _events(self) -> Events:
        return Events(self.tree, self.needs)

    @cached_property
    def _followers(self) -> dict[int, list[int]]:
        return self._events.backward()

    def affected_by(self, applications: Iterable[Application | int]) -> tuple[str, ...]:
        """Names of the Applications that cannot be synced as long as these do not become healthy, these first."""
        numbers = [one if isinstance(one, int) else self.tree.find(one) for one in applications]
        starts = [2 * number + 1 for number in numbers if number >= 0]
        names = dict.fromkeys(self.applications[number].name for number in numbers if number >= 0)
        for event in reachable(self._followers, starts):
            number = self._events.application(event)
            # that a root is not healthy as a whole is no loss of its own; what never starts is
            if number >= 0 and event % 2 == 0 and self.applications[number].kind == "Application":
                names[self.applications[number].name] = None
        return tuple(names)

    def awaited_by(self, application: Application) -> tuple[Application, ...]:
        """What must be healthy, or at least have started, before an Application can be synced, in that order."""
        number = self.tree.find(application)
        if number < 0:
            return ()
        before = {
            one
            for event in reachable(self._events.waits, [2 * number])
            if (one := self._events.application(event)) >= 0 and one != number
        }
        return tuple(self.applications[one] for one in sorted(before))

    def first_wave_ready(self, path: str) -> ReadyAfter | None:
        """When a secret is there; None for one that exists beforehand or that nothing in the repo writes."""
        secret = self.secrets.secrets.get(path)
        writer = waited_for(secret, self.tree) if secret is not None else None
        if writer is None or writer.application is None:
            return None
        application = writer.application
        return ReadyAfter(application.parent or "", application.wave, application.name)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The node id of every Application and ApplicationSet, in their order."""
        from .parts import application_ids

        return tuple(application_ids(self))

    @cached_property
    def parts(self) -> Parts:
        """Every node and edge, for export and for people."""
        from .parts import parts_of

        return parts_of(self)
