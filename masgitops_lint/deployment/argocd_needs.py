"""What a repo and its charts need of Argo CD: features, known defects that would bite, and order of pruning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.uses import nested_generators, uses_in_manifest
from masgitops_lint.argocd.versions import Bug, Feature, bugs, feature, features
from masgitops_lint.model.place import Place

if TYPE_CHECKING:
    from masgitops_lint.argocd.detect import DetectedArgoCD
    from masgitops_lint.charts.profile import ReleaseProfile
    from masgitops_lint.kubernetes.objects import KubeObject
    from masgitops_lint.kubernetes.unit import Unit, UnitGraph
    from masgitops_lint.mas.scope import Scope

_HOOK = "argocd.argoproj.io/hook"
_SYNC_HOOKS = frozenset(("PreSync", "Sync", "PostSync", "SyncFail"))


@dataclass(frozen=True, slots=True)
class ChartNeed:
    """A feature that the charts of a release rely on: the first template, its line, and how many rely on it."""

    feature: Feature
    template: str
    line: int
    count: int


@dataclass(frozen=True, slots=True)
class ManifestNeed:
    """A feature that manifests of the repo rely on: where it is used first, by what, and how often."""

    feature: Feature
    place: Place
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class BugHit:
    """Something in the repo that a known defect bites."""

    bug: Bug
    place: Place
    label: str


def chart_needs(profile: ReleaseProfile) -> tuple[ChartNeed, ...]:
    """What the charts of a release need, the most demanding first."""
    known = features()
    found = [
        ChartNeed(known[name], template, line, count)
        for name, (template, line, count) in profile.argocd_uses.items()
        if name in known
    ]
    return tuple(sorted(found, key=lambda one: (one.feature.since, one.feature.id), reverse=True))


def argocd_objects(graph: UnitGraph) -> Iterator[KubeObject]:
    """Every object that Argo CD applies or reconciles, once; what an ApplicationSet generates is left to the set."""
    seen: set[tuple[Any, ...]] = set()
    for unit in graph.of("argocd"):
        own = (unit.manifest,) if unit.generator is None and unit.manifest is not None else ()
        for obj in (*own, *((unit.generator,) if unit.generator is not None else ()), *unit.objects):
            key = (obj.path, obj.document, obj.route, *obj.key)
            if key not in seen:
                seen.add(key)
                yield obj


def manifest_needs(graph: UnitGraph) -> tuple[ManifestNeed, ...]:
    """What the manifests need, the most demanding first."""
    first: dict[str, tuple[Place, str]] = {}
    count: dict[str, int] = {}
    for obj in argocd_objects(graph):
        for name, keys in {row.id: keys for row, keys in reversed(list(uses_in_manifest(obj.data)))}.items():
            count[name] = count.get(name, 0) + 1
            if name not in first:
                first[name] = (obj.at(*keys), obj.label)
    found = [ManifestNeed(feature(name), place, label, count[name]) for name, (place, label) in first.items()]
    return tuple(sorted(found, key=lambda one: (one.feature.since, one.feature.id), reverse=True))


# -- known defects ----------------------------------------------------------------------------------------------------


def manifest_bugs(graph: UnitGraph, detected: DetectedArgoCD) -> Iterator[BugHit]:
    """What in the manifests a known defect bites, whatever version runs."""
    for obj in argocd_objects(graph):
        if obj.kind == "ApplicationSet" and obj.group == "argoproj.io":
            yield from _application_set_bugs(obj)
        hooks = {word.strip() for word in str(obj.annotations.get(_HOOK, "")).split(",")}
        if "PostDelete" in hooks and hooks & _SYNC_HOOKS:
            yield BugHit(bugs()["mixed-hooks"], obj.at("metadata", "annotations", _HOOK), obj.label)
    for unit in graph.of("argocd", "Application"):
        yield from _generated_unit_bugs(unit)
        yield from _own_installation_bugs(unit, detected)


def _application_set_bugs(obj: KubeObject) -> Iterator[BugHit]:
    go = obj.get("spec", "goTemplate") is True
    listed = obj.get("spec", "generators")
    start = ("spec", "generators")
    combinations = [
        *((((*start, index)), one) for index, one in enumerate(listed if isinstance(listed, list) else ())),
        *nested_generators(listed, start),
    ]
    for keys, generator in combinations:
        if not isinstance(generator, Mapping):
            continue
        children = _children(generator, "matrix")
        second = children[1] if len(children) > 1 else {}
        if isinstance(second, Mapping) and _files(second):
            place = obj.at(*keys, "matrix", "generators", 1, "git", part="key")
            yield BugHit(bugs()["matrix-git-files"], place, obj.label)
        if go and children:
            yield BugHit(bugs()["matrix-second-child-wins"], obj.at(*keys, "matrix", part="key"), obj.label)
    if obj.get("spec", "applyNestedSelectors") is True:
        return
    for keys, generator in nested_generators(listed, start):
        if keys.count("generators") > 2 and "selector" in generator:
            yield BugHit(bugs()["nested-selectors"], obj.at(*keys, "selector", part="key"), obj.label)


def _children(generator: Mapping[str, Any], name: str) -> list[Any]:
    block = generator.get(name)
    below = block.get("generators") if isinstance(block, Mapping) else None
    return below if isinstance(below, list) else []


def _files(generator: Mapping[str, Any]) -> bool:
    git = generator.get("git")
    return isinstance(git, Mapping) and bool(git.get("files"))


def _generated_unit_bugs(unit: Unit) -> Iterator[BugHit]:
    if unit.generator is None:
        return
    for obj in unit.objects:
        if "PostDelete" in str(obj.annotations.get(_HOOK, "")):
            place = obj.at("metadata", "annotations", _HOOK)
            yield BugHit(bugs()["post-delete-of-generated"], place, obj.label)
            return


def _own_installation_bugs(unit: Unit, detected: DetectedArgoCD) -> Iterator[BugHit]:
    """An Application that installs Argo CD itself, and so its CRDs."""
    manifest = unit.manifest
    if manifest is None or unit.generator is not None:
        return
    installs = any(
        one.kind in ("reference", "chart", "image")
        and (one.place.path == manifest.path or one.install in unit.directories)
        for one in detected.evidence
    )
    options = manifest.get("spec", "syncPolicy", "syncOptions", default=[])
    given = options if isinstance(options, list) else []
    if installs and not {"ServerSideApply=true", "Replace=true"}.intersection(str(one) for one in given):
        yield BugHit(bugs()["large-crd"], manifest.place, manifest.label)


def config_bugs(scopes: Iterable[Scope]) -> Iterator[BugHit]:
    """Mappings that a later config file lays over a scalar or list of an earlier one."""
    for scope in scopes:
        for number, file in enumerate(scope.files):
            for earlier in scope.files[:number]:
                for keys in _collisions(earlier.data, file.data, ()):
                    name = ".".join(keys)
                    yield BugHit(bugs()["merge-map-over-scalar"], Place(file.path, keys, "key"), f"`{name}`")


def _collisions(base: Mapping[str, Any], over: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in over.items():
        if not isinstance(value, dict) or key not in base or base[key] in (None, ""):
            continue
        if isinstance(base[key], dict):
            yield from _collisions(base[key], value, (*keys, key))
        else:
            yield (*keys, key)
