"""One digest over the content of many files of a snapshot, without parsing any."""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from weakref import WeakKeyDictionary

from .limits import MAX_READ
from .snapshot import Snapshot, WorkingTree

_DIGEST = 32
_MANY = 2_000
"""Fewer files are looked at before a second process has started."""
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Content:
    """`digest` tells contents apart. `times` are sizes and times of change of a working tree's files, else empty."""

    digest: str
    times: bytes = b""


_KNOWN: WeakKeyDictionary[WorkingTree, dict[str, tuple[bytes, bytes]]] = WeakKeyDictionary()
"""What was found in the files of trees that are still looked at: digest and time of change."""


def content_of(snapshot: Snapshot, paths: Iterable[str]) -> Content:
    """The content of the files at some paths. Of a Git revision or index Git's object ids serve as content.

    Each file of a working tree is read once, whoever asks: `times` are those from then.
    """
    state = hashlib.sha256()
    if isinstance(snapshot, WorkingTree):
        return _of_files(snapshot.root, paths, _KNOWN.setdefault(snapshot, {}))
    for path in paths:
        try:
            oid = snapshot.oid(path)
        except OSError as error:
            oid = f"{error.errno}"
        state.update(f"{path}\0{oid}\0".encode("utf-8", "surrogateescape"))
    return Content(state.hexdigest())


def look_ahead(snapshot: Snapshot, paths: Sequence[str], jobs: int) -> None:
    """Look at many files of a working tree now, `jobs` processes sharing the work. What one fails on comes later."""
    if not isinstance(snapshot, WorkingTree) or jobs < 2 or len(paths) < _MANY:
        return
    from .child_process import start

    found = _KNOWN.setdefault(snapshot, {})
    shares = [paths[number::jobs] for number in range(jobs)]
    children = [start(partial(_share, snapshot.root, share)) for share in shares[1:]]
    _of_files(snapshot.root, shares[0], found)
    for child in children:
        for answer in child.last_answers() if child is not None else ():
            found.update(marshal.loads(answer))


def _share(root: str, paths: Sequence[str]) -> Iterator[bytes]:
    found: dict[str, tuple[bytes, bytes]] = {}
    _of_files(root, paths, found)
    yield marshal.dumps(found)


Known: TypeAlias = Mapping[str, tuple[bytes, bytes]]
"""Digest and time of change of files by their paths."""


def known_content(tree: WorkingTree) -> Known:
    """What has been found in the files of a tree so far, for `take_over` in another process."""
    return _KNOWN.get(tree, {})


def take_over(tree: WorkingTree, known: Known) -> None:
    """Take another process's word for what is in files that nobody has looked at in this one."""
    _KNOWN.setdefault(tree, {}).update(known)


def times_of(snapshot: Snapshot, paths: Iterable[str]) -> bytes:
    """Sizes and times of change as they are now, to see whether a working tree was edited meanwhile."""
    if not isinstance(snapshot, WorkingTree):
        return b""
    found = []
    for path in paths:
        try:
            found.append(_time(os.stat(f"{snapshot.root}/{path}")))
        except OSError:
            found.append(b"-")
    return b"".join(found)


def _of_files(root: str, paths: Iterable[str], known: dict[str, tuple[bytes, bytes]]) -> Content:
    state = hashlib.sha256()
    times = []
    for path in paths:
        found = known.get(path)
        if found is None:
            found = known[path] = _of_file(f"{root}/{path}")
        digest, time = found
        state.update(f"{path}\0".encode("utf-8", "surrogateescape"))
        state.update(digest)
        times.append(time)
    return Content(state.hexdigest(), b"".join(times))


def _of_file(path: str) -> tuple[bytes, bytes]:
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        return b"cannot be opened: %d" % (error.errno or 0), b"-"
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
        return state.digest(), _time(status)
    except OSError as error:
        return b"cannot be read: %d" % (error.errno or 0), b"-"
    finally:
        os.close(handle)


def _time(status: os.stat_result) -> bytes:
    return b"%d,%d;" % (status.st_size, status.st_mtime_ns)
