"""Expressions as people read them in messages."""

from __future__ import annotations

from .expressions import Expression


def written(expression: Expression) -> str:
    """An expression as a template would write it, near enough for a message."""
    kind = expression[0]
    if kind == "val":
        return ".".join((".Values", *expression[1:]))
    if kind == "var":
        return ".".join(str(part) for part in expression[1:])
    if kind == "fld":
        return ".".join((written(expression[1]), *(str(part) for part in expression[2:])))
    if kind == "dot":
        return "." + ".".join(expression[1:])
    if kind == "gen":
        return "{" + ".".join(expression[1:]) + "}"
    if kind == "lit":
        return f'"{expression[1]}"' if isinstance(expression[1], str) else str(expression[1])
    if kind == "call":
        return " ".join((expression[1], *(_operand(part) for part in expression[2:])))
    if kind == "cat":
        return "".join(printed(part) for part in expression[1:])
    return str(kind)


def printed(expression: Expression) -> str:
    """A text with values in it: `manage.{cluster.id}.{instance.id}`."""
    if expression[0] == "lit":
        return str(expression[1])
    if expression[0] == "cat":
        return "".join(printed(part) for part in expression[1:])
    if expression[0] == "if":
        return f"{printed(expression[2])}|{printed(expression[3])}"
    inner = written(expression).replace(".Values.", "").replace("$value.", "")
    return inner if expression[0] == "gen" else "{" + inner + "}"


def _operand(expression: Expression) -> str:
    text = written(expression)
    return f"({text})" if expression[0] == "call" and len(expression) > 2 else text
