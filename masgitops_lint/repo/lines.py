"""From character offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Span

_BREAK = late_pattern(r"\r\n|\n|\r")


class Lines:
    """The lines of a text as editors and annotations count them (YAML also breaks lines at NEL, LS and PS)."""

    def __init__(self, text: str) -> None:
        self.text = text
        if "\r" in text:
            self.starts = [0, *[match.end() for match in _BREAK.finditer(text)]]
        else:
            lengths = [len(line) + 1 for line in text.split("\n")]
            self.starts = [0, *accumulate(lengths[:-1])]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        index = bisect_right(self.starts, offset) - 1
        return index + 1, offset - self.starts[index] + 1

    def span(self, start: int, end: int) -> Span:
        """The span from one offset to another."""
        return Span(*self.position(start), *self.position(max(start, end)))

    def line_end(self, offset: int) -> int:
        """Offset of the end of the line that holds `offset`, its line break left out."""
        found = _BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)
