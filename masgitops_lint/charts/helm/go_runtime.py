"""How Helm's Go runtime runs in worker processes.

Go reads its settings from the environment that a process began with: what is set before the library is loaded, but
later than that, comes too late. So they are set while workers are started, and this process's own Helm runs as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECTIONS = "GOGC"
_FEWER = "400"
"""Instead of 100: rendering takes a fifth less time and 40 MB more."""


@contextmanager
def tuned_workers() -> Iterator[None]:
    """In processes that are started inside, Go looks for garbage less often, unless the user has said how often."""
    if _COLLECTIONS in os.environ:
        yield
        return
    os.environ[_COLLECTIONS] = _FEWER
    try:
        yield
    finally:
        del os.environ[_COLLECTIONS]
