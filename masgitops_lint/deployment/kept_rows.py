"""Root charts that an earlier run has rendered, as plain data.

They hold what Argo CD would see of an Application (names, places, waves) and of the objects in it; of values they hold
what `kept_values` names. A root that failed is not kept, and neither is a message that may quote a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place
from masgitops_lint.settings.columns import column_of, rows, table, values_of

from .deployment import ChangedValue, RenderFailure
from .kept_objects import KeptText, ObjectPacker, Objects
from .kept_values import KeptValues, extract, placeholders_in
from .rows import application_table, applications_of, failure_of, place_of
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
    """An entry as JSON by column, and behind that the objects of its leaves, which few who read it look at."""
    steps = [step for root in entry.roots.values() for step in root.steps]
    objects = ObjectPacker()
    data = {
        "roots": [[key, root.name, root.sets, len(root.steps)] for key, root in entry.roots.items()],
        "applications": application_table([step.application for step in steps]),
        "values": _values_table([step.application.values for step in steps]),
        "steps": table(
            (
                step.changed,
                step.leaf,
                None if step.resources is None else objects.add(step.resources),
                step.child,
                step.number,
                step.position,
                step.failure,
            )
            for step in steps
        ),
        "failing": sorted(entry.failing),
        "leaves": {key: objects.add(one) for key, one in entry.leaves.items()},
    }
    first = json.dumps(data, separators=(",", ":")).encode()
    return len(first).to_bytes(_LENGTH, "big") + first + objects.text()


def unpacked(raw: bytes) -> KeptEntry:
    """The entry. Raises TypeError, ValueError, AttributeError or LookupError for what `packed` did not make."""
    end = _LENGTH + int.from_bytes(raw[:_LENGTH], "big")
    data = json.loads(raw[_LENGTH:end])
    objects = KeptText(raw[end:])
    applications = applications_of(data["applications"], _values_of(data["values"]))
    for one in applications:
        _sound(one.source)
    made = (_changes, None, lambda at: None if at is None else objects.at(at), None, None, None, _failure)
    steps = map(Step, applications, *zip(*rows(data["steps"], made), strict=True))
    roots = {
        str(key): KeptRoot(str(name), [_trace(one) for one in sets], list(islice(steps, number)))
        for key, name, sets, number in data["roots"]
    }
    return KeptEntry(
        roots, frozenset(data["failing"]), {str(key): objects.at(at) for key, at in data["leaves"].items()}
    )


_LENGTH = 8


def _values_table(values: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Placeholders and what Jobs ask, for each Application; None for one without values."""
    told = [one.told if isinstance(one, KeptValues) else extract(one) if one else None for one in values]
    return [column_of([placeholders_in(one) for one in values]), told]


def _values_of(columns: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    placeholders, told = columns
    for found, one in zip(values_of(placeholders, tuple), told, strict=True):
        yield {} if one is None else KeptValues(found, dict(one))


def _trace(row: Any) -> SetTrace:
    patterns, names, files, content = row
    return SetTrace(None if patterns is None else tuple(patterns), names, tuple(files), content)


def _changes(made: Sequence[Any]) -> tuple[ChangedValue, ...]:
    return tuple([_changed(row) for row in made])


def _changed(row: Any) -> ChangedValue:
    application, scope, chart, key, place, kind = row
    return ChangedValue(application, scope, chart, tuple(key), _sound(place_of(place)), kind)


def _failure(row: Any) -> RenderFailure | None:
    return None if row is None else failure_of(row)


def _sound(place: Place) -> Place:
    if place.span is not None:
        raise ValueError("a place in a broken file is not kept")
    return place
