"""The secrets inventory of a generic repo: what is needed, who makes it, and what somebody has to create by hand."""

from __future__ import annotations

from masgitops_lint.kubernetes.objects import UNKNOWN
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
    """Every Secret that something needs, by cluster, namespace and name; ConfigMaps are left out."""
    grouped: dict[tuple[str, str, str], list[Resolved]] = {}
    for found in graph.needs():
        if found.need.kind == "Secret":
            grouped.setdefault((found.unit.cluster, found.namespace, found.need.name), []).append(found)
    names = names_of(graph)
    return tuple(_entry(key, found, names) for key, found in sorted(grouped.items()))


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
    )


__all__ = ["unit_inventory"]
