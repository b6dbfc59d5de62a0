"""Collects which values a chart's templates read, as a tree of keys.

A node is a mapping of keys to nodes; `*` stands for the items of a list or mapping. Under the key `""` a node tells
how the value itself is used: `w` the whole of it goes on (so any key below it is read), `t` it is tested for truth,
`c` it is compared or measured, `p` it is printed, `l` it is looped over.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from .outline import Assign
from .parser import Expression
from .structure import Each, Evaluate, Set, Splat, Statement, When

Node: TypeAlias = dict[str, Any]

_WHOLE = frozenset({"toYaml", "toJson", "toPrettyJson", "dict", "list"})
_TESTS = frozenset({"and", "or", "not", "empty"})


class Reads:
    """The reads of one chart."""

    def __init__(self) -> None:
        self.root: Node = {}
        self.names: dict[str, list[list[str]]] = {}

    def tree(self) -> Node:
        """The tree, with keys in order."""
        return _sorted(self.root)

    def add_statements(self, statements: list[Statement]) -> None:
        """Add what a template reads. Variables are followed to the values they stand for."""
        for one in statements:
            if isinstance(one, Set):
                self.expression(one.value, "p")
            elif isinstance(one, Splat):
                self.expression(one.value, "w")
            elif isinstance(one, Evaluate):
                self.expression(one.value, "p")
            elif isinstance(one, Assign):
                routes = self.routes(one.expression)
                # A constant or computed value stands for nothing in the values.
                known = self.names.get(one.name, [])
                self.names[one.name] = [*known, *routes] if not one.new else routes
                self.expression(one.expression, "" if routes else "p")
            elif isinstance(one, When):
                self.when(one)
            elif isinstance(one, Each):
                self.each(one)

    def when(self, one: When) -> None:
        """`if` and `with`."""
        self.expression(one.condition, "t")
        before = self.names.get(".")
        if one.narrow:
            self.names["."] = self.routes(one.condition)
        self.add_statements(one.then)
        if one.narrow:
            self.names["."] = before or []
        self.add_statements(one.otherwise)

    def each(self, one: Each) -> None:
        """`range`."""
        self.expression(one.expression, "l")
        items = [[*route, "*"] for route in self.routes(one.expression)]
        before = {name: self.names.get(name) for name in (*one.names, ".")}
        self.names["."] = items
        if one.names:
            self.names[one.names[-1]] = items
            if len(one.names) > 1:
                self.names[one.names[0]] = []
        self.add_statements(one.body)
        for name, routes in before.items():
            self.names[name] = routes or []
        self.add_statements(one.otherwise)

    def routes(self, expression: Expression) -> list[list[str]]:
        """The values that an expression stands for as they are, if it does."""
        kind = expression[0]
        if kind == "val":
            return [[str(part) for part in expression[1:]]] if len(expression) > 1 else []
        if kind in ("var", "dot"):
            name = expression[1] if kind == "var" else "."
            rest = [str(part) for part in (expression[2:] if kind == "var" else expression[1:])]
            return [[*route, *rest] for route in self.names.get(name, [])]
        if kind == "fld":
            return [[*route, *(str(part) for part in expression[2:])] for route in self.routes(expression[1])]
        if kind == "call":
            return self._called(expression)
        return []

    def _called(self, expression: Expression) -> list[list[str]]:
        name, arguments = expression[1], expression[2:]
        if name == "index" and len(arguments) > 1:
            keys = [str(one[1]) if one[0] == "lit" and isinstance(one[1], str) else "*" for one in arguments[1:]]
            return [[*route, *keys] for route in self.routes(arguments[0])]
        if name in ("first", "last") and arguments:
            return [[*route, "*"] for route in self.routes(arguments[0])]
        if name == "default" and len(arguments) > 1:
            return [route for one in arguments for route in self.routes(one)]
        return []

    def expression(self, expression: Expression, use: str) -> None:
        """Note every value that an expression reads; `use` is what happens to the expression itself."""
        found = self.routes(expression)
        for route in found:
            self.note(route, use)
        kind = expression[0]
        if kind == "call":
            self._arguments(expression, use)
        elif kind == "if":
            self.expression(expression[1], "t")
            self.expression(expression[2], use)
            self.expression(expression[3], use)
        elif kind == "cat":
            for part in expression[1:]:
                self.expression(part, "p")
        elif kind == "fld" and not found:
            self.expression(expression[1], "")
        elif kind == "method":
            for part in expression[1:]:
                if isinstance(part, list) and part:
                    self.expression(part, "c")

    def _arguments(self, expression: Expression, use: str) -> None:
        name, arguments = expression[1], expression[2:]
        for index, argument in enumerate(arguments):
            if name in _WHOLE:
                inner = "w"
            elif name in _TESTS:
                inner = use if name in ("and", "or") and use not in ("", "p") and index == len(arguments) - 1 else "t"
            elif name in (
                "default",
                "indent",
                "nindent",
                "quote",
                "squote",
                "b64enc",
                "ternary",
                "print",
                "printf",
                "cat",
                "toString",
            ):
                inner = use or "p"
            elif name in ("index", "first", "last"):
                inner = ""
            elif name == "omit":
                inner = "" if argument == ["val"] else "w"
            elif name in ("hasKey", "len"):
                inner = "t"
            elif name in ("join", "append", "compact"):
                inner = "w"
            else:
                inner = "c"
            self.expression(argument, inner)

    def note(self, route: list[str], use: str) -> None:
        """Note one value."""
        node = self.root
        for key in route:
            node = node.setdefault(key, {})
        if use:
            node[""] = "".join(sorted({*node.get("", ""), use}))


def _sorted(node: Node) -> Node:
    return {key: _sorted(node[key]) if isinstance(node[key], dict) else node[key] for key in sorted(node)}


def read_defaults(defaults: dict[str, Any], node: Node) -> dict[str, Any]:
    """A chart's default values, without those that no template reads. A block that is only tested keeps one key."""
    found: dict[str, Any] = {}
    for key, value in defaults.items():
        below = node.get(key, node.get("*"))
        if below is None:
            continue
        if isinstance(value, dict) and "w" not in below.get("", ""):
            inner = read_defaults(value, below)
            found[key] = inner or dict(list(value.items())[:1])
        else:
            found[key] = value
    return found
