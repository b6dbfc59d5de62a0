"""Every text in the config files, with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from masgitops_lint.model.place import Keys, Place

if TYPE_CHECKING:
    from .config import MasConfig


@dataclass(frozen=True, slots=True)
class ConfigText:
    """One scalar of a config file that matters to Argo CD."""

    place: Place
    value: str | int | float


def config_texts(mas: MasConfig) -> tuple[ConfigText, ...]:
    """The texts and numbers of every config file, in order of file and text."""
    found: list[ConfigText] = []
    for path in mas.read_paths:
        data = mas.file(path).data
        found.extend(ConfigText(Place(path, keys), value) for keys, value in scalars(data))
    return tuple(found)


def scalars(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str | int | float]]:
    """Every text and number below a value with its route, depth first; booleans and nulls are left out."""
    stack: list[tuple[Keys, Any]] = [(keys, value)]
    while stack:
        at, current = stack.pop()
        if isinstance(current, Mapping):
            stack.extend(((*at, key), below) for key, below in reversed(list(current.items())))
        elif isinstance(current, list):
            stack.extend(((*at, index), current[index]) for index in range(len(current) - 1, -1, -1))
        elif isinstance(current, str | int | float) and not isinstance(current, bool):
            yield at, current


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Every text below a value with its route, depth first."""
    for at, found in scalars(value, keys):
        if isinstance(found, str):
            yield at, found


def strings(value: Any) -> Iterator[str]:
    """Every text below a value, in no particular order: cheaper than `leaves` where routes do not matter."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, Mapping):
            stack.extend(current.values())
