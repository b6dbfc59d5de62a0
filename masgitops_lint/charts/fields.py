"""Names of fields in what charts copy whole into an object: the table is `data/charts/by_hand.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from masgitops_lint.mas.values import ConfigValues
from masgitops_lint.model.place import Keys

from .slips import slip_of
from .unread import by_hand

_ITEM = "*"
_NAMES = ""
"""The key under which a node of the table holds the names that are known there."""
_TYPES = ":"
"""The key under which it holds what they are."""
_CLASSES: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "boolean": bool,
    "number": (int, float),
    "list": list,
    "mapping": dict,
}


@lru_cache(maxsize=1)
def _tree() -> Mapping[str, Any]:
    """The table as a tree of keys (`*` for any)."""
    root: dict[str, Any] = {}
    for rule in by_hand()["fields"]["rules"]:
        for route in rule["at"]:
            node = root
            # a dot in a name is written in labels only, and those have nothing below them
            for key in route.split("."):
                node = node.setdefault(key, {})
            node[_NAMES] = tuple(rule["names"])
            node[_TYPES] = rule.get("types", {})
    return root


def may_be_misspelt(values: ConfigValues) -> bool:
    """Whether some field in the files may be misspelt: a look at the names that occur anywhere, once for all files."""
    return any(
        name not in rule["names"] and slip_of(name, rule["names"])
        for rule in by_hand()["fields"]["rules"]
        for route in rule["at"]
        for name in values.keys_at(route.split("."))
    )


def may_be_mistyped(values: ConfigValues) -> bool:
    """The same for fields that may hold something else than what they are known to."""
    return any(
        not _is(value, wanted)
        for rule in by_hand()["fields"]["rules"]
        for route in rule["at"]
        for name, wanted in rule.get("types", {}).items()
        for value in values.at((*route.split("."), name))
    )


def misspelt_fields(values: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Routes of fields whose names are slips, with the names that were meant."""
    for key, node in _tree().items():
        if key in values:
            yield from _below(values[key], node, (key,))


def mistyped_fields(values: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Routes of fields that hold something else than what they are known to, with the word for what they are.

    Nulls and empty texts are left alone, and so are texts that stand for something else.
    """
    for key, node in _tree().items():
        if key in values:
            yield from _types_below(values[key], node, (key,))


def _types_below(value: Any, node: Mapping[str, Any], keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, list) and _ITEM in node:
        for index, entry in enumerate(value):
            yield from _types_below(entry, node[_ITEM], (*keys, index))
    if not isinstance(value, dict):
        return
    types = node.get(_TYPES, {})
    for key, below in value.items():
        wanted = types.get(key)
        if wanted and not _is(below, wanted):
            yield (*keys, key), wanted
            continue
        inner = node.get(key) or node.get(_ITEM)
        if inner is not None:
            yield from _types_below(below, inner, (*keys, key))


def _is(value: Any, wanted: str) -> bool:
    if value is None or value == "" or (isinstance(value, str) and ("<" in value or "{{" in value or "${" in value)):
        return True
    if isinstance(value, bool):
        return wanted == "boolean"
    return isinstance(value, _CLASSES[wanted])


def _below(value: Any, node: Mapping[str, Any], keys: Keys) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, list):
        inner = node.get(_ITEM)
        if inner is not None:
            for index, entry in enumerate(value):
                yield from _below(entry, inner, (*keys, index))
        return
    if not isinstance(value, dict):
        return
    known = node.get(_NAMES, ())
    free = tuple([name for name in known if name not in value])
    for key, below in value.items():
        meant = slip_of(key, free) if known and isinstance(key, str) and key not in known else ""
        if meant:
            yield (*keys, key), meant
        inner = node.get(meant or key) or node.get(_ITEM)
        if inner is not None:
            yield from _below(below, inner, (*keys, key))
