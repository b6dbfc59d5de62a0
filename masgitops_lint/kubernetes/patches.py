"""Strategic merge and JSON patches, as far as identities, references and metadata need them. Data is never changed
in place: what a patch touches is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masgitops_lint.model.place import Keys

_MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "imagePullSecrets": ("name",),
    "ports": ("containerPort", "port"),
    "hostAliases": ("ip",),
    "secrets": ("name",),
}
"""The fields of Kubernetes' own types that merge by a key; every other list is replaced as a whole."""


def merged(base: Any, patch: Any, *, native: bool) -> Any:
    """`base` with a strategic merge patch laid over it; `native` says that the kind is one of Kubernetes' own."""
    if not isinstance(patch, dict) or not isinstance(base, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    result = dict(base)
    for key, value in patch.items():
        if key == "$patch" or (isinstance(key, str) and key.startswith(("$setElementOrder/", "$deleteFromPrimitive"))):
            continue
        old = result.get(key)
        if value is None or (isinstance(value, dict) and value.get("$patch") == "delete"):
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            result[key] = merged(old, value, native=native)
        elif isinstance(value, list) and isinstance(old, list) and native and key in _MERGE_KEYS:
            result[key] = _merged_list(old, value, _MERGE_KEYS[key])
        else:
            result[key] = value
    return result


def _merged_list(old: list[Any], new: list[Any], merge_keys: tuple[str, ...]) -> list[Any]:
    if any(not isinstance(item, dict) for item in (*old, *new)):
        return new
    if any(item == {"$patch": "replace"} for item in new):
        return [item for item in new if "$patch" not in item]
    merge_key = next((k for k in merge_keys if all(k in item for item in (*old, *new) if "$patch" not in item)), None)
    if merge_key is None:
        return new
    result = list(old)
    for item in new:
        identity = item.get(merge_key)
        index = next((i for i, one in enumerate(result) if one.get(merge_key) == identity), None)
        if item.get("$patch") == "delete":
            if index is not None:
                del result[index]
        elif index is None:
            result.append(item)
        else:
            result[index] = merged(result[index], item, native=True)
    return result


def pointer(path: str) -> list[str]:
    """The segments of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def patched(base: Any, segments: list[str], op: str, value: Any) -> tuple[Any, Keys | None]:
    """`base` after one JSON patch operation, and the route it touched; the route is None when it does not apply."""
    if not segments:
        return (value, ()) if op in ("add", "replace") else (base, None)
    head, rest = segments[0], segments[1:]
    if isinstance(base, dict):
        if not rest:
            return _set_key(base, head, op, value)
        if head not in base:
            return base, None
        below, route = patched(base[head], rest, op, value)
        return (base, None) if route is None else ({**base, head: below}, (head, *route))
    if isinstance(base, list):
        return _in_list(base, head, rest, op, value)
    return base, None


def _set_key(base: dict[str, Any], key: str, op: str, value: Any) -> tuple[Any, Keys | None]:
    if op == "remove":
        if key not in base:
            return base, None
        return {k: v for k, v in base.items() if k != key}, (key,)
    if op in ("add", "replace"):  # the library that kustomize uses also replaces a key that is not there
        return {**base, key: value}, (key,)
    return base, (key,)


def _in_list(base: list[Any], head: str, rest: list[str], op: str, value: Any) -> tuple[Any, Keys | None]:
    if head == "-" and not rest and op == "add":
        return [*base, value], (len(base),)
    if not head.isdigit() or int(head) > len(base) or (int(head) == len(base) and (rest or op != "add")):
        return base, None
    index = int(head)
    if rest:
        below, route = patched(base[index], rest, op, value)
        return (base, None) if route is None else ([*base[:index], below, *base[index + 1 :]], (index, *route))
    if op == "remove":
        return [*base[:index], *base[index + 1 :]], (index,)
    if op == "add":
        return [*base[:index], value, *base[index:]], (index,)
    return [*base[:index], value, *base[index + 1 :]], (index,)
