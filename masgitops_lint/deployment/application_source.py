"""The source of an Application: what Argo CD asks Helm, or the vault plugin, to render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from masgitops_lint.charts.helm.parameters import Parameter

from .leaf import LeafJob
from .rendered import text_of


def source_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """`spec.source` of an Application, else the first of `spec.sources` that has a path, else {}."""
    spec = manifest.get("spec")
    if not isinstance(spec, Mapping):
        return {}
    source = spec.get("source")
    if isinstance(source, Mapping):
        return source
    sources = spec.get("sources")
    for one in sources if isinstance(sources, list) else ():
        if isinstance(one, Mapping) and one.get("path"):
            return one
    return {}


def leaf_job(manifest: Mapping[str, Any], values_variable: str) -> LeafJob | None:
    """What an Application asks Helm to render from the source repo; None for a chart from elsewhere or no path."""
    source = source_of(manifest)
    path = text_of(source.get("path"))
    if not path:
        return None
    metadata, spec = manifest.get("metadata"), manifest.get("spec")
    name = text_of(metadata.get("name")) if isinstance(metadata, Mapping) else ""
    destination = spec.get("destination") if isinstance(spec, Mapping) else None
    namespace = text_of(destination.get("namespace")) if isinstance(destination, Mapping) else ""
    plugin = source.get("plugin")
    if isinstance(plugin, Mapping):
        environment = {
            text_of(item.get("name")): text_of(item.get("value"))
            for item in plugin.get("env") or ()
            if isinstance(item, Mapping)
        }
        text = environment.get(values_variable, "")
        release = environment.get("ARGOCD_APP_NAME") or name
        return LeafJob(path, (text,) if text.strip() else (), (), release, namespace, plugin=True)
    helm = source.get("helm")
    helm = helm if isinstance(helm, Mapping) else {}
    texts: tuple[str, ...] = ()
    if isinstance(helm.get("valuesObject"), Mapping):
        texts = (json.dumps(helm["valuesObject"]),)
    elif text_of(helm.get("values")).strip():
        texts = (text_of(helm["values"]),)
    parameters = tuple(
        Parameter(text_of(item.get("name")), text_of(item.get("value")), item.get("forceString") is True)
        for item in helm.get("parameters") or ()
        if isinstance(item, Mapping) and item.get("name")
    )
    return LeafJob(path, texts, parameters, text_of(helm.get("releaseName")) or name, namespace)


def merge_keys_of(manifest: Mapping[str, Any]) -> list[str]:
    """The merge keys of an ApplicationSet's generators, in order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, Mapping):
            keys = node.get("mergeKeys")
            if isinstance(keys, list):
                found.extend(text_of(key) for key in keys)
            for below in node.values():
                walk(below)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    spec = manifest.get("spec")
    walk(spec.get("generators") if isinstance(spec, Mapping) else None)
    return found
