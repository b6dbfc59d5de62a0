"""YAML that cannot be parsed in manifests and Helm values that no unit is known to read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place

from .objects import syntax_problems
from .scan import is_chart_part

if TYPE_CHECKING:
    from .unit import UnitGraph

_TEMPLATE = re.compile(rb"\{\{|\{%|\[\[|<%|<#|\$\{[^}\n]*\}\s*:|^\s*(?:@|%)\w+", re.MULTILINE)
"""Text that some other tool turns into YAML: Helm, Jinja, FreeMarker, ERB, Terraform and the like."""

_VALUES_NAME = late_pattern(r"(?:^|[-_.])values(?:[-_.][\w.-]+)?\.ya?ml$")
_MANIFEST = re.compile(rb"^apiVersion:[ \t]*[\w./\"'-]+[ \t]*\r?$", re.MULTILINE)
_KIND = re.compile(rb"^kind:[ \t]*[\w\"']+[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no YAML: a manifest, or values for Helm, with the chart whose own values they are."""

    place: Place
    text: str
    kind: Literal["manifest", "values"]


def unread_problems(graph: UnitGraph) -> Iterator[Unreadable]:
    """Broken manifests and values outside of everything that units and kustomizations read.

    Passed over: documentation, examples, skeletons, and whatever holds the marks of a template language.
    """
    scanned, manifests, repository = graph.scan, graph.manifests, graph.repository
    if scanned is None or manifests is None or repository is None or not scanned.generic:
        return
    read = set(graph.reached_files())
    for build, _ in graph.builds().values():
        read.update(build.files)
        read.add(build.path)
    known = {fact.place.path for kind in ("manifest-syntax", "values-syntax") for fact in graph.named(kind)}
    manifest_paths = set(scanned.workloads)
    for path in repository.yaml_paths:
        kind: Literal["manifest", "values"]
        if path in manifest_paths:
            kind = "manifest"
        elif _VALUES_NAME.search(posixpath.basename(path)):
            kind = "values"
        else:
            continue
        if path in read or path in known or scanned.aside(path):
            continue
        if is_chart_part(path) and scanned.in_chart(path) is not None:
            continue
        raw = manifests.raw(path)
        if _TEMPLATE.search(raw) or (kind == "manifest" and not (_MANIFEST.search(raw) and _KIND.search(raw))):
            continue
        for problem in syntax_problems(repository, path):
            yield Unreadable(Place(path, span=problem.span), problem.message, kind)
