"""What makes a finding the same finding in another commit: its rule, its file and its place in the config.

Lines move and wordings change, so neither counts. A list item is named by what identifies it (`name`, `id`,
`*_name`, `*_id`) where that is unique in its list, so that an item put in front of it doesn't shift it.
"""

from __future__ import annotations

import json
from typing import Any

from masgitops_lint.model.finding import Finding
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

_PLAIN_KEY = late_pattern(r"[\w/@$%+-]+\Z")
_FIRST = ("id", "name")
_SUFFIXES = ("_id", "_name", "Id", "Name", "-id", "-name")


def config_path(keys: Keys, data: object = None) -> str:
    """A route as text, such as `ibm_db2u_databases[db2_instance_name=db2w].replicas`; "" for the whole file.

    `data` is the file's document; without it, or where it doesn't fit, list items are named by their index.
    """
    parts: list[str] = []
    current: Any = data
    for key in keys:
        if isinstance(key, int):
            parts.append(f"[{_item_name(current, key)}]")
        else:
            text = key if _PLAIN_KEY.match(key) else json.dumps(key)
            parts.append(f".{text}" if parts else text)
        try:
            current = current[key] if isinstance(current, dict | list) else None  # type: ignore[index]
        except (LookupError, TypeError):
            current = None
    return "".join(parts)


def identity(finding: Finding, data: object = None) -> tuple[str, str, str]:
    """Rule, path and config path."""
    return (finding.rule, finding.path, config_path(finding.keys, data))


def _item_name(items: object, index: int) -> str:
    if isinstance(items, list) and 0 <= index < len(items) and isinstance(items[index], dict):
        item = items[index]
        named = [key for key in (*_FIRST, *sorted(k for k in item if str(k).endswith(_SUFFIXES))) if key in item]
        for key in named:
            value = item[key]
            same = sum(1 for other in items if isinstance(other, dict) and other.get(key) == value)
            if isinstance(value, str | int) and same == 1:
                return f"{key}={value}"
    return str(index)
