"""The shares that parts of a repo have in what was rendered from real charts: that is rendered all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from masgitops_lint.deployment.deployment import ChangedValue, Deployment, FrozenSet, RenderFailure
from masgitops_lint.mas.parts import MasPart, part_of
from masgitops_lint.model.application import Application

from .cache_key import digest_of

if TYPE_CHECKING:
    from masgitops_lint.deployment.hook_trouble import Found

Item = TypeVar("Item", Application, RenderFailure, FrozenSet, ChangedValue)


class Shares:
    """One deployment, cut by the directories of the parts. What an account's own root makes is in all its parts."""

    def __init__(self, whole: Deployment, parts: Sequence[MasPart]) -> None:
        self._whole = whole
        self._parts = parts
        self._number_of = part_of(parts)
        self._homes: dict[str, tuple[int, ...]] = {}
        for number, part in enumerate(parts):
            for account in part.accounts():
                self._homes[account] = (*self._homes.get(account, ()), number)

    def of(self, number: int) -> Deployment:
        """The share of one part."""
        return self._all[number]

    @cached_property
    def _all(self) -> list[Deployment]:
        whole = self._whole
        applications, errors = self._cut(whole.applications), self._cut(whole.errors)
        frozen, changed = self._cut(whole.frozen), self._cut(whole.changed)
        return [
            replace(
                whole,
                applications=tuple(applications[number]),
                errors=tuple(errors[number]),
                frozen=tuple(frozen[number]),
                changed=tuple(changed[number]),
            )
            for number in range(len(self._parts))
        ]

    @cached_property
    def apart(self) -> bool:
        """Whether no name is used in two parts: an Application's objects and children are known by its name."""
        homes: dict[str, tuple[int, ...]] = {}
        return all(homes.setdefault(one.name, home) == home for one, home in self._placed)

    @property
    def _placed(self) -> Iterator[tuple[Application, tuple[int, ...]]]:
        return ((one, self._home(one.scope)) for one in self._whole.applications)

    def in_order(self, found: Iterable[tuple[int, Iterable[Found]]]) -> list[Found]:
        """What was found in shares (given with the number of their part), once, in the order of the whole."""
        numbers: list[list[int]] = [[] for _ in self._parts]
        firsts = []
        for number, (_, home) in enumerate(self._placed):
            firsts.append(home[0])
            for part in home:
                numbers[part].append(number)
        placed = (
            one._replace(number=numbers[part][one.number])
            for part, items in found
            for one in items
            # what an account's own root makes is in all its parts
            if firsts[numbers[part][one.number]] == part
        )
        return sorted(placed, key=lambda one: (one.stage, one.number))

    def _cut(self, items: Iterable[Item]) -> list[list[Item]]:
        found: list[list[Item]] = [[] for _ in self._parts]
        for item in items:
            for number in self._home(item.scope):
                found[number].append(item)
        return found

    def _home(self, directory: str) -> tuple[int, ...]:
        known = self._homes.get(directory)
        if known is None:
            known = self._homes[directory] = (self._number_of(f"{directory}/"),)
        return known

    def key(self, number: int) -> str | None:
        """What tells one share from another; None where that is not known."""
        inputs = self._whole.inputs
        if inputs is None:
            return None
        share = self.of(number)
        keys = self._keys[number]
        return digest_of((*keys, repr(share.errors), repr(share.frozen)))

    @cached_property
    def _keys(self) -> list[list[str]]:
        found: list[list[str]] = [[] for _ in self._parts]
        for directory, keys in (self._whole.inputs or {}).items():
            for number in self._home(directory):
                found[number] += (directory, *keys)
        return found
