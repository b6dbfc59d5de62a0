"""Reads the YAML that a template writes without rendering it: which expression lands at which key, under which guard.

The template's text is cut into lines; each line belongs to the `if`/`range`/`with` in which it starts; indentation
gives its route of keys. What comes out keeps no text of the template, only routes, constants and expressions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from . import parser
from .lexer import Text
from .parser import Expression, Node


@dataclass(slots=True)
class Line:
    """One line of output: its indentation, and its parts (text, or an expression)."""

    parts: list[str | Expression] = field(default_factory=list)
    number: int = 0

    @property
    def blank(self) -> bool:
        return all(isinstance(part, str) and not part.strip() for part in self.parts)


@dataclass(slots=True)
class Branch:
    """`if` (with `otherwise`) around whole lines."""

    condition: Expression
    then: list[Item]
    otherwise: list[Item]
    number: int


@dataclass(slots=True)
class Loop:
    """`range` around whole lines."""

    names: tuple[str, ...]
    expression: Expression
    body: list[Item]
    otherwise: list[Item]
    number: int


@dataclass(slots=True)
class Narrow:
    """`with` around whole lines."""

    expression: Expression
    then: list[Item]
    otherwise: list[Item]
    number: int


@dataclass(slots=True)
class Assign:
    """A variable gets a value."""

    name: str
    expression: Expression
    new: bool
    number: int


Item: TypeAlias = Line | Branch | Loop | Narrow | Assign


def outline(nodes: list[Node]) -> list[Item]:
    """The lines of a template with the control structure around them."""
    writer = _Writer()
    items: list[Item] = []
    writer.walk(nodes, items)
    writer.flush()
    return items


def inline(nodes: list[Node]) -> Expression | None:
    """The nodes as one expression, when they put out less than a line and assign nothing; else None."""
    parts: list[Expression] = []
    for node in nodes:
        if isinstance(node, Text):
            if "\n" in node.text:
                return None
            parts.append(["lit", node.text])
        elif isinstance(node, parser.Output):
            parts.append(node.expression)
        elif isinstance(node, parser.If) and not node.let:
            then, otherwise = inline(node.then), inline(node.otherwise)
            if then is None or otherwise is None:
                return None
            parts.append(["if", node.condition, then, otherwise])
        else:
            return None
    if not parts:
        return ["lit", ""]
    return parts[0] if len(parts) == 1 else ["cat", *parts]


class _Writer:
    def __init__(self) -> None:
        self.line: Line | None = None
        self.home: list[Item] | None = None

    def flush(self) -> None:
        if self.line is not None and self.home is not None and not self.line.blank:
            self.home.append(self.line)
        self.line = self.home = None

    def add(self, part: str | Expression, items: list[Item], number: int) -> None:
        if self.line is None:
            self.line = Line([], number)
        if self.line.blank and not (isinstance(part, str) and not part.strip()):
            self.home = items
            self.line.number = number
        self.line.parts.append(part)

    def text(self, node: Text, items: list[Item]) -> None:
        number = node.line
        for index, piece in enumerate(node.text.split("\n")):
            if index:
                self.flush()
                number += 1
            if piece:
                self.add(piece, items, number)

    def walk(self, nodes: list[Node], items: list[Item]) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self.text(node, items)
            elif isinstance(node, parser.Output):
                self.add(node.expression, items, node.line)
            elif isinstance(node, parser.Let):
                items.append(Assign(node.name, node.expression, node.new, node.line))
            elif isinstance(node, parser.Include):
                self.add(
                    ["call", "include", ["lit", node.name], *([node.expression] if node.expression else [])],
                    items,
                    node.line,
                )
            else:
                self.control(node, items)

    def control(self, node: parser.If | parser.With | parser.Range, items: list[Item]) -> None:
        if isinstance(node, parser.Range):
            loop = Loop(node.names, node.expression, [], [], node.line)
            self.hang(loop, items)
            self.walk(node.body, loop.body)
            self.walk(node.otherwise, loop.otherwise)
            return
        if isinstance(node, parser.With):
            narrow = Narrow(node.expression, [], [], node.line)
            if node.let:
                items.append(Assign(node.let, node.expression, True, node.line))
            self.hang(narrow, items)
            self.walk(node.then, narrow.then)
            self.walk(node.otherwise, narrow.otherwise)
            return
        if node.let:
            items.append(Assign(node.let, node.condition, True, node.line))
        else:
            value = inline([node])
            if value is not None and _printed(value):
                self.add(value, items, node.line)
                return
        branch = Branch(node.condition, [], [], node.line)
        self.hang(branch, items)
        self.walk(node.then, branch.then)
        self.walk(node.otherwise, branch.otherwise)

    def hang(self, item: Item, items: list[Item]) -> None:
        """Put a control item after the open line, which is complete when it has content."""
        if self.line is not None and not self.line.blank:
            self.flush()
        items.append(item)


def _printed(expression: Expression) -> bool:
    """Whether an inline choice can print something on either side (an empty one is left to `Branch`)."""
    return bool(expression[2] != ["lit", ""] or expression[3] != ["lit", ""])
