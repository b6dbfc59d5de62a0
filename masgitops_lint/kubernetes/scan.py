"""One cheap look at every file: which hold engine objects, charts and kustomizations. Only bytes are searched."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.settings.patterns import PathPatterns

from .kinds import KUSTOMIZATION_NAMES as NAMES

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

_ASIDE = late_pattern(
    r"""(?:^|/)(?:\.[^/]+|node_modules|vendor|docs?|examples?|samples?|skeletons?|testdata|fixtures?|tests
    |[_.]?archived?|_?old|deprecated|disabled|[^/]*TEMPLATE[^/]*|boilerplate)/""",
    re.VERBOSE,
)
_TEMPLATED_NAME = late_pattern(
    r"(?:\.(?:j2|tmpl|tpl|gotmpl|jinja|mustache)(?:\.|$)|TEMPLATE|[-_.](?:example|sample|dist)\.)"
)
_CHART_PARTS = late_pattern(r"(?:^|/)(?:templates|files|crds|ci|tests)/")

_MARKS: dict[str, re.Pattern[bytes]] = {
    "flux": re.compile(
        rb"\b(?:kustomize|source|helm|notification|image)\.toolkit\.fluxcd\.io/|fluxcd\.controlplane\.io/"
    ),
    "flux1": re.compile(rb"\bhelm\.fluxcd\.io/|\bflux\.weave\.works/"),
    "argocd": re.compile(rb"\bargoproj\.io/v1alpha1"),
    "secrets": re.compile(
        rb"\b(?:external-secrets\.io/|secrets-store\.csi\.x-k8s\.io/|bitnami\.com/v1alpha1)|secrets-store\.csi\.k8s\.io"
    ),
    "crossplane": re.compile(rb"\b(?:pkg|apiextensions)\.crossplane\.io/"),
    "install": re.compile(rb"quay\.io/argoproj/argocd(?:@|:)|name: applications\.argoproj\.io|argocd-cm\b"),
}


@dataclass(slots=True)
class Scan:
    """Paths by what their bytes mention. `aside` are paths that discovery passes over (docs, examples, skeletons)."""

    marked: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _MARKS})
    kustomizations: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    workloads: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    """Helm values that may hold the sync of a FluxInstance."""
    files_in: dict[str, list[str]] = field(default_factory=dict)
    directories_in: dict[str, list[str]] = field(default_factory=dict)

    @property
    def generic(self) -> bool:
        """Whether there is anything for the generic side to do."""
        return bool(self.kustomizations or self.charts or any(self.marked.values()))

    def in_chart(self, path: str) -> str | None:
        """The chart directory that a template, CRD or chart file belongs to."""
        directory = posixpath.dirname(path)
        while directory:
            if directory in self._chart_set:
                return directory
            directory = posixpath.dirname(directory)
        return "" if "" in self._chart_set else None

    _chart_set: frozenset[str] = frozenset()
    _included: PathPatterns | None = None

    def aside(self, path: str) -> bool:
        """Whether discovery passes over a path; what the settings give a layout is never passed over."""
        if self._included is not None and self._included.matches(path):
            return False
        return set_aside(path)


def set_aside(path: str) -> bool:
    """Whether discovery passes over a path: hidden, documentation, example, skeleton, test data."""
    return _ASIDE.search("/" + path) is not None or _TEMPLATED_NAME.search(posixpath.basename(path)) is not None


def scan(repository: Repository, known_names: frozenset[str], layouts: Mapping[str, str] | None = None) -> Scan:
    """Look at every YAML file once. MAS config files are known by name and never opened.

    `layouts` maps path patterns to what lies there: "ignore" and "mas" paths are left out, other layouts say that only
    one engine is meant, and that the path counts even where it looks like documentation or an example.
    """
    result = Scan()
    _index(repository.paths, result)
    chosen = _Layouts(layouts or {})
    result._included = chosen.included
    for path in repository.yaml_paths:
        name = posixpath.basename(path)
        if name in known_names or chosen.leaves_out(path):
            continue
        if name in NAMES:
            result.kustomizations.append(path)
        elif name == "Chart.yaml":
            result.charts.append(posixpath.dirname(path))
            continue
        try:
            raw = repository.read(path)
        except OSError:
            continue
        if b"apiVersion" not in raw or b"kind" not in raw:
            if b"\n  sync:" in raw and (raw.startswith(b"instance:") or b"\ninstance:" in raw):
                result.values.append(path)
            continue
        for mark, pattern in _MARKS.items():
            if chosen.allows(path, mark) and pattern.search(raw):
                result.marked[mark].append(path)
        result.workloads.append(path)
    result.kustomizations += [path for path in repository.paths if posixpath.basename(path) == "Kustomization"]
    result._chart_set = frozenset(result.charts)
    return result


class _Layouts:
    """The settings' layouts, compiled."""

    def __init__(self, layouts: Mapping[str, str]) -> None:
        self.patterns = [(PathPatterns([pattern]), layout) for pattern, layout in layouts.items()]
        named = [pattern for pattern, layout in layouts.items() if layout in _ENGINES]
        self.included = PathPatterns(named) if named else None

    def leaves_out(self, path: str) -> bool:
        """Whether a path belongs to something else, or to nothing."""
        return any(layout in ("ignore", "mas") and pattern.matches(path) for pattern, layout in self.patterns)

    def allows(self, path: str, mark: str) -> bool:
        """Whether what the bytes say may count: a path with a layout holds that engine only."""
        if mark not in ("flux", "argocd"):
            return True
        given = [layout for pattern, layout in self.patterns if pattern.matches(path)]
        return not given or mark in given


_ENGINES = ("argocd", "flux", "kustomize")


def any_sign(repository: Repository, known_names: frozenset[str]) -> bool:
    """Whether a scan would find anything."""
    if not repository.by_basename.keys().isdisjoint((*NAMES, "Chart.yaml")):
        return True
    for path in repository.yaml_paths:
        if path.rpartition("/")[2] not in known_names:
            try:
                raw = repository.read(path)
            except OSError:
                continue
            if b"apiVersion" in raw and b"kind" in raw and any(mark.search(raw) for mark in _MARKS.values()):
                return True
    return False


def _index(paths: Iterable[str], result: Scan) -> None:
    files, directories = result.files_in, result.directories_in
    seen = {""}
    for path in paths:
        directory = posixpath.dirname(path)
        files.setdefault(directory, []).append(path)
        while directory not in seen:
            seen.add(directory)
            parent = posixpath.dirname(directory)
            directories.setdefault(parent, []).append(directory)
            directory = parent


def is_chart_part(path: str) -> bool:
    """Whether the path lies in a directory that only Helm reads."""
    return _CHART_PARTS.search(path) is not None
