"""Crossplane: providers, their configurations, compositions, and the resources that need them.

A managed resource has `spec.forProvider`; it is reconciled by the Provider whose package serves its API group, with the
ProviderConfig that `spec.providerConfigRef` names (`default` when it says nothing). A Composition builds composite
resources of the type in `spec.compositeTypeRef`, which a CompositeResourceDefinition defines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from masgitops_lint.model.place import Keys, Place

from .objects import UNKNOWN, KubeObject
from .unit import Unit, UnitGraph

Trouble: TypeAlias = Literal["provider-config", "provider", "definition", "function"]


@dataclass(frozen=True, slots=True)
class CrossplaneTrouble:
    """A reference that leads nowhere; `known` are the names it could have meant."""

    kind: Trouble
    place: Place
    text: str
    obj: KubeObject
    unit: Unit
    known: tuple[str, ...] = ()


@dataclass(slots=True)
class _Cluster:
    configs: dict[str, set[str]] = field(default_factory=dict)
    """Names of ProviderConfigs by the last two labels of their API group (`upbound.io`), and by family."""
    packages: list[str] = field(default_factory=list)
    definitions: set[tuple[str, str]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    opaque: bool = False


def crossplane_troubles(graph: UnitGraph) -> Iterator[CrossplaneTrouble]:
    """References of Crossplane objects that nothing in their cluster answers; opaque clusters are not judged."""
    if graph.scan is None or not graph.scan.marked["crossplane"]:
        return
    clusters = _collect(graph)
    seen: set[tuple[str, Place]] = set()
    for unit, obj in graph.reached():
        cluster = clusters.get(unit.cluster)
        if cluster is None or UNKNOWN in unit.cluster:
            continue
        for trouble in _of(obj, unit, cluster):
            if (trouble.kind, trouble.place) not in seen:
                seen.add((trouble.kind, trouble.place))
                yield trouble


def _collect(graph: UnitGraph) -> dict[str, _Cluster]:
    clusters: dict[str, _Cluster] = {}
    for unit in graph.units:
        cluster = clusters.setdefault(unit.cluster, _Cluster())
        cluster.opaque = cluster.opaque or any(
            source.target == "external" and not source.chart and unit.kind != "HelmRelease" for source in unit.sources
        )
        for obj in unit.objects:
            if obj.kind in ("ProviderConfig", "ClusterProviderConfig"):
                cluster.configs.setdefault(_family(obj.group), set()).add(obj.name)
            elif obj.group == "pkg.crossplane.io" and obj.kind in ("Provider", "Configuration"):
                cluster.packages.append(_package(obj))
                if obj.kind == "Configuration":
                    cluster.opaque = True  # it brings definitions, compositions and providers of its own
            elif obj.group == "pkg.crossplane.io" and obj.kind == "Function":
                cluster.functions.add(obj.name)
            elif obj.kind == "CompositeResourceDefinition":
                group, kind = obj.get("spec", "group"), obj.get("spec", "names", "kind")
                cluster.definitions.add((str(group), str(kind)))
    return clusters


def _family(group: str) -> str:
    """`storage.gcp.upbound.io` and `gcp.upbound.io` belong together, and so do `s3.aws.m.upbound.io`."""
    parts = [part for part in group.split(".") if part != "m"]
    return ".".join(parts[-3:])


def _package(obj: KubeObject) -> str:
    package = str(obj.spec.get("package") or "")
    return re.split(r"[:@]", package.rsplit("/", 1)[-1])[0]


def _of(obj: KubeObject, unit: Unit, cluster: _Cluster) -> Iterator[CrossplaneTrouble]:
    if isinstance(obj.spec.get("forProvider"), dict):
        yield from _managed(obj, unit, cluster)
    elif obj.group == "apiextensions.crossplane.io" and obj.kind == "Composition":
        yield from _composition(obj, unit, cluster)


def _managed(obj: KubeObject, unit: Unit, cluster: _Cluster) -> Iterator[CrossplaneTrouble]:
    family = _family(obj.group)
    configs = cluster.configs.get(family, set())
    name: Any = obj.get("spec", "providerConfigRef", "name")
    if isinstance(name, str) and configs and name not in configs and UNKNOWN not in name + "".join(configs):
        place = obj.at("spec", "providerConfigRef", "name")
        yield CrossplaneTrouble("provider-config", place, name, obj, unit, tuple(sorted(configs)))
    if cluster.packages and not cluster.opaque and not _served(obj.group, cluster.packages):
        yield CrossplaneTrouble("provider", obj.at("apiVersion"), obj.group, obj, unit, tuple(sorted(cluster.packages)))


def _served(group: str, packages: list[str]) -> bool:
    """Whether a package name fits an API group: `provider-gcp-storage` and the family `provider-gcp` for
    `storage.gcp.upbound.io`. Unusual names are given the benefit of the doubt.
    """
    labels = [part for part in group.split(".") if part != "m"]
    if len(labels) < 3 or not group.endswith((".upbound.io", ".crossplane.io")):
        return True
    vendor = labels[-3]
    service = labels[0] if len(labels) > 3 else ""
    for package in packages:
        words = package.split("-")
        if vendor not in words:
            continue
        rest = words[words.index(vendor) + 1 :]
        if not rest or not service or service in rest or "jet" in words:
            return True
    return False


def _composition(obj: KubeObject, unit: Unit, cluster: _Cluster) -> Iterator[CrossplaneTrouble]:
    reference: Any = obj.get("spec", "compositeTypeRef")
    if isinstance(reference, dict) and cluster.definitions and not cluster.opaque:
        group = str(reference.get("apiVersion", "")).partition("/")[0]
        kind = str(reference.get("kind", ""))
        if (group, kind) not in cluster.definitions and UNKNOWN not in group + kind:
            known = tuple(sorted(found for _, found in cluster.definitions))
            place = obj.at("spec", "compositeTypeRef", "kind")
            yield CrossplaneTrouble("definition", place, f"{kind}.{group}", obj, unit, known)
    pipeline: Any = obj.get("spec", "pipeline")
    for index, step in enumerate(pipeline if isinstance(pipeline, list) else ()):
        name = step.get("functionRef", {}).get("name") if isinstance(step, dict) else None
        if isinstance(name, str) and cluster.functions and name not in cluster.functions and not cluster.opaque:
            route: Keys = ("spec", "pipeline", index, "functionRef", "name")
            known = tuple(sorted(cluster.functions))
            yield CrossplaneTrouble("function", obj.at(*route), name, obj, unit, known)
