"""YAML files that lie in a config repo and that no generator reads, and what they were probably meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from .spec import keys_by_file

if TYPE_CHECKING:
    from .config import ConfigRoot, MasConfig
    from .spec import ApplicationSetSpec

StrayReason: TypeAlias = Literal["misnamed", "misplaced", "unknown"]


class Stray(NamedTuple):
    """A file nobody reads. `meant_name` and `meant_directory` are set where there is a good guess.

    `has_merge_key` tells that its author expected it to be merged.
    """

    path: str
    reason: StrayReason
    meant_name: str = ""
    meant_directory: str = ""
    has_merge_key: bool = False
    block: str = ""
    """The top-level key that tells which file it was meant to be, if one does."""


def _levels_of(config: MasConfig, account: str, name: str) -> list[ApplicationSetSpec]:
    return [spec for spec in config.specs(account) if any(f.name == name for f in spec.files)]


def _canonical(name: str) -> str:
    stem = name.lower().replace("_", "-").replace(" ", "-")
    while (shorter := stem.removesuffix(".yml").removesuffix(".yaml")) != stem:
        stem = shorter
    return stem


def guess_name(name: str, candidates: list[str]) -> str:
    """The known file name that `name` is most likely a misspelling of, or ""."""
    by_stem = {_canonical(candidate): candidate for candidate in candidates}
    stem = _canonical(name)
    if stem in by_stem:
        return by_stem[stem]
    near = get_close_matches(stem, by_stem, n=1, cutoff=0.88)
    return by_stem[near[0]] if near else ""


def _guess_by_block(data: Mapping[str, object], specs: list[ApplicationSetSpec]) -> tuple[str, str]:
    """(file name, block) of the one config file whose own block `data` holds."""
    for spec in specs:
        for file in spec.files[1:]:
            for key in file.keys:
                if key in data and data[key] is not None:
                    return file.name, key
    return "", ""


def find_strays(config: MasConfig) -> dict[str, Stray]:
    """Every stray by path: known names in the wrong place, unknown names in the right one."""
    from .config import fitting_specs

    found: dict[str, Stray] = {}
    for root in config.roots:
        directories = set(root.by_directory)
        fitting: dict[str, tuple[list[ApplicationSetSpec], frozenset[str]]] = {}
        for path in root.paths:
            directory, _, name = path.rpartition("/")
            if not name.lower().endswith((".yaml", ".yml")) or name.startswith("."):
                continue
            known = fitting.get(directory)
            if known is None:
                relative = directory[len(root.prefix) :]
                specs = fitting_specs(config, relative.split("/")) if relative else []
                known = fitting[directory] = specs, frozenset[str]().union(*map(keys_by_file, specs))
            specs, names = known
            if name in config.known_names:
                if name not in names:
                    found[path] = _misplaced(config, root, path, name)
                continue
            if not specs or (directory not in directories and not _has_config_below(directory, directories)):
                continue
            stray = _unknown(config, path, directory, name, specs)
            if stray is not None:
                found[path] = stray
    return found


def _has_config_below(directory: str, directories: set[str]) -> bool:
    return any(d.startswith(directory + "/") for d in directories)


def _unknown(config: MasConfig, path: str, directory: str, name: str, specs: list[ApplicationSetSpec]) -> Stray | None:
    file = config.file(path)
    taken = {n for spec in specs for n in (f.name for f in spec.files)}
    present = config.repository.path_set
    free = [n for n in sorted(taken) if f"{directory}/{n}" not in present]
    guess = guess_name(name, free)
    block_file, block = _guess_by_block(file.data, specs)
    if not guess and block_file in free:
        guess = block_file
    if not guess and not file.has_merge_key and not block:
        return Stray(path, "unknown")
    return Stray(path, "misnamed" if guess else "unknown", guess, directory if guess else "", file.has_merge_key, block)


def _misplaced(config: MasConfig, root: ConfigRoot, path: str, name: str) -> Stray:
    file = config.file(path)
    relative = path[len(root.prefix) :].rpartition("/")[0]
    account = relative.split("/")[0]
    meant = ""
    if isinstance(file.merge_key, str):
        key = file.merge_key.strip("/")
        depths = {len(spec.prefix.split("/")) for spec in _levels_of(config, account, name)}
        if key and key.count("/") + 1 in depths and key != relative:
            meant = root.prefix + key
    if not meant:
        meant = _only_place(config, root, path, name)
    return Stray(path, "misplaced", name, meant, file.has_merge_key)


def _only_place(config: MasConfig, root: ConfigRoot, path: str, name: str) -> str:
    """The one directory next to or below a misplaced file that should have such a file and has none, or ""."""
    from .config import fitting_specs

    here = path.rpartition("/")[0]
    above = here.rpartition("/")[0]
    places = [
        directory
        for directory, names in root.by_directory.items()
        if name not in names
        and (directory.startswith(here + "/") or directory in (above, here))
        and any(
            spec.base.name in names and any(f.name == name for f in spec.files)
            for spec in fitting_specs(config, directory[len(root.prefix) :].split("/"))
        )
    ]
    return places[0] if len(places) == 1 else ""


def adopt(config: MasConfig, root: ConfigRoot) -> Iterator[tuple[str, str, str]]:
    """(directory, known name, path) of the strays that were clearly meant for a directory which lacks that file."""
    for stray in config.stray.values():
        if not stray.path.startswith(root.prefix) or not stray.meant_name or not stray.meant_directory:
            continue
        if stray.meant_name not in root.by_directory.get(stray.meant_directory, {}):
            yield stray.meant_directory, stray.meant_name, stray.path
