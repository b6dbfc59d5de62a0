"""The short form of expressions in a profile's file: values and variables as dotted texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Expression: TypeAlias = Sequence[Any]

_FIRST_OPERAND = {"call": 2, "method": 1, "cat": 1, "if": 1, "fld": 1}


def pack(expression: Expression) -> Any:
    """`["val", "a", "b"]` becomes `"a.b"` and `["var", "$x", "a"]` becomes `"$x.a"`, inside other expressions too."""
    kind = expression[0]
    if kind in ("val", "var"):
        return ".".join(expression[1:])
    first = _FIRST_OPERAND.get(kind)
    if first is None:
        return list(expression)
    return [*expression[:first], *(pack(part) if isinstance(part, list) else part for part in expression[first:])]


def unpack(packed: Any) -> Any:
    """What `pack` was given."""
    if packed.__class__ is str:
        return ["var" if packed[:1] == "$" else "val", *packed.split(".")] if packed else ["val"]
    kind = packed[0]
    first = _FIRST_OPERAND.get(kind)
    if first is None:
        return packed
    if kind == "fld":
        return ["fld", unpack(packed[1]), *packed[2:]]
    return [*packed[:first], *[unpack(part) for part in packed[first:]]]
