"""Root charts that an earlier run has rendered, as plain data.

They hold what Argo CD would see of an Application (names, places, waves) and of the objects in it; of values they hold
what `kept_values` names. A root that failed is not kept, and neither is a message that may quote a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .deployment import ChangedValue, RenderFailure
from .kept_objects import KeptObjects, Objects, decoded
from .kept_values import KeptValues, extract, placeholders_in
from .set_trace import SetTrace


@dataclass(slots=True)
class Step:
    """One thing that a root chart makes: a leaf Application, an ApplicationSet, or what a set generates.

    `leaf` is the key of the leaf's rendered objects, `resources` are those objects, `failure` is why there are none;
    without a key that was known before anything was rendered. A generated Application is number `position` of the set
    `number` of its root, and has a root chart of its own, `child`.
    """

    application: Application
    changed: tuple[ChangedValue, ...] = ()
    leaf: str = ""
    resources: Objects | None = None
    child: str = ""
    number: int = 0
    position: int = 0
    failure: RenderFailure | None = None


@dataclass(slots=True)
class KeptRoot:
    """One root chart: what its sets have read, and what it makes, in order.

    `held` is whether its sets would read the same now, once somebody has found out.
    """

    name: str
    sets: Sequence[SetTrace]
    steps: Sequence[Step]
    held: bool | None = None


class KeptEntry(NamedTuple):
    """Root charts by key, with the keys of those that are not kept: of these only leaves are, by key."""

    roots: dict[str, KeptRoot]
    failing: frozenset[str] = frozenset()
    leaves: Mapping[str, Objects] = {}


def packed(entry: KeptEntry) -> bytes:
    """An entry as JSON: names and lists of names stand once, their numbers where they are used."""
    packer = _Packer()
    data: dict[str, Any] = {
        "roots": {
            key: [root.name, root.sets, [packer.step(one) for one in root.steps]] for key, root in entry.roots.items()
        },
        "failing": sorted(entry.failing),
        "leaves": {key: packer.objects(entry.leaves[key]) for key in entry.leaves},
    }
    data["texts"], data["lists"] = list(packer.texts), list(packer.lists.values())
    return json.dumps(data, separators=(",", ":")).encode()


def unpacked(raw: bytes) -> KeptEntry:
    """The entry. Raises TypeError, ValueError, AttributeError or LookupError for what `packed` did not make."""
    data = json.loads(raw)
    unpacker = _Unpacker(data["texts"], data["lists"])
    return KeptEntry(
        {
            str(key): KeptRoot(str(name), [_trace(one) for one in sets], [unpacker.step(one) for one in steps])
            for key, (name, sets, steps) in data["roots"].items()
        },
        frozenset(data["failing"]),
        {str(key): unpacker.objects(text) for key, text in data["leaves"].items()},
    )


_SOURCE, _VALUES = map(Application._fields.index, ("source", "values"))
_LISTS = tuple(map(Application._fields.index, ("finalizers", "sync_options", "misread")))
_OTHERS = frozenset(map(Application._fields.index, ("wave", "prune", "plugin")))
_TEXTS = tuple(at for at in range(len(Application._fields)) if at not in {_SOURCE, _VALUES, *_LISTS, *_OTHERS})


class _Packer:
    """Gives every text and every list of texts a number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.lists: dict[tuple[str, ...], list[int]] = {}
        self._numbers: dict[tuple[str, ...], int] = {}

    def text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def many(self, texts: Iterable[str]) -> int:
        found = tuple(texts)
        if found not in self.lists:
            self.lists[found] = [self.text(one) for one in found]
        return self._numbers.setdefault(found, len(self._numbers))

    def step(self, step: Step) -> list[Any]:
        values = step.application.values
        told = values.told if isinstance(values, KeptValues) else extract(values) if values else None
        return [
            self.application(step.application),
            None if told is None else [self.many(placeholders_in(values)), told],
            step.changed,
            step.leaf,
            None if step.resources is None else self.objects(step.resources),
            step.child,
            step.number,
            step.position,
            step.failure,
        ]

    def application(self, application: Application) -> list[Any]:
        row: list[Any] = list(application._replace(values={}))
        for at in _LISTS:
            row[at] = self.many(row[at])
        for at in _TEXTS:
            row[at] = None if row[at] is None else self.text(row[at])
        return row

    def objects(self, objects: Objects) -> str:
        """Rows as a text of their own: whoever reads the entry need not decode them."""
        return json.dumps([self.resource(one) for one in decoded(objects)], separators=(",", ":"))

    def resource(self, one: Resource) -> list[int]:
        return [
            self.text(one.kind),
            self.text(one.name),
            self.text(one.namespace),
            self.text(one.group),
            one.wave,
            self.many(one.hooks),
            self.many(one.delete_policies),
            self.many(one.sync_options),
            self.text(one.template),
            self.many(one.secrets),
            self.many(one.misread),
            self.many(one.needs),
            int(one.kept),
        ]


class _Unpacker:
    """The way back."""

    def __init__(self, texts: list[str], lists: list[list[int]]) -> None:
        self.texts = texts
        self.lists = [tuple([texts[number] for number in one]) for one in lists]

    def step(self, row: Any) -> Step:
        application, values, changed, leaf, resources, child, number, position, failure = row
        kept = {} if values is None else KeptValues(self.lists[values[0]], dict(values[1]))
        return Step(
            self.application(application, kept),
            tuple([_changed(one) for one in changed]),
            leaf,
            None if resources is None else self.objects(resources),
            child,
            number,
            position,
            None if failure is None else _failure(failure),
        )

    def application(self, row: list[Any], values: Mapping[str, Any]) -> Application:
        texts = self.texts
        for at in _TEXTS:
            if row[at] is not None:
                row[at] = texts[row[at]]
        for at in _LISTS:
            row[at] = self.lists[row[at]]
        row[_SOURCE], row[_VALUES] = _place(row[_SOURCE]), values
        return Application._make(row)

    def objects(self, text: str) -> KeptObjects:
        if not isinstance(text, str):
            raise TypeError("objects are kept as text")
        return KeptObjects(text, self._decoded)

    def _decoded(self, text: str) -> tuple[Resource, ...]:
        return tuple([self.resource(row) for row in json.loads(text)])

    def resource(self, row: list[int]) -> Resource:
        texts, lists = self.texts, self.lists
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


def _trace(row: Any) -> SetTrace:
    patterns, names, files, content = row
    return SetTrace(None if patterns is None else tuple(patterns), names, tuple(files), content)


def _place(row: Any) -> Place:
    path, keys, part, document, span, within = row
    if span is not None:
        raise ValueError("a place in a broken file is not kept")
    return Place(path, tuple(keys), part, document, None, within)


def _failure(row: Any) -> RenderFailure:
    found = RenderFailure(*row)
    return found._replace(place=_place(found.place), lost=tuple(found.lost))


def _changed(row: Any) -> ChangedValue:
    application, scope, chart, key, place, kind = row
    return ChangedValue(application, scope, chart, tuple(key), _place(place), kind)
