"""Files and directories that GitHub Actions workflows apply or edit and that the repository does not have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place

from .workflows import line_of, workflows

if TYPE_CHECKING:
    from .unit import UnitGraph

_USES = late_pattern(
    r"""^[ \t-]*(?:run:[ \t]*)?(?:sudo[ \t]+)?(?:
        (?:kubectl|oc)[ \t][^\n|;&]*?\b(?:apply|create|replace)\b[^\n|;&]*?[ \t](?:-f|-k|--filename|--kustomize)[ =]
      | kustomize[ \t]+build[ \t]+
      | yq[ \t]+(?:[^\n|;&]*?[ \t])?-i[ \t][^\n|;&]*?(?=[\w./-]+\.ya?ml[ \t]*(?:[#][^\n]*)?$)
      | sed[ \t]+-i\b[^\n]*?[ \t](?=[\w./-]+\.ya?ml[ \t]*(?:[#][^\n]*)?$)
    )(?P<path>[\w./-]+)""",
    re.VERBOSE | re.MULTILINE,
)
_MOVES = late_pattern(
    r"working-directory:|(?:^|[\s;&|])(?:cd|pushd|git clone)\s|^\s+(?:repository|path):\s", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class AbsentPath:
    """A path in a workflow, where the file of that name is now, and the labels of the units that read it there."""

    place: Place
    path: str
    instead: tuple[str, ...]
    units: tuple[str, ...] = ()


def absent_paths(graph: UnitGraph) -> Iterator[AbsentPath]:
    """Only of workflows that stay in the checkout's root, and only what exists in another place of the repository."""
    if graph.repository is None:
        return
    paths = graph.repository.paths
    known = set(paths)
    directories = {posixpath.dirname(path) for path in paths}
    for directory in list(directories):
        while directory:
            directory = posixpath.dirname(directory)
            directories.add(directory)
    for workflow, text in workflows(graph):
        if _MOVES.search(text):
            continue
        seen: set[str] = set()
        for match in _USES.finditer(text):
            written = match["path"]
            path = posixpath.normpath(written)
            if path in seen or path in known or path in directories or path.startswith(("..", "/")) or "/" not in path:
                continue
            seen.add(path)
            tail = path if posixpath.splitext(path)[1] else posixpath.basename(path)
            name = "/" + posixpath.basename(tail)
            others = known if posixpath.splitext(path)[1] else directories
            instead = tuple(sorted(one for one in others if ("/" + one).endswith(name)))
            if 0 < len(instead) <= _FEW:
                place = line_of(workflow, text, match.start("path"), len(written))
                yield AbsentPath(place, written, instead, tuple(_readers(graph, instead)))


def _readers(graph: UnitGraph, instead: tuple[str, ...]) -> Iterator[str]:
    for unit in graph.units:
        if unit.kind != "bootstrap" and any(
            path == one or path.startswith(f"{one}/")
            for path in {*unit.files, *(obj.path for obj in unit.objects)}
            for one in instead
        ):
            yield unit.label


_FEW = 3
"""So many files of one name still say where it went; more have a name that says nothing."""
