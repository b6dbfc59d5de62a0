"""Objects that two units apply, and engines that lack what the repository uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from masgitops_lint.model.late_pattern import late_pattern

from .kinds import STATEFUL
from .objects import UNKNOWN, KubeObject
from .unit import EngineEvidence, Unit, UnitGraph


@dataclass(frozen=True, slots=True)
class SharedObject:
    """One object with several owners; `objects` are their manifests, in the order of `owners`."""

    owners: tuple[Unit, ...]
    objects: tuple[KubeObject, ...]
    same: bool = False
    """Whether all manifests say the same: then nothing is overwritten, but pruning still takes it away."""


def shared_objects(graph: UnitGraph) -> Iterator[SharedObject]:
    """Objects that two units below one root apply to one cluster."""
    found: dict[tuple[str, ...], list[tuple[Unit, KubeObject]]] = {}
    for unit in graph.units:
        if unit.kind == "bootstrap" or unit.engine not in ("argocd", "flux") or UNKNOWN in unit.cluster:
            continue
        if unit.assumed or unit.suspended or (unit.manifest is not None and unit.manifest.generated):
            continue
        own: set[tuple[str, ...]] = set()
        for obj in unit.objects:
            namespace = unit.namespace_of(obj)
            if UNKNOWN in obj.name or UNKNOWN in namespace or not obj.name or obj.hashed:
                continue
            key = (unit.plane, unit.cluster, obj.group, obj.kind, namespace, obj.name)
            if key not in own and obj.group != "argoproj.io":
                own.add(key)
                found.setdefault(key, []).append((unit, obj))
    reported: set[tuple[str, int, object, str]] = set()
    for entries in found.values():
        if len(entries) < 2 or entries[1][1].annotations.get("kustomize.toolkit.fluxcd.io/ssa") in (
            "Merge",
            "IfNotPresent",
        ):
            continue
        origin = (entries[1][1].path, entries[1][1].document, entries[1][1].route, entries[1][1].name)
        same = all(obj.data == entries[0][1].data for _, obj in entries[1:])
        if same and entries[0][1].group == "source.toolkit.fluxcd.io":
            continue  # a source that several apps bring, each in the same words, is common and harmless
        if origin not in reported:
            reported.add(origin)
            yield SharedObject(tuple(unit for unit, _ in entries), tuple(obj for _, obj in entries), same)


def is_stateful(obj: KubeObject) -> bool:
    """Whether deleting the object loses data or a whole API."""
    return (obj.group, obj.kind) in STATEFUL


def absent_argocd_kinds(graph: UnitGraph) -> Iterator[tuple[EngineEvidence, str, KubeObject]]:
    """Kinds of Argo CD that the repository uses and its committed installation does not define."""
    from .applications import argo_objects, declared_projects

    if graph.manifests is None or graph.scan is None:
        return
    defined: dict[str, set[str]] = {}
    for path in graph.scan.marked["install"]:
        for obj in graph.manifests(path).objects:
            if obj.kind == "CustomResourceDefinition" and obj.get("spec", "group") == "argoproj.io":
                defined.setdefault(path, set()).add(str(obj.get("spec", "names", "kind")))
    if not defined:
        return
    everything = set().union(*defined.values())
    used: dict[str, KubeObject] = {}
    for obj, _ in argo_objects(graph):
        used.setdefault(obj.kind, obj)
    for project in declared_projects(graph):
        used.setdefault("AppProject", project)
    for evidence in graph.engines:
        if evidence.name == "argocd" and evidence.place.path in defined:
            for kind in ("AppProject", "ApplicationSet", "Application"):
                if kind in used and kind not in everything:
                    yield evidence, kind, used[kind]
            return


_VERSION = late_pattern(r"v?(\d+)\.(\d+)")


def unserved_external_secrets(graph: UnitGraph) -> Iterator[tuple[Unit, KubeObject, EngineEvidence]]:
    """External Secrets objects whose API version the installed chart does not serve."""
    installed = _external_secrets(graph)
    if not installed:
        return
    for unit, obj in graph.reached():
        if obj.kind not in ("ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore"):
            continue  # PushSecret and the generators have versions of their own
        if obj.group != "external-secrets.io" or obj.version not in ("v1alpha1", "v1beta1", "v1"):
            continue
        evidence = installed.get(unit.cluster)
        match = _VERSION.match(evidence.version) if evidence is not None else None
        if evidence is None or match is None:
            continue
        version = (int(match[1]), int(match[2]))
        gone = {"v1beta1": (0, 17), "v1alpha1": (0, 16)}.get(obj.version)
        if (gone is not None and version >= gone) or (obj.version == "v1" and version < (0, 16)):
            yield unit, obj, evidence


def _external_secrets(graph: UnitGraph) -> dict[str, EngineEvidence]:
    found: dict[str, EngineEvidence] = {}
    for unit in graph.units:
        manifest = unit.manifest
        if manifest is None:
            continue
        if unit.engine == "argocd":
            for index, source in enumerate(unit.sources):
                if source.chart == "external-secrets" and _VERSION.match(source.revision):
                    many = isinstance(manifest.spec.get("sources"), list)
                    route: tuple[str | int, ...] = ("spec", "sources", index) if many else ("spec", "source")
                    place = manifest.at(*route, "targetRevision")
                    found[unit.cluster] = EngineEvidence(
                        "external-secrets", source.revision, place, f"{unit.label} installs it"
                    )
        elif unit.kind == "HelmRelease":
            evidence = _release_evidence(graph, unit)
            if evidence is not None:
                found[unit.cluster] = evidence
    return found


def _release_evidence(graph: UnitGraph, unit: Unit) -> EngineEvidence | None:
    manifest = unit.manifest
    if manifest is None:
        return None
    if manifest.get("spec", "chart", "spec", "chart") == "external-secrets":
        version = manifest.get("spec", "chart", "spec", "version")
        if isinstance(version, str) and re.fullmatch(r"v?\d+\.\d+\.\d+", version):
            place = manifest.at("spec", "chart", "spec", "version")
            return EngineEvidence("external-secrets", version, place, f"{unit.label} installs it")
    reference = manifest.get("spec", "chartRef")
    if isinstance(reference, dict) and reference.get("kind") == "OCIRepository":
        namespace = str(reference.get("namespace") or unit.namespace)
        key = ("source.toolkit.fluxcd.io", "OCIRepository", namespace, str(reference.get("name")))
        entry = graph.objects_of(unit.cluster).get(key)
        if entry is not None and str(entry[1].get("spec", "url") or "").endswith("/external-secrets"):
            tag = entry[1].get("spec", "ref", "tag")
            if isinstance(tag, str) and re.fullmatch(r"v?\d+\.\d+\.\d+", tag):
                return EngineEvidence(
                    "external-secrets", tag, entry[1].at("spec", "ref", "tag"), f"{unit.label} installs it"
                )
    return None
