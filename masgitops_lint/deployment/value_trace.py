"""Where a config value goes: everything is rendered twice, once with the value changed, and what differs is reported.

Nothing is guessed from template text: a key that changes nothing in any chart's output is read by nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.model.place import Keys, Place
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.yaml import Document

from .exact import ExactBuilder, Leaf
from .rendered import RenderedObject, objects_of, text_of
from .routes import lookup, present, replaced

MARK = "maslintmark"


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """One thing that depends on a value.

    `application` is the Application (or ApplicationSet) that holds it, `chart` its chart. `resource` is `Kind name` of
    an object inside it, "" for the Application's own manifest. `field` is the dotted field, "" when the object as a
    whole comes or goes. `effect` is "set", "added" or "removed": what the change of the value does.
    """

    application: str
    chart: str
    resource: str
    field: str
    template: str
    effect: str = "set"


@dataclass(frozen=True, slots=True)
class Setter:
    """A place that sets the same key of the same parameter set; `wins` for the one whose value is used."""

    place: Place
    wins: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a value goes, who else sets it, and what fails once it is changed (sentences)."""

    destinations: tuple[Destination, ...]
    setters: tuple[Setter, ...]
    scopes: tuple[str, ...]
    failures: tuple[str, ...] = ()


class ChangedRepository(Repository):
    """A repository in which one file has other data."""

    def __init__(self, base: Repository, path: str, data: Any) -> None:
        super().__init__(base.snapshot, base._excluded)
        self._documents = dict(base._documents)
        original = base.document(path)
        self._documents[path] = Document(path, original.text, (data, *original.documents[1:]))


