"""Removals grouped by what caused them: one file, list entry or id that was changed is one cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from masgitops_lint.model.place import Place

from .model import Dangling, Deletion, Effect, Plan, Side, Stake
from .versions import argocd_of, lacks

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import Subject

Kind: TypeAlias = Literal["stateful", "root", "moved", "renamed-root", "base-alone", "hangs", "still-used"]
_WORST: tuple[Effect, ...] = ("pruned", "orphaned", "kept", "blocked")


@dataclass(frozen=True, slots=True)
class Cause:
    """One change that removes something worth a word.

    `tops` are the removals that it causes directly, `below` everything that goes with them. `dangling` is what the
    head still needs of it.
    """

    kind: Kind
    place: Place
    side: Side
    tops: tuple[Deletion, ...]
    below: tuple[Deletion, ...]
    dangling: tuple[Dangling, ...] = ()
    remaining: tuple[str, ...] = ()
    """Config files that are left beside a removed base file."""

    @property
    def effect(self) -> Effect:
        """The worst effect of the topmost removals."""
        return min((one.effect for one in self.tops), key=_WORST.index, default="kept")

    @property
    def stakes(self) -> tuple[Stake, ...]:
        """Every stateful object that is concerned."""
        return tuple(stake for one in self.below for stake in one.stakes)

    @property
    def names(self) -> tuple[str, ...]:
        """The Applications concerned, the topmost first."""
        return tuple(dict.fromkeys([one.application.name for one in (*self.tops, *self.below)]))

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:
        """Old and new name of every topmost Application that is renamed or moved."""
        return tuple((one.application.name, one.moved_to) for one in self.tops if one.moved_to)


def causes(plan: Plan, head: Subject) -> tuple[Cause, ...]:
    """The causes in order of place."""
    groups: dict[tuple[Place, Side], list[Deletion]] = {}
    for top in plan.tops:
        groups.setdefault((top.place, top.side), []).append(top)
    found = [cause for (place, side), tops in groups.items() for cause in _causes(plan, head, place, side, tops)]
    known = {cause.place.path for cause in found}
    found += [Cause("still-used", one.place, "head", (), (), (one,)) for one in _unheard(plan, found, known)]
    return tuple(sorted(found, key=lambda one: (one.place.path, str(one.place.keys), one.kind)))


def _causes(plan: Plan, head: Subject, place: Place, side: Side, tops: list[Deletion]) -> Iterator[Cause]:
    roots = tuple(one for one in tops if one.level)
    leaves = tuple(one for one in tops if not one.level)
    if roots:
        yield _root_cause(plan, head, place, side, roots)
    needed = tuple(one for one in plan.dangling if one.place.path == place.path)
    worth = tuple(one for one in leaves if one.stakes)
    if worth:
        hangs = tuple(one for one in needed if one.hangs)
        kind: Kind = "hangs" if hangs else "stateful" if any(not one.moved_to for one in worth) else "moved"
        yield Cause(kind, place, side, worth, _below(plan, worth), needed)
    elif leaves and needed:
        kind = "hangs" if any(one.hangs for one in needed) else "still-used"
        named = {name for one in needed for name in one.removed}
        concerned = tuple(one for one in leaves if one.application.name in named) or leaves
        yield Cause(kind, place, side, concerned, _below(plan, concerned), needed)


def _root_cause(plan: Plan, head: Subject, place: Place, side: Side, roots: tuple[Deletion, ...]) -> Cause:
    below = _below(plan, roots)
    if all(one.moved_to for one in roots):
        return Cause("renamed-root", place, side, roots, below)
    first = next(one for one in roots if not one.moved_to)
    directory = first.application.scope
    remaining = tuple(
        path for path in head.mas.config_paths if path.rpartition("/")[0] == directory and path != place.path
    )
    if side == "base" and remaining:
        return Cause("base-alone", place, side, roots, below, (), remaining)
    return Cause("renamed-root" if side == "head" and place.keys else "root", place, side, roots, below)


def _below(plan: Plan, tops: Iterable[Deletion]) -> tuple[Deletion, ...]:
    return tuple(one for top in tops for one in (plan.below(top) if top.whole else (top,)))


def _unheard(plan: Plan, found: list[Cause], known: set[str]) -> Iterator[Dangling]:
    told = {id(one) for cause in found for one in cause.dangling}
    for one in plan.dangling:
        if id(one) not in told and one.place.path not in known:
            yield one


def wrong_order(plan: Plan, head: Subject) -> Iterator[tuple[Deletion, Deletion]]:
    """Pairs of pruned Applications of one sync where the first goes first although the second needs it to go.

    Argo CD before 2.11.0 (2.10 before 2.10.10) prunes in ascending order of waves and does not wait
    (argo-cd issue 15074): an operator is gone before it can take down what it made.
    """
    by_parent: dict[str, list[Deletion]] = {}
    for one in plan.tops:
        if one.whole and one.effect == "pruned" and not one.level and one.application.parent:
            by_parent.setdefault(one.application.parent, []).append(one)
    for tops in by_parent.values():
        if not lacks(argocd_of(head, tops[0].application.account), "reverse-wave-prune"):
            continue
        operators = [one for one in tops if one.operator]
        for operator in sorted(operators, key=lambda one: one.application.name):
            wave = operator.application.wave or 0
            later = [one for one in tops if one is not operator and one.stakes and (one.application.wave or 0) > wave]
            if later:
                yield operator, min(later, key=lambda one: (one.application.wave or 0, one.application.name))
