"""The texts of files as reports show them, read without parsing."""

from __future__ import annotations

from collections.abc import Iterable

from .repository import Repository


def source_texts(repository: Repository, paths: Iterable[str]) -> dict[str, str]:
    """Path -> decoded text, "" for what cannot be read; in order, without paths that the repo does not have."""
    wanted = sorted(set(paths) & repository.path_set)
    if not wanted:
        return {}
    from .hostile import decode, too_large

    found = {}
    for path in wanted:
        try:
            raw = repository.read(path)
        except OSError:
            raw = b""
        found[path] = "" if too_large(len(raw)) else decode(raw)[0]
    return found
