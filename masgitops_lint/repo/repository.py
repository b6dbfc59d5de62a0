"""A snapshot's files, each parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from .limits import TooLargeError
from .problem import Problem
from .snapshot import Skip, Snapshot

if TYPE_CHECKING:
    from .alike import Families
    from .yaml import Document

YAML_ENDINGS = (".yaml", ".yml")

_FEWEST = 200
"""Fewer files than this are parsed before a second process has started."""


class Repository:
    """What rules see of a config repo. `excluded` says which paths are as good as absent.

    `twin` is the snapshot that this one is compared with: a file with the same content there is read there.
    """

    def __init__(
        self, snapshot: Snapshot, excluded: Callable[[str], bool] | None = None, twin: Repository | None = None
    ) -> None:
        self.snapshot = snapshot
        self._excluded = excluded
        self._twin = twin
        self._shared: dict[str, bool] = {}
        self._documents: dict[str, Document] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted."""
        found = self.snapshot.paths()
        return found if self._excluded is None else tuple(path for path in found if not self._excluded(path))

    @cached_property
    def path_set(self) -> frozenset[str]:
        """Every file, to ask whether one is there."""
        return frozenset(self.paths)

    @cached_property
    def yaml_paths(self) -> tuple[str, ...]:
        """Files that end in .yaml or .yml, sorted."""
        return tuple(path for path in self.paths if path.endswith(YAML_ENDINGS))

    @cached_property
    def by_basename(self) -> Mapping[str, tuple[str, ...]]:
        """Paths by the last part of their name."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def documents_named(self, basename: str) -> tuple[Document, ...]:
        """The documents of every file of a name, sorted by path."""
        return tuple(self.document(path) for path in self.by_basename.get(basename, ()))

    @cached_property
    def skipped(self) -> tuple[Skip, ...]:
        """What the snapshot holds but cannot read, with the reason; excluded paths are not mentioned."""
        return tuple(skip for skip in self.snapshot.skipped if self._excluded is None or not self._excluded(skip[0]))

    def read(self, path: str) -> bytes:
        """A file's content. Raises OSError."""
        return self.snapshot.read(path)

    def mentions(self, path: str, text: str) -> bool:
        """Whether a file holds `text` (ASCII), without parsing it. False for one that cannot be read."""
        known = self._documents.get(path)
        if known is not None:
            return text in known.text
        try:
            return text.encode() in self.snapshot.read(path)
        except OSError:
            return False

    def document(self, path: str) -> Document:
        """A file, parsed on first use. One that cannot be read is a document with a problem that says so."""
        known = self._documents.get(path)
        if known is None and self._twin is not None and self.shares(path):
            known = self._documents[path] = self._twin.document(path)
        if known is None:
            known = self._documents[path] = self._parsed(path)
        return known

    def _parsed(self, path: str) -> Document:
        # a run whose report is known reads no YAML at all
        from .yaml import Document, parse, unreadable

        try:
            return parse(path, self.snapshot.read(path), self._families.named(path.rpartition("/")[2]))
        except TooLargeError as error:
            return Document(path, fatal=(Problem("too-large", f"the file is not read: {error.strerror}"),))
        except OSError as error:
            return unreadable(path, error.strerror or str(error))

    @cached_property
    def _families(self) -> Families:
        from .alike import Families

        return Families()

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of files: they are parsed again if somebody asks."""
        for path in paths:
            self._documents.pop(path, None)

    def adopt(self, documents: Iterable[Document]) -> None:
        """Take what another process has parsed."""
        for document in documents:
            self._documents.setdefault(document.path, document)

    def preload(self, jobs: int, paths: Iterable[str]) -> None:
        """Parse files now, `jobs` processes sharing the work; those that a child fails on come later."""
        import pickle
        from functools import partial

        from .child_process import start

        wanted = [path for path in paths if path not in self._documents]
        if len(wanted) < _FEWEST:
            return
        shares = [wanted[number::jobs] for number in range(jobs)]
        children = [start(partial(self._parse_share, share)) for share in shares[1:]]
        for path in shares[0]:
            self.document(path)
        for child in children:
            for answer in child.last_answers() if child is not None else ():
                self.adopt(pickle.loads(answer))

    def _parse_share(self, paths: list[str]) -> Iterator[bytes]:
        import pickle

        yield pickle.dumps([self.document(path) for path in paths], pickle.HIGHEST_PROTOCOL)

    def shares(self, path: str) -> bool:
        """Whether there is a twin with the same bytes at a path."""
        known = self._shared.get(path)
        if known is None:
            twin = self._twin
            known = self._shared[path] = twin is not None and path in twin.path_set and same_content(self, twin, path)
        return known

    def changed_from(self, other: Repository) -> tuple[str, ...]:
        """YAML files that are not the same in both, by content id; nothing is parsed."""
        own, others = frozenset(self.yaml_paths), frozenset(other.yaml_paths)
        alike = self.shares if other is self._twin else lambda path: same_content(self, other, path)
        return tuple(sorted((own ^ others) | {path for path in own & others if not alike(path)}))


def same_content(one: Repository, other: Repository, path: str) -> bool:
    """Whether a file that both have holds the same bytes. One that cannot be read on a side differs."""
    try:
        return one.snapshot.oid(path) == other.snapshot.oid(path)
    except OSError:
        return False
