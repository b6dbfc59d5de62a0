"""Helm's values: a chart's defaults below the given values, and `--set` parameters on top.

Sources: Helm's `chartutil.CoalesceTables` (null takes a default away, a mapping never replaces a scalar given by the
user) and `strvals` (type inference and dotted names of `--set`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from .helm.parameters import typed


def coalesce(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The given values with the chart's defaults filled in. Neither argument is changed."""
    result = dict(given)
    for key, default in defaults.items():
        if key not in result:
            if default is not None:
                result[key] = default
        elif result[key] is None:
            del result[key]
        elif isinstance(default, Mapping) and isinstance(result[key], Mapping):
            result[key] = coalesce(result[key], default)
    return result


def with_parameters(given: Mapping[str, Any], parameters: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The values with dotted parameters laid over them; only what is changed is copied."""
    result = dict(given)
    copied: set[tuple[str, ...]] = set()
    for name, value in parameters:
        blocks, last = _route(name)
        current = result
        for path in blocks:
            part = path[-1]
            if path not in copied:
                below = current.get(part)
                current[part] = dict(below) if isinstance(below, Mapping) else {}
                copied.add(path)
            current = current[part]
        current[last] = typed(value) if isinstance(value, str) else value
    return result


@lru_cache(maxsize=1024)
def _route(name: str) -> tuple[tuple[tuple[str, ...], ...], str]:
    """The routes of the blocks that a dotted name goes through, and its key in the last of them."""
    *blocks, last = name.split(".")
    return tuple(tuple(blocks[: length + 1]) for length in range(len(blocks))), last
