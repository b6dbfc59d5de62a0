"""A large config repo in parts: clusters with all that lies below them, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from .config import ConfigRoot, MasConfig
from .scope import Scope
from .strays import Stray

PART_SIZE = 48
"""Scopes a part: enough that starting rules costs nothing, few enough that a part's values fit into little memory."""


class MasPart(MasConfig):
    """Some clusters of a config repo, each with its instances, tenants and licence services.

    Scopes, files and accounts are those of the part; what a file is meant to be is known from the whole.
    """

    def __init__(self, whole: MasConfig, meant: tuple[Scope, ...], paths: tuple[str, ...]) -> None:
        super().__init__(whole.repository, whole.specs, whole.known_names)
        self._whole = whole
        self._files = whole._files
        self._meant = meant
        self._read_paths = paths

    @property
    def whole(self) -> MasConfig:
        """The config of the whole repo."""
        return self._whole

    @cached_property
    def roots(self) -> tuple[ConfigRoot, ...]:
        """The config repos found in the whole."""
        return self._whole.roots

    @cached_property
    def stray(self) -> Mapping[str, Stray]:
        """The stray files of the whole."""
        return self._whole.stray

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """The doubtful directories of the whole."""
        return self._whole.doubtful

    @cached_property
    def meant(self) -> tuple[Scope, ...]:
        """The scopes of the part."""
        return self._meant

    @cached_property
    def read_paths(self) -> tuple[str, ...]:
        """The files of the part."""
        return self._read_paths

    @cached_property
    def config_paths(self) -> tuple[str, ...]:
        """The files of the part that have a name which some generator reads."""
        return tuple(path for path in self._read_paths if path.rpartition("/")[2] in self.known_names)

    def accounts(self) -> tuple[str, ...]:
        """The accounts that the part's clusters belong to."""
        return tuple(dict.fromkeys(scope.directory[len(scope.root) :].split("/", 1)[0] for scope in self._meant))


def split(mas: MasConfig, shards: int = 1) -> tuple[MasPart, ...]:
    """The repo in parts of about `PART_SIZE` scopes, in order; no cluster is divided. More shards make smaller parts.

    The last parts are smaller, so that processes which take them in turn end together. Every scope and every file that
    is read is in one part, the files outside all clusters in the first.
    """
    size = min(PART_SIZE, max(1, len(mas.meant) // (2 * shards)))
    families = _families(mas.meant)
    batches: list[list[Scope]] = []
    left = len(mas.meant)
    for family in families:
        if not batches or len(batches[-1]) + len(family) > max(min(size, left // 4), size // 4):
            batches.append([])
        batches[-1].extend(family)
        left -= len(family)
    order = {id(scope): index for index, scope in enumerate(mas.meant)}
    numbers = {scope.directory: number for number, batch in enumerate(batches) for scope in batch}
    paths: list[list[str]] = [[] for _ in batches]
    for path in mas.read_paths:
        paths[_number_of(path, numbers)].append(path)
    return tuple(
        MasPart(mas, tuple(sorted(batch, key=lambda scope: order[id(scope)])), tuple(own))
        for batch, own in zip(batches, paths, strict=True)
    )


def _families(scopes: Iterable[Scope]) -> Iterator[list[Scope]]:
    """Scopes that share directories or an ancestor, in order of the first of each."""
    families: dict[str, list[Scope]] = {}
    for scope in scopes:
        top = scope
        while top.parent is not None:
            top = top.parent
        families.setdefault("/".join(top.directory.split("/")[: top.root.count("/") + 2]), []).append(scope)
    yield from families.values()


def part_of(parts: Iterable[MasPart]) -> Callable[[str], int]:
    """The number of the part that a file of the repo goes with, whether it is read or not: the first if no other."""
    numbers = {scope.directory: number for number, part in enumerate(parts) for scope in part.meant}
    return lambda path: _number_of(path, numbers)


def _number_of(path: str, numbers: Mapping[str, int]) -> int:
    directory = path.rpartition("/")[0]
    while directory and directory not in numbers:
        directory = directory.rpartition("/")[0]
    return numbers.get(directory, 0)
