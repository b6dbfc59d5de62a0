"""Parts of a large repo as an earlier run has judged them.

A part is taken from the store when its files are what they were, and all else that its rules can see: the files outside
of all parts, the directories of the whole repo, settings, rules and program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from masgitops_lint.repo.content_digest import content_of, times_of
from masgitops_lint.settings.result_store import ResultStore

from .cache_key import RunKey, digest_of

if TYPE_CHECKING:
    from .parts import PartResult, Parts


class KeptParts:
    """The parts of one run: those that are known, and those to keep for the next. To be opened before it is asked."""

    def __init__(self, store: ResultStore, run: RunKey) -> None:
        self._store = store
        self._basis = run.basis
        self._parts: Parts | None = None
        self._common = ""
        self._keys: dict[int, str | None] = {}

    def open(self, parts: Parts, rules: Iterable[str]) -> None:
        """Say which parts there are, and by which rules they are judged."""
        self._parts = parts
        self._keys.clear()
        mas, repository = parts.whole.mas, parts.whole.repository
        inside = frozenset(path for config in parts.configs for path in config.read_paths)
        outside = content_of(repository.snapshot, (path for path in repository.paths if path not in inside))
        self._common = digest_of(
            (
                self._basis,
                *rules,
                outside.digest,
                repr(repository.skipped),
                *(path for path in repository.paths if path in inside),
                *(root.prefix for root in mas.roots),
                *(repr(stray) for stray in mas.stray.values()),
                *(f"{scope.level} {scope.directory}" for scope in mas.meant),
                *sorted(mas.doubtful),
            )
        )

    def _key(self, number: int) -> str | None:
        if number not in self._keys:
            assert self._parts is not None
            self._keys[number] = self._key_in(self._parts, number)
        return self._keys[number]

    def _key_in(self, parts: Parts, number: int) -> str | None:
        config = parts.configs[number]
        content = content_of(config.repository.snapshot, config.read_paths)
        rendered = "" if parts.shares is None else parts.shares.key(number)
        if rendered is None:
            return None
        place = f"{number} of {len(parts.configs)}"
        return digest_of((self._common, place, rendered, *config.read_paths, content.digest))

    def has(self, number: int) -> bool:
        """Whether there is something to read of a part."""
        key = self._key(number)
        return key is not None and self._store.has(key)

    def read(self, number: int) -> PartResult | None:
        """The result of a part, if it is known."""
        assert self._parts is not None
        key = self._key(number)
        raw = self._store.get(key) if key is not None else None
        if raw is None:
            return None
        from .part_rows import from_bytes

        try:
            return from_bytes(self._parts, number, raw)
        except (AttributeError, LookupError, TypeError, ValueError):
            return None

    def keep(self, result: PartResult, raw: bytes) -> None:
        """Keep a result of this run as its rows, unless the files were edited meanwhile.

        One with a crash is not for later, and neither is what a chart says with `fail` or `required`: it may quote a
        value.
        """
        assert self._parts is not None
        if result.crashes or any(error.kind == "fail" for error in result.deployment.errors):
            return
        config = self._parts.configs[result.number]
        snapshot = config.repository.snapshot
        key = self._key(result.number)
        if key is not None and times_of(snapshot, config.read_paths) == content_of(snapshot, config.read_paths).times:
            self._store.put(key, raw)
