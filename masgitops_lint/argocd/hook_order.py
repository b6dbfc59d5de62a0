"""Hooks that need an object which is not there when they run: not yet before a sync, no more after a deletion.

Argo CD applies everything of PreSync before the first ordinary object. PostDelete hooks are created, all at once, when
the objects of the Application are gone (argo-cd controller/appcontroller.go `finalizeApplicationDeletion`,
controller/hook.go); objects with `Delete=false` or `helm.sh/resource-policy: keep` stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Item: TypeAlias = tuple[str, str, str]
"""(kind, namespace, name)."""
_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})


class Piece(NamedTuple):
    """One object of an Application. `needs` are what its Pods mount or run as, of a binding its role and its subjects.

    `kept` says that it stays when the Application is deleted.
    """

    item: Item
    wave: int = 0
    hooks: tuple[str, ...] = ()
    kept: bool = False
    needs: tuple[Item, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether it is something that can fail for want of another object."""
        return bool(self.needs) and self.item[0] not in _BINDINGS


@dataclass(frozen=True, slots=True)
class Missing:
    """`hook` needs `item`, which `provider` is: both are indices. `phase` is when the hook runs.

    `need` is the place in the hook's needs that leads there; `through` the binding or role on the way, -1 for none.
    `late` of a PreSync hook says that the provider is one too, in a later wave.
    """

    hook: int
    need: int
    provider: int
    phase: Literal["PreSync", "PostDelete"]
    through: int = -1
    late: bool = False


def missing(pieces: Sequence[Piece]) -> Iterator[Missing]:
    """What hooks need and only ordinary objects of the same Application give them."""
    hooks = [number for number, one in enumerate(pieces) if one.runs and {"PreSync", "PostDelete"} & set(one.hooks)]
    if not hooks:
        return
    index: dict[Item, list[int]] = {}
    for number, one in enumerate(pieces):
        index.setdefault(one.item, []).append(number)
    for number in hooks:
        if "PreSync" in pieces[number].hooks:
            yield from _not_yet(pieces, index, number)
        if "PostDelete" in pieces[number].hooks:
            yield from _no_more(pieces, index, number)


def _not_yet(pieces: Sequence[Piece], index: Mapping[Item, Sequence[int]], number: int) -> Iterator[Missing]:
    hook = pieces[number]
    for place, need in enumerate(hook.needs):
        found = [one for one in index.get(need, ()) if one != number]
        if not found or any("PreSync" in pieces[one].hooks and pieces[one].wave <= hook.wave for one in found):
            continue
        yield Missing(number, place, found[0], "PreSync", late="PreSync" in pieces[found[0]].hooks)


def _no_more(pieces: Sequence[Piece], index: Mapping[Item, Sequence[int]], number: int) -> Iterator[Missing]:
    for place, need in enumerate(pieces[number].needs):
        found = [one for one in index.get(need, ()) if one != number]
        if found and not any(_stays(pieces[one]) for one in found):
            yield Missing(number, place, found[0], "PostDelete")
        elif found and need[0] == "ServiceAccount":
            yield from _rights_gone(pieces, index, number, place, need)


def _rights_gone(
    pieces: Sequence[Piece], index: Mapping[Item, Sequence[int]], number: int, place: int, account: Item
) -> Iterator[Missing]:
    """The account is there; its bindings or their roles are not."""
    bindings = [at for at, one in enumerate(pieces) if one.item[0] in _BINDINGS and account in one.needs]
    alive = [at for at in bindings if _stays(pieces[at])]
    if bindings and not alive:
        yield Missing(number, place, bindings[0], "PostDelete")
        return
    for at in alive:
        for need in pieces[at].needs:
            found = index.get(need, ()) if need[0] in ("Role", "ClusterRole") else ()
            if found and not any(_stays(pieces[one]) for one in found):
                yield Missing(number, place, found[0], "PostDelete", through=at)


def _stays(piece: Piece) -> bool:
    return piece.kept or "PostDelete" in piece.hooks


@dataclass(frozen=True, slots=True)
class Sibling:
    """One of the Applications that a parent renders: its wave among them, and its objects."""

    wave: int
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class MissingElsewhere:
    """A PostDelete hook of one sibling needs an object of another one that is deleted first. All are indices."""

    sibling: int
    hook: int
    need: int
    other: int
    provider: int


def missing_elsewhere(siblings: Sequence[Sibling]) -> Iterator[MissingElsewhere]:
    """PostDelete hooks that need what a sibling of a higher wave brings.

    A parent deletes and prunes its children from the highest wave to the lowest, each wave once the one before is gone
    (argo-cd sort_delete.go; prune since 2.10.10 and 2.11.0). Siblings of one wave go together: nothing is said of them.
    """
    hooks = [
        (at, number)
        for at, one in enumerate(siblings)
        for number, piece in enumerate(one.pieces)
        if piece.runs and "PostDelete" in piece.hooks
    ]
    if not hooks:
        return
    index: dict[Item, list[tuple[int, int]]] = {}
    for at, one in enumerate(siblings):
        for number, piece in enumerate(one.pieces):
            index.setdefault(piece.item, []).append((at, number))
    for at, number in hooks:
        for place, need in enumerate(siblings[at].pieces[number].needs):
            found = index.get(need, [])
            if not found or any(_outlives(siblings, at, one, piece) for one, piece in found):
                continue
            other, provider = found[0]
            yield MissingElsewhere(at, number, place, other, provider)


def _outlives(siblings: Sequence[Sibling], own: int, other: int, provider: int) -> bool:
    return other == own or siblings[other].wave <= siblings[own].wave or siblings[other].pieces[provider].kept
