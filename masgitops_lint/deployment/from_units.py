"""The units of a generic repo as a deployment, so that tree, graph and plan show them in the same words."""

from __future__ import annotations

from collections import Counter

from masgitops_lint.argocd.waves import delete_policies, hooks, resource_sync_options, wave
from masgitops_lint.kubernetes.objects import UNKNOWN, KubeObject
from masgitops_lint.kubernetes.unit import Unit, UnitGraph
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .deployment import Deployment


def deployment_of(graph: UnitGraph) -> Deployment:
    """Applications, ApplicationSets, Flux Kustomizations and HelmReleases, parents before children.

    Names are unique below one root: a name that comes twice is written with its kind, and with its namespace if need
    be. `account` is the root (a control plane or a Flux cluster), so that two roots may use the same names.
    """
    names = _names(graph)
    applications: list[Application] = []
    resources: dict[str, tuple[Resource, ...]] = {}
    sets: dict[tuple[str, str, int], str] = {}
    used = set(names.values())
    for unit in graph.units:
        if unit.kind == "bootstrap":
            continue
        parent = None if unit.parent is None or unit.parent.kind == "bootstrap" else names[id(unit.parent)]
        if unit.generator is not None:
            key = (unit.plane, unit.generator.path, unit.generator.document)
            if key not in sets:
                own = unit.generator.name
                sets[key] = f"ApplicationSet {own}" if own in used else own
                applications.append(_application_set(unit, unit.generator, parent)._replace(name=sets[key]))
            parent = sets[key]
        applications.append(_application(unit, names[id(unit)], parent))
        resources[names[id(unit)]] = tuple(_resource(unit, obj) for obj in unit.objects)
    return Deployment(tuple(applications), resources=resources, exact=False)


def names_of(graph: UnitGraph) -> dict[int, tuple[Unit, str]]:
    """Every unit but the bootstraps with the name that the deployment gives it, by `id(unit)`."""
    names = _names(graph)
    return {id(unit): (unit, names[id(unit)]) for unit in graph.units if id(unit) in names}


def _names(graph: UnitGraph) -> dict[int, str]:
    """A name for each unit that is unique below its root."""
    taken: dict[tuple[str, str], int] = {}
    kinds: Counter[tuple[str, str, str]] = Counter()
    for unit in graph.units:
        if unit.kind == "bootstrap":
            continue
        taken[(unit.plane, unit.name)] = taken.get((unit.plane, unit.name), 0) + 1
        kinds[(unit.plane, unit.kind, unit.name)] += 1
    found: dict[int, str] = {}
    used: set[tuple[str, str]] = set()
    for unit in graph.units:
        if unit.kind == "bootstrap":
            continue
        name = _readable(unit.name)
        if taken[(unit.plane, unit.name)] > 1:
            alone = kinds[(unit.plane, unit.kind, unit.name)] == 1
            name = f"{unit.kind} {name}" if alone else f"{unit.kind} {unit.namespace}/{name}"
        number, shown = 2, name
        while (unit.plane, shown) in used:
            shown, number = f"{name} ({number})", number + 1
        used.add((unit.plane, shown))
        found[id(unit)] = shown
    return found


def _readable(text: str) -> str:
    return text.replace(UNKNOWN, "?")


def _place(unit: Unit) -> Place:
    if unit.manifest is not None:
        return unit.manifest.place
    return Place(f"{unit.directories[0]}/kustomization.yaml" if unit.directories and unit.directories[0] else "")


def _application(unit: Unit, name: str, parent: str | None) -> Application:
    source = unit.sources[0] if unit.sources else None
    finalizers = unit.manifest.metadata.get("finalizers") if unit.manifest is not None else None
    options = unit.manifest.get("spec", "syncPolicy", "syncOptions") if unit.manifest is not None else None
    path = (source.path or source.chart or source.url) if source is not None else ""
    return Application(
        kind=unit.kind,
        name=name,
        parent=parent,
        wave=unit.wave if unit.engine == "argocd" else None,
        path=_readable(path),
        server=_readable(unit.cluster) or None,
        namespace=_readable(unit.target_namespace) or None,
        prune=unit.prune,
        finalizers=tuple(str(one) for one in finalizers) if isinstance(finalizers, list) else (),
        source=_place(unit),
        scope=unit.plane,
        account=unit.plane,
        revision=_readable(source.revision) if source is not None else "",
        sync_options=tuple(str(one) for one in options) if isinstance(options, list) else (),
    )


def _application_set(unit: Unit, manifest: KubeObject, parent: str | None) -> Application:
    return Application(
        kind="ApplicationSet",
        name=manifest.name,
        parent=parent,
        wave=wave(manifest.data),
        path="",
        server=None,
        namespace=manifest.namespace or None,
        prune=None,
        finalizers=(),
        source=manifest.place,
        scope=unit.plane,
        account=unit.plane,
    )


def _resource(unit: Unit, obj: KubeObject) -> Resource:
    found = hooks(obj.data)
    return Resource(
        kind=obj.kind,
        name=_readable(obj.name),
        namespace=_readable(unit.namespace_of(obj)),
        group=obj.group,
        wave=wave(obj.data),
        hooks=found.types,
        delete_policies=delete_policies(obj.data) if found.types else (),
        sync_options=resource_sync_options(obj.data),
        template=obj.path,
    )
