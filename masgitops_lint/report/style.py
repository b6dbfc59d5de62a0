"""Colours as plain ANSI sequences: four styles do not need a terminal library at start-up."""

from __future__ import annotations

from typing import NamedTuple

_CODES = {"error": "1;31", "warning": "1;33", "note": "1;36", "bold": "1", "dim": "2", "frame": "34", "good": "32"}


class Style(NamedTuple):
    """Wraps text in an ANSI style when `color` is on."""

    color: bool

    def severity(self, name: str, text: str) -> str:
        """`text` in the colour of a severity (`error`, `warning`, `note`)."""
        return self(name, text)

    def __call__(self, name: str, text: str) -> str:
        """`text` in the style `name`; unchanged without colour or for empty text."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.color and text else text
