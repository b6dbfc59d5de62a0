"""What Argo CD compares: `ignoreDifferences` that ignore nothing, and fields that two controllers write in turn.

Sources: argo-cd docs/user-guide/diffing.md (JSON pointers of RFC 6901, jq path expressions run as `del(...)`), and
docs/user-guide/sync-options.md (`RespectIgnoreDifferences`).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.model.place import Keys, Place

from .applications import argo_objects
from .objects import UNKNOWN, KubeObject
from .unit import Unit, UnitGraph

_SCALED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Rollout"})


@dataclass(frozen=True, slots=True)
class BadPointer:
    """An entry of `jsonPointers` or `jqPathExpressions` that cannot be one; `text` is the entry."""

    obj: KubeObject
    place: Place
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A workload whose replicas Git sets and an autoscaler changes; `half` when they are ignored, but not at syncs."""

    unit: Unit
    workload: KubeObject
    scaler: KubeObject
    half: bool


def bad_pointers(graph: UnitGraph) -> Iterator[BadPointer]:
    """Entries that ignore nothing: a pointer without its slash, an expression that is a pointer."""
    for obj, _ in argo_objects(graph):
        if obj.generated or obj.kind not in ("Application", "ApplicationSet"):
            continue
        route: Keys = ("spec",) if obj.kind == "Application" else ("spec", "template", "spec")
        listed = obj.get(*route, "ignoreDifferences")
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            for field in ("jsonPointers", "jqPathExpressions"):
                entries = item.get(field) if isinstance(item, dict) else None
                for number, text in enumerate(entries if isinstance(entries, list) else ()):
                    if isinstance(text, str) and _malformed(field, text):
                        place = obj.at(*route, "ignoreDifferences", index, field, number)
                        yield BadPointer(obj, place, field, text)


def _malformed(field: str, text: str) -> bool:
    if UNKNOWN in text or "{{" in text:
        return False
    if field == "jsonPointers":
        return text != "" and not text.startswith("/")
    return text.lstrip().startswith("/")


def contested_replicas(graph: UnitGraph) -> Iterator[Contested]:
    """Workloads with `replicas` in Git below a HorizontalPodAutoscaler of the same self-healing Application."""
    for unit in graph.of("argocd", "Application"):
        manifest = unit.manifest
        if manifest is None or manifest.get("spec", "syncPolicy", "automated", "selfHeal") is not True:
            continue
        for scaler in unit.objects:
            target = scaler.spec.get("scaleTargetRef") if scaler.kind in _SCALERS else None
            if not isinstance(target, dict):
                continue
            for workload in unit.objects:
                if (
                    workload.kind in _SCALED
                    and (workload.kind, workload.name) == (target.get("kind", "Deployment"), target.get("name"))
                    and unit.namespace_of(workload) == unit.namespace_of(scaler)
                    and isinstance(workload.spec.get("replicas"), int)
                ):
                    ignored = _ignored(manifest, workload)
                    options = manifest.get("spec", "syncPolicy", "syncOptions")
                    if not ignored or "RespectIgnoreDifferences=true" not in (options or ()):
                        yield Contested(unit, workload, scaler, ignored)


_SCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})


def _ignored(manifest: KubeObject, workload: KubeObject) -> bool:
    listed = manifest.spec.get("ignoreDifferences")
    return any(isinstance(item, dict) and _covers(item, workload) for item in (listed or ()))


def _covers(item: Mapping[str, Any], workload: KubeObject) -> bool:
    if not fnmatch.fnmatchcase(workload.kind, str(item.get("kind") or "")) or not fnmatch.fnmatchcase(
        workload.group, str(item.get("group") or "")
    ):
        return False
    if item.get("name") not in (None, "", workload.name):
        return False
    texts = [*(item.get("jsonPointers") or ()), *(item.get("jqPathExpressions") or ())]
    return bool(item.get("managedFieldsManagers")) or any("replicas" in str(text) or text == "/spec" for text in texts)
