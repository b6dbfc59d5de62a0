"""What kustomize's transformers and patches do to one object."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place

from .kinds import CLUSTER_SCOPED
from .objects import Change, KubeObject, kube_object, renamed
from .patches import merged, patched, pointer


@lru_cache(maxsize=2048)
def parsed_text(text: str) -> tuple[Any, ...]:
    """The documents of YAML that is written inside a string; empty when it is none."""
    from masgitops_lint.repo.yaml import parse

    document = parse("", text.encode())
    return tuple(document.documents) if document.ok else ()


def in_namespace(obj: KubeObject, namespace: str) -> KubeObject:
    """The namespace transformer: it moves objects, and renames the Namespace object itself."""
    if obj.kind == "Namespace" and not obj.group:
        return renamed(obj, namespace)
    if (obj.group, obj.kind) in CLUSTER_SCOPED or obj.namespace == namespace:
        return obj
    return replace(obj, namespace=namespace, origins=(*obj.origins, obj.namespace))


def with_affixes(obj: KubeObject, prefix: str, suffix: str) -> KubeObject:
    """Name prefix and suffix; kustomize leaves CRDs, APIServices and Namespaces alone."""
    if obj.kind in ("CustomResourceDefinition", "APIService") or (obj.kind == "Namespace" and not obj.group):
        return obj
    return renamed(obj, f"{prefix}{obj.name}{suffix}")


def annotated(obj: KubeObject, annotations: Mapping[str, Any], place: Place) -> KubeObject:
    """Annotations laid over an object."""
    metadata = {**obj.metadata, "annotations": {**obj.annotations, **annotations}}
    change = Change(place, dict(annotations), ("metadata", "annotations"))
    return replace(obj, data={**obj.data, "metadata": metadata}, changes=(*obj.changes, change))


def labelled(obj: KubeObject, labels: Mapping[str, Any], place: Place) -> KubeObject:
    """Labels laid over an object's metadata; selectors and templates are left alone."""
    metadata = {**obj.metadata, "labels": {**obj.labels, **labels}}
    change = Change(place, dict(labels), ("metadata", "labels"))
    return replace(obj, data={**obj.data, "metadata": metadata}, changes=(*obj.changes, change))


def selected(obj: KubeObject, target: Mapping[str, Any]) -> bool:
    """Whether a patch target selects an object: kind, name and namespace are anchored regular expressions."""
    group, version, kind = target.get("group"), target.get("version"), target.get("kind")
    if (group and group != obj.group) or (version and version != obj.version):
        return False
    if kind and not _matches(str(kind), (obj.kind,)):
        return False
    name, namespace = target.get("name"), target.get("namespace")
    if name and not _matches(str(name), (obj.name, *obj.aliases)):
        return False
    if namespace and not _matches(str(namespace), (obj.namespace, str(obj.metadata.get("namespace") or ""))):
        return False
    return _selects(target.get("labelSelector"), obj.labels) and _selects(
        target.get("annotationSelector"), obj.annotations
    )


def _matches(pattern: str, candidates: Iterable[str]) -> bool:
    try:
        compiled = _anchored(pattern)
    except re.error:
        return False
    return any(compiled.match(candidate) for candidate in candidates)


@lru_cache(maxsize=1024)
def _anchored(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern})\\Z")


def _selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """A label selector in its string form: `a=b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`."""
    if not isinstance(selector, str) or not selector.strip():
        return True
    for term in re.split(r",(?![^(]*\))", selector):
        match = re.fullmatch(r"\s*([^\s=!,()]+)\s+(in|notin)\s*\(([^)]*)\)\s*", term)
        if match:
            values = {value.strip() for value in match[3].split(",")}
            if (str(labels.get(match[1], "")) in values) != (match[2] == "in"):
                return False
            continue
        negated = "!=" in term
        key, found, value = term.replace("!=", "=").replace("==", "=").partition("=")
        key = key.strip()
        if found:
            if (str(labels.get(key)) == value.strip()) == negated:
                return False
        elif key.startswith("!"):
            if key[1:].strip() in labels:
                return False
        elif key not in labels:
            return False
    return True


def with_patch(obj: KubeObject, patch: dict[str, Any], change: Change, *, rename: bool = False) -> KubeObject | None:
    """An object with a strategic merge patch laid over it; None when the patch deletes it.

    `rename` is kustomize's `allowNameChange`: the patch's own name then becomes the object's.
    """
    if patch.get("$patch") == "delete":
        return None
    native = not obj.group or "." not in obj.group or obj.group.endswith(".k8s.io")
    data = merged(obj.data, patch, native=native)
    # The patch's own name and namespace only say what it is for.
    if isinstance(data.get("metadata"), dict):
        data = {**data, "metadata": {**data["metadata"]}}
        for key in ("name", "namespace"):
            if key in obj.metadata:
                data["metadata"][key] = obj.metadata[key]
            else:
                data["metadata"].pop(key, None)
    data["kind"], data["apiVersion"] = obj.data.get("kind"), obj.data.get("apiVersion")
    trimmed = {key: value for key, value in patch.items() if key not in ("apiVersion", "kind")}
    if isinstance(trimmed.get("metadata"), dict):
        trimmed["metadata"] = {k: v for k, v in trimmed["metadata"].items() if k not in ("name", "namespace")}
    result = replace(obj, data=data, changes=(*obj.changes, replace(change, data=trimmed)))
    meant = patch.get("metadata")
    name = meant.get("name") if rename and isinstance(meant, dict) else None
    if isinstance(name, str) and name and name != obj.name:
        data["metadata"]["name"] = name
        place = change.place
        if not change.inline:
            place = place._replace(keys=(*place.keys, "metadata", "name"))
        moved = Change(place, name, ("metadata", "name"), inline=True)
        result = renamed(replace(result, changes=(*result.changes, moved)), name)
    return result


