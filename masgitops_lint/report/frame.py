"""Code frames: the source lines around a finding with carets under what is meant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

from ..model.place import Span
from .masking import MASK, masked
from .text import visible, width

_LINE_BREAK = late_pattern(r"\r\n|\n|\r")
_ELLIPSIS = "..."


class FrameLine(NamedTuple):
    """One line of a frame: its number, its printable text, and the carets under it ("" for a context line)."""

    number: int
    text: str
    carets: str = ""


def frame(
    source: str, span: Span, *, hide: bool = False, context: int = 1, columns: int = 110
) -> tuple[FrameLine, ...]:
    """The lines of `source` at `span`, with `context` lines before and after; empty when the span is not in the text.

    `hide` masks what the span covers, for findings whose subject is a secret value. Lines longer than `columns` are
    cut to a window that holds the start of the span.
    """
    lines = _lines(source)
    if not 1 <= span.line <= len(lines) or (span.line == len(lines) and not lines[-1] and len(lines) > 1):
        return ()
    last = min(len(lines), span.line + context)
    shown = []
    for number in range(max(1, span.line - context), last + 1):
        if number == span.line:
            shown.append(_pointed(lines, span, hide, columns))
        elif hide and span.line < number <= span.end_line:
            shown.append(FrameLine(number, MASK))
        else:
            shown.append(FrameLine(number, _shown(masked(lines, number - 1), columns)))
    while len(shown) > 1 and not shown[-1].text and not shown[-1].carets:
        shown.pop()
    while len(shown) > 1 and not shown[0].text and not shown[0].carets:
        shown.pop(0)
    return tuple(shown)


@lru_cache(maxsize=2)
def _lines(source: str) -> tuple[str, ...]:
    """Findings come sorted by file: one file is split once."""
    return tuple(_LINE_BREAK.split(source) if "\r" in source else source.split("\n"))


def _pointed(lines: Sequence[str], span: Span, hide: bool, columns: int) -> FrameLine:
    raw = lines[span.line - 1]
    start = min(max(0, span.column - 1), len(raw))
    end = len(raw.rstrip()) if span.end_line > span.line else min(span.end_column - 1, len(raw))
    if hide:
        tail = "" if span.end_line > span.line else raw[end:]
        raw, end = raw[:start] + MASK + tail, start + len(MASK)
    else:
        safe = masked(lines, span.line - 1)
        if safe != raw:
            raw, start = safe, min(start, len(safe) - 1)
            end = len(safe) if end > start else start
    end = max(end, start)
    before, pointed, after = raw[:start], raw[start:end], raw[end:]
    if not _is_plain(raw):
        before, pointed, after = visible(_spaced(before)), visible(_spaced(pointed)), visible(_spaced(after))
    if width(before) > columns // 2:
        before = _ELLIPSIS + before[-(columns // 3) :]
    carets = " " * width(before) + "^" * max(1, min(width(pointed), columns - width(before)))
    return FrameLine(span.line, _cut((before + pointed + after).rstrip(), columns), carets)


def _shown(line: str, columns: int) -> str:
    return _cut((line if _is_plain(line) else visible(_spaced(line))).rstrip(), columns)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _spaced(text: str) -> str:
    return text.replace("\t", "    ")


def _cut(text: str, columns: int) -> str:
    return text if width(text) <= columns else text[: columns - len(_ELLIPSIS)] + _ELLIPSIS
