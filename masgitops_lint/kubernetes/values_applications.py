"""Applications, ApplicationSets and AppProjects in the values of the `argocd-apps` chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from masgitops_lint.model.place import Keys, Place

from .objects import Change, KubeObject

_APPS_KINDS = {"applications": "Application", "applicationsets": "ApplicationSet", "projects": "AppProject"}
_APPS_META = ("namespace", "additionalLabels", "additionalAnnotations", "finalizers", "name")


def objects_in_values(path: str, values: Any, keys: Keys) -> Iterator[KubeObject]:
    """What the argocd-apps chart makes of its values: maps by name (2.x), or lists with names (0.x and 1.x)."""
    if not isinstance(values, dict):
        return
    for field, kind in _APPS_KINDS.items():
        listed = values.get(field)
        entries: list[tuple[str | int, str, Any]] = []
        if isinstance(listed, dict):
            entries = [(str(name), str(name), entry) for name, entry in listed.items()]
        elif isinstance(listed, list):
            entries = [(i, str(one.get("name") or ""), one) for i, one in enumerate(listed) if isinstance(one, dict)]
        for key, name, entry in entries:
            if not isinstance(entry, dict) or not name:
                continue
            spec = {field_name: value for field_name, value in entry.items() if field_name not in _APPS_META}
            namespace = str(entry.get("namespace") or "argocd")
            metadata = {"name": name, "namespace": namespace, "finalizers": entry.get("finalizers")}
            data = {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
            route = (*keys, field, key)
            change = Change(Place(path, route), spec, ("spec",))
            yield KubeObject("argoproj.io", "v1alpha1", kind, namespace, name, data, path, 0, route, changes=(change,))
