"""SecretProviderClasses of the Secrets Store CSI driver: who mounts them, and whether they say what they mean.

Facts: secrets-store-csi-driver nodeserver.go (a pod finds the class in its own namespace only), secretutil.go
(`secretObjects` are synced while a pod mounts the class, `objectName` is the name of the mounted file);
secrets-store-csi-driver-provider-azure types.go and parameters.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from masgitops_lint.model.place import Keys, Place

from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject
from .secrets import needs_of
from .transformers import parsed_text
from .unit import UnitGraph

DRIVER_GROUP, DRIVER = "secrets-store.csi.x-k8s.io", "secrets-store.csi.k8s.io"
Trouble: TypeAlias = Literal[
    "missing", "elsewhere", "never-mounted", "namespace", "object-name", "objects", "duplicate", "identity", "parameter"
]


@dataclass(frozen=True, slots=True)
class ClassTrouble:
    """Something that is wrong with a class or with a mount of one. `opaque` names what may hold the other half."""

    kind: Trouble
    place: Place
    text: str
    obj: KubeObject
    names: tuple[str, ...] = ()
    related: tuple[tuple[Place, str], ...] = ()
    opaque: str = ""


@dataclass(slots=True)
class _Mount:
    obj: KubeObject
    namespace: str
    cluster: str
    name: str
    place: Place
    has_secret: bool


@dataclass(slots=True)
class _Found:
    classes: list[tuple[KubeObject, str, str]] = field(default_factory=list)
    """Object, namespace, cluster; a cluster of "" is any (applied by hand)."""
    mounts: list[_Mount] = field(default_factory=list)


def troubles(graph: UnitGraph) -> Iterator[ClassTrouble]:
    """Everything about SecretProviderClasses, each place once."""
    found = _collect(graph)
    if not found.classes and not found.mounts:
        return
    seen: set[tuple[str, Place]] = set()
    for trouble in (*_mounts(graph, found), *_classes(graph, found)):
        key = (trouble.kind, trouble.place)
        if key not in seen:
            seen.add(key)
            yield trouble


def _collect(graph: UnitGraph) -> _Found:
    found = _Found()
    loose = [("", graph.loose, obj) for obj in (graph.loose.objects if graph.loose is not None else ())]
    reached = [(unit.cluster, unit, obj) for unit, obj in graph.reached()]
    for cluster, unit, obj in [*reached, *loose]:
        namespace = unit.namespace_of(obj) if unit is not None else obj.namespace
        if obj.group == DRIVER_GROUP and obj.kind == "SecretProviderClass":
            found.classes.append((obj, namespace if cluster else obj.namespace, cluster))
        route = POD_TEMPLATES.get((obj.group, obj.kind))
        if route is not None:
            for name, place, has_secret in _mounted(obj, (*route, "spec")):
                found.mounts.append(_Mount(obj, namespace, cluster, name, place, has_secret))
    return found


def _mounted(obj: KubeObject, route: Keys) -> Iterator[tuple[str, Place, bool]]:
    volumes = obj.get(*route, "volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        csi = volume.get("csi") if isinstance(volume, dict) else None
        if isinstance(csi, dict) and csi.get("driver") == DRIVER:
            attributes = csi.get("volumeAttributes")
            name = attributes.get("secretProviderClass") if isinstance(attributes, dict) else None
            if isinstance(name, str) and UNKNOWN not in name and "$" not in name:
                place = obj.at(*route, "volumes", index, "csi", "volumeAttributes", "secretProviderClass")
                yield name, place, "nodePublishSecretRef" in csi


def _mounts(graph: UnitGraph, found: _Found) -> Iterator[ClassTrouble]:
    for mount in found.mounts:
        same = [(obj, ns) for obj, ns, cluster in found.classes if obj.name == mount.name and _near(cluster, mount)]
        if any(ns == mount.namespace or not ns or UNKNOWN in ns + mount.namespace for _, ns in same):
            continue
        if same and not mount.cluster and not mount.obj.namespace:  # whoever applies it chooses the namespace
            continue
        vague = any(UNKNOWN in obj.name for obj, _, _ in found.classes)
        if same:
            yield ClassTrouble(
                "elsewhere",
                mount.place,
                f"{mount.namespace}/{mount.name}",
                mount.obj,
                tuple(ns for _, ns in same),
                tuple((obj.at("metadata", "namespace"), "the class is here") for obj, _ in same),
            )
        elif not vague:
            where = f"{mount.namespace}/{mount.name}"
            opaque = _maker(graph, mount)
            yield ClassTrouble("missing", mount.place, where, mount.obj, opaque=opaque)


def _maker(graph: UnitGraph, mount: _Mount) -> str:
    """A chart that cannot be opened and may bring the class: one in the pod's namespace."""
    return next(
        (
            unit.label
            for unit in graph.units
            if unit.is_opaque
            and unit.kind != "bootstrap"
            and unit.target_namespace in ("", mount.namespace)
            and (not mount.cluster or unit.cluster == mount.cluster)
        ),
        "",
    )


def _near(cluster: str, mount: _Mount) -> bool:
    return not cluster or not mount.cluster or cluster == mount.cluster


