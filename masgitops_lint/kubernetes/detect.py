"""What kind of config repo this is, how that is known, and what cannot be seen."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from masgitops_lint.model.place import Place

from .unit import EngineEvidence, RootInfo, UnitGraph

Style: TypeAlias = Literal["mas", "argocd", "flux", "flux v1", "kustomize", "helm"]

_STYLES: dict[str, Style] = {"argocd": "argocd", "flux": "flux", "flux1": "flux v1"}

_MODULES: tuple[tuple[str, bytes, str], ...] = (
    ("Crossplane", b"crossplane.io/", "objects of crossplane.io"),
    ("External Secrets", b"external-secrets.io/", "objects of external-secrets.io"),
    ("Sealed Secrets", b"bitnami.com/v1alpha1", "SealedSecrets"),
    ("SOPS", b"\nsops:", "manifests with a sops block"),
    ("Secrets Store CSI driver", b"secrets-store.csi", "SecretProviderClasses or CSI volumes"),
    ("cert-manager", b"cert-manager.io/", "objects of cert-manager.io"),
)


@dataclass(frozen=True, slots=True)
class Subtree:
    """One directory ("" is the root) with one style; `evidence` is a sentence, `files` how many speak for it."""

    directory: str
    style: Style
    files: int
    evidence: str
    place: Place


@dataclass(frozen=True, slots=True)
class Module:
    """Secret and infrastructure machinery that the repo uses."""

    name: str
    files: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """A kind of thing that cannot be opened, how often it occurs, and the first place."""

    what: str
    count: int
    place: Place


@dataclass(frozen=True)
class Detection:
    """Everything `mas-lint detect` says."""

    subtrees: tuple[Subtree, ...] = ()
    roots: tuple[RootInfo, ...] = ()
    clusters: tuple[str, ...] = ()
    engines: tuple[EngineEvidence, ...] = ()
    modules: tuple[Module, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    units: dict[str, int] = field(default_factory=dict)
    unreached: int = 0
    """Kustomizations that nothing builds."""
    overridden: tuple[str, ...] = ()
    """What the settings decide, in words."""


def detect(graph: UnitGraph, mas_directories: Iterable[str] = ()) -> Detection:
    """What a repository holds. `mas_directories` are the roots of MAS config in it ("" is the repository itself)."""
    subtrees = [
        Subtree(one.rstrip("/"), "mas", 0, "it has MAS base files at their depth", Place(one.rstrip("/")))
        for one in mas_directories
    ]
    subtrees += _subtrees(graph)
    units = Counter(f"{unit.engine} {unit.kind}" for unit in graph.units if unit.kind != "bootstrap")
    clusters = dict.fromkeys(
        unit.cluster for unit in graph.units if unit.engine in ("argocd", "flux") and unit.kind != "bootstrap"
    )
    return Detection(
        tuple(subtrees),
        tuple(graph.roots),
        tuple(_readable(cluster) for cluster in clusters),
        tuple(graph.engines),
        tuple(_modules(graph)),
        tuple(_unseen(graph)),
        dict(sorted(units.items())),
        sum(not reached for _, reached in graph.builds().values()),
        tuple(_overridden(graph)),
    )


def _readable(cluster: str) -> str:
    from .objects import UNKNOWN

    return cluster.replace(UNKNOWN, "?") or "(from the generator)"


def _subtrees(graph: UnitGraph) -> Iterator[Subtree]:
    scanned = graph.scan
    if scanned is None:
        return
    found: dict[tuple[str, Style], list[str]] = {}
    for mark, style in _STYLES.items():
        for path in scanned.marked[mark]:
            if not scanned.aside(path):
                found.setdefault((_top(path), style), []).append(path)
    for root in graph.roots:
        if root.engine == "argocd" and not any(root.place.path in paths for paths in found.values()):
            found.setdefault((_top(root.place.path), "argocd"), []).append(root.place.path)
    built = {_top(build.path) for build, reached in graph.builds().values() if reached}
    built |= {
        _top(f"{source.path}/x") for unit in graph.units for source in unit.sources if source.target == "resolved"
    }
    plain = all(unit.engine == "kustomize" for unit in graph.units)
    engines = {directory for directory, _ in found} | (set() if plain else built)
    for path in scanned.kustomizations:
        if not scanned.aside(path) and _top(path) not in engines:
            found.setdefault((_top(path), "kustomize"), []).append(path)
    for directory in scanned.charts:
        chart = f"{directory}/Chart.yaml" if directory else "Chart.yaml"
        if not scanned.aside(chart) and _top(chart) not in engines and (_top(chart), "kustomize") not in found:
            found.setdefault((_top(chart), "helm"), []).append(chart)
    words = {
        "argocd": "objects of argoproj.io",
        "flux": "objects of toolkit.fluxcd.io",
        "flux v1": "objects of Flux v1, which is archived and not supported",
        "kustomize": "kustomizations without an engine",
        "helm": "charts without an engine",
    }
    for (directory, style), paths in sorted(found.items()):
        evidence = f"{len(paths)} files with {words[style]}, such as {paths[0]}"
        yield Subtree(directory, style, len(paths), evidence, Place(paths[0]))


def _top(path: str) -> str:
    directory = posixpath.dirname(path)
    return directory.split("/", 1)[0]


def _modules(graph: UnitGraph) -> Iterator[Module]:
    scanned, manifests = graph.scan, graph.manifests
    if scanned is None or manifests is None:
        return
    for name, needle, words in _MODULES:
        paths = [path for path in scanned.workloads if not scanned.aside(path) and manifests.mentions(path, needle)]
        if paths:
            yield Module(name, len(paths), f"{len(paths)} files with {words}, such as {paths[0]}")


def _unseen(graph: UnitGraph) -> Iterator[Unseen]:
    found: dict[str, list[Place]] = {}
    for unit in graph.units:
        for opaque in unit.opaque:
            kind = opaque.reason
            if kind.startswith("chart of HelmRelease"):
                kind = "charts of HelmReleases"
            elif kind.startswith(("chart ", "Helm chart")):
                kind = "charts from elsewhere"
            elif kind.startswith("remote"):
                kind = "remote kustomize bases"
            found.setdefault(kind, []).append(opaque.place)
        for source in unit.sources:
            if source.target == "external" and not source.chart and unit.kind != "HelmRelease":
                found.setdefault("manifests in other repositories", []).append(source.place)
    for what, places in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        yield Unseen(what, len(places), places[0])


def _overridden(graph: UnitGraph) -> Iterator[str]:
    settings = graph.settings
    if settings is None:
        return
    for pattern, layout in settings.layouts.items():
        yield f"layouts: {pattern} is {layout}"
    if settings.argocd_version:
        yield f"argocd_version: {settings.argocd_version}"
    if settings.flux_version:
        yield f"flux_version: {settings.flux_version}"
    for url in settings.repository_urls:
        yield f"repository_urls: {url} is this repository"
    for name in settings.clusters:
        yield f"clusters: {name} is declared"
