"""One digest over the content of many files of a snapshot, without parsing any."""

from __future__ import annotations

import hashlib
import marshal
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import TypeAlias
from weakref import WeakKeyDictionary

from .limits import MAX_READ
from .snapshot import Snapshot, WorkingTree

_DIGEST = 32
_MANY = 2_000
"""Fewer files are looked at before a second process has started."""
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_STATUS = Struct("=qqqQ")
"""Size, times of the last change of the content and of the file, and inode."""
_TIME = 16
"""So much of a status are size and time of the last change of the content."""
_GONE = b"-"
_RECORD = Struct(f"={_DIGEST}s{_STATUS.size}s")
_LENGTH = Struct("=Q")
_REST = 2_000_000_000
"""Nanoseconds: the coarsest step of a file system's clock. What changed less long ago may change unseen."""
_FEW = 200
"""So few files are read as fast as an earlier run's word for them."""
_WORTH = 50
"""Word of files is passed on when one in so many is new."""

Found: TypeAlias = tuple[bytes, bytes]
"""Digest and status of a file, both of other lengths where it could not be read."""


@dataclass(frozen=True, slots=True)
class Content:
    """`digest` tells contents apart. `times` are sizes and times of change of a working tree's files, else empty."""

    digest: str
    times: bytes = b""


class Contents:
    """What is in the files below a directory, each read once, whoever asks."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.found: dict[str, Found] = {}
        self._begun = time.time_ns()
        self._passed_on: dict[str, Found] = {}

    def of(self, paths: Iterable[str]) -> Content:
        """The content of the files at some paths."""
        known, root = self.found, self.root
        state = hashlib.sha256()
        times = []
        for path in paths:
            found = known.get(path)
            if found is None:
                found = known[path] = _of_file(f"{root}/{path}")
            digest, status = found
            state.update(f"{path}\0".encode("utf-8", "surrogateescape"))
            state.update(digest)
            times.append(status[:_TIME])
        return Content(state.hexdigest(), b"".join(times))

    def look_ahead(self, paths: Sequence[str], jobs: int) -> None:
        """Look at many files now, `jobs` processes sharing the work. What one fails on comes later."""
        paths = [path for path in paths if path not in self.found]
        if jobs < 2 or len(paths) < _MANY:
            return
        from .child_process import start

        shares = [paths[number::jobs] for number in range(jobs)]
        children = [start(partial(_share, self.root, share)) for share in shares[1:]]
        self.of(shares[0])
        for child in children:
            for answer in child.last_answers() if child is not None else ():
                self.found.update(marshal.loads(answer))

    def recall(self, passed_on: bytes, paths: Iterable[str]) -> None:
        """Take an earlier run's word for files about which nothing has changed, as Git takes its index's.

        `passed_on` is what `to_pass_on` gave. Raises ValueError or `struct.error` for anything else.
        """
        (length,) = _LENGTH.unpack_from(passed_on)
        end = _LENGTH.size + length
        names = passed_on[_LENGTH.size : end].decode("utf-8", "surrogateescape").split("\0")
        known = self._passed_on = dict(zip(names, _RECORD.iter_unpack(passed_on[end:]), strict=True))
        for path in paths:
            old = known.get(path)
            if old is not None and path not in self.found and _status_at(f"{self.root}/{path}") == old[1]:
                self.found[path] = old

    def to_pass_on(self) -> bytes | None:
        """What a later run may be told of the files that had rested for a while; None when it is not worth it."""
        old, latest = self._passed_on, self._begun - _REST
        new = {path: one for path, one in self.found.items() if old.get(path) is not one and _rested(one[1], latest)}
        if len(self.found) < _FEW or len(new) * _WORTH < len(self.found):
            return None
        told = {path: one for path, one in old.items() if self.found.get(path) is one} | new
        others = {path: one for path, one in old.items() if path not in self.found}
        if len(others) <= len(told):
            told |= others
        names = "\0".join(told).encode("utf-8", "surrogateescape")
        return b"".join([_LENGTH.pack(len(names)), names, *[digest + status for digest, status in told.values()]])


_KNOWN: WeakKeyDictionary[WorkingTree, Contents] = WeakKeyDictionary()
"""Of trees that are still looked at."""


def contents_of(tree: WorkingTree) -> Contents:
    """What has been found in the files of a tree so far."""
    known = _KNOWN.get(tree)
    if known is None:
        known = _KNOWN[tree] = Contents(tree.root)
    return known


def content_of(snapshot: Snapshot, paths: Iterable[str]) -> Content:
    """The content of the files at some paths. Of a Git revision or index Git's object ids serve as content.

    Each file of a working tree is read once, whoever asks: `times` are those from then.
    """
    if isinstance(snapshot, WorkingTree):
        return contents_of(snapshot).of(paths)
    state = hashlib.sha256()
    for path in paths:
        try:
            oid = snapshot.oid(path)
        except OSError as error:
            oid = f"{error.errno}"
        state.update(f"{path}\0{oid}\0".encode("utf-8", "surrogateescape"))
    return Content(state.hexdigest())


def _share(root: str, paths: Sequence[str]) -> Iterator[bytes]:
    contents = Contents(root)
    contents.of(paths)
    yield marshal.dumps(contents.found)


Known: TypeAlias = Mapping[str, Found]
"""Digest and status of files by their paths."""


def take_over(tree: WorkingTree, known: Known) -> None:
    """Take another process's word for what is in files that nobody has looked at in this one."""
    contents_of(tree).found.update(known)


def times_of(snapshot: Snapshot, paths: Iterable[str]) -> bytes:
    """Sizes and times of change as they are now, to see whether a working tree was edited meanwhile."""
    if not isinstance(snapshot, WorkingTree):
        return b""
    root = snapshot.root
    return b"".join([_status_at(f"{root}/{path}")[:_TIME] for path in paths])


def _of_file(path: str) -> Found:
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        return b"cannot be opened: %d" % (error.errno or 0), _GONE
    try:
        status = os.fstat(handle)
        size = status.st_size
        state = hashlib.blake2b(b"%d " % size, digest_size=_DIGEST)
        while 0 < size <= MAX_READ:
            part = os.read(handle, size + 1)
            if not part:
                break
            state.update(part)
            size -= len(part)
        return state.digest(), _packed(status)
    except OSError as error:
        return b"cannot be read: %d" % (error.errno or 0), _GONE
    finally:
        os.close(handle)


def _status_at(path: str) -> bytes:
    try:
        return _packed(os.stat(path))
    except OSError:
        return _GONE


def _packed(status: os.stat_result) -> bytes:
    inode = status.st_ino & 0xFFFF_FFFF_FFFF_FFFF
    return _STATUS.pack(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode)


def _rested(status: bytes, latest: int) -> bool:
    """Whether a file was last changed before a moment (in nanoseconds)."""
    if len(status) != _STATUS.size:
        return False
    _, changed, touched, _ = _STATUS.unpack(status)
    return bool(changed < latest and touched < latest)
