"""Splits a Go template into text and tokens, the way Go's text/template package does.

Source: the documentation of Go's `text/template` (actions, trim markers, comments, constants).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

TokenKind: TypeAlias = Literal["word", "field", "variable", "string", "number", "punctuation", "dot"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an action; `space` says whether white space stands before it (`f .x` and `f.x` differ)."""

    kind: TokenKind
    text: str
    space: bool


@dataclass(frozen=True, slots=True)
class Text:
    """Literal output."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Action:
    """What stands between `{{` and `}}`; `line` counts from 1."""

    tokens: tuple[Token, ...]
    line: int


class TemplateSyntaxError(ValueError):
    """A template that text/template would not parse either; `line` is 0 where it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


_TOKEN = late_pattern(
    r"""(?P<space>\s+)
      | (?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)
      | (?P<char>'(?:\\.|[^'\\])')
      | (?P<variable>\$\w*)
      | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))
      | (?P<field>\.[A-Za-z_]\w*)
      | (?P<dot>\.)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<punctuation>:=|[=|(),])
    """,
    re.VERBOSE,
)
_OPEN = late_pattern(r"\{\{(- (?=\s)|-(?=\s))?")
_COMMENT = late_pattern(r"\s*/\*.*?\*/\s*?(?P<trim>\s-)?\}\}", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "`": "`", "a": "\a", "b": "\b", "f": "\f"}
_ESCAPE = late_pattern(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


def unquote(literal: str) -> str:
    """The value of a Go string literal, interpreted or raw."""
    body = literal[1:-1]
    if literal[0] == "`":
        return body
    return _ESCAPE.sub(lambda match: _unescape(match.group(1)), body)


def _unescape(code: str) -> str:
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)


def split(source: str) -> list[Text | Action]:
    """Text and actions in order, trim markers applied. Raises TemplateSyntaxError on an action that is never closed."""
    pieces: list[Text | Action] = []
    position = 0
    line = 1
    trim_next = False
    while True:
        match = _OPEN.search(source, position)
        text = source[position : match.start() if match else len(source)]
        shown = text.lstrip() if trim_next else text
        skipped = len(text) - len(shown)
        if match and match.group(1):
            shown = shown.rstrip()
        if shown:
            pieces.append(Text(shown, line + text[:skipped].count("\n")))
        line += text.count("\n")
        if not match:
            return pieces
        start = match.end()
        comment = _COMMENT.match(source, start)
        if comment:
            position, trim_next = comment.end(), comment.group("trim") is not None
        else:
            tokens, position, trim_next = _tokens(source, start)
            pieces.append(Action(tuple(tokens), line))
        line += source.count("\n", match.start(), position)


def _tokens(source: str, position: int) -> tuple[list[Token], int, bool]:
    tokens: list[Token] = []
    space = True
    while True:
        if source.startswith("}}", position):
            return tokens, position + 2, False
        if space and source.startswith("-}}", position):
            return tokens, position + 3, True
        match = _TOKEN.match(source, position)
        if match is None or match.end() == position:
            shown = source[position : position + 10].split("\n")[0]
            line = source.count("\n", 0, position) + 1
            raise TemplateSyntaxError(f"unexpected {shown!r} in an action" if shown else "unclosed action", line)
        kind = match.lastgroup
        if kind == "char":
            tokens.append(Token("number", str(ord(unquote(match.group()))), space))
        elif kind is not None and kind != "space":
            tokens.append(Token(kind, match.group(), space))  # type: ignore[arg-type]
        space = kind == "space"
        position = match.end()
