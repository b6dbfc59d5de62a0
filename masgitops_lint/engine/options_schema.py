"""The options of all rules as part of the settings' JSON Schema: an editor completes and checks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .rules import LoadedRule


def with_rules(schema: Mapping[str, Any], rules: Iterable[LoadedRule]) -> dict[str, Any]:
    """The settings schema in which `rules` knows every rule with options, by code and by name."""
    known: dict[str, Any] = {}
    for loaded in rules:
        if loaded.rule.options:
            options = {name: _option(value) for name, value in loaded.rule.options.items()}
            node = {"description": loaded.title, "type": "object", "additionalProperties": False, "properties": options}
            known[loaded.rule.code] = known[loaded.rule.name] = node
    properties = dict(schema["properties"])
    properties["rules"] = {**properties["rules"], "properties": known, "additionalProperties": False}
    properties["rules"].pop("patternProperties", None)
    return {**schema, "properties": properties}


def _option(default: object) -> dict[str, Any]:
    if isinstance(default, bool):
        return {"type": "boolean", "default": default}
    if isinstance(default, int | float):
        return {"type": "number", "default": default}
    if isinstance(default, str):
        return {"type": "string", "default": default}
    if isinstance(default, Mapping):
        return {"type": "object", "default": dict(default)}
    if isinstance(default, list | tuple | set | frozenset):
        return {"type": "array", "default": sorted(default) if isinstance(default, set | frozenset) else list(default)}
    return {}
