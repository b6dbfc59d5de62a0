"""Work handed to a forked child: it sees everything that is loaded, and sends back what it finds out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from struct import Struct


class ChildProcess:
    """One running child, and the file in memory that its answers go through: it never waits for a busy parent."""

    def __init__(self, pid: int, file: int) -> None:
        self._pid = pid
        self._file = file
        self._offset = 0

    def answers(self) -> Iterator[bytes]:
        """What the child has answered since the last call."""
        size = os.fstat(self._file).st_size
        while self._offset + _LENGTH.size <= size:
            start = self._offset + _LENGTH.size
            (length,) = _LENGTH.unpack(os.pread(self._file, _LENGTH.size, self._offset))
            if start + length > size:
                break
            self._offset = start + length
            yield os.pread(self._file, length, start)

    def last_answers(self) -> Iterator[bytes]:
        """Wait for the child to end; what it has answered since the last call."""
        os.waitpid(self._pid, 0)
        yield from self.answers()
        os.close(self._file)


class Turns:
    """Numbers that a process and its children share out: each takes the next one when it is free."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._owner = os.getpid()
        self._file = os.memfd_create("turns")
        os.write(self._file, b"".join(map(_LENGTH.pack, numbers)))
        os.lseek(self._file, 0, os.SEEK_SET)

    def __iter__(self) -> Iterator[int]:
        # forked processes share the offset; one whose parent is gone has nobody to work for
        while self._owner in (os.getpid(), os.getppid()) and (taken := self._take()):
            yield _LENGTH.unpack(taken)[0]

    def _take(self) -> bytes:
        from fcntl import LOCK_EX, LOCK_UN, lockf

        # Linux moves the offset of a file in memory without a lock; this one ends with its process
        lockf(self._file, LOCK_EX, 1)
        try:
            return os.read(self._file, _LENGTH.size)
        finally:
            lockf(self._file, LOCK_UN, 1)

    def close(self) -> None:
        """No more turns."""
        os.close(self._file)


_LENGTH = Struct("=Q")


def can_fork() -> bool:
    """Whether a forked child is safe here: a Linux process with a single thread, and without Helm's Go runtime."""
    if not hasattr(os, "memfd_create") or "helm_python" in sys.modules:
        return False
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        return False
    try:
        os.close(os.memfd_create("try"))
    except OSError:  # a sandbox without files in memory
        return False
    return True


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start(produce: Callable[[], Iterable[bytes]]) -> ChildProcess | None:
    """Run `produce` in a child, which sends all that it yields. None where no child can be made.

    What a child that fails does not send is left for the caller to do.
    """
    try:
        file = os.memfd_create("answers")
    except OSError:
        return None
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
    except OSError:
        os.close(file)
        return None
    if pid:
        return ChildProcess(pid, file)
    status = 1
    try:
        with os.fdopen(file, "wb") as stream:
            for answer in produce():
                stream.write(_LENGTH.pack(len(answer)))
                stream.write(answer)
                stream.flush()
        status = 0
    finally:
        # no handlers, no flushing of what the parent will write too
        os._exit(status)