def _classes(graph: UnitGraph, found: _Found) -> Iterator[ClassTrouble]:
    for obj, namespace, cluster in found.classes:
        mounts = [m for m in found.mounts if m.name == obj.name and (not cluster or m.cluster in ("", cluster))]
        mounted = [m for m in mounts if m.namespace == namespace or UNKNOWN in m.namespace + namespace]
        made = _secret_names(obj)
        users = _users(graph, made, cluster)
        others = sorted({ns for ns, _ in users if ns != namespace and UNKNOWN not in ns})
        if users and not any(ns == namespace for ns, _ in users) and others and UNKNOWN not in namespace:
            yield ClassTrouble(
                "namespace",
                obj.at("metadata", "namespace") if obj.metadata.get("namespace") else obj.place,
                ", ".join(sorted(made)),
                obj,
                tuple(others),
                tuple((place, "needed here") for _, place in users[:4]),
            )
        if not mounted and UNKNOWN not in obj.name:
            yield ClassTrouble(
                "never-mounted", obj.place, ", ".join(sorted(made)), obj, opaque=_opaque(graph, obj, namespace, cluster)
            )
        yield from _contents(obj, any(m.has_secret for m in mounted))


def _opaque(graph: UnitGraph, obj: KubeObject, namespace: str, cluster: str) -> str:
    """A chart that cannot be opened in the namespace, or a file that mentions mounting the class."""
    for unit in graph.units:
        here = unit.target_namespace in ("", namespace) and (not cluster or unit.cluster == cluster)
        if unit.is_opaque and unit.kind != "bootstrap" and here:
            return unit.label
    manifests = graph.manifests
    if graph.scan is None or manifests is None:
        return ""
    name, word = obj.name.encode(), b"secretProviderClass"
    return next(
        (
            path
            for path in graph.scan.workloads
            if path != obj.path and manifests.mentions(path, name) and manifests.mentions(path, word)
        ),
        "",
    )


def _secret_names(obj: KubeObject) -> set[str]:
    listed = obj.spec.get("secretObjects")
    return {
        str(item["secretName"])
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, dict) and item.get("secretName")
    }


def _users(graph: UnitGraph, names: set[str], cluster: str) -> list[tuple[str, Place]]:
    index: dict[str, list[tuple[str, str, Place]]] | None = graph.cache.get("secret-users")
    if index is None:
        index = graph.cache["secret-users"] = {}
        for unit, obj in graph.reached():
            for need in needs_of(obj):
                if need.kind == "Secret" and need.role == "pod":
                    namespace = unit.namespace_of(obj)
                    index.setdefault(need.name, []).append((unit.cluster, namespace, need.place))
    return [
        (namespace, place)
        for name in sorted(names)
        for where, namespace, place in index.get(name, ())
        if not cluster or where == cluster
    ]


def _contents(obj: KubeObject, has_secret: bool) -> Iterator[ClassTrouble]:
    parameters = obj.spec.get("parameters")
    if not isinstance(parameters, dict):
        return
    for key, value in parameters.items():
        if not isinstance(value, str) and value is not None:
            yield ClassTrouble("parameter", obj.at("spec", "parameters", key), str(key), obj)
    if obj.spec.get("provider") != "azure":
        return
    if not _has_identity(parameters) and not has_secret:
        yield ClassTrouble("identity", obj.at("spec", "parameters", part="key"), "", obj)
    text = parameters.get("objects")
    if not isinstance(text, str) or UNKNOWN in text or "{{" in text or "${" in text:
        return
    entries = class_objects(text)
    place = obj.at("spec", "parameters", "objects")
    if entries is None:
        yield ClassTrouble("objects", place, "", obj)
        return
    files = [str(entry.get("objectAlias") or entry["objectName"]) for entry in entries]
    for name in sorted({name for name in files if files.count(name) > 1}):
        yield ClassTrouble("duplicate", place, name, obj)
    listed = obj.spec.get("secretObjects")
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        data = item.get("data") if isinstance(item, dict) else None
        for number, entry in enumerate(data if isinstance(data, list) else ()):
            wanted = entry.get("objectName") if isinstance(entry, dict) else None
            if isinstance(wanted, str) and not any(
                wanted == one or one.startswith(wanted + "/") or wanted.startswith(one + "/") for one in files
            ):
                where = obj.at("spec", "secretObjects", index, "data", number, "objectName")
                yield ClassTrouble("object-name", where, wanted, obj, tuple(sorted(files)))


def _has_identity(parameters: dict[str, Any]) -> bool:
    flags = ("usePodIdentity", "useVMManagedIdentity", "useAzureTokenProxy")
    return any(str(parameters.get(flag, "")).lower() == "true" for flag in flags) or any(
        str(parameters.get(key) or "") for key in ("clientID", "clientId", "userAssignedIdentityID")
    )


def class_objects(text: str) -> list[dict[str, Any]] | None:
    """What the Azure provider's `objects` names; None when the text is not `array: [...]` of YAML texts."""
    documents = parsed_text(text)
    data = documents[0] if documents else None
    listed = data.get("array") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return None
    found = []
    for item in listed:
        inner = parsed_text(item)[:1] if isinstance(item, str) else (item,)
        entry = inner[0] if inner else None
        if not isinstance(entry, dict) or not isinstance(entry.get("objectName"), str):
            return None
        found.append(entry)
    return found
