"""Post-build variable substitution, as kustomize-controller does it (drone/envsubst with strict names).

An undefined `${name}` becomes empty text, `${name:=default}` its default, `$${name}` stays. Bare `$name` is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from masgitops_lint.kubernetes.objects import UNKNOWN
from masgitops_lint.model.place import Keys

_VARIABLE = re.compile(r"\$(\$?)\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*([^}]*)\}")

DISABLED = "kustomize.toolkit.fluxcd.io/substitute"


def substituted(text: str, variables: Mapping[str, str | None]) -> str:
    """`text` with its variables filled in; a value that only the cluster knows becomes `UNKNOWN`."""

    def fill(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        name, rest = match[2], match[3]
        if name in variables:
            value = variables[name]
            if value is None or (rest and not rest.startswith((":=", "=", ":-", "-"))):
                return UNKNOWN
            return value
        default = re.match(r":?[=-](.*)", rest, re.DOTALL)
        if default:
            return default[1].strip("\"'")
        return UNKNOWN if rest else ""

    return _VARIABLE.sub(fill, text) if "${" in text else text


def filled(value: Any, variables: Mapping[str, str | None]) -> Any:
    """A whole value with variables filled in; returns the same object where nothing changes."""
    if isinstance(value, str):
        return substituted(value, variables)
    if isinstance(value, dict):
        changed = {key: filled(one, variables) for key, one in value.items()}
        return changed if any(changed[key] is not value[key] for key in value) else value
    if isinstance(value, list):
        items = [filled(one, variables) for one in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def used(value: Any, route: Keys = ()) -> Iterator[tuple[str, bool, Keys]]:
    """Every variable in a value: its name, whether it has a default, and where."""
    if isinstance(value, str):
        if "${" in value:
            for match in _VARIABLE.finditer(value):
                if not match[1]:
                    yield match[2], bool(match[3]), route
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from used(below, (*route, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from used(below, (*route, index))
