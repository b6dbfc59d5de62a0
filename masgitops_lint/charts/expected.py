"""Values that no chart demands and every deployment needs: the table is `data/charts/by_hand.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.place import Keys

from .contract import ITEM, contract_of
from .profile import ReleaseProfile
from .unread import by_hand


class Expected(NamedTuple):
    """Keys of a block (or of each entry of a list) without which something cannot work, and what happens then.

    `where` is what the block must say for them to be needed, `beside` a key that must have a value; `partner`: one of
    the keys themselves must have one.
    """

    block: str
    keys: tuple[str, ...]
    effect: str
    listed: bool = False
    where: Mapping[str, Any] = {}
    beside: str = ""
    partner: bool = False

    @property
    def route(self) -> tuple[str, ...]:
        """The block's."""
        return tuple(self.block.split("."))

    def asks(self, block: Mapping[str, Any]) -> bool:
        """Whether a block needs the keys."""
        for key, value in self.where.items():
            if block.get(key) != value:
                return False
        if self.beside and _is_empty(block.get(self.beside)):
            return False
        return not self.partner or any(not _is_empty(block.get(key)) for key in self.keys)


@lru_cache(maxsize=1)
def expected() -> Mapping[str, tuple[Expected, ...]]:
    """The table by top-level key."""
    found: dict[str, list[Expected]] = {}
    for row in by_hand()["expected"]["rows"]:
        block, star, _ = row["block"].partition(".*")
        more = {key: row[key] for key in ("where", "beside", "partner") if key in row}
        found.setdefault(block, []).append(Expected(block, tuple(row["keys"]), row["effect"], bool(star), **more))
    return {block: tuple(rows) for block, rows in found.items()}


class Lacking(NamedTuple):
    """Keys that a block lacks; `block` is its route."""

    block: Keys
    keys: tuple[str, ...]
    effect: str


def lacking(scope: Scope, profile: ReleaseProfile) -> Iterator[Lacking]:
    """Expected values that are missing, null or empty in blocks that are there."""
    there = scope.values
    for name, rows in expected().items():
        route_to = rows[0].route
        block = scope.get(*route_to) if route_to[0] in there else None
        if not block:
            continue
        entries: list[tuple[Keys, Any]] = [(route_to, block)]
        if rows[0].listed:
            entries = [((name, index), entry) for index, entry in enumerate(block)] if isinstance(block, list) else []
        for route, entry in entries:
            if not isinstance(entry, dict) or not entry:
                continue
            filled = {key for key, value in entry.items() if value or value == 0}
            for row in rows:
                if filled.issuperset(row.keys) or not row.asks(entry):
                    continue
                read = tuple(
                    [
                        key
                        for key in row.keys
                        if key not in filled and (len(route_to) > 1 or _is_read(profile, scope.level, name, key))
                    ]
                )
                if read:
                    yield Lacking(route, read, row.effect)


def effect_of_lack(keys: Keys, block: Mapping[str, Any]) -> str:
    """What happens without the value at a route; "" when nothing is known to."""
    listed = len(keys) == 3 and isinstance(keys[1], int)
    if not listed and len(keys) != 2:
        return ""
    for row in expected().get(str(keys[0]), ()):
        if row.listed == listed and keys[-1] in row.keys and row.asks(block):
            return row.effect
    return ""


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == {} or value == []


@lru_cache(maxsize=4096)
def _is_read(profile: ReleaseProfile, level: str, block: str, key: str) -> bool:
    """Whether some chart of a release reads a key of a block."""
    contract = contract_of(profile, level)
    if contract.find((block, key)) is not None or contract.find((block, ITEM, key)) is not None:
        return True
    return any(key in leaf["reads"] for leaf in profile.data["leaves"].values())
