"""The fields of a kustomization and their types: kustomize reads its file strictly and refuses what differs.

The shapes are those of kustomize's api/types; names match without regard to case, as Go's JSON does. Which texts it
accepts was tried on kustomize 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from masgitops_lint.model.place import Keys

Shape: TypeAlias = "str | list[Any] | dict[str, Any]"
"""`text`, `flag`, `number`, `texts` (a mapping to text), `any`; a list of one shape; a mapping of fields."""

_SELECTOR: dict[str, Any] = dict.fromkeys(
    ("group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"), "text"
)
_PATCH: dict[str, Any] = {"path": "text", "patch": "text", "target": _SELECTOR, "options": "any"}
_OPTIONS: dict[str, Any] = {"labels": "texts", "annotations": "texts", "disableNameSuffixHash": "flag",
                            "immutable": "flag"}  # fmt: skip
_GENERATOR: dict[str, Any] = {
    "namespace": "text", "name": "text", "behavior": "text", "files": ["text"], "envs": ["text"], "env": "text",
    "literals": ["text"], "options": _OPTIONS,
}  # fmt: skip
_IMAGE: dict[str, Any] = dict.fromkeys(("name", "newName", "tagSuffix", "newTag", "digest"), "text")
_CHART: dict[str, Any] = {
    "name": "text", "version": "text", "repo": "text", "releaseName": "text", "namespace": "text",
    "additionalValuesFiles": ["text"], "valuesFile": "text", "valuesInline": "any", "valuesMerge": "text",
    "includeCRDs": "flag", "skipHooks": "flag", "apiVersions": ["text"], "kubeVersion": "text",
    "nameTemplate": "text", "skipTests": "flag", "debug": "flag", "devel": "flag",
}  # fmt: skip
_FIELDS: dict[str, Any] = {
    "apiVersion": "text", "kind": "text", "namePrefix": "text", "nameSuffix": "text", "namespace": "text",
    "commonLabels": "texts", "commonAnnotations": "texts", "openapi": "texts",
    "labels": [{"pairs": "texts", "includeSelectors": "flag", "includeTemplates": "flag", "fields": "any"}],
    "patchesStrategicMerge": ["text"], "patchesJson6902": [_PATCH], "patches": [_PATCH],
    "images": [_IMAGE], "imageTags": [_IMAGE], "replicas": [{"name": "text", "count": "number"}],
    "resources": ["text"], "components": ["text"], "crds": ["text"], "bases": ["text"],
    "configurations": ["text"], "generators": ["text"], "transformers": ["text"], "validators": ["text"],
    "buildMetadata": ["text"],
    "configMapGenerator": [_GENERATOR], "secretGenerator": [{**_GENERATOR, "type": "text"}],
    "generatorOptions": _OPTIONS, "helmCharts": [_CHART],
}  # fmt: skip
_NAMES = {"text": "text", "flag": "true or false", "number": "a whole number", "texts": "a mapping to text"}


@dataclass(frozen=True, slots=True)
class Misfit:
    """One value that kustomize's types refuse. `field` is set for a name that the mapping at `route` cannot have."""

    route: Keys
    text: str
    field: str = ""
    near: tuple[str, ...] = ()


def misfits(data: Mapping[str, Any]) -> Iterator[Misfit]:
    """What kustomize's decoder refuses in a kustomization whose top-level names are spelt canonically."""
    for key, value in data.items():
        shape = _FIELDS.get(key)
        if shape is not None and value is not None:
            yield from _walk(value, shape, (key,), key)
    yield from _identity(data)


