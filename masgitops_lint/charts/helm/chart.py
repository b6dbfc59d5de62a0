"""A chart as files: what Helm gets to see of a directory, with its local dependencies put in place.

Argo CD (and the vault plugin) run `helm dependency build` before rendering; dependencies with a `file://` repository
are found next to the chart, so that step needs no network.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from masgitops_lint.repo.alike import Families

Reader = Callable[[str], Mapping[str, bytes]]
"""Gives the files below a directory of the source repo, by path relative to it; empty when there is none."""


class ChartError(Exception):
    """A directory that is no chart, or a dependency that cannot be had without the network."""


@dataclass(frozen=True)
class Chart:
    """One chart. `path` is its directory in the source repo, `files` its content by relative posix path."""

    path: str
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and content, in hex."""
        state = hashlib.sha256()
        for name in sorted(self.files):
            data = self.files[name]
            state.update(f"{len(name)}:{name}:{len(data)}:".encode())
            state.update(data)
        return state.hexdigest()

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """`Chart.yaml` as a mapping."""
        return _yaml_mapping(self.files["Chart.yaml"])

    @property
    def name(self) -> str:
        """The chart's name: the first segment of its templates' names in Helm's messages."""
        return str(self.metadata.get("name", ""))

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """`values.yaml` as a mapping ({} without one)."""
        return _yaml_mapping(self.files.get("values.yaml", b""))

    @cached_property
    def outputs(self) -> Families:
        """What the chart has rendered to, by template: much of what it renders to next is alike."""
        return Families()

    def template_path(self, name: str) -> str:
        """The path inside the chart of a template as Helm names it: `name/templates/a.yaml` -> `templates/a.yaml`."""
        prefix = self.name + "/"
        return name[len(prefix) :] if name.startswith(prefix) else name


def _yaml_mapping(raw: bytes) -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(raw, Loader=loader)
    except (yaml.YAMLError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def load_chart(path: str, reader: Reader) -> Chart:
    """The chart at `path` of a source repo. Raises `ChartError`."""
    return Chart(path, _with_dependencies(path, reader, 0))


def _with_dependencies(path: str, reader: Reader, depth: int) -> dict[str, bytes]:
    files = _without_ignored(dict(reader(path)))
    if "Chart.yaml" not in files:
        raise ChartError(f"{path}: there is no chart here (no Chart.yaml)")
    if depth > 8:
        raise ChartError(f"{path}: the chart's dependencies form a cycle")
    dependencies = _yaml_mapping(files["Chart.yaml"]).get("dependencies")
    for dependency in dependencies if isinstance(dependencies, list) else ():
        if not isinstance(dependency, dict):
            continue
        name = str(dependency.get("name", ""))
        prefix = f"charts/{name}"
        if any(key.startswith((prefix + "/", prefix + "-")) for key in files):
            continue
        repository = str(dependency.get("repository") or "")
        if repository.startswith("file://"):
            place = posixpath.normpath(posixpath.join(path, repository.removeprefix("file://")))
        elif not repository:
            place = posixpath.join(path, prefix)
        else:
            raise ChartError(f"{path}: the dependency {name} comes from {repository}, which needs the network")
        for key, data in _with_dependencies(place, reader, depth + 1).items():
            files[f"{prefix}/{key}"] = data
    return files


def _without_ignored(files: dict[str, bytes]) -> dict[str, bytes]:
    """Drop what `.helmignore` names, in the subset of its grammar that charts use: globs, directories and `!`."""
    raw = files.get(".helmignore")
    if raw is None:
        return files
    patterns = [line.strip() for line in raw.decode("utf-8", "replace").splitlines()]
    patterns = [line for line in patterns if line and not line.startswith("#")]

    def ignored(path: str) -> bool:
        parts = path.split("/")
        routes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        result = False
        for pattern in patterns:
            wanted = pattern.lstrip("!")
            only_directory = wanted.endswith("/")
            wanted = wanted.rstrip("/")
            anchored = "/" in wanted
            candidates = routes[:-1] if only_directory else routes
            if any(
                fnmatch.fnmatchcase(route if anchored else route.rpartition("/")[2], wanted.lstrip("/"))
                for route in candidates
            ):
                result = not pattern.startswith("!")
        return result

    return {path: data for path, data in files.items() if not ignored(path)}


def directory_reader(root: str) -> Reader:
    """Reads the files below a directory of a checkout. Links are not followed out of it."""

    def read(path: str) -> Mapping[str, bytes]:
        top = os.path.normpath(os.path.join(root, path))
        if top != os.path.normpath(root) and not top.startswith(os.path.join(os.path.normpath(root), "")):
            return {}
        found: dict[str, bytes] = {}
        for directory, names, files in os.walk(top):
            names[:] = sorted(name for name in names if name != ".git")
            for name in sorted(files):
                full = os.path.join(directory, name)
                try:
                    with open(full, "rb") as stream:
                        found[os.path.relpath(full, top).replace(os.sep, "/")] = stream.read()
                except OSError:
                    continue
        return found

    return read
