"""References to External Secrets stores, joined with the stores that a cluster has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from masgitops_lint.model.place import Keys, Place

from .objects import UNKNOWN, KubeObject
from .unit import Unit, UnitGraph

GROUP = "external-secrets.io"


@dataclass(frozen=True, slots=True)
class StoreReference:
    """One reference. `known` are the names of its kind that it could have meant, `other` a kind that has the name.

    "undeclared" means that the repository declares no store at all; `certain` that nothing opaque could hold it.
    """

    kind: str
    name: str
    namespace: str
    place: Place
    obj: KubeObject
    unit: Unit
    outcome: Literal["missing", "undeclared"]
    known: tuple[str, ...] = ()
    other: str = ""
    certain: bool = True

    @property
    def where(self) -> str:
        """A namespaced store's namespace, for messages."""
        return f" in namespace {self.namespace}" if self.kind == "SecretStore" else ""


def store_references(graph: UnitGraph) -> Iterator[StoreReference]:
    """Every reference of everything that is applied, and of what is not as far as is known, without its store."""
    stores: dict[str, set[tuple[str, str, str]]] = {}
    unsure: dict[str, bool] = {}
    declared = False
    for unit in graph.units:
        shelf = stores.setdefault(unit.cluster, set())
        for obj in unit.objects:
            if obj.group == GROUP and obj.kind in ("SecretStore", "ClusterSecretStore"):
                namespace = unit.namespace_of(obj) if obj.kind == "SecretStore" else ""
                shelf.add((obj.kind, namespace, obj.name))
                declared = True
        if any(source.target in ("external", "opaque") for source in unit.sources) and unit.kind != "HelmRelease":
            unsure[unit.cluster] = unsure.get(unit.cluster, False) or not any(s.chart for s in unit.sources)
    loose = {
        (obj.kind, obj.namespace if obj.kind == "SecretStore" else "", obj.name)
        for obj in (graph.loose.objects if graph.loose is not None else ())
        if obj.kind in ("SecretStore", "ClusterSecretStore")
    }
    unreached = list(_unreached(graph))
    loose |= {
        (obj.kind, obj.namespace if obj.kind == "SecretStore" else "", obj.name)
        for _, obj in unreached
        if obj.kind in ("SecretStore", "ClusterSecretStore")
    }
    everywhere = set().union(*stores.values()) if stores else set()
    yield from _unanswered(unreached, frozenset((kind, name) for kind, _, name in (*everywhere, *loose)))
    for unit, obj in graph.reached():
        if obj.group != GROUP:
            continue
        for kind, name, route in _references(obj):
            if _vague(name) or kind not in ("SecretStore", "ClusterSecretStore"):
                continue
            namespace = unit.namespace_of(obj) if kind == "SecretStore" else ""
            key = (kind, namespace, name)
            shelf = everywhere if UNKNOWN in unit.cluster or "+" in unit.cluster else stores.get(unit.cluster, set())
            vague = any(UNKNOWN in known_name for _, _, known_name in shelf)
            found = key in shelf or key in loose or UNKNOWN in namespace or vague
            if found:
                continue
            others = [k for k, ns, n in shelf if n == name and k != kind and ns in ("", namespace or ns)]
            outcome: Literal["missing", "undeclared"] = "missing" if declared or loose else "undeclared"
            yield StoreReference(
                kind,
                name,
                namespace,
                obj.at(*route),
                obj,
                unit,
                outcome,
                tuple(sorted(n for k, ns, n in shelf if k == kind and ns == namespace)),
                others[0] if others else "",
                not unsure.get(unit.cluster, False) and bool(shelf),
            )


def _unanswered(
    objects: list[tuple[Unit, KubeObject]], declared: frozenset[tuple[str, str]]
) -> Iterator[StoreReference]:
    """References of objects that no unit applies to stores that no file declares."""
    names = {name for _, name in declared}
    if not names or _vague(*names):
        return
    seen: set[Place] = set()
    for unit, obj in objects:
        for kind, name, route in _references(obj):
            known = tuple(sorted(n for k, n in declared if k == kind))
            if (kind, name) in declared or _vague(name):
                continue
            if kind != "ClusterSecretStore" and name not in names and not known:
                continue  # a repository that declares no SecretStore has them made for its namespaces
            place = obj.at(*route)
            if place not in seen:
                seen.add(place)
                other = next((k for k, n in declared if n == name), "")
                yield StoreReference(
                    kind, name, obj.namespace, place, obj, unit, "missing", known, other, certain=False
                )


def _vague(*names: str) -> bool:
    return any(UNKNOWN in name or "$" in name or "{{" in name for name in names)


def _unreached(graph: UnitGraph) -> Iterator[tuple[Unit, KubeObject]]:
    """External Secrets objects that no unit applies, as far as is known: of kustomizations, and loose ones."""
    manual = graph.loose or Unit("manual", "manifests", "", "loose manifests", "", "manual")
    reached = {_identity(obj) for _, obj in graph.reached() if obj.group == GROUP}
    for build, read in graph.builds().values():
        if not read and not graph.aside(build.path):
            yield from ((manual, obj) for obj in build.objects if obj.group == GROUP and _identity(obj) not in reached)
    yield from ((manual, obj) for obj in manual.objects if obj.group == GROUP)


def _identity(obj: KubeObject) -> tuple[str, int, Keys, str]:
    return (obj.path, obj.document, obj.route, obj.kind)


def _references(obj: KubeObject) -> Iterator[tuple[str, str, Keys]]:
    routes: list[Keys] = []
    if obj.kind == "ExternalSecret":
        routes.append(("spec", "secretStoreRef"))
        for key in ("data", "dataFrom"):
            listed = obj.spec.get(key)
            for index in range(len(listed) if isinstance(listed, list) else 0):
                routes.append(("spec", key, index, "sourceRef", "storeRef"))
    elif obj.kind == "ClusterExternalSecret":
        routes.append(("spec", "externalSecretSpec", "secretStoreRef"))
    elif obj.kind == "PushSecret":
        listed = obj.spec.get("secretStoreRefs")
        routes += [
            ("spec", "secretStoreRefs", index) for index in range(len(listed) if isinstance(listed, list) else 0)
        ]
    for route in routes:
        reference: Any = obj.get(*route)
        if isinstance(reference, dict) and isinstance(reference.get("name"), str):
            yield str(reference.get("kind") or "SecretStore"), reference["name"], (*route, "name")
