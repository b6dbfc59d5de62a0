"""Gives every line of an outline its route of YAML keys: a small program of statements over routes and expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .outline import Assign, Branch, Item, Line, Loop, Narrow
from .parser import Expression

Route: TypeAlias = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """A `---`: the next YAML document starts."""

    line: int


@dataclass(slots=True)
class Set:
    """The scalar at `route`. `quote` is the YAML quote around it, "" for a plain one, "|" inside a block scalar.

    `opens`: the line starts with a dash, that is, it begins a new list item. `dropped`: the mapping it stands in is
    written a second time further down, and YAML keeps the second.
    """

    route: Route
    value: Expression
    quote: str
    line: int
    opens: bool = False
    dropped: bool = False


@dataclass(slots=True)
class Splat:
    """A whole value written below `route` by `toYaml` and the like."""

    route: Route
    value: Expression
    line: int
    opens: bool = False


@dataclass(slots=True)
class Open:
    """A key without a value on its line: null, unless something is written below it."""

    route: Route
    line: int
    opens: bool


@dataclass(slots=True)
class Evaluate:
    """An expression that is evaluated and lands nowhere: in a comment, for instance."""

    value: Expression
    line: int


@dataclass(slots=True)
class Misplaced:
    """A key that stands where YAML wants another list item: the template's own mistake."""

    line: int


@dataclass(slots=True)
class When:
    """`if`, or `with` when `narrow`: the dot becomes the condition's value."""

    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]
    line: int
    narrow: bool = False


@dataclass(slots=True)
class Each:
    """`range`."""

    names: tuple[str, ...]
    expression: Expression
    body: list[Statement]
    otherwise: list[Statement]
    line: int


Statement: TypeAlias = Document | Open | Set | Splat | Evaluate | Misplaced | When | Each | Assign

_KEY = late_pattern(
    r"""(?P<quote>["']?)
    (?P<key>(?:[^\s"'{}\[\]#&*!|>%@,`:\x00]|\x00\d+\x00|(?<=\S)[./:](?=\S))(?:[^"':#\n]|:(?=\S)|(?<=\S)\#)*?)
    (?P=quote)\s*:(?=\s|$)""",
    re.VERBOSE,
)
_TIGHT = late_pattern(r"([\w.-]+:)\x00(\d+)\x00")
_MARK = late_pattern(r"\x00(\d+)\x00")
_BLOCK = late_pattern(r"^[|>][+-]?\d*\s*(#.*)?$")


def structure(items: list[Item], nested: Callable[[Route], bool] = lambda route: False) -> list[Statement]:
    """The statements of an outline. A block scalar at a route for which `nested` holds is read as YAML itself."""
    return _Reader(nested).read(items)


@dataclass(slots=True)
class _Level:
    indent: int
    key: str | int


