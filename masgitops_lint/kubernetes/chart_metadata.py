"""What keeps Helm from loading a chart of this repository: its metadata, its dependencies and their lock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from masgitops_lint.model.place import Keys, Place

from .kustomization import clamped
from .objects import syntax_problems

if TYPE_CHECKING:
    from .kustomize import Kustomizer
    from .unit import UnitGraph

_VERSION = re.compile(r"v?\d+(?:\.\d+)?(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True)
class ChartTrouble:
    """Why Helm refuses a chart, where that is written, and the labels of the Applications that install it."""

    place: Place
    text: str
    hint: str
    units: tuple[str, ...]
    assumed: bool = False


def chart_troubles(graph: UnitGraph) -> Iterator[ChartTrouble]:
    """Every chart that an Application installs from this repository, once."""
    kustomizer = graph.kustomizer
    if kustomizer is None:
        return
    charts: dict[str, dict[str, bool]] = {}
    for unit in graph.of("argocd", "Application"):
        for source in unit.sources:
            path = f"{source.path}/Chart.yaml" if source.path else "Chart.yaml"
            if source.target == "resolved" and kustomizer.is_file(path):
                charts.setdefault(source.path, {})[unit.label] = unit.assumed
    for directory, units in charts.items():
        for place, text, hint in _of(kustomizer, directory):
            yield ChartTrouble(place, text, hint, tuple(units), all(units.values()))


def _of(kustomizer: Kustomizer, directory: str) -> Iterator[tuple[Place, str, str]]:
    path = f"{directory}/Chart.yaml" if directory else "Chart.yaml"
    broken = syntax_problems(kustomizer.repository, path)
    for problem in broken:
        yield Place(path, span=problem.span), problem.message, "mend the file so that it parses"
    data = kustomizer.repository.document(path).data
    if broken or not isinstance(data, dict):
        return
    yield from _metadata(path, data)
    found = data.get("dependencies")
    listed = found if isinstance(found, list) else []
    dependencies = [(i, one) for i, one in enumerate(listed) if isinstance(one, dict)]
    absent = [(i, one) for i, one in dependencies if not _vendored(kustomizer, directory, str(one.get("name") or ""))]
    for index, one in absent:
        yield from _dependency(kustomizer, directory, ("dependencies", index), one)
    if absent and len(dependencies) == len(listed):
        yield from _lock(kustomizer, directory, [one for _, one in dependencies])


def _metadata(path: str, data: dict[str, Any]) -> Iterator[tuple[Place, str, str]]:
    for key in ("apiVersion", "name", "version"):
        if not data.get(key):
            yield Place(path), f"the chart has no `{key}`", f"add `{key}` to Chart.yaml"
    version = data.get("version")
    if version and not _VERSION.fullmatch(str(version)):
        yield Place(path, ("version",)), f"{str(version)!r} is no version: Helm wants SemVer", "write it like 1.2.3"
    kind = data.get("type")
    if kind not in (None, "", "application"):
        text = "a library chart cannot be installed" if kind == "library" else f"{kind!r} is no type of a chart"
        yield Place(path, ("type",)), text, "the type of a chart that is installed is `application`"


def _vendored(kustomizer: Kustomizer, directory: str, name: str) -> bool:
    """Whether `charts/` holds a dependency, as a directory or packed."""
    base = f"{directory}/charts" if directory else "charts"
    if kustomizer.is_file(f"{base}/{name}/Chart.yaml"):
        return True
    return any(path.startswith(f"{base}/{name}-") and path.endswith(".tgz") for path in kustomizer.repository.paths)


def _dependency(
    kustomizer: Kustomizer, directory: str, route: Keys, one: dict[str, Any]
) -> Iterator[tuple[Place, str, str]]:
    path = f"{directory}/Chart.yaml" if directory else "Chart.yaml"
    name, repository = str(one.get("name") or ""), str(one.get("repository") or "")
    if not name:
        return
    if not repository:
        place = Place(path, (*route, "name"))
        yield place, f"dependency {name} has no `repository`, and charts/ does not hold it", "add its `repository`"
    elif repository.startswith("file://"):
        target, left = clamped(directory, repository.removeprefix("file://"))
        place = Place(path, (*route, "repository"))
        chart = f"{target}/Chart.yaml" if target else "Chart.yaml"
        if left or repository.startswith("file:///"):
            return
        if not kustomizer.is_file(chart):
            yield place, f"there is no chart in {target or '.'}", "the path is relative to this chart"
            return
        data = kustomizer.repository.document(chart).data
        has, wants = str(data.get("version") or "") if isinstance(data, dict) else "", str(one.get("version") or "")
        if _EXACT.fullmatch(wants) and has and wants.lstrip("v") != has.lstrip("v"):
            text = f"{target} is version {has}, not {wants}"
            yield Place(path, (*route, "version")), text, f"write {has}, or a range such as >={has}"


def _lock(
    kustomizer: Kustomizer, directory: str, dependencies: list[dict[str, Any]]
) -> Iterator[tuple[Place, str, str]]:
    path = f"{directory}/Chart.lock" if directory else "Chart.lock"
    if not kustomizer.is_file(path):
        return
    # Helm resolves `@name` with the user's own list of repositories before it counts.
    if any(str(one.get("repository") or "").startswith(("@", "alias:")) for one in dependencies):
        return
    lock = kustomizer.repository.document(path).data
    locked = lock.get("dependencies") if isinstance(lock, dict) else None
    digest = lock.get("digest") if isinstance(lock, dict) else None
    if not isinstance(locked, list) or not isinstance(digest, str) or not all(isinstance(one, dict) for one in locked):
        return
    if lock_digest(dependencies, locked) != digest:
        text = "Chart.lock is out of sync with the dependencies in Chart.yaml: `helm dependency build` refuses it"
        wants = {str(one.get("name")): one for one in dependencies}
        route: Keys = ("digest",)
        for index, one in enumerate(locked):
            wanted = str(wants.get(str(one.get("name")), {}).get("version") or "")
            if _EXACT.fullmatch(wanted) and wanted.lstrip("v") != str(one.get("version") or "").lstrip("v"):
                route = ("dependencies", index, "version")
                break
        yield Place(path, route), text, "run `helm dependency update` and commit Chart.lock"


def lock_digest(dependencies: list[dict[str, Any]], locked: list[dict[str, Any]]) -> str:
    """Helm's checksum of what is wanted and what is locked (internal/resolver HashReq: the JSON that Go writes)."""
    rows = [[_row(one) for one in dependencies], [_row(one) for one in locked]]
    text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    for sign in "&<>":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _row(one: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": str(one.get("name") or "")}
    if one.get("version"):
        row["version"] = str(one["version"])
    row["repository"] = str(one.get("repository") or "")
    row.update({key: one[key] for key in ("condition", "tags", "enabled", "import-values", "alias") if one.get(key)})
    return row
