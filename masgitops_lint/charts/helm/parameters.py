"""`helm.parameters` of an Argo CD source: what `--set` and `--set-string` make of a name and a value.

Helm's grammar (helm.sh/docs/intro/using_helm, "The Format and Limitations of --set"): a dot descends, `[n]` indexes,
a backslash escapes; `true`, `false`, `null` and integers without leading zeros are typed, `{a,b}` is a list, anything
else is text. Argo CD escapes commas in a value before it hands it to Helm, unless the value is in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

_INTEGER = late_pattern(r"[+-]?\d+\Z")
_LARGEST_INDEX = 65536


class Parameter(NamedTuple):
    """One `helm.parameters` item."""

    name: str
    value: str
    force_string: bool = False


class ParameterError(ValueError):
    """A parameter that Helm refuses."""


def escape_commas(value: str) -> str:
    """The value as Argo CD passes it on: commas escaped, except inside a whole-value `{...}` list."""
    if value.startswith("{") and value.endswith("}"):
        return value
    return re.sub(r"(?<!\\),", r"\\,", value)


def typed(text: str) -> Any:
    """The value that `--set` gives to a piece of text."""
    if text == "true":
        return True
    if text == "false":
        return False
    if text == "null":
        return None
    if text == "0":
        return 0
    if _INTEGER.match(text) and text[0] != "0":
        number = int(text)
        if -(2**63) <= number < 2**63:
            return number
    return text


def apply_parameters(values: dict[str, Any], parameters: Sequence[Parameter]) -> dict[str, Any]:
    """`values` with the parameters set, in order; later ones win. The input is not changed. Raises `ParameterError`."""
    result = dict(values)
    for parameter in parameters:
        route = list(_route(parameter.name))
        _copy_along(result, route)
        text = escape_commas(parameter.value)
        if text.startswith("{"):
            value: Any = _list(text, parameter)
        else:
            plain = _unescape(text)
            value = plain if parameter.force_string else typed(plain)
        _set(result, route, value, parameter.name)
    return result


def _copy_along(values: dict[str, Any], route: Sequence[str | int]) -> None:
    """Put copies in place of the mappings and lists that a route leads through."""
    current: Any = values
    for key in route[:-1]:
        if isinstance(current, dict):
            below = current.get(key)
        elif isinstance(current, list) and isinstance(key, int) and key < len(current):
            below = current[key]
        else:
            return
        if not isinstance(below, dict | list):
            return
        current[key] = current = below.copy()


def _route(name: str) -> Iterator[str | int]:
    current: list[str] = []
    index = 0
    pending = True
    while index < len(name):
        char = name[index]
        if char == "\\" and index + 1 < len(name):
            current.append(name[index + 1])
            index += 2
            continue
        if char == ".":
            if pending:
                yield "".join(current)
            current, pending = [], True
        elif char == "[":
            end = name.find("]", index)
            number = name[index + 1 : end] if end > 0 else ""
            if not number.isdigit() or int(number) > _LARGEST_INDEX:
                raise ParameterError(f"{name}: [{number}] is no list index")
            if pending:
                yield "".join(current)
            yield int(number)
            current, pending = [], False
            index = end
        else:
            current.append(char)
        index += 1
    if pending:
        yield "".join(current)


def _list(text: str, parameter: Parameter) -> list[Any]:
    if not text.endswith("}"):
        raise ParameterError(f"{parameter.name}: list must terminate with '}}'")
    inner = text[1:-1]
    items: list[str] = [""]
    index = 0
    while index < len(inner):
        if inner[index] == "\\" and index + 1 < len(inner):
            items[-1] += inner[index + 1]
            index += 2
            continue
        if inner[index] == ",":
            items.append("")
        else:
            items[-1] += inner[index]
        index += 1
    return [item if parameter.force_string else typed(item) for item in items]


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _set(values: dict[str, Any], route: list[str | int], value: Any, name: str) -> None:
    current: Any = values
    for here, following in pairwise(route):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(here, int):
            current.extend([None] * (here + 1 - len(current)))
            below = current[here]
        else:
            below = current.get(here)
        if isinstance(following, int) and below is not None and not isinstance(below, list):
            raise ParameterError(f"{name}: {here} is no list")
        if not isinstance(below, type(empty)):
            below = empty
        current[here] = below
        current = below
    last = route[-1]
    if isinstance(last, int):
        current.extend([None] * (last + 1 - len(current)))
    current[last] = value
