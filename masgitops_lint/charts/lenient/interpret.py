"""Runs a parsed template. It never fails on values: what it cannot work out becomes `UNKNOWN` text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masgitops_lint.charts.compile.lexer import TemplateSyntaxError, Text
from masgitops_lint.charts.compile.parser import (
    Expression,
    If,
    Include,
    Let,
    Node,
    Output,
    Range,
    With,
    parse,
)
from masgitops_lint.kubernetes.objects import UNKNOWN

from .functions import FUNCTIONS, StopError, is_unknown, text, truth

_DEPTH = 60
_STEPS = 200_000


class Written:
    """Output text with the template line that each line of it comes from."""

    __slots__ = ("lines", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lines: list[int] = [1]

    def add(self, shown: str, line: int, *, literal: bool) -> None:
        """Append text that starts on a template line; literal text moves down with its own line breaks."""
        if not shown:
            return
        if not self.parts or self.parts[-1].endswith("\n"):
            self.lines[-1] = line
        self.parts.append(shown)
        breaks = shown.count("\n")
        self.lines.extend(line + index + 1 if literal else line for index in range(breaks))

    def text(self) -> str:
        """Everything written."""
        return "".join(self.parts)


class Scope:
    """Variables of one block; assignments reach the block that declared the variable."""

    __slots__ = ("outer", "values")

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.values: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """A variable, None when nobody declared it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.outer
        return None

    def assign(self, name: str, value: Any) -> None:
        """`$x = value`."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                scope.values[name] = value
                return
            scope = scope.outer
        self.values[name] = value


class Interpreter:
    """Runs templates that share named templates.

    `open_ended` says that missing values may exist all the same; `nothing` is what is printed for a missing value.
    """

    def __init__(self, defines: Mapping[str, list[Node]], *, open_ended: bool = False, nothing: str = "") -> None:
        self.defines = defines
        self.open_ended = open_ended
        self.nothing = nothing
        self.depth = 0
        self.steps = 0

    def run(self, nodes: list[Node], root: Any) -> Written:
        """The output of a template whose dot is `root`."""
        out = Written()
        self.block(nodes, root, root, Scope(), out, 0)
        return out

    def block(self, nodes: list[Node], dot: Any, root: Any, scope: Scope, out: Written, fixed: int) -> None:
        """`fixed` is the line of the caller when a named template is expanded, else 0."""
        for node in nodes:
            self.steps += 1
            if self.steps > _STEPS:
                raise StopError("too long")
            if isinstance(node, Text):
                out.add(node.text, fixed or node.line, literal=not fixed)
            elif isinstance(node, Output):
                shown = self.value(node.expression, dot, root, scope)
                out.add(self.nothing if shown is None else text(shown), fixed or node.line, literal=False)
            elif isinstance(node, Let):
                value = self.value(node.expression, dot, root, scope)
                if node.new:
                    scope.values[node.name] = value
                else:
                    scope.assign(node.name, value)
            elif isinstance(node, If):
                self.branch(node, dot, root, scope, out, fixed)
            elif isinstance(node, With):
                value = self.value(node.expression, dot, root, scope)
                inner = Scope(scope)
                if node.let:
                    inner.values[node.let] = value
                if truth(value):
                    self.block(node.then, value, root, inner, out, fixed)
                else:
                    self.block(node.otherwise, dot, root, inner, out, fixed)
            elif isinstance(node, Range):
                self.loop(node, dot, root, scope, out, fixed)
            elif isinstance(node, Include):
                context = self.value(node.expression, dot, root, scope) if node.expression is not None else None
                out.add(self.include(node.name, context), fixed or node.line, literal=False)

    def branch(self, node: If, dot: Any, root: Any, scope: Scope, out: Written, fixed: int) -> None:
        inner = Scope(scope)
        condition = self.value(node.condition, dot, root, scope)
        if node.let:
            inner.values[node.let] = condition
        self.block(node.then if truth(condition) else node.otherwise, dot, root, inner, out, fixed)

    def loop(self, node: Range, dot: Any, root: Any, scope: Scope, out: Written, fixed: int) -> None:
        value = self.value(node.expression, dot, root, scope)
        items: list[tuple[Any, Any]]
        if isinstance(value, dict):
            items = [(key, value[key]) for key in sorted(value, key=str)]
        elif isinstance(value, list):
            items = list(enumerate(value))
        elif is_unknown(value):
            items = [(UNKNOWN, UNKNOWN)]
        elif isinstance(value, int) and not isinstance(value, bool):
            items = [(i, i) for i in range(min(value, 100))]
        else:
            items = []
        if not items:
            self.block(node.otherwise, dot, root, Scope(scope), out, fixed)
        for key, item in items:
            inner = Scope(scope)
            if len(node.names) == 1:
                inner.values[node.names[0]] = item
            elif len(node.names) == 2:
                inner.values[node.names[0]], inner.values[node.names[1]] = key, item
            self.block(node.body, item, root, inner, out, fixed)

    def include(self, name: Any, context: Any) -> str:
        """A named template's output; unknown when no file defines it."""
        nodes = self.defines.get(text(name))
        if nodes is None or self.depth >= _DEPTH:
            return UNKNOWN
        self.depth += 1
        try:
            out = Written()
            self.block(nodes, context, context, Scope(), out, 1)
        finally:
            self.depth -= 1
        return out.text()

    # -- expressions ----------------------------------------------------------------------------------------------

    def value(self, expression: Expression, dot: Any, root: Any, scope: Scope) -> Any:
        """What an expression gives."""
        kind = expression[0]
        if kind == "lit":
            return expression[1]
        if kind == "val":
            values = root.get("Values") if isinstance(root, dict) else UNKNOWN
            return self.fields(values, expression[1:])
        if kind == "top":
            return self.fields(root, expression[1:])
        if kind == "dot":
            return self.fields(dot, expression[1:])
        if kind == "var":
            return self.fields(scope.get(expression[1]), expression[2:])
        if kind == "fld":
            return self.fields(self.value(expression[1], dot, root, scope), expression[2:])
        if kind == "call":
            return self.call(expression[1], expression[2:], dot, root, scope)
        return UNKNOWN

    def fields(self, value: Any, names: Any) -> Any:
        for name in names:
            if is_unknown(value):
                return UNKNOWN
            if not isinstance(value, dict):
                return UNKNOWN if self.open_ended else None
            if name not in value:
                return UNKNOWN if self.open_ended or UNKNOWN in value else None
            value = value[name]
        return value

    def call(self, name: str, arguments: Any, dot: Any, root: Any, scope: Scope) -> Any:
        if name in ("and", "or"):  # they stop at the first argument that decides
            result: Any = None
            for argument in arguments:
                result = self.value(argument, dot, root, scope)
                if truth(result) == (name == "or"):
                    return result
            return result
        values = [self.value(argument, dot, root, scope) for argument in arguments]
        if name == "include":
            return self.include(values[0] if values else "", values[1] if len(values) > 1 else None)
        if name == "tpl":
            return self.template_text(values[0] if values else "", values[1] if len(values) > 1 else None)
        if name == "fail":
            raise StopError("fail")
        function = FUNCTIONS.get(name) or FUNCTIONS.get(name.removeprefix("must")[:1].lower() + name[5:])
        if function is None:
            return UNKNOWN
        try:
            return function(*values)
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, ZeroDivisionError, OverflowError):
            return UNKNOWN

    def template_text(self, source: Any, context: Any) -> str:
        shown = text(source)
        if "{{" not in shown:
            return shown
        try:
            parsed = parse(shown)
        except (TemplateSyntaxError, IndexError):
            return UNKNOWN
        self.depth += 1
        try:
            if self.depth >= _DEPTH:
                return UNKNOWN
            out = Written()
            self.block(parsed.body, context, context, Scope(), out, 1)
        finally:
            self.depth -= 1
        return out.text()
