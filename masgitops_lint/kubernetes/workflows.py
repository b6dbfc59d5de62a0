"""What GitHub Actions workflows do to manifests and images, as far as their text says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place, Span

from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject
from .unit import Unit, UnitGraph

_WORKFLOW = late_pattern(r"(?:^|/)\.github/(?:workflows|actions)/.+\.ya?ml$")
_SED = late_pattern(
    r"""\bsed\s+-i(?:\s+''|\s+"")?\s+(?:-E\s+|-e\s+)*(?P<quote>["'])s(?P<mark>[|/#@,~])(?P<old>.+?)(?P=mark).*?(?P=mark)g?
    (?P=quote)\s+(?P<files>[^\n|;&]+)""",
    re.VERBOSE,
)
_COMMITS = late_pattern(r"\bgit\s+(?:commit|push)\b|git-auto-commit-action|add-and-commit@|create-pull-request@")
_REGEX = late_pattern(r"(?<!\\)[.][*+]|\\[(dws1-9]|[\[\]^$*+?]")
_IMAGE = late_pattern(
    r"(?<![\w./@-])(?P<registry>[a-z0-9][\w.-]*\.(?:azurecr\.io|amazonaws\.com|pkg\.dev)|ghcr\.io|docker\.io|quay\.io)"
    r"/(?P<name>[a-z0-9][\w./-]*)"
)
_ACR_BUILD = late_pattern(r"az\s+acr\s+build\b[^\n]*?(?:--registry|-r)[= ]+(?P<registry>[a-zA-Z0-9]+)\b")
_ACR_IMAGE = late_pattern(r"az\s+acr\s+build\b[^\n]*?(?:--image|-t)[= ]+[\"']?(?P<name>[a-z0-9][\w./-]*)")
_PRIVATE = late_pattern(r"\.azurecr\.io$|\.amazonaws\.com$|\.pkg\.dev$")


@dataclass(frozen=True, slots=True)
class WorkflowTrouble:
    """Something in a manifest that a workflow does not really bring about. `workflow` is where it is written."""

    place: Place
    text: str
    workflow: Place
    unit: Unit | None


def workflows(graph: UnitGraph) -> Iterator[tuple[str, str]]:
    """The path and text of every workflow and composite action."""
    if graph.repository is None or graph.manifests is None:
        return
    for path in graph.repository.paths:
        if _WORKFLOW.search(path):
            yield path, graph.manifests.raw(path).decode("utf-8", "replace")


def line_of(path: str, text: str, position: int, length: int = 1) -> Place:
    """The place of some characters of a line."""
    line = text.count("\n", 0, position) + 1
    start = position - (text.rfind("\n", 0, position) + 1) + 1
    return Place(path, span=Span(line, start, line, start + length))


def local_replacements(graph: UnitGraph) -> Iterator[WorkflowTrouble]:
    """Placeholders that a workflow replaces by `sed` in its own checkout, in files that an engine applies from Git."""
    if graph.manifests is None:
        return
    owners: dict[str, Unit] | None = None
    for path, text in workflows(graph):
        if _COMMITS.search(text):
            continue  # it commits what it changes
        for match in _SED.finditer(text):
            old = match["old"].replace("\\", "")
            if _REGEX.search(match["old"].replace("\\.", "").replace("\\$", "")) or len(old) < 4:
                continue
            for name in match["files"].split():
                target = name.strip("\"'").removeprefix("./")
                if owners is None:
                    owners = _owners(graph)
                unit = owners.get(target)
                if unit is None:
                    continue
                source = graph.manifests.raw(target).decode("utf-8", "replace")
                position = source.find(old)
                if position >= 0:
                    yield WorkflowTrouble(
                        line_of(target, source, position), old, line_of(path, text, match.start()), unit
                    )


def _owners(graph: UnitGraph) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for unit in graph.units:
        if unit.engine in ("argocd", "flux") and unit.kind != "bootstrap":
            for obj in unit.objects:
                found.setdefault(obj.path, unit)
            for path in unit.files:
                found.setdefault(path, unit)
    return found


@dataclass(frozen=True, slots=True)
class RegistryTrouble:
    """An image that is taken from another registry than the workflows push it to."""

    place: Place
    image: str
    pushed: str
    workflow: Place
    obj: KubeObject
    unit: Unit


def foreign_images(graph: UnitGraph) -> Iterator[RegistryTrouble]:
    """Images whose last name a workflow pushes, but to another registry. Public mirrors are not judged."""
    pushed: dict[str, dict[str, Place]] = {}
    for path, text in workflows(graph):
        for match in _IMAGE.finditer(text):
            name = posixpath.basename(match["name"])
            pushed.setdefault(name, {}).setdefault(match["registry"].lower(), line_of(path, text, match.start()))
        registries = [m["registry"] for m in _ACR_BUILD.finditer(text)]
        names = [(m["name"], m.start()) for m in _ACR_IMAGE.finditer(text)]
        for registry in set(registries) if len(set(registries)) == 1 else ():
            for name, position in names:
                place = line_of(path, text, position)
                pushed.setdefault(posixpath.basename(name), {}).setdefault(f"{registry.lower()}.azurecr.io", place)
    if not pushed:
        return
    seen: set[Place] = set()
    for unit, obj in graph.reached():
        route = POD_TEMPLATES.get((obj.group, obj.kind))
        if route is None:
            continue
        for group in ("containers", "initContainers"):
            listed = obj.get(*route, "spec", group)
            for index, container in enumerate(listed if isinstance(listed, list) else ()):
                image = container.get("image") if isinstance(container, dict) else None
                if not isinstance(image, str) or UNKNOWN in image or "/" not in image:
                    continue
                registry = image.split("/", 1)[0].lower()
                name = posixpath.basename(re.split(r"[:@]", image.split("/", 1)[1])[0])
                where = pushed.get(name)
                if where is None or registry in where or not _PRIVATE.search(registry):
                    continue
                place = obj.at(*route, "spec", group, index, "image")
                if place not in seen:
                    seen.add(place)
                    target, workflow = next(iter(where.items()))
                    yield RegistryTrouble(place, image, target, workflow, obj, unit)
