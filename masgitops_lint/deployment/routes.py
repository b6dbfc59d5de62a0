"""Routes into nested values: look up, change, walk. Values are never changed in place."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from masgitops_lint.model.place import Keys


def lookup(values: Any, keys: Sequence[Any]) -> Any:
    """The value at a route, or None."""
    for key in keys:
        if isinstance(values, Mapping) and isinstance(key, str):
            values = values.get(key)
        elif isinstance(values, list) and isinstance(key, int) and 0 <= key < len(values):
            values = values[key]
        else:
            return None
    return values


def present(values: Any, keys: Sequence[Any]) -> int:
    """How many leading keys of the route exist."""
    for count, key in enumerate(keys):
        if (isinstance(values, Mapping) and key in values) or (
            isinstance(values, list) and isinstance(key, int) and 0 <= key < len(values)
        ):
            values = values[key]
        else:
            return count
    return len(keys)


def replaced(values: Mapping[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    """A copy of the values with one value changed; the rest is shared."""
    if not keys:
        return dict(value)
    result = dict(values)
    current: Any = result
    for key in keys[:-1]:
        below = current[key]
        below = copy.copy(below)
        current[key] = below
        current = below
    current[keys[-1]] = value
    return result


def scalars(values: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Every scalar below a value, with its route."""
    if isinstance(values, Mapping):
        for key, below in values.items():
            yield from scalars(below, (*keys, key))
    elif isinstance(values, list):
        for index, item in enumerate(values):
            yield from scalars(item, (*keys, index))
    else:
        yield keys, values


def with_route(values: Mapping[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    """A copy of the values with one route set, mappings made where they are missing."""
    depth = present(values, keys)
    if depth == len(keys):
        return replaced(values, keys, value)
    below: Any = value
    for key in reversed(keys[depth + 1 :]):
        below = {str(key): below}
    parent = lookup(values, keys[:depth])
    if isinstance(parent, Mapping):
        return replaced(values, keys[:depth], {**parent, str(keys[depth]): below})
    nested: Any = below
    return replaced(values, keys[:depth], {str(keys[depth]): nested}) if depth else {**values, str(keys[0]): nested}