def changes_of(value: Any) -> list[Any]:
    """Other values to try in place of one: near enough to keep the charts rendering, different enough to show."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if value is None:
        return [MARK]
    if isinstance(value, str):
        others = [value + MARK, MARK]
        if value.lower() in ("true", "false"):
            others = ["false" if value.lower() == "true" else "true"]
        elif value and value[-1].isdigit():
            others.append(value + "9")
        return others
    if isinstance(value, Mapping):
        return [{key: changes_of(below)[0] for key, below in value.items()}] if value else [{MARK: MARK}]
    if isinstance(value, list):
        return [[changes_of(item)[0] for item in value]] if value else [[MARK]]
    return [MARK]


def without(data: Any, keys: Keys) -> Any:
    """A copy of the data with one key taken out."""
    result = copy.deepcopy(data)
    parent = lookup(result, keys[:-1])
    del parent[keys[-1]]
    return result


def changed_config(mas: MasConfig, path: str, data: Any) -> MasConfig:
    """The same config repo with other data in one file."""
    return MasConfig(ChangedRepository(mas.repository, path, data), mas.specs, mas.known_names)


def differences(before: ExactBuilder, after: ExactBuilder) -> Iterator[Destination]:
    """What two builds of one config repo differ in, down to the fields of the objects in leaves."""
    old, new = _by_identity(before), _by_identity(after)
    for identity, (made, name, chart) in old.items():
        other = new.get(identity)
        template = made.template.partition("/")[2]
        if other is None:
            yield Destination(name, chart, "", "", template, "removed")
            continue
        for route in _changed_fields(made.data, other[0].data):
            if not _is_values_text(made.data, route):
                yield Destination(name, chart, "", _dotted(made.data, route), template)
    for identity, (made, name, chart) in new.items():
        if identity not in old:
            yield Destination(name, chart, "", "", made.template.partition("/")[2], "added")
    yield from _leaf_differences(before, after)


def _by_identity(builder: ExactBuilder) -> dict[tuple[Any, ...], tuple[RenderedObject, str, str]]:
    """Objects by where they come from, so that one whose name changes is still the same one."""
    found: dict[tuple[Any, ...], tuple[RenderedObject, str, str]] = {}
    for root in builder.roots:
        for made in root.objects:
            identity: tuple[Any, ...] = (_seat(root.files), made.template, tuple(sorted(made.loops.items())), made.kind)
            number = 0
            while (*identity, number) in found:
                number += 1
            name = text_of(made.get("metadata", "name"))
            found[(*identity, number)] = (made, name, root.chart.path)
    return found


def _seat(files: Iterable[str]) -> tuple[str, ...]:
    return tuple(files)


def _leaf_differences(before: ExactBuilder, after: ExactBuilder) -> Iterator[Destination]:
    old, new = _leaves_by_identity(before), _leaves_by_identity(after)
    for identity, leaf in old.items():
        other = new.get(identity)
        if other is None or leaf.job == other.job:
            continue
        name = before.applications[leaf.index].name
        first, second = _objects(before, leaf), _objects(after, other)
        if first is None or second is None:
            continue
        for key, made in first.items():
            match = second.get(key)
            resource = f"{made.kind} {text_of(made.get('metadata', 'name'))}".strip()
            template = made.template.partition("/")[2]
            if match is None:
                yield Destination(name, leaf.job.chart, resource, "", template, "removed")
                continue
            for route in _changed_fields(made.data, match.data):
                yield Destination(name, leaf.job.chart, resource, _dotted(made.data, route), template)
        for key, made in second.items():
            if key not in first:
                resource = f"{made.kind} {text_of(made.get('metadata', 'name'))}".strip()
                template = made.template.partition("/")[2]
                yield Destination(name, leaf.job.chart, resource, "", template, "added")


def _leaves_by_identity(builder: ExactBuilder) -> dict[tuple[Any, ...], Leaf]:
    return {
        (_seat(leaf.root.files), leaf.made.template, tuple(sorted(leaf.made.loops.items()))): leaf
        for leaf in builder.leaves
    }


def _objects(builder: ExactBuilder, leaf: Leaf) -> dict[tuple[str, str, int], RenderedObject] | None:
    """The objects of a leaf by template and kind, numbered in order; None when it does not render."""
    try:
        chart = leaf.charts.chart(leaf.job.chart)
        files = builder.engine.render(
            chart,
            values_text=leaf.job.values_text,
            parameters=leaf.job.parameters,
            release_name=leaf.job.release_name,
            namespace=leaf.job.namespace,
        )
        objects = objects_of(files, chart)
    except RenderError:
        return None
    found: dict[tuple[str, str, int], RenderedObject] = {}
    for made in objects:
        number = 0
        while (made.template, made.kind, number) in found:
            number += 1
        found[(made.template, made.kind, number)] = made
    return found


def _changed_fields(before: Any, after: Any, route: Keys = ()) -> Iterator[Keys]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            if key in before and key in after:
                yield from _changed_fields(before[key], after[key], (*route, key))
            else:
                yield (*route, key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changed_fields(one, other, (*route, index))
    elif before != after:
        yield route


def _is_values_text(manifest: Mapping[str, Any], route: Keys) -> bool:
    """Whether a field is the values text or Helm values of a chart below: what depends on it is told there."""
    text = ".".join(str(key) for key in route)
    return text.startswith("spec.source.plugin.env.") or text == "spec.source.helm.values"


def _dotted(data: Any, route: Keys) -> str:
    """A field as people write it: list items by their `name` where they have one."""
    text = ""
    current = data
    for key in route:
        below = lookup(current, (key,))
        if isinstance(key, int):
            name = below.get("name") if isinstance(below, Mapping) else None
            text += f"[{name}]" if isinstance(name, str) and MARK not in name else f"[{key}]"
        else:
            text += f".{key}" if text else str(key)
        current = below
    return text


def trace_value(mas: MasConfig, path: str, keys: Keys, build: Any) -> Trace:
    """Follow one config value. `build` makes an unfinished `ExactBuilder` of a `MasConfig`.

    Raises KeyError when the file has no such key.
    """
    data = mas.repository.document(path).data
    if not keys or present(data, keys) < len(keys):
        raise KeyError(path)
    base: ExactBuilder = build(mas)
    known = {(error.application, error.template, error.message) for error in base.errors}
    found: dict[Destination, None] = {}
    failures: dict[str, None] = {}
    for changed in [*changes_of(lookup(data, keys)), None]:
        if changed is None and found:
            break
        other_data = without(data, keys) if changed is None else replaced(data, keys, changed)
        other: ExactBuilder = build(changed_config(mas, path, other_data))
        new_errors = [
            error for error in other.errors if (error.application, error.template, error.message) not in known
        ]
        for error in new_errors:
            failures[f"{error.application}: {error.chart}/templates/{error.template}:{error.line}: {error.message}"] = (
                None
            )
        if new_errors and changed is not None:
            continue
        found.update(dict.fromkeys(differences(base, other)))
    return Trace(tuple(found), tuple(setters(base, path, keys)), scopes_reading(base, path), tuple(failures))


def scopes_reading(builder: ExactBuilder, path: str) -> tuple[str, ...]:
    """The directories whose parameter sets the file is part of."""
    return tuple(
        dict.fromkeys(
            root.scope.directory
            for root in builder.roots
            if root.scope is not None and any(file.path == path for file in root.scope.files)
        )
    )


def setters(builder: ExactBuilder, path: str, keys: Keys) -> Iterator[Setter]:
    """Every file of the parameter sets with `path` that sets the key, in merge order; the last one wins."""
    seen: set[Place] = set()
    for root in builder.roots:
        scope = root.scope
        if scope is None or all(file.path != path for file in scope.files):
            continue
        holding = [file for file in scope.files if present(file.data, keys) == len(keys)]
        for file in holding:
            place = Place(file.path, keys)
            if place not in seen:
                seen.add(place)
                yield Setter(place, file is holding[-1])
