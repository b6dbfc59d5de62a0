"""Builds the unit graph of the generic part of a repository: Flux, Argo CD, plain kustomize, loose manifests."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from .argo import ArgoLoader
from .kustomize import ChartRenderer, Kustomizer
from .objects import Manifests
from .origin import normal_url, remotes
from .scan import is_chart_part, scan
from .unit import Dependency, EngineEvidence, Fact, RootInfo, SourceUse, Unit, UnitGraph

if TYPE_CHECKING:
    from masgitops_lint.argocd.templating import GoTemplates
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings.values import Settings

__all__ = [
    "Dependency",
    "EngineEvidence",
    "Fact",
    "RootInfo",
    "SourceUse",
    "Unit",
    "UnitGraph",
    "build_units",
]


def build_units(
    repository: Repository,
    settings: Settings,
    *,
    render: ChartRenderer | None = None,
    go: GoTemplates | None = None,
    known_names: Collection[str] = (),
) -> UnitGraph:
    """The unit graph; empty, after one look at the bytes, for a repository without generic objects.

    `render` renders charts of the repository, `go` the Go templates of ApplicationSets; without them both are opaque.
    Files named `known_names` (MAS config) are not looked at.
    """
    found = scan(repository, frozenset(known_names), settings.layouts)
    manifests = Manifests(repository)
    kustomizer = Kustomizer(repository, manifests, render)
    graph = UnitGraph(repository, settings, manifests, kustomizer, found)
    if not found.generic:
        return graph
    urls = [normal_url(url) for url in settings.repository_urls] or list(remotes(repository.snapshot.root))
    if found.marked["flux"]:
        from masgitops_lint.flux.load import FluxLoader

        loader = FluxLoader(kustomizer, manifests, found, settings, urls, graph)
        loader.load()
        urls = [*urls, *loader.own_urls]
    if found.marked["argocd"] or found.marked["install"] or found.charts:
        ArgoLoader(kustomizer, manifests, found, settings, urls, graph, go).load()
    if not graph.units:
        _plain(graph, kustomizer)
    _loose(graph)
    return graph


def _plain(graph: UnitGraph, kustomizer: Kustomizer) -> None:
    """Without an engine: every kustomization that no other one reads is a unit of its own."""
    scanned = graph.scan
    if scanned is None:
        return
    directories = [path.rpartition("/")[0] for path in scanned.kustomizations if not scanned.aside(path)]
    children = {
        child
        for directory in directories
        if (build := kustomizer.build(directory)) is not None
        for child in build.children
    }
    for directory in directories:
        build = kustomizer.build(directory)
        if build is None or directory in children:
            continue
        data = kustomizer.repository.document(build.path).data
        if isinstance(data, dict) and data.get("kind") == "Component":
            continue
        name = directory or "."
        namespace = data.get("namespace") if isinstance(data, dict) else None
        graph.units.append(
            Unit(
                "kustomize",
                "kustomization",
                "",
                name,
                name,
                f"kustomize:{name}",
                target_namespace=namespace if isinstance(namespace, str) else "",
                objects=build.objects,
                opaque=build.opaque,
                directories=(directory,),
            )
        )


def _loose(graph: UnitGraph) -> None:
    """Manifests of secret machinery that no unit reaches: the only loose ones that rules look at."""
    scanned, manifests = graph.scan, graph.manifests
    if scanned is None or manifests is None:
        return
    reached = graph.reached_files()
    inside = {path for build, _ in graph.builds().values() for path in build.files}
    objects = tuple(
        obj
        for path in scanned.marked["secrets"]
        if path not in reached
        and path not in inside
        and not scanned.aside(path)
        and not (is_chart_part(path) and scanned.in_chart(path) is not None)
        for obj in manifests(path).objects
        if obj.name
    )
    graph.loose = Unit("manual", "manifests", "", "loose manifests", "", "manual", objects=objects)
