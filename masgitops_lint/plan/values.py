"""Values compared key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from masgitops_lint.model.place import Keys

from .model import ABSENT

_NAMES = ("mas_config_name", "db2_instance_name", "mas_workspace_id", "name", "id")
"""Keys that name an entry of a list, so that a moved entry is not a change of every entry after it."""


def differences(before: Any, after: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any, Any]]:
    """Every scalar that differs, with its route; `ABSENT` stands for what one side lacks."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*keys, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, keys)
    elif not same(before, after):
        if isinstance(before, Mapping | list) and before and after is ABSENT:
            yield from _all(before, keys, removed=True)
        elif isinstance(after, Mapping | list) and after and before is ABSENT:
            yield from _all(after, keys, removed=False)
        else:
            yield keys, before, after


def _all(value: Any, keys: Keys, *, removed: bool) -> Iterator[tuple[Keys, Any, Any]]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _all(below, (*keys, key), removed=removed)
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _all(below, (*keys, index), removed=removed)
    else:
        yield (keys, value, ABSENT) if removed else (keys, ABSENT, value)


def _lists(before: list[Any], after: list[Any], keys: Keys) -> Iterator[tuple[Keys, Any, Any]]:
    names = [_name(item) for item in before], [_name(item) for item in after]
    unique = all(None not in side and len(set(side)) == len(side) for side in names)
    if before and after and unique:
        olds = dict(zip(names[0], before, strict=True))
        common = {name for name in names[1] if name in olds}
        renamed = [name for name in names[0] if name not in common]
        fresh = [name for name in names[1] if name not in common]
        # as many new names as old ones: entries were renamed where they stand
        partner = dict(zip(fresh, renamed, strict=True)) if len(fresh) == len(renamed) else {}
        for index, name in enumerate(names[1]):
            yield from differences(olds.pop(partner.get(name, name), ABSENT), after[index], (*keys, index))
        for name, item in olds.items():
            yield from _all(item, (*keys, names[0].index(name)), removed=True)
        return
    for index in range(max(len(before), len(after))):
        old = before[index] if index < len(before) else ABSENT
        new = after[index] if index < len(after) else ABSENT
        yield from differences(old, new, (*keys, index))


def _name(item: Any) -> tuple[str, str] | None:
    if not isinstance(item, Mapping):
        return None
    for key in _NAMES:
        value = item.get(key)
        if isinstance(value, str):
            return key, value
    return None


def same(before: Any, after: Any) -> bool:
    """Equality of YAML values: 1 and true differ, 1 and 1.0 do not."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    return bool(before == after)


def flat(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every scalar below a value, with its route."""
    for route, _, after in _all(value, keys, removed=False):
        yield route, after
