"""From a parser's error to a problem at the place where a human has to look.

libyaml reports where it could not go on. For a quote or a bracket that is never closed, or a colon that is missing,
that is some lines below the mistake; the tokens before the error tell where it began. Messages never quote values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError
from yaml.tokens import (
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    ScalarToken,
    ValueToken,
)

from masgitops_lint.model.late_pattern import late_pattern

from .lines import Lines
from .problem import Problem
from .tokens import tokens

_UNPRINTABLE = late_pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NEXT_ENTRY = late_pattern(r"\n[ \t]*(?:-[ \t]|[\w.\-/]+:(?:[ \t\r\n]|$))")
_FLOW_START = (FlowSequenceStartToken, FlowMappingStartToken)
_FLOW_END = (FlowSequenceEndToken, FlowMappingEndToken)


@dataclass(slots=True)
class _Before:
    """What the scanner saw before the place where parsing stopped."""

    last: Any = None
    """The last token that starts before the place."""
    colon: Any = None
    """The last `:` before `last`."""
    open: list[Any] = field(default_factory=list)
    """Brackets that are open at the place, outermost first."""
    closed_later: bool = False
    """Whether the innermost of them is closed further down."""


def syntax_problem(error: YAMLError, text: str, document: int = 0) -> Problem:
    """The problem that a parser's error stands for."""
    lines = Lines(text)
    if isinstance(error, ReaderError):
        start, message = _unprintable(text)
        return Problem("syntax", message, lines.span(start, start + 1), document=document)
    if not isinstance(error, MarkedYAMLError):
        return Problem("syntax", str(error), document=document)
    mark: Any = error.problem_mark or error.context_mark
    offset = min(mark.index, len(text)) if mark is not None else 0
    if error.problem == "did not find expected <document start>" and document:
        # the parser has let go of the first document for good: Argo CD reads that one and nothing from here on
        message = "the document ends above this line; it does not belong to it"
        return Problem("multiple-documents", message, lines.span(offset, lines.line_end(offset)), document=document)
    context: Any = error.context_mark
    start, message = _explain(error, text, lines, offset, context.index if context is not None else offset)
    start = min(start, len(text))
    end = min(start + 1, len(text)) if start == offset else max(start, lines.line_end(start))
    related = None
    if context is not None and lines.position(context.index)[0] < lines.position(start)[0]:
        related = lines.span(context.index, context.index + 1)
    return Problem("syntax", message, lines.span(start, end), document=document, related=related)


def _unprintable(text: str) -> tuple[int, str]:
    found = _UNPRINTABLE.search(text)
    offset = found.start() if found else 0
    code = f"U+{ord(text[offset]):04X}" if text else "it"
    return offset, f"the control character {code} is not allowed in YAML"


def _explain(error: MarkedYAMLError, text: str, lines: Lines, offset: int, context: int) -> tuple[int, str]:
    """Where to look, and what is wrong there."""
    problem = error.problem or ""
    before = _before(text, offset)
    if problem == "found unexpected end of stream":
        return context, "the quote that opens here is never closed"
    quoted = _swallowing_quote(before.last, text, lines, offset)
    if quoted is not None:
        return quoted, f"the quote that opens here is closed by another one on line {lines.position(offset)[0]}"
    if before.open:
        return _in_flow(error, problem, before, text, lines, offset)
    if problem == "could not find expected ':'":
        return context, _missing_colon(text, context, lines)
    if problem.startswith("mapping values are not allowed"):
        return _stray_colon(before, text, lines, offset)
    return offset, _sentence(error, problem, before, text, lines, offset)


def _before(text: str, offset: int) -> _Before:
    seen = _Before()
    depth = 0
    for token in tokens(text):
        if token.start_mark.index < offset:
            if isinstance(seen.last, ValueToken):
                seen.colon = seen.last
            if token.end_mark.index > token.start_mark.index:
                seen.last = token
            if isinstance(token, _FLOW_START):
                seen.open.append(token)
            elif isinstance(token, _FLOW_END) and seen.open:
                seen.open.pop()
        elif not seen.open:
            break
        elif isinstance(token, _FLOW_START):
            depth += 1
        elif isinstance(token, _FLOW_END):
            depth -= 1
            if depth < 0:
                seen.closed_later = True
                break
    return seen