Failed: TypeAlias = Callable[[int, str], None]
"""Told of an operation that does not apply: its index, and what it wants."""


def with_operations(
    obj: KubeObject, operations: list[Any], place: Place, *, inline: bool, failed: Failed | None = None
) -> KubeObject:
    """An object after a JSON patch."""
    data: Any = obj.data
    changes = list(obj.changes)
    for index, operation in enumerate(operations):
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            continue
        op, value = operation.get("op"), operation.get("value")
        if op not in ("add", "replace", "remove"):
            continue
        data, route = patched(data, pointer(operation["path"]), op, value)
        if route is None and failed is not None and _certain(obj, operation["path"]):
            failed(index, f"{op} {operation['path']} of {obj.label}")
        if route and op != "remove":
            where = place if inline else place._replace(keys=(*place.keys, index, "value"))
            changes.append(Change(where, value, route, inline=inline))
    if not isinstance(data, dict):
        return obj
    result = replace(obj, data=data, changes=tuple(changes))
    old_name, name = obj.metadata.get("name"), result.metadata.get("name")
    if isinstance(name, str) and name != old_name:
        result = renamed(result, name)
    namespace = result.metadata.get("namespace")
    if isinstance(namespace, str) and namespace != obj.metadata.get("namespace"):
        result = replace(result, namespace=namespace, origins=(*result.origins, result.namespace))
    return result


_TRANSFORMED = late_pattern(
    r"/(?:metadata|labels|annotations|selector|matchLabels|namespace|namespaces|replicas|image|images|envFrom)(?:/|$)"
)


def _certain(obj: KubeObject, path: str) -> bool:
    """Whether an object's text decides if a path is there: not what Helm or another transformer may have put in."""
    return obj.locator is None and not obj.generated and _TRANSFORMED.search(path) is None


def merge_by_identity(
    objects: tuple[KubeObject, ...], patch: dict[str, Any], change: Change, unmatched: Callable[[str], None] | None
) -> Iterator[KubeObject]:
    """Strategic merge of a patch that names its target by API version, kind, namespace and name.

    kustomize compares all four, with any name and namespace that the object has had in this build; an object that
    differs in version or namespace only is patched here all the same, and reported.
    """
    meant = kube_object({"apiVersion": "", **patch}, change.place.path)
    if meant is None or not meant.name:
        yield from objects
        return
    differences = {
        id(obj): _difference(obj, meant)
        for obj in objects
        if obj.kind == meant.kind
        and (obj.group == meant.group or not patch.get("apiVersion"))
        and meant.name in (obj.name, *obj.aliases)
    }
    exact = any(not difference for difference in differences.values())
    for obj in objects:
        difference = differences.get(id(obj))
        if difference is None or (exact and difference):
            yield obj
            continue
        result = with_patch(obj, patch, change)
        if result is not None:
            yield result
    if not exact and unmatched is not None:
        near = next(iter(differences.values()), "")
        unmatched(f"{meant.label} ({near})" if near else meant.label)


def _difference(obj: KubeObject, meant: KubeObject) -> str:
    """What keeps kustomize from seeing that a patch is for an object of the same kind and name, or ""."""
    if obj.version != meant.version:
        return f"it is {obj.api_version} here, not {meant.api_version or 'without apiVersion'}"
    namespaces = {_effective(one) for one in (obj.namespace, *obj.origins)}
    if (obj.group, obj.kind) in CLUSTER_SCOPED or _effective(meant.namespace) in namespaces:
        return ""
    where = f"in namespace {obj.namespace}" if obj.namespace else "in no namespace"
    return f"it is {where} here, and the patch {'names ' + meant.namespace if meant.namespace else 'names none'}"


def _effective(namespace: str) -> str:
    return namespace or "default"


def literal_target(target: Mapping[str, Any]) -> str:
    """What a patch target selects when it is one certain object; "" for patterns and label selectors."""
    name, kind = target.get("name"), target.get("kind")
    if target.get("labelSelector") or target.get("annotationSelector"):
        return ""
    plain = isinstance(name, str) and isinstance(kind, str) and re.fullmatch(r"[A-Za-z0-9.-]+", name + kind)
    return f"{kind} {name}" if plain else ""


def merge_matching(
    objects: Iterable[KubeObject],
    patch: dict[str, Any],
    change: Change,
    target: Mapping[str, Any],
    *,
    rename: bool = False,
) -> Iterator[KubeObject]:
    for obj in objects:
        if selected(obj, target):
            result = with_patch(obj, patch, change, rename=rename)
            if result is not None:
                yield result
        else:
            yield obj


def apply_inline(
    objects: tuple[KubeObject, ...],
    text: str,
    target: Mapping[str, Any] | None,
    place: Place,
    unmatched: Callable[[str], None] | None = None,
    failed: Failed | None = None,
    *,
    rename: bool = False,
) -> tuple[KubeObject, ...]:
    """A patch that is written inside a string, of either form (as in a Flux Kustomization's `spec.patches`)."""
    for document in parsed_text(text):
        if isinstance(document, list):
            if target is not None:
                objects = tuple(
                    with_operations(obj, document, place, inline=True, failed=failed) if selected(obj, target) else obj
                    for obj in objects
                )
        elif isinstance(document, dict):
            change = Change(place, document, inline=True)
            if target is not None:
                objects = tuple(merge_matching(objects, document, change, target, rename=rename))
            else:
                objects = tuple(merge_by_identity(objects, document, change, unmatched))
    return objects
