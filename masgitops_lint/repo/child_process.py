"""Work handed to a forked child: it sees everything that is loaded, and sends back what it finds out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO, Any


class ChildProcess:
    """One running child. Its answer is whatever `write` put into the file they share."""

    def __init__(self, pid: int, file: IO[bytes]) -> None:
        self._pid = pid
        self._file = file

    def answer(self) -> IO[bytes] | None:
        """What the child wrote, once it has ended, to be closed by the caller; None when it failed."""
        _, status = os.waitpid(self._pid, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            self._file.seek(0)
            return self._file
        self._file.close()
        return None


def can_fork() -> bool:
    """Whether a forked child is safe here: a Linux process with a single thread, and without Helm's Go runtime."""
    if not hasattr(os, "memfd_create") or "helm_python" in sys.modules:
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(write: Callable[[IO[bytes]], None]) -> ChildProcess | None:
    """Run `write` in a child. None where no child can be made: then the caller does the work itself.

    The answer goes through a file in memory: a child with much to say need not wait for a parent that is still busy.
    """
    try:
        file = os.fdopen(os.memfd_create("answer"), "w+b")
    except OSError:
        return None
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
    except OSError:
        file.close()
        return None
    if pid:
        return ChildProcess(pid, file)
    status = 1
    try:
        with file:
            write(file)
        status = 0
    finally:
        # no handlers, no flushing of what the parent will write too
        os._exit(status)


def dump(value: Any, file: IO[bytes]) -> None:
    """Plain data into the file."""
    import pickle

    pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)


def load(answer: IO[bytes] | None) -> Any:
    """What `dump` wrote; None for a child that failed."""
    if answer is None:
        return None
    import pickle

    with answer:
        return pickle.load(answer)
