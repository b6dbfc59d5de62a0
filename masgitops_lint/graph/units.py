"""What the parts of a deployment do not say of a generic repo: Flux dependencies, and Secrets with their two sides."""

from __future__ import annotations

from masgitops_lint.deployment.from_units import names_of
from masgitops_lint.kubernetes.unit import Unit, UnitGraph

from .parts import Edge, Node, Parts


def with_units(parts: Parts, units: UnitGraph) -> Parts:
    """The parts of `deployment_of(units)` with `waits-for` edges and secret nodes added."""
    known = {node.id for node in parts.nodes}
    ids = {key: _node_id(unit, name) for key, (unit, name) in names_of(units).items()}
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for use in units.dependencies():
        if use.target is not None:
            edges.append(Edge(ids[id(use.unit)], ids[id(use.target)], "waits-for", use.dependency.place, "dependsOn"))
    for found in units.needs():
        own = f"secret:{found.unit.cluster}/{found.namespace}/{found.need.kind.lower()}/{found.need.name}"
        status = {"resolved": "written", "by-hand": "by-hand", "opaque": "unknown"}.get(found.outcome, "missing")
        data = {"status": status, "kind": found.need.kind, "namespace": found.namespace}
        nodes.setdefault(own, Node(own, "secret", f"{found.namespace}/{found.need.name}", None, data))
        edges.append(Edge(ids[id(found.unit)], own, "reads", found.need.place, found.need.field))
        for producer in found.producers:
            for unit in _owners(units, producer.obj):
                edges.append(Edge(ids[id(unit)], own, "writes", producer.obj.place, producer.mechanism))
    kept = [edge for edge in edges if edge.source in known and (edge.target in known or edge.target in nodes)]
    return Parts((*parts.nodes, *nodes.values()), (*parts.edges, *kept))


def _node_id(unit: Unit, name: str) -> str:
    return f"{unit.kind}:{unit.plane}/{name}"


def _owners(units: UnitGraph, obj: object) -> list[Unit]:
    index: dict[int, list[Unit]] | None = units.cache.get("owners")
    if index is None:
        index = units.cache["owners"] = {}
        for unit in units.units:
            if unit.kind != "bootstrap":
                for one in unit.objects:
                    index.setdefault(id(one), []).append(unit)
    return index.get(id(obj), [])
