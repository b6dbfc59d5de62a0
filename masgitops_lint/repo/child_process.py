"""Work handed to a forked child: it sees everything that is loaded, and sends back what it finds out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO, Any


class ChildProcess:
    """One running child. Its answer is whatever `write` put into the pipe."""

    def __init__(self, pid: int, pipe: IO[bytes]) -> None:
        self._pid = pid
        self._pipe = pipe

    def answer(self) -> bytes | None:
        """Everything the child wrote, once it has ended; None when it failed."""
        with self._pipe as pipe:
            content = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        return content if os.waitstatus_to_exitcode(status) == 0 else None


def can_fork() -> bool:
    """Whether a forked child is safe here: a Linux process with a single thread, and without Helm's Go runtime."""
    if not sys.platform.startswith("linux") or "helm_python" in sys.modules:
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(write: Callable[[IO[bytes]], None]) -> ChildProcess | None:
    """Run `write` in a child. None where no child can be made: then the caller does the work itself."""
    reading, writing = os.pipe()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if pid:
        os.close(writing)
        return ChildProcess(pid, os.fdopen(reading, "rb"))
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            write(pipe)
        status = 0
    finally:
        # no handlers, no flushing of what the parent will write too
        os._exit(status)


def dump(value: Any, pipe: IO[bytes]) -> None:
    """Plain data into the pipe."""
    import pickle

    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)


def load(answer: bytes | None) -> Any:
    """What `dump` wrote; None for a child that failed."""
    if answer is None:
        return None
    import pickle

    return pickle.loads(answer)
