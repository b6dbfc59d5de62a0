"""The words of a kustomization: its fields, how it names what it reads, and what became of building it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place

from .objects import KubeObject

FIELDS = frozenset(
    [
        "apiVersion",
        "kind",
        "metadata",
        "openapi",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "commonAnnotations",
        "patchesStrategicMerge",
        "patchesJson6902",
        "patches",
        "images",
        "imageTags",
        "replicas",
        "replacements",
        "vars",
        "sortOptions",
        "resources",
        "components",
        "crds",
        "bases",
        "configMapGenerator",
        "secretGenerator",
        "helmGlobals",
        "helmCharts",
        "helmChartInflationGenerator",
        "generatorOptions",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "buildMetadata",
        "inventory",
    ]
)
"""Fields of a Kustomization (api/types/kustomization.go); kustomize refuses any other."""
CANONICAL = {name.lower(): name for name in FIELDS}

_REMOTE = late_pattern(
    r"""^(?:[a-z][a-z0-9+.-]*://|git::|git@|[\w.-]+@[\w.-]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]
    |gh:|[\w-]+(?:\.[\w-]+)+/.*(?:\?ref=|//|\.git(?:$|[/?])))|[?&](?:ref|version|timeout|submodules)=""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class BuildProblem:
    """Why a kustomization does not build. `kind` is one word that rules choose by, `target` the path that was meant.

    missing, no-kustomization, is-kustomization, self, cycle, outside, component-expected, component-unexpected,
    duplicate, patch-target, patch-nothing, patch-operation, empty, unknown-field, misfit, no-name, not-kubernetes,
    syntax, merge-target
    """

    kind: str
    place: Place
    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that only a network or a real renderer could open."""

    reason: str
    place: Place


@dataclass(slots=True)
class Build:
    """The outcome for one directory. `children` are the kustomizations it reads; problems are its own only."""

    directory: str
    path: str
    objects: tuple[KubeObject, ...] = ()
    problems: dict[tuple[Any, ...], BuildProblem] = field(default_factory=dict)
    opaque: tuple[Opaque, ...] = ()
    children: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    remote_files: tuple[Place, ...] = ()

    def report(self, problem: BuildProblem) -> None:
        """Keep a problem once."""
        self.problems.setdefault((problem.kind, problem.place, problem.target), problem)


def clamped(directory: str, entry: str) -> tuple[str, bool]:
    """`entry` seen from `directory`, relative to the root; and whether it tried to leave the root."""
    parts: list[str] = [] if entry.startswith("/") else [p for p in directory.split("/") if p]
    left = entry.startswith("/")
    for part in entry.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if parts:
                parts.pop()
            else:
                left = True
        else:
            parts.append(part)
    return "/".join(parts), left


def is_remote(entry: str) -> bool:
    """Whether a resource is a URL or a Git reference (kustomize tries the file system first)."""
    return _REMOTE.search(entry) is not None