def _swallowing_quote(last: Any, text: str, lines: Lines, offset: int) -> int | None:
    """Where a quote opens that reaches over several entries, up to the line where parsing stopped."""
    if not isinstance(last, ScalarToken) or last.style not in ("'", '"'):
        return None
    start, end = last.start_mark.index, last.end_mark.index
    if lines.position(end)[0] != lines.position(offset)[0] or _NEXT_ENTRY.search(text, start, end) is None:
        return None
    return int(start)


def _in_flow(
    error: MarkedYAMLError, problem: str, before: _Before, text: str, lines: Lines, offset: int
) -> tuple[int, str]:
    opener = before.open[-1]
    start: int = opener.start_mark.index
    bracket = text[start : start + 1]
    if not before.closed_later and (lines.position(start)[0] < lines.position(offset)[0] or offset >= len(text)):
        return start, f"the `{bracket}` that opens here is never closed"
    last = before.last
    if isinstance(last, ScalarToken) and lines.position(last.start_mark.index)[0] < lines.position(offset)[0]:
        return last.start_mark.index, "a `,` is missing at the end of this line"
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    if "expected ','" in problem:
        return offset, f"a `,` or `{closing}` is missing before this"
    return offset, _sentence(error, problem, before, text, lines, offset)


def _missing_colon(text: str, start: int, lines: Lines) -> str:
    line = text[start : lines.line_end(start)]
    if re.match(r"[\w.\-/]+:\S", line):
        return "a space is missing after the `:`, so this is text and not a key with a value"
    return "this line is neither a key with `:` nor part of the value above it"


def _stray_colon(before: _Before, text: str, lines: Lines, offset: int) -> tuple[int, str]:
    last = before.last
    if not isinstance(last, ScalarToken):
        return offset, "a key cannot stand here"
    start: int = last.start_mark.index
    if lines.position(start)[0] == lines.position(offset)[0]:
        return offset, "a second `: ` in one line: put the value in quotes if it is text"
    line_start = lines.starts[lines.position(start)[0] - 1]
    if text[line_start:start].strip(" -"):
        # the scalar is the value of a key, and this line reads as more of it
        return offset, "this key is indented deeper than the key above it, which has a value already"
    return start, _missing_colon(text, start, lines)


def _sentence(error: MarkedYAMLError, problem: str, before: _Before, text: str, lines: Lines, offset: int) -> str:
    at = text[offset : offset + 1]
    if at == "\t" and ("tab" in problem or "cannot start any token" in problem):
        return "this line is indented with a tab: YAML allows only spaces"
    if "cannot start any token" in problem:
        return f"a value cannot start with `{at}`: put it in quotes"
    if "alphabetic or numeric" in problem:
        kind = "an alias" if error.context == "while scanning an alias" else "an anchor"
        return f"`{text[max(offset - 1, 0) : offset]}` starts {kind} here: put the value in quotes if it is text"
    if problem == "found unexpected ':'":
        return "inside brackets a `:` needs a space after it"
    if problem.startswith("found undefined alias"):
        return "this alias repeats an anchor that is not defined above it"
    if problem == "did not find expected key" or problem == "did not find expected '-' indicator":
        last = before.last
        same_line = last is not None and lines.position(last.end_mark.index)[0] == lines.position(offset)[0]
        closing = text[last.end_mark.index - 1] if same_line else ""
        if closing and closing in "'\"]}" and isinstance(last, (ScalarToken, *_FLOW_END)):
            return f"something follows the closing `{closing}`: put the whole value in one pair of quotes"
        if problem.endswith("key"):
            return (
                "a list item stands here among keys" if at == "-" else "this line is indented unlike the keys around it"
            )
        return "this line is indented like the items of the list above it, but does not start with `-`"
    if problem.startswith("block sequence entries"):
        return "a list item cannot start here: put it on a line of its own"
    if problem == "did not find expected node content" and at in ("]", "}", ","):
        return f"a value cannot start with `{at}`: put it in quotes"
    return f"{problem} {error.context}" if error.context else problem
