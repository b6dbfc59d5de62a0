"""The plan: what appears, changes, moves and disappears, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Keys, Place

Effect: TypeAlias = Literal["pruned", "orphaned", "kept", "blocked"]
"""`pruned`: deleted with its resources. `orphaned`: the resources stay and nothing manages them any more. `kept`: the
Application and its resources stay as they are. `blocked`: Argo CD cannot apply the removal, or waits for a person."""

Side: TypeAlias = Literal["base", "head"]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One value that differs. `before` or `after` is ABSENT where the key is missing on that side.

    `keys` is the route in the Application's own values. Values are raw: a report masks what may be a secret.
    """

    keys: Keys
    before: Any
    after: Any
    place: Place
    side: Side = "head"


class _Absent:
    """A value that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A property of the Application object itself that differs: its wave, chart revision, namespace and the like."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """An Application that both sides have and that differs.

    `resources` are objects inside it that appear or disappear, where they are known. `blocked` says why Argo CD does
    not apply the change, "" when it does.
    """

    application: Application
    before: Application
    place: Place
    fields: tuple[FieldChange, ...] = ()
    keys: tuple[KeyChange, ...] = ()
    added_resources: tuple[Resource, ...] = ()
    removed_resources: tuple[Resource, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """An Application that only the head has. `moved_from` names the one it is the renamed or moved copy of."""

    application: Application
    place: Place
    moved_from: str = ""
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Stake:
    """One stateful object that a removal concerns. `loss` says what goes with it, `source` where that is known from.

    `protected` is true when the object's own sync options keep it.
    """

    kind: str
    name: str
    namespace: str
    loss: str
    source: str = ""
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """One Application (or, in `resources`, a part of one) that the base has and the head lacks.

    `cause` is the name of the topmost removed object that takes this one along; it is its own cause at the top.
    `place` is where the change was made: in the head where the file is still there, else the removed file. `moved_to`
    names the Application that carries its content on. `whole` is False when only some of its objects go.
    """

    application: Application
    effect: Effect
    reason: str
    place: Place
    side: Side
    cause: str
    stakes: tuple[Stake, ...] = ()
    moved_to: str = ""
    whole: bool = True
    notes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names under which a person may approve it: the list entry's name, the directory."""
    level: str = ""
    """For a root Application that an ApplicationSet generates: its level, such as `instance`. "" for a leaf."""
    operator: bool = False
    """Whether an operator's Subscription is in it."""

    @property
    def top(self) -> bool:
        """Whether nothing above it is removed as well."""
        return self.cause == self.application.name

    @property
    def deletes(self) -> bool:
        """Whether an Application or object is really deleted from Argo CD or the cluster."""
        return self.effect in ("pruned", "orphaned")


@dataclass(frozen=True, slots=True)
class Dangling:
    """Something that the head still uses although the change takes it away.

    `users` are the places on the head, `applications` what is there and depends on it.
    """

    what: str
    place: Place
    message: str
    applications: tuple[str, ...] = ()
    users: tuple[Place, ...] = ()
    removed: tuple[str, ...] = ()
    """The Applications that are taken away."""
    hangs: bool = False
    """Whether what stays can no longer be taken down properly."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """An ApplicationSet or root Application that applies nothing on the head, and why."""

    name: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens when the head replaces the base. Everything is in a stable order."""

    added: tuple[Added, ...] = ()
    removed: tuple[Deletion, ...] = ()
    changed: tuple[Change, ...] = ()
    dangling: tuple[Dangling, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    paths: tuple[str, ...] = ()
    """Config files that differ."""
    charts: tuple[str, str] = ("", "")
    """Which charts the two sides were built with."""
    notes: tuple[str, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether Argo CD would do nothing."""
        return not (self.added or self.removed or self.changed)

    @property
    def tops(self) -> tuple[Deletion, ...]:
        """The removals that are not the consequence of another one."""
        return tuple(one for one in self.removed if one.top)

    def below(self, top: Deletion) -> tuple[Deletion, ...]:
        """What a removal takes along, itself first."""
        return tuple(one for one in self.removed if one.cause == top.application.name)
