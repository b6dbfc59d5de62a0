"""Fields of Argo CD's own kinds that no release knows: the API server drops them without a word."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

from .objects import UNKNOWN, KubeObject


@dataclass(frozen=True, slots=True)
class UnknownField:
    """One field. `near` is a field of the same mapping with a similar name; `since` is set for a field that only a
    newer release than the installed one knows, `until` for one that it knows no longer.
    """

    route: Keys
    name: str
    near: str = ""
    elsewhere: str = ""
    since: str = ""
    until: str = ""


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[str, str]]]:
    text = data_text("argocd_crd_fields.json")
    kinds: dict[str, dict[str, tuple[str, str]]] = json.loads(text)["kinds"]
    return kinds


@lru_cache(maxsize=8)
def _children(kind: str) -> dict[str, dict[str, str]]:
    """Parent path to field name to full path."""
    result: dict[str, dict[str, str]] = {}
    for path in _table().get(kind, {}):
        parent, _, name = path.rpartition(".")
        result.setdefault(parent, {})[name.removesuffix("[]")] = path
    return result


_NESTED = late_pattern(r"^spec\.generators\[\](?:\.(?:matrix|merge)\.generators\[\])+")
_TEMPLATE = late_pattern(r"^spec\.generators\[\]\.\w+\.template\b")


def _plain(path: str) -> str:
    return _TEMPLATE.sub("spec.template", _NESTED.sub("spec.generators[]", path))


def unknown_fields(obj: KubeObject, version: tuple[int, int] | None = None) -> Iterator[UnknownField]:
    """Fields below `spec` that Argo CD's CRD does not have (in this minor release, when it is known)."""
    if obj.kind in _table():
        yield from _walk(obj.kind, "spec", obj.spec, ("spec",), version)


def _walk(kind: str, path: str, value: Any, route: Keys, version: tuple[int, int] | None) -> Iterator[UnknownField]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(kind, path + "[]", item, (*route, index), version)
        return
    if not isinstance(value, dict):
        return
    known = _children(kind).get(_plain(path))
    if not known:
        return
    for key, below in value.items():
        if not isinstance(key, str) or UNKNOWN in key or "{{" in key:
            continue
        full = known.get(key)
        if full is None:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
            yield UnknownField((*route, key), key, near[0] if near else "", _elsewhere(kind, key))
            continue
        first, last = _table()[kind][full]
        if version is not None:
            if _minor(first) > version:
                yield UnknownField((*route, key), key, since=first)
                continue
            if _minor(last) < version and _minor(last) < _minor(_newest(kind)):
                yield UnknownField((*route, key), key, until=last)
                continue
        yield from _walk(kind, f"{path}.{key}", below, (*route, key), version)


def _minor(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


@lru_cache(maxsize=8)
def _newest(kind: str) -> str:
    return max((last for _, last in _table()[kind].values()), key=_minor)


def _elsewhere(kind: str, name: str) -> str:
    """The one place where a field of this name does exist, when there is only one parent that is no template copy."""
    parents = sorted(
        {path.rpartition(".")[0] for path in _table()[kind] if path.rpartition(".")[2].removesuffix("[]") == name}
    )
    plain = [parent for parent in parents if "[]" not in parent]
    return plain[0] if len(plain) == 1 else ""
