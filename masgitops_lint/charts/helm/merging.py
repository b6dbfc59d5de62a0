"""How Helm lays one values file over another: maps merge, everything else is replaced, null is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge_maps(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A new mapping: `over` laid over `base`."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge_maps(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
