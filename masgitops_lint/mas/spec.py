"""What an ApplicationSet of the source repo reads: filled from a release profile, used to model a config repo."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["account", "cluster", "instance", "sls", "aiservice", "tenant"]


class FileSpec(NamedTuple):
    """One config file of a generator: its base name and the top-level keys that the charts expect in it."""

    name: str
    keys: tuple[str, ...] = ()


class ApplicationSetSpec(NamedTuple):
    """One ApplicationSet with git file generators.

    `prefix` is the directory pattern over ids, such as `{account}/{cluster}/*`; `name` likewise
    (`instance-appset.{cluster}`), and `root` the generated Application's name (`instance.{cluster}.{instance}`).
    `merge_key` is None for a plain git generator. `files` are in merge order: the first is the base.
    """

    level: Level
    name: str
    prefix: str
    files: tuple[FileSpec, ...]
    root: str
    parent: Level
    merge_key: str | None = "merge-key"

    def __hash__(self) -> int:
        # what is known of a spec is looked up by it, and its files are many
        return hash((self.level, self.name, self.prefix))

    @property
    def base(self) -> FileSpec:
        """The file whose existence makes an Application."""
        return self.files[0]


@lru_cache(maxsize=64)
def keys_by_file(spec: ApplicationSetSpec) -> Mapping[str, tuple[str, ...]]:
    """The top-level keys that charts expect in each file, by its base name."""
    return {file.name: file.keys for file in reversed(spec.files)}
