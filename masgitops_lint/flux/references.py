"""Sources that Kustomizations and HelmReleases name, joined with the sources that their cluster has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from masgitops_lint.kubernetes.objects import UNKNOWN
from masgitops_lint.model.place import Keys, Place

from .dependencies import may_be
from .evidence import base_cluster

if TYPE_CHECKING:
    from masgitops_lint.kubernetes.unit import Unit, UnitGraph

SOURCE = "source.toolkit.fluxcd.io"
_KINDS = ("GitRepository", "OCIRepository", "HelmRepository", "Bucket", "HelmChart", "ExternalArtifact")


@dataclass(frozen=True, slots=True)
class SourceReference:
    """One `sourceRef` or `chartRef`. `elsewhere` names the namespace of a source with that name, `other_kind` its kind.

    "bootstrap" stands for a source that the installation of Flux makes.
    """

    unit: Unit
    kind: str
    namespace: str
    name: str
    place: Place
    outcome: Literal["resolved", "missing", "bootstrap"]
    elsewhere: str = ""
    other_kind: str = ""
    known: tuple[str, ...] = ()
    certain: bool = True


def source_references(graph: UnitGraph) -> Iterator[SourceReference]:
    """Every reference of every Flux unit whose name is known."""
    for unit in graph.units:
        if unit.engine != "flux" or unit.manifest is None:
            continue
        for reference, route in _references(unit):
            kind, name = str(reference.get("kind") or ""), str(reference.get("name") or "")
            namespace = str(reference.get("namespace") or unit.namespace)
            if (
                not name
                or kind not in _KINDS
                or any(UNKNOWN in t or "$" in t or "{{" in t for t in (name, namespace, kind))
            ):
                continue
            yield _resolve(graph, unit, kind, namespace, name, unit.manifest.at(*route, "name"))


def _references(unit: Unit) -> Iterator[tuple[dict[str, Any], Keys]]:
    manifest = unit.manifest
    if manifest is None:
        return
    routes: tuple[Keys, ...] = (("spec", "sourceRef"),)
    if unit.kind == "HelmRelease":
        routes = (("spec", "chart", "spec", "sourceRef"), ("spec", "chartRef"))
    for route in routes:
        reference = manifest.get(*route)
        if isinstance(reference, dict):
            yield reference, route


def _resolve(graph: UnitGraph, unit: Unit, kind: str, namespace: str, name: str, place: Place) -> SourceReference:
    cluster = base_cluster(unit.cluster)
    objects = graph.objects_of(cluster)
    if (SOURCE, kind, namespace, name) in objects:
        return SourceReference(unit, kind, namespace, name, place, "resolved")
    root = graph.root_of(cluster)
    if root is not None and (root.source[0], root.source[2]) == (kind, name):
        return SourceReference(unit, kind, namespace, name, place, "bootstrap")
    if kind == "ExternalArtifact":
        for (group, found, ns, _), (_, obj) in objects.items():
            if group == "source.extensions.fluxcd.io" and found == "ArtifactGenerator" and ns == namespace:
                listed = obj.spec.get("artifacts")
                names = [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
                if name in names:
                    return SourceReference(unit, kind, namespace, name, place, "resolved")
    sources = [key for key in objects if key[0] == SOURCE and key[1] in _KINDS]
    if any(UNKNOWN in key[3] and key[1] == kind and may_be(key[3], name) for key in sources):
        return SourceReference(unit, kind, namespace, name, place, "resolved")
    elsewhere = sorted(ns for _, k, ns, n in sources if (k, n) == (kind, name))
    other = sorted(k for _, k, ns, n in sources if n == name and ns == namespace and k != kind)
    vague = any(
        one.kind == "Kustomization"
        and base_cluster(one.cluster) == cluster
        and (one.opaque or any(source.target in ("external", "opaque") for source in one.sources))
        for one in graph.units
        if one.engine == "flux"
    )
    return SourceReference(
        unit,
        kind,
        namespace,
        name,
        place,
        "missing",
        elsewhere[0] if elsewhere else "",
        other[0] if other else "",
        tuple(sorted(n for _, k, ns, n in sources if k == kind and ns == namespace)),
        not vague and not (root is not None and root.assumed),
    )
