"""Which build of mas-lint this is: what earlier runs have kept is for the same one only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache

from masgitops_lint.version import __version__


@lru_cache(maxsize=1)
def this_program() -> str:
    """A digest of the program, worked out once a process."""
    state = hashlib.sha256(__version__.encode())
    for line in program_files():
        state.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return state.hexdigest()


def program_files() -> Iterator[str]:
    """What tells two builds of one version apart: hashes of the installed files, else names, sizes and times."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    record = os.path.join(os.path.dirname(package), f"masgitops_lint-{__version__}.dist-info", "RECORD")
    try:
        with open(record, encoding="utf-8") as stream:
            name = os.path.basename(package) + "/"
            yield from sorted(line for line in stream if line.startswith(name) and ",sha256=" in line)
    except OSError:
        yield from sorted(_sources(package))


def _sources(directory: str) -> Iterator[str]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _sources(entry.path)
            elif entry.name.endswith((".py", ".json")):
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
