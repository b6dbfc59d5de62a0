"""The secrets inventory of a generic repo: what is needed, who makes it, and what somebody has to create by hand."""

from __future__ import annotations

from masgitops_lint.kubernetes.objects import UNKNOWN
from masgitops_lint.kubernetes.remote_secrets import RemoteSecret, remote_secrets
from masgitops_lint.kubernetes.resolve import Resolved
from masgitops_lint.kubernetes.unit import Unit, UnitGraph

from .from_units import names_of
from .secret_inventory import InventoryEntry, InventoryReader, InventoryWriter, Origin

_ORIGINS: dict[str, Origin] = {
    "resolved": "at runtime",
    "by-hand": "by hand",
    "missing": "by hand",
    "unused-file": "by hand",
    "opaque": "unknown",
}
_BACKENDS = {
    "sops": "sops",
    "sealed-secret": "sealed-secrets",
    "external-secret": "external-secrets",
    "secret-provider-class": "csi",
    "certificate": "cert-manager",
}


def unit_inventory(graph: UnitGraph) -> tuple[InventoryEntry, ...]:
    """Every Secret that something needs, by cluster, namespace and name, and every entry of a vault that is read.

    ConfigMaps are left out.
    """
    grouped: dict[tuple[str, str, str], list[Resolved]] = {}
    for found in graph.needs():
        if found.need.kind == "Secret":
            grouped.setdefault((found.unit.cluster, found.namespace, found.need.name), []).append(found)
    names = names_of(graph)
    inside = [_entry(key, needs, names) for key, needs in sorted(grouped.items())]
    remote: dict[tuple[str, str, str], list[RemoteSecret]] = {}
    for one in remote_secrets(graph):
        remote.setdefault((one.backend, one.store, one.path), []).append(one)
    return (*(_remote(key, uses, names) for key, uses in sorted(remote.items())), *inside)


def _remote(key: tuple[str, str, str], uses: list[RemoteSecret], names: dict[int, tuple[Unit, str]]) -> InventoryEntry:
    backend, store, path = key
    readers = {
        (names[id(one.unit)][1], one.field, one.place): InventoryReader(
            names[id(one.unit)][1],
            one.unit.wave if one.unit.engine == "argocd" else None,
            one.unit.cluster.replace(UNKNOWN, "?"),
            one.place,
            one.field,
        )
        for one in uses
        if not one.writes and id(one.unit) in names
    }
    writers = {
        one.obj.label: InventoryWriter(one.obj.label, None, one.unit.cluster.replace(UNKNOWN, "?"), one.obj.path)
        for one in uses
        if one.writes
    }
    fields = tuple(sorted({one.field for one in uses if one.field}))
    scope = f"{store or backend} (outside the cluster)"
    origin: Origin = "at runtime" if writers else "by hand"
    return InventoryEntry(path, backend, scope, origin, fields, tuple(readers.values()), tuple(writers.values()))


def _entry(key: tuple[str, str, str], found: list[Resolved], names: dict[int, tuple[Unit, str]]) -> InventoryEntry:
    cluster, namespace, name = (part.replace(UNKNOWN, "?") for part in key)
    producers = {id(p.obj): p for one in found for p in one.producers}
    readers = tuple(
        InventoryReader(
            names[id(one.unit)][1],
            one.unit.wave if one.unit.engine == "argocd" else None,
            cluster,
            one.need.place,
            one.need.field,
        )
        for one in found
    )
    writers = tuple(
        InventoryWriter(producer.obj.label, None, cluster, producer.obj.path) for producer in producers.values()
    )
    first = next((p.mechanism for p in producers.values()), "")
    return InventoryEntry(
        f"{namespace}/{name}",
        _BACKENDS.get(first, "kubernetes"),
        cluster,
        _ORIGINS.get(found[0].outcome, "unknown"),
        tuple(sorted({one.need.field for one in found if one.need.field})),
        readers,
        writers,
        by=found[0].hint if found[0].outcome in ("by-hand", "opaque") else "",
        in_cluster=True,
    )


__all__ = ["unit_inventory"]
