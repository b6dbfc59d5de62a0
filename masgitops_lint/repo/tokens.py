"""What only the tokens of a file know: comments, aliases, directives, document separators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from yaml.error import YAMLError
from yaml.tokens import (
    AliasToken,
    DirectiveToken,
    DocumentEndToken,
    DocumentStartToken,
    ScalarToken,
    StreamStartToken,
)

from masgitops_lint.model.late_pattern import late_pattern

from .lines import Lines
from .nodes import GoParser, as_input, prepare

BREAKS = "\r\n\x85\u2028\u2029"
"""Where YAML 1.1 breaks lines: at NEL, LS and PS as well."""

_COMMENT = late_pattern(f"(?:\\A|(?<=[ \t{BREAKS}]))#[^{BREAKS}]*")
_BREAK = late_pattern(f"[{BREAKS}]")
_BLOCK_HEADER = late_pattern(r"[|>][-+0-9]*")


class Comment(NamedTuple):
    """A YAML comment: where its `#` stands (from 1; `offset` into the text from 0), and its text from there on."""

    line: int
    column: int
    text: str
    offset: int


def tokens(text: str) -> Iterator[Any]:
    """The tokens of a text, up to the first error."""
    try:
        parser: Any = GoParser(prepare(as_input(text))[0])
        while parser.check_token():
            yield parser.get_token()
    except YAMLError:
        return


def alias_offsets(text: str) -> list[tuple[int, int]]:
    """Where every `*name` stands."""
    return [(t.start_mark.index, t.end_mark.index) for t in tokens(text) if isinstance(t, AliasToken)]


def document_starts(text: str) -> list[int]:
    """Offsets of the `---` separators."""
    return [t.start_mark.index for t in tokens(text) if isinstance(t, DocumentStartToken)]


def first_wrong_version(text: str) -> tuple[int, int, int] | None:
    """The first `%YAML` directive other than 1.1: where it starts, the number of its document, where it ends."""
    document = 0
    content = False
    for token in tokens(text):
        if isinstance(token, DirectiveToken):
            if token.name == "YAML" and token.value != (1, 1):
                return token.start_mark.index, document + content, token.end_mark.index
        elif isinstance(token, DocumentStartToken):
            document += content
            content = True
        elif not isinstance(token, StreamStartToken | DocumentEndToken):
            content = True
    return None


def comments(text: str) -> tuple[Comment, ...]:
    """Every comment, in order; for a text that does not parse those before the error."""
    if "#" not in text:
        return ()
    found: list[Comment] = []
    lines = Lines(text)
    position = 0
    reached = 0

    def collect(start: int, end: int) -> None:
        for match in _COMMENT.finditer(text, start, end):
            found.append(Comment(*lines.position(match.start()), match.group().rstrip(), match.start()))

    for token in tokens(text):
        reached = token.end_mark.index
        if isinstance(token, ScalarToken):
            start = token.start_mark.index
            collect(position, start)
            position = reached
            if token.style in ("|", ">"):
                header = _BLOCK_HEADER.match(text, start)
                line_end = _BREAK.search(text, start)
                collect(header.end() if header else start, line_end.start() if line_end else len(text))
    collect(position, max(position, reached))
    return tuple(found)
