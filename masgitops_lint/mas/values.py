"""What stands in the config files, by key: a fleet repeats itself, so that a rule judges what differs and no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from masgitops_lint.argocd.many_texts import TextsByKind, by_kind, holding
from masgitops_lint.model.place import Keys, Place

from .texts import ConfigText

Judge: TypeAlias = Callable[[Any], object]
"""Whether a value is worth a look."""

_ITEM = 0
"""Stands for every list index in a route that many values share."""

Stored: TypeAlias = "str | tuple[type, Any]"
"""A text, or any other scalar together with its type, as `1`, `1.0` and `True` are equal."""


class Shape:
    """All mappings (or lists) of the files that stand at one route: the different scalars by key, and what is below."""

    __slots__ = ("below", "is_list", "is_mapping", "route", "values")

    def __init__(self, route: Keys) -> None:
        self.route = route
        self.is_mapping = False
        self.is_list = False
        self.below: dict[str | int, Shape] = {}
        self.values: defaultdict[str | int, set[Stored]] = defaultdict(set)

    def scalars(self, key: str | int) -> Iterator[Any]:
        """The different scalars that stand at a key."""
        for one in self.values.get(key, ()):
            yield one if isinstance(one, str) else one[1]

    def child(self, key: str | int) -> Shape:
        found = self.below[key] = Shape((*self.route, key))
        return found


_Wanted: TypeAlias = dict[Shape, dict[str | int, set[Stored]]]
_Paths: TypeAlias = dict[Shape, dict[str | int, set[Stored]]]
"""Shapes with wanted values, and those above: by key, the values that are wanted there, perhaps none."""


class ConfigValues:
    """The scalars of some config files, nulls and booleans included.

    Files are given as (path, data). Answers come in the order of files and, in each, of the text. Where a value
    stands is looked up when somebody wants to know: of most values, nobody does.
    """

    def __init__(self, files: Iterable[tuple[str, dict[str, Any]]]) -> None:
        self._files = tuple(files)
        self.root = Shape(())
        """The top of all files."""
        for _, data in self._files:
            _add(data, self.root)

    @cached_property
    def _shapes(self) -> tuple[Shape, ...]:
        found: list[Shape] = []
        stack = [self.root]
        while stack:
            shape = stack.pop()
            found.append(shape)
            stack.extend(shape.below.values())
        return tuple(found)

    @cached_property
    def _routes(self) -> tuple[tuple[Keys, Shape, str | int, set[Stored]], ...]:
        """Every route at which scalars stand, with them and with where they are kept."""
        shapes = self._shapes
        return tuple(
            [((*shape.route, key), shape, key, some) for shape in shapes for key, some in shape.values.items()]
        )

    @cached_property
    def _texts(self) -> frozenset[str]:
        found = set[Stored]().union(*(values for _, _, _, values in self._routes))
        return frozenset([one for one in found if one.__class__ is str])

    @cached_property
    def _by_kind(self) -> TextsByKind:
        return by_kind(self._texts)

    def where(self, pick: Callable[[Keys], Judge | None]) -> list[ConfigText]:
        """The values that a judge is interested in.

        `pick` gives the judge for a route, None where no value there matters; list indexes of the route are 0. It is
        asked once a route, the judge once for each different value there.
        """
        wanted: _Wanted = {}
        for route, shape, key, values in self._routes:
            judge = pick(route)
            if judge is None:
                continue
            hits = {one for one in values if judge(one if one.__class__ is str else one[1])}
            if hits:
                wanted.setdefault(shape, {})[key] = hits
        return self._standing(wanted)

    def at(self, route: Sequence[str | int]) -> Iterator[Any]:
        """What stands at a route: its different scalars, `{}` for mappings, `[]` for lists.

        In the route, `*` is any key or item, and 0 any item.
        """
        *above, last = route
        for shape in self._at(above):
            for key in {*shape.values, *shape.below} if last == "*" else (last,):
                yield from shape.scalars(key)
                below = shape.below.get(key)
                if below is not None and below.is_mapping:
                    yield {}
                if below is not None and below.is_list:
                    yield []

    def keys_at(self, route: Sequence[str | int]) -> set[str]:
        """The keys of all mappings that stand at a route."""
        return {key for shape in self._at(route) for key in (*shape.values, *shape.below) if isinstance(key, str)}

    def _at(self, route: Sequence[str | int]) -> list[Shape]:
        shapes = [self.root]
        for key in route:
            shapes = [
                below
                for shape in shapes
                for below in (shape.below.values() if key == "*" else [shape.below.get(key)])
                if below is not None
            ]
        return shapes

    def texts_holding(self, parts: tuple[str, ...], judge: Judge) -> list[ConfigText]:
        """The texts that hold one of `parts` and that a judge is interested in, wherever they stand.

        It is asked once for each different one; long base64 and certificates are passed over.
        """
        kinds = self._by_kind
        return self._with_texts(set(filter(judge, holding((*kinds.clear, *kinds.placeholders), parts))))

    def any_text(self, judge: Judge) -> bool:
        """Whether a judge is interested in any text at all, wherever it stands."""
        return any(map(judge, self._texts))

    def texts_found_by(self, search: Callable[[TextsByKind], set[str]]) -> list[ConfigText]:
        """The texts that a search through all different ones comes up with, wherever they stand."""
        return self._with_texts(search(self._by_kind))

    def _with_texts(self, texts: set[str]) -> list[ConfigText]:
        if not texts:
            return []
        wanted: _Wanted = {}
        for _, shape, key, values in self._routes:
            if not texts.isdisjoint(values):
                wanted.setdefault(shape, {})[key] = values & texts
        return self._standing(wanted)

    def _standing(self, wanted: _Wanted) -> list[ConfigText]:
        """Where the wanted values stand."""
        if not wanted:
            return []
        paths: _Paths = {}
        for target, hits in wanted.items():
            shape = self.root
            for key in target.route:
                paths.setdefault(shape, {}).setdefault(key, set())
                shape = shape.below[key]
            here = paths.setdefault(shape, {})
            for key, values in hits.items():
                here.setdefault(key, set()).update(values)
        tops = paths[self.root]
        return [
            ConfigText(Place(path, keys), value)
            for path, data in self._files
            if not tops.keys().isdisjoint(data)
            for keys, value in _find(data, self.root, (), paths)
        ]


def _add(container: Any, shape: Shape) -> None:
    below, values = shape.below, shape.values
    if container.__class__ is dict:
        shape.is_mapping = True
        for key, value in container.items():
            kind = value.__class__
            if kind is str:
                values[key].add(value)
            elif kind is dict or kind is list:
                _add(value, below.get(key) or shape.child(key))
            else:
                values[key].add((kind, value))
    else:
        shape.is_list = True
        for value in container:
            kind = value.__class__
            if kind is dict or kind is list:
                _add(value, below.get(_ITEM) or shape.child(_ITEM))
            else:
                values[_ITEM].add(value if kind is str else (kind, value))


def _find(container: Any, shape: Shape, keys: Keys, paths: _Paths) -> Iterator[tuple[Keys, Any]]:
    here = paths[shape]
    is_list = container.__class__ is list
    for key in range(len(container)) if is_list else [key for key in container if key in here]:
        value, shared = container[key], _ITEM if is_list else key
        kind = value.__class__
        if kind is dict or kind is list:
            below = shape.below[shared]
            if below in paths:
                yield from _find(value, below, (*keys, key), paths)
        elif (value if kind is str else (kind, value)) in here.get(shared, ()):
            yield (*keys, key), value
