"""What the result of an ApplicationSet's generators hangs on, so that a later run can tell whether it still holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from masgitops_lint.argocd.generators import file_patterns
from masgitops_lint.argocd.globbing import GlobError, GlobMode, list_files, literal_prefix, with_prefix
from masgitops_lint.repo.content_digest import content_of

from .config_files import ConfigFiles


class SetTrace(NamedTuple):
    """What one set has read of the config repo.

    `patterns` are those of its file generators, None where only running them tells: then everything counts. `names` is
    a digest of all paths near the patterns, `files` are the paths that they list, `content` is a digest of the files.
    """

    patterns: tuple[str, ...] | None
    names: str
    files: tuple[str, ...]
    content: str


class SetTraces:
    """Makes and checks the traces of one config repo. Every directory is looked at once."""

    def __init__(self, config: ConfigFiles, mode: GlobMode) -> None:
        self._config = config
        self._mode = mode
        self._names: dict[str, str] = {}

    def trace(self, generators: Any) -> SetTrace:
        """The trace of a set with these generators, with the files as they are now."""
        found = file_patterns(generators)
        patterns = None if found is None else tuple(dict.fromkeys(found))
        files = self._listed(patterns)
        return SetTrace(patterns, self._names_near(patterns), () if patterns is None else files, self.content(files))

    def holds(self, trace: SetTrace) -> bool:
        """Whether the generators would read the same as then."""
        files = trace.files
        if trace.patterns is None:
            files = tuple(self._config.paths())
        if self._names_near(trace.patterns) != trace.names and (
            trace.patterns is None or self._listed(trace.patterns) != files
        ):
            return False
        return self.content(files) == trace.content

    def content(self, files: Iterable[str]) -> str:
        """A digest of files (paths from the config repo's root) and their content."""
        prefix = self._config.root.prefix
        return content_of(self._config.mas.repository.snapshot, [prefix + path for path in files]).digest

    def _listed(self, patterns: Sequence[str] | None) -> tuple[str, ...]:
        paths = self._config.paths()
        if patterns is None:
            return tuple(paths)
        found: set[str] = set()
        for pattern in patterns:
            try:
                found.update(list_files(pattern, paths, self._mode))
            except GlobError:  # the set is frozen, and that is not kept
                continue
        return tuple(sorted(found))

    def _names_near(self, patterns: Sequence[str] | None) -> str:
        prefixes = {""} if patterns is None else {literal_prefix(pattern) for pattern in patterns}
        return " ".join(self._names_below(prefix) for prefix in sorted(prefixes))

    def _names_below(self, prefix: str) -> str:
        known = self._names.get(prefix)
        if known is None:
            text = "\n".join(with_prefix(self._config.paths(), prefix))
            digest = hashlib.sha256(text.encode("utf-8", "surrogateescape"))
            known = self._names[prefix] = digest.hexdigest()[:32]
        return known
