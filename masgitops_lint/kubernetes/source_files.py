"""Which files of a directory Argo CD applies when no tool is detected there."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable
from typing import Any

from .scan import Scan


def tree(scanned: Scan, directory: str, *, recurse: bool) -> list[str]:
    """The files of a directory, its subdirectories' too when `recurse`."""
    found = list(scanned.files_in.get(directory, ()))
    if recurse:
        for below in scanned.directories_in.get(directory, ()):
            found += tree(scanned, below, recurse=True)
    return found


def chosen(name: str, include: Any, exclude: Any) -> bool:
    """Whether `directory.include` and `directory.exclude` leave a file in."""
    if isinstance(include, str) and include and not _globbed(name, include):
        return False
    return not (isinstance(exclude, str) and exclude and _globbed(name, exclude))


def _globbed(name: str, pattern: str) -> bool:
    """Argo CD's include and exclude: a glob where `*` stays in one segment, `{a,b}` chooses."""
    match = re.fullmatch(r"\{(.*)\}", pattern)
    options: Iterable[str] = match[1].split(",") if match else (pattern,)
    return any(fnmatch.fnmatchcase(name, option.strip()) for option in options)


_TOOLS = ("Chart.yaml", "helmfile.yaml", "values.yaml", "Tiltfile", "jsonnetfile.json", "cdk8s.yaml", "spec.json")


def is_tool(path: str) -> bool:
    """Whether a file belongs to a tool that makes manifests, so that Argo CD may see more than YAML here."""
    name = posixpath.basename(path)
    return name in _TOOLS or name.endswith((".cue", ".libsonnet", ".ts", ".nix", ".pkl", ".tpl", ".yaml.gotmpl"))
