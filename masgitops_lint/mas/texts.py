"""Every text in the config files, with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.model.place import Keys, Place

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

    from .config import MasConfig


class ConfigText(NamedTuple):
    """One scalar of a config file or manifest that matters to Argo CD. `kind` is the manifest's, "" for config."""

    place: Place
    value: str | int | float
    kind: str = ""


def config_texts(mas: MasConfig) -> tuple[ConfigText, ...]:
    """The texts and numbers of every config file, in order of file and text."""
    found: list[ConfigText] = []
    for path in mas.read_paths:
        data = mas.file(path).data
        found.extend(ConfigText(Place(path, keys), value) for keys, value in scalars(data))
    return tuple(found)


# Schemas and dashboards are full of examples, and no place for secrets; what a SealedSecret holds is encrypted.
_PASSED_OVER = frozenset({"CustomResourceDefinition", "GrafanaDashboard", "SealedSecret"})


def manifest_texts(repository: Repository, aside: Callable[[str], bool]) -> Iterator[ConfigText]:
    """The texts and numbers of every Kubernetes manifest; `aside` names paths to pass over.

    Files that SOPS has encrypted are left out: their values are no secrets any more.
    """
    for path in repository.yaml_paths:
        if aside(path) or not (repository.mentions(path, "apiVersion") and repository.mentions(path, "kind")):
            continue
        for index, data in enumerate(repository.document(path).documents):
            if not isinstance(data, Mapping) or "sops" in data:
                continue
            kind = data.get("kind")
            if not isinstance(kind, str) or "apiVersion" not in data or kind in _PASSED_OVER:
                continue
            for keys, value in scalars(data):
                yield ConfigText(Place(path, keys, document=index), value, kind)


def scalars(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str | int | float]]:
    """Every text and number below a value with its route, depth first; booleans and nulls are left out."""
    stack: list[tuple[Keys, Any]] = [(keys, value)]
    while stack:
        at, current = stack.pop()
        if isinstance(current, Mapping):
            stack.extend(((*at, key), below) for key, below in reversed(list(current.items())))
        elif isinstance(current, list):
            stack.extend(((*at, index), current[index]) for index in range(len(current) - 1, -1, -1))
        elif isinstance(current, str | int | float) and not isinstance(current, bool):
            yield at, current


def leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Every text below a value with its route, depth first."""
    for at, found in scalars(value, keys):
        if isinstance(found, str):
            yield at, found


def texts_with(value: Any, part: str) -> list[tuple[Keys, str]]:
    """The texts below a value that hold `part`, with their routes, depth first; routes are made for those only."""
    found: list[tuple[Keys, str]] = []
    kind = value.__class__
    if kind is not dict and kind is not list and not isinstance(value, Mapping):
        return found
    for key, below in enumerate(value) if kind is list else value.items():
        kind = below.__class__
        if kind is str:
            if part in below:
                found.append(((key,), below))
        elif (kind is dict or kind is list) and below:
            for keys, text in texts_with(below, part):
                found.append(((key, *keys), text))
    return found


def texts_holding(value: Any, part: str) -> list[str]:
    """The texts below a value that hold `part`, in no particular order, for whoever does not ask where."""
    found: list[str] = []
    stack = [value]
    while stack:
        current = stack.pop()
        for below in current if current.__class__ is list else current.values():
            kind = below.__class__
            if kind is str:
                if part in below:
                    found.append(below)
            elif kind is dict or kind is list:
                stack.append(below)
    return found


def strings(value: Any) -> Iterator[str]:
    """Every text below a value, in no particular order: cheaper than `leaves` where routes do not matter."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, Mapping):
            stack.extend(current.values())
