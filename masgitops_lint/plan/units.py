"""The plan of a generic repo: which units and objects a change adds, changes and deletes, and what becomes of them.

Argo CD: a child that disappears is deleted when its parent prunes; its objects go with it when it has the resources
finalizer (children of ApplicationSets get it by themselves, unless `preserveResourcesOnDeletion`), else they are
orphaned. Flux: a Kustomization that its parent prunes deletes what it applied when it prunes itself and its
`deletionPolicy` is not `Orphan`; a HelmRelease is uninstalled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from masgitops_lint.deployment.from_units import deployment_of
from masgitops_lint.kubernetes.kinds import STATEFUL
from masgitops_lint.kubernetes.objects import KubeObject
from masgitops_lint.kubernetes.unit import Unit, UnitGraph
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .model import Added, Change, Deletion, Effect, FieldChange, Plan, Side, Stake

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

Key: TypeAlias = tuple[str, str, str, str]

_LOSSES = {
    "Namespace": "everything in it",
    "PersistentVolume": "its data, unless the reclaim policy keeps it",
    "PersistentVolumeClaim": "its data, unless the reclaim policy keeps it",
    "CustomResourceDefinition": "every object of its kind",
    "StatefulSet": "its pods; volumes of its templates stay",
    "Cluster": "the database with its volumes",
    "CephCluster": "the storage cluster",
}
_FIELDS = ("path", "revision", "server", "namespace", "prune", "finalizers", "sync_options", "wave")


def compare_units(base: UnitGraph, head: UnitGraph) -> Plan:
    """What happens when the head replaces the base. Roots that nobody applies are only told apart, never deleted."""
    old, new = _keyed(base), _keyed(head)
    removed = [key for key in old if key not in new]
    gone = {id(old[key][0]): key for key in removed}
    moved = _moved(old, new, removed)
    deletions = [_deletion(old[key], head, _cause(old[key][0], gone, old), moved.get(key, "")) for key in removed]
    added = [
        Added(application, application.source, _source_of(key, moved, old))
        for key, (_, application) in new.items()
        if key not in old
    ]
    changes = [change for key in new if key in old for change in _changes(old[key], new[key])]
    deletions += [one for key in new if key in old for one in _partial(old[key], new[key], head)]
    return Plan(
        added=tuple(sorted(added, key=lambda one: one.application.name)),
        removed=tuple(sorted(deletions, key=lambda one: (one.cause, not one.top, one.application.name))),
        changed=tuple(sorted(changes, key=lambda one: one.application.name)),
        paths=_paths(base.repository, head.repository),
    )


Entry: TypeAlias = tuple[Unit, Application]


def _keyed(graph: UnitGraph) -> dict[Key, Entry]:
    units = [unit for unit in graph.units if unit.kind != "bootstrap"]
    applications = [one for one in deployment_of(graph).applications if one.kind != "ApplicationSet"]
    found: dict[Key, Entry] = {}
    for unit, application in zip(units, applications, strict=True):
        key = (unit.plane.partition("@")[0], unit.kind, unit.namespace, application.name)
        found.setdefault(key, (unit, application))
    return found


def _paths(base: Repository | None, head: Repository | None) -> tuple[str, ...]:
    return () if base is None or head is None else base.changed_from(head)


def _identities(unit: Unit) -> frozenset[tuple[str, str, str, str]]:
    return frozenset((obj.group, obj.kind, unit.namespace_of(obj), obj.name) for obj in unit.objects)


def _moved(old: dict[Key, Entry], new: dict[Key, Entry], removed: list[Key]) -> dict[Key, str]:
    """Removed units whose objects another one applies now."""
    now: dict[tuple[str, str, str, str], str] = {}
    for key, (unit, application) in new.items():
        if key not in old:
            for identity in _identities(unit):
                now.setdefault(identity, application.name)
    found = {}
    for key in removed:
        identities = _identities(old[key][0])
        targets = [now[identity] for identity in identities if identity in now]
        if identities and len(targets) * 2 > len(identities):
            found[key] = max(sorted(set(targets)), key=targets.count)
    return found


def _source_of(key: Key, moved: dict[Key, str], old: dict[Key, Entry]) -> str:
    return next((old[source][1].name for source, target in moved.items() if target == key[3]), "")


def _cause(unit: Unit, gone: dict[int, Key], old: dict[Key, Entry]) -> str:
    """The name of the topmost removed unit above this one."""
    top, current = unit, unit.parent
    while current is not None and id(current) in gone:
        top, current = current, current.parent
    return old[gone[id(top)]][1].name


def _deletion(entry: Entry, head: UnitGraph, cause: str, moved_to: str) -> Deletion:
    unit, application = entry
    effect, reason = _effect(unit)
    place, side = _where(unit, head)
    return Deletion(
        application,
        effect,
        reason,
        place,
        side,
        cause,
        tuple(_stakes(unit, unit.objects)),
        moved_to,
    )


def _where(unit: Unit, head: UnitGraph) -> tuple[Place, Side]:
    """The removed manifest: in the head where its file is still there."""
    place = unit.place or Place("")
    if head.repository is not None and place.path in head.repository.path_set:
        return Place(place.path), "head"
    return Place(place.path, place.keys, place.part, place.document), "base"


def _effect(unit: Unit) -> tuple[Effect, str]:
    parent = unit.parent
    if unit.engine == "kustomize":
        return "kept", "no engine of this repository applies it"
    if unit.generator is None and (parent is None or parent.kind == "bootstrap"):
        return "kept", "nothing in this repository applies it, so nothing deletes it"
    if unit.engine == "argocd" or parent is None:
        return _argo_effect(unit, parent)
    if parent.kind == "Kustomization" and parent.prune is not True:
        return "kept", f"{parent.label} does not prune"
    if unit.kind == "HelmRelease":
        return "pruned", "Flux uninstalls the release"
    policy = unit.manifest.get("spec", "deletionPolicy") if unit.manifest is not None else None
    if policy == "Orphan":
        return "orphaned", "deletionPolicy is Orphan"
    if unit.prune is not True and policy not in ("Delete", "WaitForTermination"):
        return "orphaned", "it does not prune, so its objects stay"
    return "pruned", "it prunes, so its finalizer deletes what it applied"


def _argo_effect(unit: Unit, parent: Unit | None) -> tuple[Effect, str]:
    if unit.generator is not None:
        sync = unit.generator.spec.get("syncPolicy")
        policy = sync.get("applicationsSync") if isinstance(sync, dict) else None
        if policy in ("create-only", "create-update"):
            return "kept", f"applicationsSync is {policy}"
        if isinstance(sync, dict) and sync.get("preserveResourcesOnDeletion") is True:
            return "orphaned", "preserveResourcesOnDeletion keeps its objects"
        return "pruned", "the ApplicationSet deletes it, and its finalizer takes its objects along"
    if parent is None or parent.prune is not True:
        return "kept", f"{parent.label if parent is not None else 'its root'} does not prune"
    finalizers = unit.manifest.metadata.get("finalizers") if unit.manifest is not None else None
    if any("resources-finalizer" in str(one) for one in finalizers or ()):
        return "pruned", "it has the resources finalizer"
    return "orphaned", "it has no resources finalizer: its objects stay without an owner"


def _stakes(unit: Unit, objects: tuple[KubeObject, ...] | list[KubeObject]) -> Iterator[Stake]:
    for obj in objects:
        if (obj.group, obj.kind) in STATEFUL:
            options = str(obj.annotations.get("argocd.argoproj.io/sync-options", ""))
            kept = "disabled" in (
                obj.annotations.get("kustomize.toolkit.fluxcd.io/prune"),
                obj.labels.get("kustomize.toolkit.fluxcd.io/prune"),
            )
            protected = kept or "Prune=false" in options or "Delete=false" in options
            yield Stake(
                obj.kind, obj.name, unit.namespace_of(obj), _LOSSES.get(obj.kind, ""), obj.path, protected=protected
            )


def _differences(old: Unit, new: Unit) -> tuple[list[KubeObject], list[KubeObject]]:
    before = {(o.group, o.kind, old.namespace_of(o), o.name): o for o in old.objects}
    after = {(o.group, o.kind, new.namespace_of(o), o.name): o for o in new.objects}
    return [o for key, o in after.items() if key not in before], [o for key, o in before.items() if key not in after]


def _changes(old: Entry, new: Entry) -> Iterator[Change]:
    fields = tuple(
        FieldChange(name.replace("_", " "), getattr(old[1], name), getattr(new[1], name))
        for name in _FIELDS
        if getattr(old[1], name) != getattr(new[1], name)
    )
    added, removed = _differences(old[0], new[0])
    changed_objects = _content_differs(old[0], new[0])
    if fields or added or removed or changed_objects:
        yield Change(
            new[1],
            old[1],
            new[1].source,
            fields,
            added_resources=tuple(_resource(new[0], obj) for obj in added),
            removed_resources=tuple(_resource(old[0], obj) for obj in removed),
        )


def _content_differs(old: Unit, new: Unit) -> bool:
    before = {(o.group, o.kind, old.namespace_of(o), o.name): o.data for o in old.objects}
    return any(
        before.get((o.group, o.kind, new.namespace_of(o), o.name), o.data) != o.data for o in new.objects
    ) or (
        old.manifest is not None and new.manifest is not None and old.manifest.spec != new.manifest.spec
    )  # fmt: skip


def _resource(unit: Unit, obj: KubeObject) -> Resource:
    return Resource(obj.kind, obj.name, unit.namespace_of(obj), obj.group)


def _partial(old: Entry, new: Entry, head: UnitGraph) -> Iterator[Deletion]:
    """Stateful objects that disappear from a unit which stays."""
    _, removed = _differences(old[0], new[0])
    stakes = tuple(_stakes(old[0], removed))
    if stakes:
        pruned = new[0].prune is True
        place, side = _where(old[0], head)
        yield Deletion(
            new[1],
            "pruned" if pruned else "orphaned",
            "it prunes what leaves Git" if pruned else "it does not prune, so they stay without an owner",
            place,
            side,
            new[1].name,
            stakes,
            whole=False,
        )
