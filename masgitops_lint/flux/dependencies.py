"""`dependsOn` between Kustomizations and between HelmReleases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from masgitops_lint.kubernetes.objects import UNKNOWN

from .evidence import base_cluster

if TYPE_CHECKING:
    from masgitops_lint.kubernetes.unit import Dependency, Unit, UnitGraph


@dataclass(frozen=True, slots=True)
class DependencyUse:
    """One entry: `target` when it resolves; `other_kind` and `other_namespace` tell what was probably meant.

    `certain` is False where the cluster has parts that cannot be seen and may hold the target.
    """

    unit: Unit
    dependency: Dependency
    outcome: Literal["resolved", "missing"]
    target: Unit | None = None
    other_kind: str = ""
    other_namespace: str = ""
    known: tuple[str, ...] = ()
    certain: bool = True


def _index(graph: UnitGraph) -> dict[tuple[str, str, str, str], Unit]:
    known: dict[tuple[str, str, str, str], Unit] | None = graph.cache.get("flux-units")
    if known is None:
        known = graph.cache["flux-units"] = {}
        for unit in graph.units:
            if unit.engine == "flux" and unit.kind in ("Kustomization", "HelmRelease"):
                known.setdefault((_home(unit), unit.kind, unit.namespace, unit.name), unit)
    return known


def may_be(pattern: str, name: str) -> bool:
    """Whether a name with unknown parts can be `name`."""
    import re

    parts = pattern.split(UNKNOWN)
    return re.fullmatch(".*".join(re.escape(part) for part in parts), name) is not None


def _home(unit: Unit) -> str:
    return base_cluster(unit.cluster)


def dependency_uses(graph: UnitGraph) -> Iterator[DependencyUse]:
    """Every entry of every unit."""
    index = _index(graph)
    vague: set[str] = set()
    for unit in graph.units:
        unseen = unit.opaque or any(source.target != "resolved" for source in unit.sources)
        if unit.engine == "flux" and unit.kind == "Kustomization" and unseen:
            vague.add(_home(unit))
        if any(obj.group == "fluxcd.controlplane.io" and obj.kind == "ResourceSet" for obj in unit.objects):
            vague.add(_home(unit))
    for unit in graph.units:
        for dependency in unit.depends:
            if any(UNKNOWN in text or "$" in text or "{{" in text for text in (dependency.name, dependency.namespace)):
                continue
            home = _home(unit)
            target = index.get((home, unit.kind, dependency.namespace, dependency.name))
            if target is not None:
                yield DependencyUse(unit, dependency, "resolved", target)
                continue
            if any(
                key[0] == home and key[1] == unit.kind and UNKNOWN in key[3] and may_be(key[3], dependency.name)
                for key in index
            ):
                continue
            other = "HelmRelease" if unit.kind == "Kustomization" else "Kustomization"
            names = {(ns, name) for (cluster, kind, ns, name) in index if cluster == home and kind == unit.kind}
            elsewhere = sorted(ns for ns, name in names if name == dependency.name)
            wrong_kind = any(key[0] == home and key[1] == other and key[3] == dependency.name for key in index)
            yield DependencyUse(
                unit,
                dependency,
                "missing",
                None,
                other if wrong_kind else "",
                elsewhere[0] if elsewhere else "",
                tuple(sorted(name for ns, name in names if ns == dependency.namespace)),
                home not in vague and not _assumed(graph, home),
            )


def _assumed(graph: UnitGraph, home: str) -> bool:
    root = graph.root_of(home)
    return root is not None and root.assumed


def rings(graph: UnitGraph) -> list[list[DependencyUse]]:
    """Every ring of `dependsOn` (one for each strongly connected component, the shortest through its first member)."""
    edges: dict[int, list[DependencyUse]] = {}
    order: dict[int, Unit] = {}
    for use in dependency_uses(graph):
        if use.target is not None:
            edges.setdefault(id(use.unit), []).append(use)
            order.setdefault(id(use.unit), use.unit)
    return [ring for members in _components(edges) if (ring := _ring(members, edges))]


def _components(edges: dict[int, list[DependencyUse]]) -> list[list[int]]:
    """Strongly connected components with an edge inside, by Tarjan's algorithm without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for start in edges:
        if start in number:
            continue
        work: list[tuple[int, int]] = [(start, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                number[node] = low[node] = len(number)
                stack.append(node)
                on_stack.add(node)
            targets = edges.get(node, ())
            advanced = False
            for index in range(position, len(targets)):
                below = id(targets[index].target)
                if below not in number:
                    work += [(node, index + 1), (below, 0)]
                    advanced = True
                    break
                if below in on_stack:
                    low[node] = min(low[node], number[below])
            if advanced:
                continue
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == number[node]:
                members = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    members.append(member)
                    if member == node:
                        break
                if len(members) > 1 or any(id(use.target) == node for use in edges.get(node, ())):
                    found.append(sorted(members, key=lambda one: number[one]))
    return found


def _ring(members: list[int], edges: dict[int, list[DependencyUse]]) -> list[DependencyUse]:
    """A shortest ring through the first member, breadth first."""
    inside = set(members)
    start = members[0]
    before: dict[int, DependencyUse] = {}
    queue = [start]
    while queue:
        node = queue.pop(0)
        for use in edges.get(node, ()):
            target = id(use.target)
            if target == start:
                ring = [use]
                while id(ring[-1].unit) != start:
                    ring.append(before[id(ring[-1].unit)])
                return ring[::-1]
            if target in inside and target not in before:
                before[target] = use
                queue.append(target)
    return []
