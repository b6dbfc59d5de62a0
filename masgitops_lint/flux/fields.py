"""Fields of Flux's own kinds that their API does not have, and values that it refuses.

kustomize-controller applies server-side: an unknown field is an error there ("field not declared in schema"), it is not
dropped as with `kubectl apply`. Source of the fields: the definitions in Flux's installation manifests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from masgitops_lint.data import data_text
from masgitops_lint.kubernetes.objects import UNKNOWN, KubeObject
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

Kind: TypeAlias = Literal["unknown", "newer", "type", "choice", "duration", "required", "address", "plain"]
"""`plain` is no matter of the API: source-controller cannot fetch from there."""

_TOP = frozenset({"apiVersion", "kind", "metadata", "spec", "status", "data", "items", "sops"})
_DURATION = late_pattern(r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$")
_OPERATOR_KINDS = frozenset({"FluxInstance", "FluxReport", "ResourceSet", "ResourceSetInputProvider"})
"""Flux Operator widens the choice of kinds in Alerts and Receivers by its own."""
_TYPES = {"s": "text", "d": "a duration", "i": "a whole number", "n": "a number", "b": "true or false"}


@dataclass(frozen=True, slots=True)
class FieldTrouble:
    """One field that the API server refuses. `wanted` tells what it takes, `near` a similar name of the mapping."""

    kind: Kind
    route: Keys
    name: str
    wanted: str = ""
    near: str = ""
    since: str = ""


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data_text("flux_crd_fields.json"))
    return found


def newest() -> tuple[int, int]:
    """The newest minor release that the table knows."""
    return _minor(_data()["newest"])


def _minor(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def field_troubles(obj: KubeObject, flux: tuple[int, int] | None, *, filled: bool = False) -> Iterator[FieldTrouble]:
    """What the API refuses below `spec`; nothing for a kind or version that no release has.

    `flux` is the installed minor release; `filled` says that variables were filled in, so that a text may be a number.
    """
    key = f"{obj.group}/{obj.version}/{obj.kind}"
    node = _data()["kinds"].get(key)
    if node is None or (flux is not None and flux > newest()):
        return
    for name in obj.data:
        if name not in _TOP and UNKNOWN not in str(name):
            yield FieldTrouble("unknown", (name,), str(name), near=_near(str(name), _TOP))
    judge = _Judge(_data()["since"].get(key, {}), flux, filled)
    spec = obj.data.get("spec")
    if spec is not None:
        yield from judge.walk(node, spec, ("spec",), "")
    if isinstance(spec, dict):
        yield from _address(obj.kind, spec)


_SCHEMES = {
    "GitRepository": ("http://", "https://", "ssh://"),
    "HelmRepository": ("http://", "https://", "oci://"),
    "OCIRepository": ("oci://",),
}
"""The patterns of `url` in the definitions."""


def _address(kind: str, spec: dict[str, Any]) -> Iterator[FieldTrouble]:
    url = spec.get("url")
    if kind not in _SCHEMES or not isinstance(url, str) or not url or _open(url):
        return
    if not url.startswith(_SCHEMES[kind]):
        wanted = "an address that begins with " + " or ".join(_SCHEMES[kind])
        yield FieldTrouble("address", ("spec", "url"), "url", wanted)
    elif kind == "HelmRepository" and not _open(spec.get("type")):
        if url.startswith("oci://") and spec.get("type") != "oci":
            yield FieldTrouble("plain", ("spec", "url"), "url", "`type: oci` beside an oci:// address")
        elif spec.get("type") == "oci" and not url.startswith("oci://"):
            yield FieldTrouble("plain", ("spec", "url"), "url", "an oci:// address with `type: oci`")


@dataclass(frozen=True, slots=True)
class _Judge:
    since: dict[str, str]
    flux: tuple[int, int] | None
    filled: bool

    def walk(self, node: Any, value: Any, route: Keys, path: str) -> Iterator[FieldTrouble]:
        if value is None or node == "a" or _open(value):
            return
        if isinstance(node, str):
            yield from self.scalar(node, value, route)
        elif isinstance(node, list):
            if not isinstance(value, list):
                yield _wrong(route, "a list")
                return
            for index, item in enumerate(value):
                yield from self.walk(node[0], item, (*route, index), path)
        elif "e" in node:
            if not isinstance(value, str) or (value and value not in node["e"] and value not in _OPERATOR_KINDS):
                yield FieldTrouble("choice", route, _name(route), ", ".join(node["e"]), _near(str(value), node["e"]))
        elif not isinstance(value, dict):
            yield _wrong(route, "a mapping")
        elif "m" in node:
            for key, below in value.items():
                yield from self.walk(node["m"], below, (*route, key), f"{path}*.")
        else:
            yield from self.fields(node, value, route, path)

    def fields(self, node: dict[str, Any], value: dict[str, Any], route: Keys, path: str) -> Iterator[FieldTrouble]:
        known = node["p"]
        if any(_open(key) for key in value):
            return
        for key, below in value.items():
            if key not in known:
                yield FieldTrouble("unknown", (*route, key), str(key), near=_near(str(key), known))
                continue
            since = self.since.get(f"{path}{key}")
            if since is not None and self.flux is not None and _minor(since) > self.flux:
                yield FieldTrouble("newer", (*route, key), str(key), since=since)
                continue
            yield from self.walk(known[key], below, (*route, key), f"{path}{key}.")
        for name in node["r"]:
            if value.get(name) is None:
                yield FieldTrouble("required", route, name)

    def scalar(self, node: str, value: Any, route: Keys) -> Iterator[FieldTrouble]:
        if node in ("s", "d"):
            if not isinstance(value, str):
                yield _wrong(route, _TYPES[node])
            elif node == "d" and not _DURATION.match(value):
                yield FieldTrouble("duration", route, _name(route), "a duration such as 10m or 1h30m")
            return
        fits = {
            "i": isinstance(value, int) and not isinstance(value, bool),
            "n": isinstance(value, int | float) and not isinstance(value, bool),
            "b": isinstance(value, bool),
        }[node]
        if not fits and not (self.filled and isinstance(value, str)):
            yield _wrong(route, _TYPES[node])


def _open(value: Any) -> bool:
    return isinstance(value, str) and (UNKNOWN in value or "${" in value or "{{" in value)


def _wrong(route: Keys, wanted: str) -> FieldTrouble:
    return FieldTrouble("type", route, _name(route), wanted)


def _name(route: Keys) -> str:
    return str(next((key for key in reversed(route) if isinstance(key, str)), ""))


def _near(name: str, known: Any) -> str:
    import difflib

    lowered = {str(one).lower(): str(one) for one in known}
    if name.lower() in lowered:
        return lowered[name.lower()]
    close = difflib.get_close_matches(name, [str(one) for one in known], n=1, cutoff=0.7)
    return close[0] if close else ""
