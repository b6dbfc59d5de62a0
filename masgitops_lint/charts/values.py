"""Helm's values: a chart's defaults below the given values, and `--set` parameters on top.

Sources: Helm's `chartutil.CoalesceTables` (null takes a default away, a mapping never replaces a scalar given by the
user) and `strvals` (type inference and dotted names of `--set`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        *parents, last = name.split(".")
        current = result
        path: tuple[str, ...] = ()
        for part in parents:
            path = (*path, part)
            below = current.get(part)
            if path not in copied:
                below = dict(below) if isinstance(below, Mapping) else {}
                current[part] = below
                copied.add(path)
            current = current[part]
        current[last] = typed(value) if isinstance(value, str) else value
    return result
