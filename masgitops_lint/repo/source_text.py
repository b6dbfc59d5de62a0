"""The texts of files as reports show them: read when somebody looks, without parsing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .repository import Repository


class SourceTexts(Mapping[str, str]):
    """Path -> decoded text of some files of a repo, "" for what cannot be read. Paths it does not have are left out.

    The last text is kept: findings come file by file.
    """

    def __init__(self, repository: Repository, paths: Iterable[str]) -> None:
        self._repository = repository
        self._paths = tuple(sorted(set(paths) & repository.path_set))
        self._known = frozenset(self._paths)
        self._last: tuple[str, str] | None = None

    def __getitem__(self, path: str) -> str:
        if self._last is None or self._last[0] != path:
            if path not in self._known:
                raise KeyError(path)
            self._last = (path, self._read(path))
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def _read(self, path: str) -> str:
        from .hostile import decode, too_large

        try:
            raw = self._repository.read(path)
        except OSError:
            return ""
        return "" if too_large(len(raw)) else decode(raw)[0]
