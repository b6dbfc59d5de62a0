"""Names of other objects that an object holds, besides Secrets and ConfigMaps: claims, accounts, issuers, roles.

What may come from a chart or a base that cannot be opened is left out; so is a kind that the namespace has none of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place

from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject, split_api_version
from .secrets import Need

if TYPE_CHECKING:
    from .unit import Unit, UnitGraph

_FLUX_IMAGE, _FLUX_HELM, _CERT = "image.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "cert-manager.io"
_FLUX_KUSTOMIZE, _FLUX_SOURCE = "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"
_GROUPS = {
    "Kustomization": _FLUX_KUSTOMIZE,
    "HelmRelease": _FLUX_HELM,
    "ImagePolicy": _FLUX_IMAGE,
    "ImageRepository": _FLUX_IMAGE,
    "ImageUpdateAutomation": _FLUX_IMAGE,
}
_BUILT_IN_ROLES = late_pattern(r"^(?:cluster-admin|admin|edit|view|system:.*|flux-.*|crd-controller)$")
_CLUSTER_SCOPED = frozenset({"ClusterIssuer", "ClusterRole", "PersistentVolume", "GatewayClass", "StorageClass"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One name: what it stands for and where. `namespace` is "" for an object without one."""

    group: str
    kind: str
    namespace: str
    name: str
    route: Keys


@dataclass(frozen=True, slots=True)
class DanglingReference:
    """A reference that nothing answers. `near` is a name of that kind that was probably meant, with its object."""

    reference: Reference
    unit: Unit
    obj: KubeObject
    place: Place
    near: str
    other: KubeObject


