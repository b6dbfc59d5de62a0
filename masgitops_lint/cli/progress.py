"""How far a long run is, on the terminal: one line on stderr that is gone when the run ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

AFTER = 1.0
"""Seconds that a run may take before anything is shown."""

EVERY = 0.1
"""Seconds between two changes of the line."""

_ERASE = "\r\x1b[K"


def is_wanted(stream: TextIO) -> bool:
    """Whether somebody looks on: a terminal that can move its cursor, and no CI."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("CI")


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


class _Line:
    """The line and when it may change."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + AFTER
        self._text = ""
        self._shown = False

    def tell(self, text: str) -> None:
        self._text = text
        if time.monotonic() >= self._next:
            self.show()

    def show(self, *_: object) -> None:
        self._next = time.monotonic() + EVERY
        if self._text:
            self._stream.write(_ERASE + f"mas-lint: {self._text}"[: _columns(self._stream) - 1])
            self._stream.flush()
            self._shown = True

    def erase(self) -> None:
        if self._shown:
            self._stream.write(_ERASE)
            self._stream.flush()


@contextmanager
def progress(*, wanted: bool) -> Iterator[Callable[[str], None] | None]:
    """What tells how far a run is, for as long as the block runs; None where nobody wants to know."""
    if not wanted or not is_wanted(sys.stderr):
        yield None
        return
    import signal

    line = _Line(sys.stderr)
    before = None
    if hasattr(signal, "setitimer"):
        # one long step says nothing for itself; a thread would keep the work from being shared out by forking
        before = signal.signal(signal.SIGALRM, line.show)
        signal.setitimer(signal.ITIMER_REAL, AFTER)
    try:
        yield line.tell
    finally:
        if before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        line.erase()
