"""Values in Argo CD's own kinds that the API server refuses: of the wrong type, or not there though required."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from masgitops_lint.data import data_text
from masgitops_lint.model.place import Keys

from .objects import UNKNOWN, KubeObject


@dataclass(frozen=True, slots=True)
class WrongValue:
    """`wanted` and `found` are types as people call them; `found` is "" for a required field that is missing."""

    route: Keys
    name: str
    wanted: str
    found: str


@lru_cache(maxsize=1)
def _kinds() -> dict[str, dict[str, Any]]:
    text = data_text("argocd_crd_types.json")
    kinds: dict[str, dict[str, Any]] = json.loads(text)["kinds"]
    return kinds


def wrong_values(obj: KubeObject) -> Iterator[WrongValue]:
    """What the API server refuses below `spec`; of an ApplicationSet the template is judged."""
    kind, value = obj.kind, obj.data.get("spec")
    route: Keys = ("spec",)
    if kind == "ApplicationSet":
        value = obj.get("spec", "template", "spec")
        kind, route = "Application", ("spec", "template", "spec")
    if kind in _kinds() and value is not None:
        # Templates may leave out what `templatePatch`, generators or Helm put in.
        complete = obj.kind == kind and obj.locator is None and not obj.generated
        yield from _walk(_kinds()[kind], "spec", value, route, complete=complete)


def _walk(table: dict[str, Any], path: str, value: Any, route: Keys, *, complete: bool) -> Iterator[WrongValue]:
    if value is None or (isinstance(value, str) and (UNKNOWN in value or "{{" in value)):
        return
    wanted = table["types"].get(path, "text")
    found = _type(value)
    if wanted == "any":
        return
    if wanted in ("map", "texts") and isinstance(value, dict):
        if wanted == "texts":
            for key, below in value.items():
                if _type(below) != "text" and below is not None:
                    yield WrongValue((*route, key), str(key), "text", _type(below))
            return
        for name in table["required"].get(path, ()) if complete else ():
            if name not in value and not any(UNKNOWN in str(key) or "{{" in str(key) for key in value):
                yield WrongValue((*route, name), name, "there", "")
        for key, below in value.items():
            full = f"{path}.{key}"
            if full in table["types"] or full in _texts(path):
                yield from _walk(table, full, below, (*route, key), complete=complete)
    elif wanted == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(table, f"{path}[]", item, (*route, index), complete=complete)
    elif found != wanted and not (wanted == "number" and found == "whole number"):
        yield WrongValue(route, str(next((k for k in reversed(route) if isinstance(k, str)), "")), wanted, found)


_TEXT_FIELDS = {
    "spec": ("project", "description"),
    "spec.destination": ("name", "namespace", "server"),
    "spec.source": ("chart", "path", "ref", "repoURL", "targetRevision"),
    "spec.sources[]": ("chart", "path", "ref", "repoURL", "targetRevision"),
    "spec.source.helm": ("releaseName", "values", "version", "namespace", "kubeVersion"),
    "spec.sources[].helm": ("releaseName", "values", "version", "namespace", "kubeVersion"),
    "spec.source.helm.parameters[]": ("name", "value"),
    "spec.sources[].helm.parameters[]": ("name", "value"),
    "spec.source.helm.fileParameters[]": ("name", "path"),
    "spec.sources[].helm.fileParameters[]": ("name", "path"),
    "spec.source.directory": ("include", "exclude"),
    "spec.sources[].directory": ("include", "exclude"),
    "spec.source.kustomize": ("namePrefix", "nameSuffix", "namespace", "version"),
    "spec.sources[].kustomize": ("namePrefix", "nameSuffix", "namespace", "version"),
    "spec.source.plugin.env[]": ("name", "value"),
    "spec.sources[].plugin.env[]": ("name", "value"),
    "spec.ignoreDifferences[]": ("group", "kind", "name", "namespace"),
    "spec.syncPolicy.retry.backoff": ("duration", "maxDuration"),
    "spec.destinations[]": ("name", "namespace", "server"),
    "spec.clusterResourceWhitelist[]": ("group", "kind"),
    "spec.clusterResourceBlacklist[]": ("group", "kind"),
    "spec.namespaceResourceWhitelist[]": ("group", "kind"),
    "spec.namespaceResourceBlacklist[]": ("group", "kind"),
}


@lru_cache(maxsize=64)
def _texts(path: str) -> frozenset[str]:
    return frozenset(f"{path}.{name}" for name in _TEXT_FIELDS.get(path, ()))


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int):
        return "whole number"
    if isinstance(value, float):
        return "number"
    return "list" if isinstance(value, list) else "map"
