"""Generic repos on disk as unit graphs, for the tests of the generic side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from masgitops_lint.charts.lenient import LenientTemplates, render_chart
from masgitops_lint.kubernetes.kustomize import Kustomizer
from masgitops_lint.kubernetes.objects import KubeObject, Manifests
from masgitops_lint.kubernetes.unit import UnitGraph
from masgitops_lint.kubernetes.units import build_units
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings.values import Settings

from .conftest import lay

SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/one, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""


def repository(tmp_path: Path, files: Mapping[str, str]) -> Repository:
    """The files as a repository."""
    return Repository(WorkingTree(str(lay(tmp_path / "repo", files, base=None))))


def kustomizer(tmp_path: Path, files: Mapping[str, str]) -> Kustomizer:
    """A kustomizer over the files."""
    repo = repository(tmp_path, files)
    return Kustomizer(repo, Manifests(repo))


def units(tmp_path: Path, files: Mapping[str, str], settings: Settings | None = None) -> UnitGraph:
    """The unit graph of the files, charts and Go templates read leniently."""
    repo = repository(tmp_path, files)

    def render(directory: str, release: str, namespace: str, values: Mapping[str, Any]) -> list[KubeObject] | None:
        return render_chart(repo, directory, release, namespace, values)

    return build_units(repo, settings or Settings(), render=render, go=LenientTemplates())


def config_map(name: str, namespace: str = "", data: str = "") -> str:
    """A ConfigMap manifest; `data` is one line of flow YAML without its braces."""
    where = f"  namespace: {namespace}\n" if namespace else ""
    content = f"data: {{{data}}}\n" if data else ""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{where}{content}"


def flux_kustomization(name: str, path: str, extra: str = "", namespace: str = "flux-system") -> str:
    """A Flux Kustomization of this repository; `extra` is further YAML below `spec`, indented by two."""
    return (
        f"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  interval: 5m\n  path: {path}\n  prune: true\n"
        f"  sourceRef: {{kind: GitRepository, name: flux-system}}\n{extra}"
    )


def application(name: str, path: str, extra: str = "", namespace: str = "shop") -> str:
    """An Argo CD Application of this repository; `extra` is further YAML below `spec`, indented by two."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata:\n  name: {name}\n  namespace: argocd\nspec:\n  project: default\n"
        f"  source:\n    repoURL: https://git.example.net/acme/fleet.git\n    targetRevision: main\n    path: {path}\n"
        f"  destination:\n    server: https://kubernetes.default.svc\n    namespace: {namespace}\n{extra}"
    )


def names(graph: UnitGraph, kind: str = "") -> list[str]:
    """Sorted `kind namespace/name` of everything that is applied, or of one kind only."""
    return sorted(
        f"{obj.kind} {unit.namespace_of(obj)}/{obj.name}"
        for unit, obj in graph.reached()
        if kind in ("", obj.kind) and obj.group not in ("kustomize.toolkit.fluxcd.io",)
    )
