"""Which Flux release serves which cluster, and how it treats the API versions that the repository uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from masgitops_lint.model.place import Place

from .versions import Served, minor, served

if TYPE_CHECKING:
    from masgitops_lint.kubernetes.objects import KubeObject
    from masgitops_lint.kubernetes.unit import EngineEvidence, Unit, UnitGraph


@dataclass(frozen=True, slots=True)
class ServedUse:
    """One object of a Flux API in one cluster."""

    obj: KubeObject
    unit: Unit
    evidence: EngineEvidence | None
    verdict: Served
    defined: bool = False
    """Whether the cluster gets the CustomResourceDefinition itself: then that decides, not the release."""


def base_cluster(cluster: str) -> str:
    """The cluster whose Flux reconciles: objects for a remote one are still applied from here."""
    return cluster.partition("+")[0]


def versions_by_cluster(graph: UnitGraph) -> Mapping[str, EngineEvidence]:
    """Evidence that a cluster applies itself wins; one that no cluster applies speaks for those without any."""
    from masgitops_lint.kubernetes.unit import EngineEvidence

    clusters = dict.fromkeys(base_cluster(unit.cluster) for unit in graph.units if unit.engine == "flux")
    chosen = graph.settings.flux_version if graph.settings is not None else None
    if chosen:
        given = EngineEvidence("flux", chosen, Place(graph.settings.path or ""), "the settings say so")  # type: ignore[union-attr]
        return dict.fromkeys(clusters, given)
    found = [evidence for evidence in graph.engines if evidence.name == "flux" and evidence.version]
    by_path = {evidence.place.path: evidence for evidence in found}
    result: dict[str, EngineEvidence] = {}
    for unit in graph.units:
        for obj in unit.objects:
            evidence = by_path.get(obj.path)
            if evidence is not None:
                result.setdefault(base_cluster(unit.cluster), replace(evidence, cluster=unit.cluster))
    used = {evidence.place.path for evidence in result.values()}
    rest = [evidence for evidence in found if evidence.place.path not in used]
    for cluster in clusters:
        if cluster not in result:
            beside = [
                one for one in rest if one.cluster and (one.cluster == cluster or cluster.startswith(one.cluster))
            ]
            minors = {minor(one.version) for one in rest}
            if beside:
                result[cluster] = beside[0]
            elif rest and len(minors) == 1:
                result[cluster] = rest[0]
    return result


def served_uses(graph: UnitGraph) -> Iterator[ServedUse]:
    """Every object of a `*.toolkit.fluxcd.io` API that some unit applies."""
    versions = graph.flux_versions()
    for unit, obj in graph.reached():
        if obj.group.endswith(".toolkit.fluxcd.io"):
            evidence = versions.get(base_cluster(unit.cluster))
            flux = minor(evidence.version) if evidence is not None else None
            verdict = served(obj.group, obj.kind, obj.version, flux)
            versions_of = _definitions(graph, base_cluster(unit.cluster)).get((obj.group, obj.kind))
            if versions_of:
                verdict = replace(verdict, served=obj.version in versions_of, instead=_best_of(versions_of))
            yield ServedUse(obj, unit, evidence, verdict, bool(versions_of))


def _definitions(graph: UnitGraph, cluster: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Served versions by (group, kind) of the Flux definitions that a cluster gets from this repository."""
    cache: dict[str, dict[tuple[str, str], tuple[str, ...]]] = graph.cache.setdefault("definitions", {})
    known = cache.get(cluster)
    if known is None:
        known = cache[cluster] = {}
        for (_, kind, _, _), (_, obj) in graph.objects_of(cluster).items():
            if kind == "CustomResourceDefinition" and str(obj.get("spec", "group")).endswith(".toolkit.fluxcd.io"):
                listed = obj.get("spec", "versions")
                names = tuple(
                    str(one.get("name"))
                    for one in (listed if isinstance(listed, list) else ())
                    if isinstance(one, dict) and one.get("served") is not False
                )
                if names:
                    known[(str(obj.get("spec", "group")), str(obj.get("spec", "names", "kind")))] = names
    return known


def _best_of(versions: tuple[str, ...]) -> str:
    return sorted(versions, key=lambda name: ("alpha" not in name, "beta" not in name, name))[-1]