def _walk(value: Any, shape: Shape, route: Keys, name: str) -> Iterator[Misfit]:
    if value is None or shape == "any":
        return
    if isinstance(shape, str):
        if not _fits(value, shape):
            yield Misfit(route, f"`{name}` must be {_NAMES[shape]}, not {_kind(value)}{_remedy(value, shape)}")
        elif shape == "texts":
            for key, item in value.items():
                if item is not None and not isinstance(item, str):
                    text = f"`{key}` must be text, not {_kind(item)}{_remedy(item, 'text')}"
                    yield Misfit((*route, key), text)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Misfit(route, f"`{name}` must be a list, not {_kind(value)}")
            return
        for index, item in enumerate(value):
            if item in (None, "") and name in ("resources", "components", "bases"):
                yield Misfit((*route, index), f"an entry of `{name}` is empty")
            else:
                yield from _walk(item, shape[0], (*route, index), f"an entry of {name}")
    elif not isinstance(value, dict):
        yield Misfit(route, f"`{name}` must be a mapping, not {_kind(value)}")
    else:
        known = {field.lower(): field for field in shape}
        for key, item in value.items():
            field = known.get(str(key).lower())
            if field is None:
                yield Misfit((*route, key), str(key), str(key), tuple(shape))
            else:
                yield from _walk(item, shape[field], (*route, key), field)


def _fits(value: Any, shape: str) -> bool:
    if shape == "texts":
        return isinstance(value, dict)
    if shape == "flag":
        return isinstance(value, bool)
    if shape == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return not isinstance(value, bool | int | float | list | dict)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "text"


def _remedy(value: Any, shape: str) -> str:
    if shape == "text" and isinstance(value, bool | int | float):
        return " (put it in quotes)"
    return " (take the quotes away)" if isinstance(value, str) and shape in ("flag", "number") else ""


def _identity(data: Mapping[str, Any]) -> Iterator[Misfit]:
    kind, version = data.get("kind"), data.get("apiVersion")
    if isinstance(kind, str) and kind and kind not in ("Kustomization", "Component"):
        yield Misfit(("kind",), f"the kind must be Kustomization or Component, not {kind}")
        return
    expected = "kustomize.config.k8s.io/" + ("v1alpha1" if kind == "Component" else "v1beta1")
    if isinstance(version, str) and version and version != expected:
        yield Misfit(("apiVersion",), f"the apiVersion of a {kind or 'Kustomization'} must be {expected}")


def generator_misfits(entry: Mapping[str, Any], route: Keys) -> Iterator[Misfit]:
    """What kustomize refuses in one configMapGenerator or secretGenerator."""
    if not entry.get("name"):
        yield Misfit(route, "a generator must have a name")
    names: set[str] = set()
    for key in ("literals", "files"):
        listed = entry.get(key)
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(item, str):
                continue
            name, found, rest = item.partition("=")
            if key == "literals" and not found:
                yield Misfit((*route, key, index), "a literal must have the form key=value")
                continue
            if key == "files":
                if "=" in rest:
                    yield Misfit((*route, key, index), "a file must have the form path or key=path")
                name = name if found else item.rstrip("/").rpartition("/")[2]
            if name in names:
                yield Misfit((*route, key, index), f"the key {name} is there twice")
            names.add(name)


def patch_misfit(entry: Mapping[str, Any]) -> str:
    """Why kustomize refuses an entry of `patches` as such, or ""."""
    path, text = entry.get("path"), entry.get("patch")
    if path and text:
        return "a patch has either `path` or `patch`, not both"
    return "" if path or text else "a patch needs `path` or `patch`"


def content_misfit(documents: Sequence[Any], *, targeted: bool) -> str:
    """Why kustomize refuses what a patch says, or "": it must be operations, or objects with a kind and a name."""
    held = [document for document in documents if document is not None]
    if not held:
        return "the patch is empty, or no YAML"
    for document in held:
        if isinstance(document, list):
            if not targeted:
                return "a JSON patch needs a `target`"
            known = ("add", "remove", "replace", "move", "copy", "test")
            odd = [one.get("op") for one in document if isinstance(one, dict) and one.get("op") not in known]
            if odd:
                return f"a JSON patch has no operation {odd[0]!r}"
        elif isinstance(document, dict):
            metadata = document.get("metadata")
            if not document.get("kind") or not isinstance(metadata, dict) or not metadata.get("name"):
                return "a patch must say kind and metadata.name, also with a `target`"
    if targeted and len(held) > 1 and all(isinstance(document, dict) for document in held):
        return "a patch with a `target` is one document"
    return ""


__all__ = ["Misfit", "content_misfit", "generator_misfits", "misfits", "patch_misfit"]