def _items(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def references_of(obj: KubeObject, own: str) -> Iterator[Reference]:
    """The names in one object; `own` is its namespace."""
    route = POD_TEMPLATES.get((obj.group, obj.kind))
    if route is not None:
        yield from _pod(obj, own, (*route, "spec"))
    reader = _READERS.get((obj.group, obj.kind))
    if reader is not None:
        yield from reader(obj, own)


def _pod(obj: KubeObject, own: str, route: Keys) -> Iterator[Reference]:
    account = _text(obj.get(*route, "serviceAccountName"))
    if account and account != "default":
        yield Reference("", "ServiceAccount", own, account, (*route, "serviceAccountName"))
    for index, volume in _items(obj.get(*route, "volumes")):
        claim = volume.get("persistentVolumeClaim")
        if isinstance(claim, dict) and _text(claim.get("claimName")):
            here = (*route, "volumes", index, "persistentVolumeClaim", "claimName")
            yield Reference("", "PersistentVolumeClaim", own, claim["claimName"], here)


def _ingress(obj: KubeObject, own: str) -> Iterator[Reference]:
    for index, rule in _items(obj.spec.get("rules")):
        http = rule.get("http")
        for number, path in _items(http.get("paths") if isinstance(http, dict) else None):
            backend = path.get("backend")
            service = backend.get("service") if isinstance(backend, dict) else None
            if isinstance(service, dict) and _text(service.get("name")):
                here = ("spec", "rules", index, "http", "paths", number, "backend", "service", "name")
                yield Reference("", "Service", own, service["name"], here)
    for annotation, kind in (("cert-manager.io/cluster-issuer", "ClusterIssuer"), ("cert-manager.io/issuer", "Issuer")):
        name = _text(obj.annotations.get(annotation))
        if name:
            yield Reference(
                _CERT, kind, "" if kind == "ClusterIssuer" else own, name, ("metadata", "annotations", annotation)
            )


def _certificate(obj: KubeObject, own: str) -> Iterator[Reference]:
    issuer = obj.spec.get("issuerRef")
    if isinstance(issuer, dict) and _text(issuer.get("name")) and issuer.get("group", _CERT) == _CERT:
        kind = _text(issuer.get("kind")) or "Issuer"
        where = "" if kind == "ClusterIssuer" else own
        yield Reference(_CERT, kind, where, issuer["name"], ("spec", "issuerRef", "name"))


_GATEWAY = "gateway.networking.k8s.io"


def _route(obj: KubeObject, own: str) -> Iterator[Reference]:
    for index, parent in _items(obj.spec.get("parentRefs")):
        if parent.get("kind", "Gateway") == "Gateway" and _text(parent.get("name")):
            where = _text(parent.get("namespace")) or own
            yield Reference(_GATEWAY, "Gateway", where, parent["name"], ("spec", "parentRefs", index, "name"))
    for index, rule in _items(obj.spec.get("rules")):
        for number, backend in _items(rule.get("backendRefs")):
            if backend.get("kind", "Service") == "Service" and _text(backend.get("name")):
                where = _text(backend.get("namespace")) or own
                here = ("spec", "rules", index, "backendRefs", number, "name")
                yield Reference("", "Service", where, backend["name"], here)


def _scaled(obj: KubeObject, own: str) -> Iterator[Reference]:
    target = obj.spec.get("scaleTargetRef")
    if isinstance(target, dict) and _text(target.get("name")):
        group, _ = split_api_version(target.get("apiVersion") or "apps/v1")
        kind = _text(target.get("kind")) or "Deployment"
        yield Reference(group, kind, own, target["name"], ("spec", "scaleTargetRef", "name"))


def _binding(obj: KubeObject, own: str) -> Iterator[Reference]:
    role = obj.get("roleRef")
    if isinstance(role, dict) and _text(role.get("name")) and not _BUILT_IN_ROLES.match(role["name"]):
        kind = _text(role.get("kind"))
        if kind in ("Role", "ClusterRole"):
            where = "" if kind == "ClusterRole" else own
            yield Reference("rbac.authorization.k8s.io", kind, where, role["name"], ("roleRef", "name"))


def _named(group: str, kind: str, *route: str) -> Any:
    def read(obj: KubeObject, own: str) -> Iterator[Reference]:
        name = _text(obj.get(*route))
        if name:
            where = _text(obj.get(*route[:-1], "namespace")) or own
            yield Reference(group, kind, where, name, route)

    return read


def _resources(field: str) -> Any:
    def read(obj: KubeObject, own: str) -> Iterator[Reference]:
        for index, item in _items(obj.spec.get(field)):
            kind, name = _text(item.get("kind")), _text(item.get("name"))
            written = item.get("apiVersion")
            group = split_api_version(written)[0] if isinstance(written, str) else _GROUPS.get(kind, _FLUX_SOURCE)
            if kind and name and name != "*":
                where = _text(item.get("namespace")) or ("" if field == "healthChecks" else own)
                yield Reference(group, kind, where, name, ("spec", field, index, "name"))

    return read


def _release(obj: KubeObject, own: str) -> Iterator[Reference]:
    """Claims that the values of a release name as existing ones."""
    where = _text(obj.spec.get("targetNamespace")) or own
    for name, route in _claims(obj.spec.get("values"), ("spec", "values")):
        yield Reference("", "PersistentVolumeClaim", where, name, route)


def _claims(value: Any, route: Keys) -> Iterator[tuple[str, Keys]]:
    if isinstance(value, dict):
        if value.get("enabled") is False:
            return
        for key, below in value.items():
            if key == "existingClaim" and _text(below):
                yield below, (*route, key)
            elif key == "persistentVolumeClaim" and isinstance(below, dict) and _text(below.get("claimName")):
                yield below["claimName"], (*route, key, "claimName")
            else:
                yield from _claims(below, (*route, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _claims(below, (*route, index))


_CNPG = "postgresql.cnpg.io"
_READERS: Mapping[tuple[str, str], Any] = {
    ("networking.k8s.io", "Ingress"): _ingress,
    (_CERT, "Certificate"): _certificate,
    (_GATEWAY, "HTTPRoute"): _route,
    (_GATEWAY, "GRPCRoute"): _route,
    (_GATEWAY, "TLSRoute"): _route,
    (_GATEWAY, "TCPRoute"): _route,
    ("autoscaling", "HorizontalPodAutoscaler"): _scaled,
    ("keda.sh", "ScaledObject"): _scaled,
    ("rbac.authorization.k8s.io", "RoleBinding"): _binding,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _binding,
    (_CNPG, "ScheduledBackup"): _named(_CNPG, "Cluster", "spec", "cluster", "name"),
    (_CNPG, "Backup"): _named(_CNPG, "Cluster", "spec", "cluster", "name"),
    (_CNPG, "Pooler"): _named(_CNPG, "Cluster", "spec", "cluster", "name"),
    (_CNPG, "Database"): _named(_CNPG, "Cluster", "spec", "cluster", "name"),
    ("volsync.backube", "ReplicationSource"): _named("", "PersistentVolumeClaim", "spec", "sourcePVC"),
    (_FLUX_IMAGE, "ImagePolicy"): _named(_FLUX_IMAGE, "ImageRepository", "spec", "imageRepositoryRef", "name"),
    ("notification.toolkit.fluxcd.io", "Alert"): _resources("eventSources"),
    ("notification.toolkit.fluxcd.io", "Receiver"): _resources("resources"),
    (_FLUX_KUSTOMIZE, "Kustomization"): _resources("healthChecks"),
    (_FLUX_HELM, "HelmRelease"): _release,
}


def dangling_references(graph: UnitGraph) -> Iterator[DanglingReference]:
    """Every name that nothing answers and that is close to one which is there."""
    from .resolve import secret_index

    shelves: dict[str, dict[tuple[str, str], dict[str, list[tuple[str, KubeObject]]]]] = {}
    index = secret_index(graph, graph.settings)
    for unit, obj in graph.reached():
        own = unit.namespace_of(obj)
        for reference in references_of(obj, own):
            if any(UNKNOWN in text or "$" in text or "{{" in text for text in (reference.name, reference.namespace)):
                continue
            shelf = shelves.get(unit.cluster)
            if shelf is None:
                shelf = shelves[unit.cluster] = _shelf(graph, unit.cluster)
            known = shelf.get((reference.group, reference.kind), {})
            near = _near(reference, known)
            if near is None:
                continue
            need = Need("ConfigMap", reference.namespace, reference.name, "", "custom", obj, reference.route)
            if not index.plausible(need, unit, reference.namespace):
                yield DanglingReference(reference, unit, obj, obj.at(*reference.route), *near)


def _shelf(graph: UnitGraph, cluster: str) -> dict[tuple[str, str], dict[str, list[tuple[str, KubeObject]]]]:
    """Namespaces and objects by name, by (group, kind)."""
    found: dict[tuple[str, str], dict[str, list[tuple[str, KubeObject]]]] = {}
    for (group, kind, namespace, name), (_, obj) in graph.objects_of(cluster).items():
        where = "" if kind in _CLUSTER_SCOPED else namespace
        found.setdefault((group, kind), {}).setdefault(name, []).append((where, obj))
        for alias in obj.aliases:
            found[(group, kind)].setdefault(alias, []).append((where, obj))
    return found


def _near(reference: Reference, known: dict[str, list[tuple[str, KubeObject]]]) -> tuple[str, KubeObject] | None:
    """What was probably meant; None where the reference is answered or nothing is like it."""
    import difflib

    same = known.get(reference.name, [])
    if same and not reference.namespace:
        return None
    if any(where in ("", reference.namespace) or UNKNOWN in where or "$" in where for where, _ in same):
        return None
    if any(UNKNOWN in name or "$" in name for name in known):
        return None
    beside = {
        name: obj
        for name, entries in known.items()
        for where, obj in entries
        if where == reference.namespace and obj.name == name
    }
    for name in difflib.get_close_matches(reference.name, beside, n=1, cutoff=0.75):
        return name, beside[name]
    for where, obj in same:
        return f"{where}/{reference.name}", obj
    return None
