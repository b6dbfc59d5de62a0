"""Root charts that an earlier run has rendered, as rows of plain data.

A row holds what Argo CD would see of an Application (names, places, waves) and of the objects in it; of values it
holds what `kept_values` names. Nothing that failed is kept: messages may quote a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .deployment import ChangedValue
from .kept_values import KeptValues, extract, placeholders_in
from .set_trace import SetTrace

FORMAT = 1
"""Of the rows. Raise it when they, or what they are made from, change."""

_SOURCE, _VALUES = map(Application._fields.index, ("source", "values"))
_LISTS = tuple(map(Application._fields.index, ("finalizers", "sync_options", "misread")))
_COMMON = ("kind", "name", "namespace", "group", "wave", "template")
_RARE = tuple(name for name in Resource._fields if name not in _COMMON)


@dataclass(slots=True)
class Step:
    """One thing that a root chart makes: a leaf Application, an ApplicationSet, or what a set generates.

    `leaf` is the key of the leaf's rendered objects, `resources` are those objects. A generated Application is number
    `position` of the set `number` of its root, and has a root chart of its own, `child`.
    """

    application: Application
    changed: tuple[ChangedValue, ...] = ()
    leaf: str = ""
    resources: tuple[Resource, ...] | None = None
    child: str = ""
    number: int = 0
    position: int = 0


@dataclass(slots=True)
class KeptRoot:
    """One root chart: what its sets have read, and what it makes, in order. `row` is all of it as it is written."""

    name: str
    sets: tuple[SetTrace, ...]
    steps: tuple[Step, ...]
    row: Any


def step_row(step: Step) -> list[Any]:
    """A step as plain data."""
    values = step.application.values
    return [
        _application_row(step.application),
        [placeholders_in(values), extract(values)] if values else None,
        step.changed,
        step.leaf,
        None if step.resources is None else [_resource_row(one) for one in step.resources],
        step.child,
        step.number,
        step.position,
    ]


def root_row(name: str, sets: Sequence[SetTrace], steps: Sequence[Step]) -> list[Any]:
    """A root chart as plain data."""
    return [name, sets, [step_row(step) for step in steps]]


def root_of(row: Any) -> KeptRoot:
    """The root chart that a row was made of. Raises TypeError, ValueError, AttributeError or LookupError for others."""
    name, sets, steps = row
    return KeptRoot(str(name), tuple(_trace(one) for one in sets), tuple(_step(one) for one in steps), row)


def _trace(row: Any) -> SetTrace:
    patterns, names, files, content = row
    return SetTrace(None if patterns is None else tuple(patterns), names, tuple(files), content)


def _step(row: Any) -> Step:
    application, values, changed, leaf, resources, child, number, position = row
    return Step(
        _application(application, {} if values is None else KeptValues(tuple(values[0]), dict(values[1]))),
        tuple(map(_changed, changed)),
        leaf,
        None if resources is None else tuple(map(_resource, resources)),
        child,
        number,
        position,
    )


def _application_row(application: Application) -> list[Any]:
    return list(application._replace(values={}))


def _application(row: Any, values: Mapping[str, Any]) -> Application:
    plain = list(row)
    for at in _LISTS:
        plain[at] = tuple(plain[at])
    plain[_SOURCE], plain[_VALUES] = _place(plain[_SOURCE]), values
    return Application._make(plain)


def _place(row: Any) -> Place:
    path, keys, part, document, span, within = row
    if span is not None:
        raise ValueError("a place in a broken file is not kept")
    return Place(path, tuple(keys), part, document, None, within)


def _changed(row: Any) -> ChangedValue:
    application, scope, chart, key, place, kind = row
    return ChangedValue(application, scope, chart, tuple(key), _place(place), kind)


def _resource_row(resource: Resource) -> list[Any]:
    """The fields that nearly every object has, then the others by name."""
    row: list[Any] = [getattr(resource, name) for name in _COMMON]
    more = {name: value for name in _RARE if (value := getattr(resource, name)) != Resource._field_defaults[name]}
    return [*row, more] if more else row


def _resource(row: Any) -> Resource:
    if len(row) == len(_COMMON):
        kind, name, namespace, group, wave, template = row
        return Resource(kind, name, namespace, group, wave, template=template)
    *common, more = row
    known: dict[str, Any] = dict(zip(_COMMON, common, strict=True))
    known.update((name, tuple(value) if isinstance(value, list) else value) for name, value in more.items())
    return Resource(**known)
