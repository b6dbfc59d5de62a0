"""Values that Kubernetes wants as text and that are written as numbers, booleans, lists or maps.

Source: the Go types of the API: `map[string]string` for ConfigMap and Secret data, labels, annotations and selectors,
`string` for the value of an environment variable. The API server refuses the object ("json: cannot unmarshal number").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from masgitops_lint.model.place import Keys, Place

from .kinds import POD_TEMPLATES
from .objects import KubeObject
from .unit import Unit, UnitGraph


@dataclass(frozen=True, slots=True)
class NotText:
    """One such value: `field` names it as people do, `kind` is number, boolean, list or map."""

    unit: Unit
    obj: KubeObject
    place: Place
    field: str
    kind: str


def values_not_text(graph: UnitGraph) -> Iterator[NotText]:
    """Every such value of what is applied, each place once."""
    seen: set[Place] = set()
    for unit, obj in graph.reached():
        if obj.generated:
            continue
        for route, value in _texts(obj):
            kind = _kind(value)
            if kind and not (route[:2] == ("metadata", "annotations") and _through_kustomize(unit)):
                place = obj.at(*route)
                if place not in seen:
                    seen.add(place)
                    yield NotText(unit, obj, place, ".".join(str(key) for key in route[-2:]), kind)


def _through_kustomize(unit: Unit) -> bool:
    """Whether kustomize builds what a unit applies: it writes annotations of the object itself as text (5.5.0)."""
    return (unit.engine == "flux" and unit.kind == "Kustomization") or bool(unit.directories)


def _kind(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return ""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, dict):
        return "map"
    return "list" if isinstance(value, list) else "number"


def _texts(obj: KubeObject) -> Iterator[tuple[Keys, Any]]:
    if not obj.group and obj.kind in ("ConfigMap", "Secret"):
        for part in ("data", "stringData", "binaryData"):
            yield from _entries(obj, (part,))
    yield from _metadata(obj, ())
    route = POD_TEMPLATES.get((obj.group, obj.kind))
    if route is None:
        return
    if route:
        yield from _metadata(obj, route)
    yield from _entries(obj, (*route, "spec", "nodeSelector"))
    for group in ("containers", "initContainers"):
        listed = obj.get(*route, "spec", group)
        for index, container in enumerate(listed if isinstance(listed, list) else ()):
            variables = container.get("env") if isinstance(container, dict) else None
            for number, variable in enumerate(variables if isinstance(variables, list) else ()):
                if isinstance(variable, dict) and "value" in variable:
                    yield (*route, "spec", group, index, "env", number, "value"), variable["value"]


def _metadata(obj: KubeObject, route: Keys) -> Iterator[tuple[Keys, Any]]:
    for part in ("labels", "annotations"):
        yield from _entries(obj, (*route, "metadata", part))


def _entries(obj: KubeObject, route: Keys) -> Iterator[tuple[Keys, Any]]:
    found = obj.get(*route)
    for key, value in found.items() if isinstance(found, dict) else ():
        yield (*route, key), value
