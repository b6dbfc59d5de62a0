"""Order inside and between Applications: waves that order nothing, hooks that need what comes later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from masgitops_lint.argocd.waves import HOOK, SYNC_WAVE, atoi, hooks, wave
from masgitops_lint.model.place import Keys, Place

from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject
from .secrets import needs_of
from .unit import Unit, UnitGraph

_CONTROLLERS: dict[str, tuple[str, ...]] = {
    "pkg.crossplane.io": ("crossplane",),
    "apiextensions.crossplane.io": ("crossplane",),
    "cert-manager.io": ("cert-manager",),
    "external-secrets.io": ("external-secrets",),
    "bitnami.com": ("sealed-secrets",),
    "monitoring.coreos.com": ("kube-prometheus-stack", "prometheus-operator"),
    "networking.istio.io": ("istio-base", "istiod", "base"),
    "security.istio.io": ("istio-base", "istiod", "base"),
    "kyverno.io": ("kyverno",),
    "traefik.io": ("traefik",),
    "postgresql.cnpg.io": ("cloudnative-pg",),
    "keda.sh": ("keda",),
    "secrets-store.csi.x-k8s.io": ("secrets-store-csi-driver", "csi-secrets-store-provider-azure"),
    "metallb.io": ("metallb",),
    "longhorn.io": ("longhorn",),
    "velero.io": ("velero",),
    "tekton.dev": ("tekton-pipeline",),
}
"""Which chart brings the CustomResourceDefinitions of an API group."""


@dataclass(frozen=True, slots=True)
class OrderTrouble:
    """A place where order does not come out as written."""

    place: Place
    text: str
    hint: str
    unit: Unit | None
    related: tuple[tuple[Place, str], ...] = ()


def idle_waves(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """Waves on objects whose API comes with another Application, on roots, and on ApplicationSet templates."""
    providers = _providers(graph)
    seen: set[Place] = set()
    for unit in graph.of("argocd", "Application"):
        for obj in unit.objects:
            if atoi(obj.annotations.get(SYNC_WAVE)) in (None, 0) or not obj.group:
                continue
            owner = providers.get((unit.cluster, obj.group))
            if owner is None or owner is unit or unit.objects_define(obj.group):
                continue
            if owner.parent is unit.parent and owner.parent is not None and owner.wave < unit.wave:
                continue
            if owner in _parents(unit) or unit in _parents(owner):
                continue
            place = obj.at("metadata", "annotations", SYNC_WAVE)
            if place not in seen and owner.place is not None:
                seen.add(place)
                yield OrderTrouble(
                    place,
                    f"this wave does not make {obj.label} wait for {owner.label}, which brings its API: "
                    "waves order the objects of one Application only",
                    "order the two Applications with waves below one parent, or allow retries",
                    unit,
                    ((owner.place, "comes from here"),),
                )
    for unit in graph.of("argocd", "bootstrap"):
        for obj in unit.objects:
            if obj.kind == "Application" and SYNC_WAVE in obj.annotations and obj.locator is None:
                place = obj.at("metadata", "annotations", SYNC_WAVE)
                if place not in seen:
                    seen.add(place)
                    yield OrderTrouble(
                        place,
                        f"nothing in this repository applies Application {obj.name}, so its wave orders nothing",
                        "waves order the children of one parent Application",
                        None,
                    )


def _parents(unit: Unit) -> Iterator[Unit]:
    current = unit.parent
    while current is not None:
        yield current
        current = current.parent


def _providers(graph: UnitGraph) -> dict[tuple[str, str], Unit]:
    """(cluster, API group) to the Application that brings its CustomResourceDefinitions."""
    found: dict[tuple[str, str], Unit] = {}
    for unit in graph.of("argocd", "Application"):
        for obj in unit.objects:
            if obj.kind == "CustomResourceDefinition":
                group = obj.get("spec", "group")
                if isinstance(group, str):
                    found.setdefault((unit.cluster, group), unit)
        charts = {source.chart for source in unit.sources if source.chart}
        charts |= {source.path.rpartition("/")[2] for source in unit.sources if source.path}
        charts |= {opaque.reason.rpartition(" ")[2] for opaque in unit.opaque}
        charts.add(unit.name)
        for group, names in _CONTROLLERS.items():
            if charts & set(names):
                found.setdefault((unit.cluster, group), unit)
    return found


def unread_annotations(graph: UnitGraph) -> Iterator[tuple[Unit, KubeObject, str, str]]:
    """Hook and wave annotations that do not parse: unit, object, annotation, text."""
    seen: set[tuple[str, int, Keys, str]] = set()
    for unit in graph.of("argocd", "Application"):
        for obj in unit.objects:
            annotations = obj.annotations
            if not annotations:
                continue
            for key in (HOOK, SYNC_WAVE):
                value = annotations.get(key)
                if value is None or UNKNOWN in str(value) or "{{" in str(value):
                    continue
                identity = (obj.path, obj.document, obj.route, key)
                if identity in seen:
                    continue
                seen.add(identity)
                if (key == HOOK and not hooks(obj.data).types) or (key == SYNC_WAVE and atoi(value) is None):
                    yield unit, obj, key, str(value)


def late_providers(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """PreSync hooks, and objects of early waves, that need objects which the same Application applies later."""
    seen: set[Place] = set()
    for unit in graph.of("argocd", "Application"):
        early = [obj for obj in unit.objects if "PreSync" in hooks(obj.data).types and _runs_pods(obj)]
        if not early:
            continue
        own = {(obj.kind, unit.namespace_of(obj), obj.name): obj for obj in unit.objects if not obj.group}
        for obj in early:
            for kind, name, route in _needed(obj):
                found = own.get((kind, unit.namespace_of(obj), name))
                if found is None or found is obj:
                    continue
                types = hooks(found.data).types
                if "PreSync" in types and wave(found.data) <= wave(obj.data):
                    continue
                place = obj.at(*route)
                if place not in seen:
                    seen.add(place)
                    what = "is an ordinary object of the sync" if "PreSync" not in types else "is in a later wave"
                    yield OrderTrouble(
                        place,
                        f"the PreSync hook {obj.label} needs {found.label}, which {what}: "
                        "on a new cluster it waits for ever",
                        "make it a PreSync hook with a lower wave, or run the Job as a Sync hook",
                        unit,
                        ((found.place, "applied only after the hook"),),
                    )


def _runs_pods(obj: KubeObject) -> bool:
    return (obj.group, obj.kind) in POD_TEMPLATES


def _needed(obj: KubeObject) -> Iterator[tuple[str, str, Keys]]:
    for need in needs_of(obj):
        if not need.optional and need.role == "pod":
            yield need.kind, need.name, need.route
    route = (*POD_TEMPLATES[(obj.group, obj.kind)], "spec")
    account: Any = obj.get(*route, "serviceAccountName")
    if isinstance(account, str):
        yield "ServiceAccount", account, (*route, "serviceAccountName")
    volumes = obj.get(*route, "volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        claim = volume.get("persistentVolumeClaim") if isinstance(volume, dict) else None
        name = claim.get("claimName") if isinstance(claim, dict) else None
        if isinstance(name, str):
            yield "PersistentVolumeClaim", name, (*route, "volumes", index, "persistentVolumeClaim", "claimName")
