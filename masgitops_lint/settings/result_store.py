"""Results kept between runs: bytes by key, one file each, in a directory of this version of mas-lint.

Nothing here fails a run: what cannot be read is a miss, what cannot be written is not kept. Several processes may use
one directory at once. Entries hold data only (never code, never pickles), readable by their owner alone.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from contextlib import suppress

from masgitops_lint.settings.cache_directory import cache_directory
from masgitops_lint.version import __version__

MAX_AGE = 30 * 24 * 3600
"""Seconds after its last use until an entry is thrown away."""

MAX_TOTAL = 256 * 1024 * 1024
"""Bytes that all entries may take together; the ones unused for longest go first."""

MAX_ENTRY = 32 * 1024 * 1024
"""Bytes of the largest entry that is kept."""

_FOLDER = "mas-lint-results"
_MAGIC = b"mas-lint result 1\n"
_PLAIN, _PACKED = b"0", b"z"
_DIGEST = 16
_WORTH_PACKING = 4096
_PROBE = "probe"
_PRUNED = ".pruned"
_PRUNE_EVERY = 3600
_PRUNE_AFTER = MAX_TOTAL // 8
_ABANDONED = 3600
_TOUCH_AFTER = 24 * 3600


class ResultStore:
    """Entries below `directory`; None is a store that keeps nothing."""

    def __init__(self, directory: str | None) -> None:
        self._directory = directory
        self._written = 0

    def get(self, key: str) -> bytes | None:
        """What was put under a key; None for nothing, and for an entry that is damaged, which is removed."""
        if self._directory is None:
            return None
        path = os.path.join(self._directory, _file_name(key))
        try:
            with open(path, "rb") as stream:
                status = os.fstat(stream.fileno())
                entry = stream.read(MAX_ENTRY + 1)
        except OSError:
            return None
        value = _opened(entry)
        if value is None:
            with suppress(OSError):
                os.unlink(path)
        elif time.time() - status.st_mtime > _TOUCH_AFTER:
            with suppress(OSError):
                os.utime(path)
        return value

    def has(self, key: str) -> bool:
        """Whether something was put under a key, be it damaged by now."""
        return self._directory is not None and os.path.exists(os.path.join(self._directory, _file_name(key)))

    def put(self, key: str, value: bytes) -> None:
        """Keep a value. Never raises for what the file system refuses."""
        entry = _sealed(value)
        if self._directory is None or len(entry) > MAX_ENTRY:
            return
        path = os.path.join(self._directory, _file_name(key))
        # a name of its own for every writer: whoever comes last wins, and nobody sees half an entry
        unfinished = f"{path}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
        try:
            _make_private(self._directory)
            _write(unfinished, entry)
            os.replace(unfinished, path)
        except OSError:
            with suppress(OSError):
                os.unlink(unfinished)
            return
        self._written += len(entry)
        with suppress(OSError):
            self._prune_now_and_then(self._directory)

    def works(self) -> bool:
        """Whether what is put here can be had again."""
        self.put(_PROBE, b"1")
        return self.get(_PROBE) == b"1"

    def _prune_now_and_then(self, directory: str) -> None:
        marker = os.path.join(directory, _PRUNED)
        try:
            due = time.time() - os.stat(marker).st_mtime > _PRUNE_EVERY
        except FileNotFoundError:
            due = True
        if due or self._written > _PRUNE_AFTER:
            self._written = 0
            _write(marker, b"", exclusive=False)
            os.utime(marker)
            prune(os.path.dirname(directory))


def open_store(directory: str | None) -> ResultStore:
    """The store below a cache directory (None: the user's). It need not exist, nor be writable."""
    return ResultStore(os.path.join(directory or cache_directory(), _FOLDER, __version__))


def prune(folder: str) -> None:
    """Throw away what is old, then the oldest until the rest is small enough; in the directories of all versions."""
    now = time.time()
    kept: list[tuple[float, int, str]] = []
    for directory, _, names in os.walk(folder):
        for name in filter(_is_ours, names):
            path = os.path.join(directory, name)
            with suppress(OSError):
                status = os.stat(path)
                age = now - status.st_mtime
                if age > (_ABANDONED if name.endswith(".tmp") else MAX_AGE):
                    os.unlink(path)
                else:
                    kept.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total <= MAX_TOTAL:
            break
        with suppress(OSError):
            os.unlink(path)
            total -= size
    with suppress(OSError), os.scandir(folder) as versions:
        for entry in versions:
            marker = os.path.join(entry.path, _PRUNED)
            with suppress(OSError):
                if os.listdir(entry.path) == [_PRUNED] and now - os.stat(marker).st_mtime > MAX_AGE:
                    os.unlink(marker)
                    os.rmdir(entry.path)


def _file_name(key: str) -> str:
    """64 hexadecimal digits: by them an entry is told from a file that is none of ours."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _is_ours(name: str) -> bool:
    stem = name.partition(".")[0]
    return len(stem) == 64 and not stem.strip("0123456789abcdef") and (name == stem or name.endswith(".tmp"))


def _sealed(value: bytes) -> bytes:
    kind, body = _PLAIN, value
    if len(value) >= _WORTH_PACKING:
        kind, body = _PACKED, zlib.compress(value, 1)
    return _MAGIC + _digest(kind + body) + kind + body


def _opened(entry: bytes) -> bytes | None:
    start = len(_MAGIC) + _DIGEST
    if not entry.startswith(_MAGIC) or len(entry) <= start or _digest(entry[start:]) != entry[len(_MAGIC) : start]:
        return None
    kind, body = entry[start : start + 1], entry[start + 1 :]
    if kind == _PLAIN:
        return body
    try:
        return zlib.decompress(body) if kind == _PACKED else None
    except zlib.error:
        return None


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()


def _make_private(directory: str) -> None:
    """Create a directory and what is missing above it, for the owner alone."""
    if os.path.isdir(directory):
        return
    parent = os.path.dirname(directory)
    if parent and parent != directory:
        _make_private(parent)
    with suppress(FileExistsError):
        os.mkdir(directory, 0o700)


def _write(path: str, data: bytes, *, exclusive: bool = True) -> None:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if exclusive else 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
