"""Post-build variable substitution, as kustomize-controller does it (drone/envsubst with strict names).

An undefined `${name}` becomes empty text, `${name:=default}` its default, `$${name}` stays. Bare `$name` is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.kubernetes.objects import UNKNOWN
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

_START = late_pattern(r"\$(\$?)\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*")

DISABLED = "kustomize.toolkit.fluxcd.io/substitute"


@dataclass(frozen=True, slots=True)
class Variable:
    """One `${name...}` in a text: `rest` is what follows the name, such as `:=default`; `escaped` for `$${name}`."""

    start: int
    end: int
    name: str
    rest: str
    escaped: bool

    @property
    def default(self) -> str | None:
        """The default value (it may hold variables itself), None when there is none."""
        match = re.match(r":?[=-](.*)", self.rest, re.DOTALL)
        return match[1] if match else None


def variables_in(text: str) -> Iterator[Variable]:
    """The outermost variables of a text, in order; braces inside a default are matched."""
    position = 0
    while (match := _START.search(text, position)) is not None:
        depth, index = 1, match.end()
        while index < len(text) and depth:
            if text.startswith("${", index):
                depth += 1
                index += 1
            elif text[index] == "}":
                depth -= 1
            index += 1
        if depth:
            return
        yield Variable(match.start(), index, match[2], text[match.end() : index - 1], bool(match[1]))
        position = index


def substituted(text: str, variables: Mapping[str, str | None]) -> str:
    """`text` with its variables filled in; a value that only the cluster knows becomes `UNKNOWN`."""
    if "${" not in text:
        return text
    out, position = [], 0
    for found in variables_in(text):
        out.append(text[position : found.start])
        position = found.end
        if found.escaped:
            out.append(text[found.start + 1 : found.end])
            continue
        value = variables.get(found.name, "")
        if found.name in variables and (value is None or (found.rest and found.default is None)):
            out.append(UNKNOWN)
        elif value:
            out.append(value)
        elif found.default is not None:
            out.append(substituted(found.default, variables).strip("\"'"))
        elif found.rest:
            out.append(UNKNOWN)
    out.append(text[position:])
    return "".join(out)


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


def trie_of(routes: Iterable[Keys]) -> dict[Any, Any]:
    """Routes as nested mappings, for `filled_at`; an empty one is the end of a route."""
    root: dict[Any, Any] = {}
    for route in routes:
        node = root
        for key in route:
            node = node.setdefault(key, {})
    return root


def filled_at(value: Any, trie: Mapping[Any, Any], variables: Mapping[str, str | None]) -> Any:
    """The same where the texts with variables are known: only what leads to them is copied."""
    if not trie:
        return substituted(value, variables) if isinstance(value, str) else value
    copy = dict(value) if isinstance(value, dict) else list(value)
    for key, below in trie.items():
        copy[key] = filled_at(value[key], below, variables)
    return copy


def used(value: Any, route: Keys = ()) -> Iterator[tuple[str, bool, Keys]]:
    """Every variable in a value: its name, whether it has a default, and where."""
    if isinstance(value, str):
        if "${" in value:
            for name, has_default in _names(value):
                yield name, has_default, route
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from used(below, (*route, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from used(below, (*route, index))


def _names(text: str) -> Iterator[tuple[str, bool]]:
    for found in variables_in(text):
        if not found.escaped:
            yield found.name, bool(found.rest)
            if found.default is not None and "${" in found.default:
                yield from _names(found.default)
