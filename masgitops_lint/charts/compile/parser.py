"""Parses a Go template into a small tree of our own.

Expressions are plain lists and scalars, because they go into a profile's JSON as they are:

- `["lit", value]`               a constant (`None` is nil)
- `["val", "a", "b"]`            `.Values.a.b` or `$.Values.a.b`
- `["top", "Release", "Name"]`   another field of the root object
- `["dot", "a"]`                 a field of the current dot inside `range` or `with`
- `["var", "$x", "a"]`           a variable, or a field of one
- `["fld", expression, "a"]`     a field of a parenthesised expression
- `["call", "eq", x, y]`         a function; a pipeline is folded into nested calls
- `["method", expression, x]`    a field that is called with arguments, such as `.Files.Glob "*"`
- `["cat", x, y]`                texts one after the other (made by the outline, not by the parser)
- `["if", condition, x, y]`      a choice inside one line (likewise)
- `["gen", "cluster", "id"]`     a field of an ApplicationSet's parameter set (from the ApplicationSet's own template)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .lexer import Action, TemplateSyntaxError, Text, Token, split, unquote

Expression: TypeAlias = list[Any]


@dataclass(slots=True)
class Output:
    """`{{ expression }}`."""

    expression: Expression
    line: int


@dataclass(slots=True)
class Let:
    """`{{ $x := expression }}` (`new`) or `{{ $x = expression }}`."""

    name: str
    expression: Expression
    new: bool
    line: int


@dataclass(slots=True)
class If:
    """`if`/`else if`/`else`; an `else if` is an `If` alone in `otherwise`."""

    condition: Expression
    then: list[Node]
    otherwise: list[Node]
    line: int
    let: str | None = None


@dataclass(slots=True)
class With:
    """`with`: like `if`, with the dot set to the condition's value."""

    expression: Expression
    then: list[Node]
    otherwise: list[Node]
    line: int
    let: str | None = None


@dataclass(slots=True)
class Range:
    """`range`; `names` are the loop variables (none, the element, or index and element)."""

    names: tuple[str, ...]
    expression: Expression
    body: list[Node]
    otherwise: list[Node]
    line: int


@dataclass(slots=True)
class Include:
    """`{{ template "name" dot }}`."""

    name: str
    expression: Expression | None
    line: int


Node: TypeAlias = Text | Output | Let | If | With | Range | Include


@dataclass(slots=True)
class Template:
    """A parsed file: what it puts out, and the templates it defines."""

    body: list[Node]
    defines: dict[str, list[Node]] = field(default_factory=dict)


def parse(source: str) -> Template:
    """Parse one template file. Raises TemplateSyntaxError where text/template would refuse it."""
    return _Parser(split(source)).parse()


class _Parser:
    def __init__(self, pieces: list[Text | Action]) -> None:
        self.pieces = pieces
        self.position = 0
        self.defines: dict[str, list[Node]] = {}

    def parse(self) -> Template:
        body, stop = self.block(top=True)
        if stop:
            raise TemplateSyntaxError(f"unexpected {{{{{stop[0].text}}}}}")
        return Template(body, self.defines)

    def block(self, *, top: bool) -> tuple[list[Node], tuple[Token, ...]]:
        """Nodes up to `end` or `else`, and that action's tokens (empty at the end of the file).

        `top` says that the dot is the root object.
        """
        nodes: list[Node] = []
        while self.position < len(self.pieces):
            piece = self.pieces[self.position]
            self.position += 1
            if isinstance(piece, Text):
                nodes.append(piece)
                continue
            if not piece.tokens:
                continue
            word = piece.tokens[0].text if piece.tokens[0].kind == "word" else ""
            if word in {"end", "else"}:
                return nodes, piece.tokens
            if word == "define":
                body, _ = self.block(top=False)
                self.defines[unquote(piece.tokens[1].text)] = body
                continue
            nodes.append(self.action(word, piece, top=top))
        return nodes, ()

    def action(self, word: str, piece: Action, *, top: bool) -> Node:
        if word in {"if", "with"}:
            return self.branch(word, piece.tokens[1:], piece.line, top=top)
        if word == "range":
            return self.range(piece, top=top)
        if word in {"template", "block"}:
            name = unquote(piece.tokens[1].text)
            rest = piece.tokens[2:]
            if word == "block":
                self.defines[name], _ = self.block(top=False)
            return Include(name, pipeline(rest, top=top) if rest else None, piece.line)
        name, new, tokens = _assignment(piece.tokens)
        if name:
            return Let(name, pipeline(tokens, top=top), new, piece.line)
        return Output(pipeline(tokens, top=top), piece.line)

    def branch(self, word: str, tokens: tuple[Token, ...], line: int, *, top: bool) -> If | With:
        name, _, tokens = _assignment(tokens)
        condition = pipeline(tokens, top=top)
        then, stop = self.block(top=top and word == "if")
        otherwise: list[Node] = []
        if stop and stop[0].text == "else":
            if len(stop) > 1 and stop[1].text in {"if", "with"}:
                otherwise = [self.branch(stop[1].text, stop[2:], line, top=top)]
            else:
                otherwise, stop = self.block(top=top)
        if word == "if":
            return If(condition, then, otherwise, line, name or None)
        return With(condition, then, otherwise, line, name or None)

    def range(self, piece: Action, *, top: bool) -> Range:
        tokens = piece.tokens[1:]
        names: tuple[str, ...] = ()
        for index, token in enumerate(tokens):
            if token.text == ":=" and token.kind == "punctuation":
                names = tuple(one.text for one in tokens[:index] if one.kind == "variable")
                tokens = tokens[index + 1 :]
                break
        expression = pipeline(tokens, top=top)
        body, stop = self.block(top=False)
        otherwise: list[Node] = []
        if stop and stop[0].text == "else":
            otherwise, _ = self.block(top=top)
        return Range(names, expression, body, otherwise, piece.line)


