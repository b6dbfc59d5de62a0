"""What stands in the config files, by key: a fleet repeats itself, so that a rule judges what differs and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from masgitops_lint.model.place import Keys, Place

from .texts import ConfigText

Judge: TypeAlias = Callable[[Any], object]
"""Whether a value is worth a look."""

_ITEM = 0
"""Stands for every list index in a route that many values share."""

_Site: TypeAlias = tuple[str, Keys]
"""A file, and the route of a mapping (or of a list's item) in it."""


def _bucket() -> defaultdict[Any, list[int]]:
    return defaultdict(list)


class _Shape:
    """All mappings (or lists) of the files that stand at one route. `values`: key -> value -> numbers of places.

    A value that is no text stands there together with its type, as `1`, `1.0` and `True` are equal.
    """

    __slots__ = ("below", "route", "values")

    def __init__(self, route: Keys) -> None:
        self.route = route
        self.below: dict[str | int, _Shape] = {}
        self.values: defaultdict[str | int, defaultdict[Any, list[int]]] = defaultdict(_bucket)

    def child(self, key: str | int) -> _Shape:
        found = self.below[key] = _Shape((*self.route, key))
        return found


class ConfigValues:
    """The scalars of some config files, nulls and booleans included.

    Files are given as (path, data). Answers come in the order of files and, in each, of the text.
    """

    def __init__(self, files: Iterable[tuple[str, Any]]) -> None:
        self._root = _Shape(())
        self._sites: list[_Site] = []
        for path, data in files:
            self._add(path, data, self._root, ())

    def _add(self, path: str, container: Any, shape: _Shape, keys: Keys) -> None:
        sites = self._sites
        below = shape.below
        if container.__class__ is dict:
            values = shape.values
            site = (path, keys)
            for key, value in container.items():
                kind = value.__class__
                if kind is str:
                    values[key][value].append(len(sites))
                    sites.append(site)
                elif kind is dict or kind is list:
                    self._add(path, value, below.get(key) or shape.child(key), (*keys, key))
                else:
                    values[key][kind, value].append(len(sites))
                    sites.append(site)
        else:
            for index, value in enumerate(container):
                kind = value.__class__
                if kind is dict or kind is list:
                    self._add(path, value, below.get(_ITEM) or shape.child(_ITEM), (*keys, index))
                else:
                    shape.values[_ITEM][value if kind is str else (kind, value)].append(len(sites))
                    sites.append((path, (*keys, index)))

    def _shapes(self) -> Iterator[_Shape]:
        stack = [self._root]
        while stack:
            shape = stack.pop()
            yield shape
            stack.extend(shape.below.values())

    def where(self, pick: Callable[[Keys], Judge | None]) -> list[ConfigText]:
        """The values that a judge is interested in.

        `pick` gives the judge for a route, None where no value there matters; list indexes of the route are 0. It is
        asked once a route, the judge once for each different value there.
        """
        hits: list[tuple[int, str | int, Any]] = []
        for shape in self._shapes():
            for key, bucket in shape.values.items():
                judge = pick((*shape.route, key))
                if judge is None:
                    continue
                for stored, numbers in bucket.items():
                    value = stored if stored.__class__ is str else stored[1]
                    if judge(value):
                        hits.extend((number, key, value) for number in numbers)
        return self._texts(hits)

    def texts_where(self, judge: Judge) -> list[ConfigText]:
        """The texts that a judge is interested in, wherever they stand; it is asked once for each different one."""
        known: dict[str, object] = {}
        hits: list[tuple[int, str | int, Any]] = []
        for shape in self._shapes():
            for key, bucket in shape.values.items():
                for value, numbers in bucket.items():
                    if value.__class__ is not str:
                        continue
                    verdict = known.get(value)
                    if verdict is None:
                        verdict = known[value] = bool(judge(value))
                    if verdict:
                        hits.extend((number, key, value) for number in numbers)
        return self._texts(hits)

    def _texts(self, hits: list[tuple[int, str | int, Any]]) -> list[ConfigText]:
        hits.sort(key=_number)
        found = []
        for number, key, value in hits:
            path, keys = self._sites[number]
            found.append(ConfigText(Place(path, keys if key.__class__ is int else (*keys, key)), value))
        return found


def _number(hit: tuple[int, str | int, Any]) -> int:
    return hit[0]