class _Reader:
    def __init__(self, nested: Callable[[Route], bool]) -> None:
        self.nested = nested
        self.levels: list[_Level] = []
        self.counters: dict[Route, int] = {}
        self.block: tuple[int, Route] | None = None
        self.opened: dict[Route, list[Set]] = {}

    def read(self, items: list[Item]) -> list[Statement]:
        found: list[Statement] = []
        for item in items:
            if isinstance(item, Line):
                self.line(item, found)
            elif isinstance(item, Assign):
                found.append(item)
            elif isinstance(item, Loop):
                body = self.read(item.body)
                found.append(Each(item.names, item.expression, body, self.read(item.otherwise), item.number))
            else:
                condition = item.condition if isinstance(item, Branch) else item.expression
                before = list(self.levels), self.block
                opened = dict(self.opened)
                then = self.read(item.then)
                self.opened = dict(opened)
                if item.otherwise:
                    self.levels, self.block = list(before[0]), before[1]
                otherwise = self.read(item.otherwise)
                self.opened = opened
                found.append(When(condition, then, otherwise, item.number, isinstance(item, Narrow)))
        return found

    def route(self) -> Route:
        return tuple(level.key for level in self.levels)

    def cut(self, indent: int) -> None:
        while self.levels and self.levels[-1].indent >= indent:
            self.levels.pop()

    def line(self, line: Line, found: list[Statement]) -> None:
        expressions = [part for part in line.parts if not isinstance(part, str)]
        counter = iter(range(len(expressions)))
        text = "".join(part if isinstance(part, str) else f"\x00{next(counter)}\x00" for part in line.parts)
        body = text.lstrip()
        indent = len(text) - len(body)
        if self.block is not None and indent > self.block[0]:
            found += [Set(self.block[1], one, "|", line.number) for one in expressions]
            return
        if self.block is not None and expressions and body.startswith("\x00") and _indented(expressions[0]):
            found += [Set(self.block[1], one, "|", line.number) for one in expressions]
            return
        self.block = None
        if body.startswith("---") and not body.strip("- \t"):
            self.levels, self.counters, self.opened = [], {}, {}
            found.append(Document(line.number))
        elif body.startswith("#"):
            found += [Evaluate(one, line.number) for one in expressions]
        elif _MARK.fullmatch(body.strip()):
            self.splat(expressions[0], indent, line.number, found)
        else:
            self.entry(body, indent, expressions, line.number, found)

    def splat(self, value: Expression, indent: int, number: int, found: list[Statement]) -> None:
        width = _indented(value)
        self.cut(indent if width is None else width)
        found.append(Splat(self.route(), value, number))

    def entry(self, body: str, indent: int, expressions: list[Expression], number: int, found: list[Statement]) -> None:
        dash = body.startswith("- ") or body.rstrip() == "-"
        if not dash and _KEY.match(body) and self.among_items(indent):
            found.append(Misplaced(number))
        self.cut(indent + 1 if dash else indent)
        while body.startswith("- ") or body.rstrip() == "-":
            while self.levels and self.levels[-1].indent >= indent and isinstance(self.levels[-1].key, int):
                self.levels.pop()
            while self.levels and self.levels[-1].indent > indent:
                self.levels.pop()
            parent = self.route()
            index = self.counters.get(parent, -1) + 1
            self.counters[parent] = index
            self.levels.append(_Level(indent, index))
            rest = body[1:]
            body = rest.lstrip()
            indent += 1 + len(rest) - len(body)
        body = self.spaced(body, expressions)
        match = _KEY.match(body)
        if match is None:
            if body.strip():
                self.scalar(self.route(), body, expressions, number, dash, found)
            return
        key = match.group("key")
        if _MARK.search(key):
            key = "*"
            found += [Evaluate(expressions[int(one)], number) for one in _MARK.findall(match.group("key"))]
        self.cut(indent)
        self.levels.append(_Level(indent, key))
        rest = body[match.end() :].strip()
        route = self.route()
        if not rest or rest.startswith("#"):
            for one in self.opened.get(route, ()):
                one.dropped = True
            self.opened[route] = []
            found.append(Open(route, number, dash))
        elif _BLOCK.match(rest):
            if not self.nested(route):
                self.block = (indent, route)
        else:
            self.scalar(route, rest, expressions, number, dash, found)

    def spaced(self, body: str, expressions: list[Expression]) -> str:
        """A value that brings its own line break may stand right after the colon."""
        match = _TIGHT.match(body)
        if match is None or expressions[int(match.group(2))][:2] != ["call", "nindent"]:
            return body
        return f"{match.group(1)} {body[match.start(2) - 1 :]}"

    def among_items(self, indent: int) -> bool:
        """Whether list items stand at this indentation, in a list that is not just ending."""
        for above, level in zip(self.levels, self.levels[1:], strict=False):
            if isinstance(level.key, int) and level.indent == indent:
                return above.indent != indent
        return False

    def scalar(
        self,
        route: Route,
        text: str,
        expressions: list[Expression],
        number: int,
        opens: bool,
        found: list[Statement],
    ) -> None:
        text = text.strip()
        quote = ""
        if text[0] in "\"'":
            end = text.rfind(text[0])
            if end > 0:
                quote, text = text[0], text[1:end]
        elif " #" in text:
            text = text[: text.index(" #")].rstrip()
        marks = _MARK.findall(text)
        if not quote and len(marks) == 1 and _MARK.fullmatch(text) and _indented(expressions[int(marks[0])]):
            found.append(Splat(route, expressions[int(marks[0])], number, opens))
            return
        parts: list[Expression] = []
        for index, piece in enumerate(_MARK.split(text)):
            if index % 2:
                parts.append(expressions[int(piece)])
            elif piece:
                parts.append(["lit", piece])
        value: Expression = ["lit", ""] if not parts else parts[0] if len(parts) == 1 else ["cat", *parts]
        one = Set(route, value, quote, number, opens)
        for length in range(1, len(route)):
            if route[:length] in self.opened:
                self.opened[route[:length]].append(one)
        found.append(one)


def _indented(expression: Expression) -> int | None:
    """The width of a final `indent`/`nindent`, or None."""
    if expression[:1] == ["call"] and len(expression) > 3 and expression[1] in {"indent", "nindent"}:
        width = expression[2]
        if width[0] == "lit" and isinstance(width[1], int):
            return width[1]
    return None
