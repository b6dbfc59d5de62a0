"""The objects of leaf charts that an earlier run has rendered: decoded when somebody looks, as most runs never do."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from masgitops_lint.model.application import Resource


class KeptText:
    """The objects of many leaves, as a text that is decoded when somebody looks at one of them."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    @cached_property
    def _data(self) -> tuple[list[str], list[tuple[str, ...]], list[Any]]:
        data = json.loads(zlib.decompress(self._text))
        texts = data["texts"]
        return texts, [tuple([texts[number] for number in one]) for one in data["lists"]], data["objects"]

    def at(self, number: int) -> KeptObjects:
        """The objects of the leaf with a number."""
        return KeptObjects(self, number)

    def decoded(self, number: int) -> tuple[Resource, ...]:
        """The same, decoded."""
        texts, lists, objects = self._data
        return tuple([_resource(row, texts, lists) for row in objects[number]])


class KeptObjects:
    """The objects of one leaf."""

    def __init__(self, text: KeptText, number: int) -> None:
        self._text = text
        self._number = number

    @cached_property
    def decoded(self) -> tuple[Resource, ...]:
        """The objects."""
        return self._text.decoded(self._number)


Objects: TypeAlias = tuple[Resource, ...] | KeptObjects


def decoded(objects: Objects) -> tuple[Resource, ...]:
    """Objects, kept or just rendered."""
    return objects.decoded if isinstance(objects, KeptObjects) else objects


class ObjectPacker:
    """Makes the text of a `KeptText`: every text and every list of texts stands there once."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._lists: dict[tuple[str, ...], int] = {}
        self._objects: list[list[list[int]]] = []

    def add(self, objects: Objects) -> int:
        """The number of a leaf's objects."""
        self._objects.append([self._row(one) for one in decoded(objects)])
        return len(self._objects) - 1

    def text(self) -> bytes:
        """All of them."""
        lists = [[self._one(text) for text in texts] for texts in self._lists]
        data = {"texts": list(self._texts), "lists": lists, "objects": self._objects}
        return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 1)

    def _one(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))

    def _many(self, texts: Iterable[str]) -> int:
        return self._lists.setdefault(tuple(texts), len(self._lists))

    def _row(self, one: Resource) -> list[int]:
        return [
            self._one(one.kind),
            self._one(one.name),
            self._one(one.namespace),
            self._one(one.group),
            one.wave,
            self._many(one.hooks),
            self._many(one.delete_policies),
            self._many(one.sync_options),
            self._one(one.template),
            self._many(one.secrets),
            self._many(one.misread),
            self._many(one.needs),
            int(one.kept),
        ]


def _resource(row: list[int], texts: list[str], lists: list[tuple[str, ...]]) -> Resource:
    kind, name, namespace, group, wave, hooks, policies, options, template, secrets, misread, needs, kept = row
    return Resource(
        texts[kind],
        texts[name],
        texts[namespace],
        texts[group],
        wave,
        lists[hooks],
        lists[policies],
        lists[options],
        texts[template],
        lists[secrets],
        lists[misread],
        lists[needs],
        bool(kept),
    )


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
