"""The objects of leaf charts that an earlier run has rendered: decoded when somebody looks, as most runs never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from masgitops_lint.model.application import Resource


class KeptObjects:
    """The objects of one leaf, as text."""

    def __init__(self, text: str, decode: Callable[[str], tuple[Resource, ...]]) -> None:
        self._text = text
        self._decode = decode

    @cached_property
    def decoded(self) -> tuple[Resource, ...]:
        """The objects."""
        return self._decode(self._text)


Objects: TypeAlias = tuple[Resource, ...] | KeptObjects


def decoded(objects: Objects) -> tuple[Resource, ...]:
    """Objects, kept or just rendered."""
    return objects.decoded if isinstance(objects, KeptObjects) else objects


class ObjectsByName(Mapping[str, tuple[Resource, ...]]):
    """Objects by the name of their Application."""

    def __init__(self, found: Mapping[str, Objects]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> tuple[Resource, ...]:
        return decoded(self._found[name])

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
