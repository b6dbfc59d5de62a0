"""Tags of ApplicationSet templates that their template language, or their generators, cannot fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from masgitops_lint.model.place import Keys, Place

from .objects import UNKNOWN, KubeObject

if TYPE_CHECKING:
    from .unit import UnitGraph

_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_BARE = re.compile(r"-?\s*([A-Za-z_]\w*)((?:\.[\w-]+|\[\d+\])*)\s*(?:-|\|.*)?", re.DOTALL)
_GO = re.compile(r"-?\s*(?:\.[A-Za-z_]|(?:if|range|with|end|else|define|template|index|default)\b|\$)|.*\|", re.DOTALL)
_WORDS = frozenset({"end", "else", "break", "continue", "true", "false", "nil", "now", "uuidv4"})
_OTHERS = re.compile(r"\.(?:Values|Release|Chart|Capabilities|Template|Files|metadata|inputs|request|response)\b")

_CLUSTER = ("name", "nameNormalized", "server", "project", "metadata.labels.*", "metadata.annotations.*", "values.*")
_SCM = ("organization", "repository", "repository_id", "url", "branch", "branchNormalized", "sha", "short_sha",
        "short_sha_7", "labels", "values.*")  # fmt: skip
_PULL = ("number", "title", "branch", "branch_slug", "target_branch", "target_branch_slug", "head_sha",
         "head_short_sha", "head_short_sha_7", "labels", "author", "values.*")  # fmt: skip
_DIRECTORY = ("path", "path.basename", "path.basenameNormalized", "path[*]", "values.*")
_GIVEN: Mapping[str, tuple[str, ...]] = {"clusters": _CLUSTER, "scmProvider": _SCM, "pullRequest": _PULL}


@dataclass(frozen=True, slots=True)
class TagTrouble:
    """A tag that is not filled.

    "bare" is no Go template, "go" is one that nobody reads, "unknown" nothing gives, "open" is never closed.
    """

    obj: KubeObject
    place: Place
    tag: str
    kind: Literal["bare", "go", "unknown", "open"]
    given: tuple[str, ...] = ()


def tag_troubles(graph: UnitGraph) -> Iterator[TagTrouble]:
    """Every ApplicationSet's tags, each once. A set that a chart renders was filled once before, and is left alone."""
    seen: set[tuple[Any, ...]] = set()
    for obj in _sets(graph):
        template = obj.spec.get("template")
        go = obj.spec.get("goTemplate") is True
        given = None if go else _given(obj.spec.get("generators"))
        for text, route in _texts(template, ("spec", "template")):
            if go and "{{" in _TAG.sub("", text) and (obj.path, obj.document, obj.name, text) not in seen:
                seen.add((obj.path, obj.document, obj.name, text))
                yield TagTrouble(obj, obj.at(*route), text, "open")
            for match in _TAG.finditer(text):
                found = _judged(match[1], go, given)
                identity = (obj.path, obj.document, obj.name, match[1].strip())
                if found is not None and identity not in seen:
                    seen.add(identity)
                    kind: Literal["bare", "go", "unknown"] = found
                    yield TagTrouble(obj, obj.at(*route), match[0], kind, tuple(sorted(given or ())))


def _sets(graph: UnitGraph) -> Iterator[KubeObject]:
    seen: set[int] = set()
    for unit in graph.of("argocd"):
        for obj in unit.objects:
            if obj.kind != "ApplicationSet" or obj.group != "argoproj.io" or obj.locator is not None:
                continue
            if id(obj) not in seen:
                seen.add(id(obj))
                yield obj


def _judged(body: str, go: bool, given: frozenset[str] | None) -> Literal["bare", "go", "unknown"] | None:
    tag = body.strip()
    if UNKNOWN in tag or _OTHERS.match(tag) or tag.startswith(("/*", "-/*", "`", '"')):
        return None
    if go:
        match = _BARE.fullmatch(body)
        return "bare" if match is not None and match[1] not in _WORDS and (match[2] or "|" not in body) else None
    if _GO.match(tag):
        return "go"
    if given is None or tag in given or any(_covers(pattern, tag) for pattern in given if "*" in pattern):
        return None
    return "unknown"


def _covers(pattern: str, tag: str) -> bool:
    start, _, end = pattern.partition("*")
    return tag.startswith(start) and tag.endswith(end)


def _texts(value: Any, route: Keys) -> Iterator[tuple[str, Keys]]:
    if isinstance(value, str):
        if "{{" in value:
            yield value, route
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _texts(below, (*route, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _texts(below, (*route, index))


def _given(generators: Any) -> frozenset[str] | None:
    """The parameters that all generators together can give without goTemplate; None when files or others decide."""
    found: set[str] = set()
    for generator in generators if isinstance(generators, list) else ():
        names = _of(generator) if isinstance(generator, dict) else None
        if names is None:
            return None
        found |= names
    return frozenset(found) if found else None


def _of(generator: Mapping[str, Any]) -> set[str] | None:
    found: set[str] = set()
    for kind, body in generator.items():
        if kind in ("selector", "template"):
            continue
        body = body if isinstance(body, dict) else {}
        if kind in _GIVEN:
            found.update(_GIVEN[kind])
        elif kind == "list" and isinstance(body.get("elements"), list) and "elementsYaml" not in body:
            if not all(isinstance(item, dict) for item in body["elements"]):
                return None
            found.update(name for item in body["elements"] for name in _flat(item))
        elif kind == "git" and isinstance(body.get("directories"), list) and not body.get("pathParamPrefix"):
            found.update(_DIRECTORY)
        elif kind in ("matrix", "merge"):
            for below in body.get("generators") or ():
                names = _of(below) if isinstance(below, dict) else None
                if names is None:
                    return None
                found |= names
        else:
            return None
    return found


def _flat(item: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