def _assignment(tokens: tuple[Token, ...]) -> tuple[str, bool, tuple[Token, ...]]:
    if len(tokens) > 2 and tokens[0].kind == "variable" and tokens[1].text in {":=", "="}:
        return tokens[0].text, tokens[1].text == ":=", tokens[2:]
    return "", False, tokens


def pipeline(tokens: tuple[Token, ...], *, top: bool) -> Expression:
    """One pipeline. `top` says that the dot is the root object. Raises TemplateSyntaxError on what is no pipeline."""
    reader = _Pipeline(tokens, top)
    expression = reader.pipeline()
    if reader.position != len(tokens):
        raise TemplateSyntaxError(f"unexpected {tokens[reader.position].text!r}")
    return expression


class _Pipeline:
    def __init__(self, tokens: tuple[Token, ...], top: bool) -> None:
        self.tokens = tokens
        self.top = top
        self.position = 0

    def peek(self) -> Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def pipeline(self) -> Expression:
        result = self.command(None)
        while (token := self.peek()) and token.text == "|":
            self.position += 1
            result = self.command(result)
        return result

    def command(self, piped: Expression | None) -> Expression:
        token = self.peek()
        if token is None:
            raise TemplateSyntaxError("missing value in a pipeline")
        if token.kind == "word" and token.text not in {"true", "false", "nil"}:
            self.position += 1
            return ["call", token.text, *self.arguments(piped)]
        result = self.operand()
        arguments = self.arguments(piped)
        return ["method", result, *arguments] if arguments else result

    def arguments(self, piped: Expression | None) -> list[Expression]:
        found: list[Expression] = []
        while (token := self.peek()) and token.text not in {"|", ")"}:
            found.append(self.operand())
        return found if piped is None else [*found, piped]

    def operand(self) -> Expression:
        token = self.tokens[self.position]
        self.position += 1
        if token.text == "(" and token.kind == "punctuation":
            inner = self.pipeline()
            closing = self.peek()
            if closing is None or closing.text != ")":
                raise TemplateSyntaxError("missing )")
            self.position += 1
            fields = self.fields()
            return ["fld", inner, *fields] if fields else inner
        if token.kind == "string":
            return ["lit", unquote(token.text)]
        if token.kind == "number":
            return ["lit", _number(token.text)]
        if token.kind == "variable":
            fields = self.fields()
            return _rooted(fields) if token.text == "$" else ["var", token.text, *fields]
        if token.kind == "field":
            fields = [token.text[1:], *self.fields()]
            return _rooted(fields) if self.top else ["dot", *fields]
        if token.kind == "dot":
            return ["top"] if self.top else ["dot"]
        if token.kind == "word":
            constants = {"true": True, "false": False, "nil": None}
            return ["lit", constants[token.text]] if token.text in constants else ["call", token.text]
        raise TemplateSyntaxError(f"unexpected {token.text!r}")

    def fields(self) -> list[str]:
        names: list[str] = []
        while (token := self.peek()) and token.kind == "field" and not token.space:
            names.append(token.text[1:])
            self.position += 1
        return names


def _number(text: str) -> int | float:
    """A number as Go's template parser reads it: `0644` is octal (Go's strconv.ParseInt with base 0).

    Raises TemplateSyntaxError for what Go calls "bad number syntax", such as 089.
    """
    digits = text.lstrip("+-")
    try:
        if digits[:2] in {"0x", "0X"}:
            return int(text, 16)
        if any(c in digits for c in ".eE"):
            return float(text)
        return int(text, 8 if digits.startswith("0") else 10)
    except ValueError:
        raise TemplateSyntaxError(f"bad number syntax: {text!r}") from None


def _rooted(fields: list[str]) -> Expression:
    return ["val", *fields[1:]] if fields and fields[0] == "Values" else ["top", *fields]
