"""What earlier runs have seen in files: of those that rest a run need not read again that they are the same."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import suppress

from masgitops_lint.repo.content_digest import Contents

from .result_store import ResultStore


class SeenFiles:
    """Word of files from run to run: a store has it by directory. `jobs` processes read what nobody has seen."""

    def __init__(self, store: ResultStore, jobs: int = 1) -> None:
        self._store = store
        self._jobs = jobs
        self._looked_at: list[Contents] = []

    def look_at(self, contents: Contents, paths: Sequence[str]) -> None:
        """Find out what is in files: those that are as they were need not be read for it."""
        self._looked_at.append(contents)
        passed_on = self._store.get(_key(contents))
        if passed_on is not None:
            with suppress(ValueError, struct.error):
                contents.recall(passed_on, paths)
        contents.look_ahead(paths, self._jobs)

    def keep(self) -> None:
        """Pass on what this run has seen, where that is worth it."""
        for contents in self._looked_at:
            told = contents.to_pass_on()
            if told is not None:
                self._store.put(_key(contents), told)


def _key(contents: Contents) -> str:
    return f"files of {contents.root}"
