"""Text from the linted repo made safe to print: no escape sequences, no hidden direction changes, no broken Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from masgitops_lint.model.late_pattern import late_pattern

# C0 and C1 controls (escape sequences start with them), direction overrides, line separators, invisible tags and
# lone surrogates
_UNSAFE = late_pattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = late_pattern(r"[ \t]*[\r\n]+[ \t]*")
_SURROGATES = late_pattern("[\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with every unsafe character written out as an escape such as `\\x1b`; line breaks included."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """`text` on one line: runs of line breaks become a space, unsafe characters are written out."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return visible(_BREAKS.sub(" ", text.strip()).replace("\t", " "))


def encodable(text: str) -> str:
    """`text` without lone surrogates (undecodable file names carry them), which no encoding can write."""
    return _SURROGATES.sub("\ufffd", text)


def width(text: str) -> int:
    """Terminal columns that `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 error`, `3 errors`; `plural` where an `s` does not make it."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], limit: int, total: int | None = None) -> str:
    """The first `limit` names, then how many more there are of `total` (default: all names)."""
    shown = [one_line(name) for name in names[:limit]]
    left = (len(names) if total is None else max(total, len(names))) - len(shown)
    return ", ".join(shown) + (f" and {left:,} more" if left and shown else "")


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if named:
        return named
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or character == "\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
