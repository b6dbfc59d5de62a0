"""Which Git repositories Applications and ApplicationSets name, and text in them that somebody was meant to replace."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern

from .objects import UNKNOWN, KubeObject

PLACEHOLDER = late_pattern(
    r"""(?ix) (?:^|[/:@.<_-]) your[-_]?(?:user(?:name)?|org(?:ani[sz]ation)?|repo(?:sitory)?|account|company|name|domain
        |team|project|gitops|github(?:[-_]?\w+)?)? (?:[-_./>:]|$)
    | (?:^|[/:@<]) (?: my-?org | example-?(?:org|user|repo) | user-?name | change[-_]?me | replace[-_]?me | fixme | todo
        | placeholder | xxx+ ) (?:[./>:]|$)
    | <[^>]+> | \$\{[^}]+\} | \bexample\.com\b"""
)
"""Text that somebody was meant to replace."""


def git_uses(obj: KubeObject) -> Iterator[tuple[str, str, str]]:
    """(URL, path, revision) of every Git source and git generator of an Application or ApplicationSet."""
    specs = [obj.spec]
    template = obj.get("spec", "template", "spec")
    if isinstance(template, dict):
        specs.append(template)
    for spec in specs:
        for source in [spec.get("source"), *listed(spec.get("sources"))]:
            if not isinstance(source, dict) or not isinstance(source.get("repoURL"), str) or source.get("chart"):
                continue
            path, revision = str(source.get("path") or ""), str(source.get("targetRevision") or "")
            if "{{" not in source["repoURL"] and UNKNOWN not in source["repoURL"] + path:
                yield source["repoURL"], path, revision
    yield from _generator_uses(obj.get("spec", "generators"))


def _generator_uses(generators: Any) -> Iterator[tuple[str, str, str]]:
    for generator in listed(generators):
        if not isinstance(generator, dict):
            continue
        git = generator.get("git")
        if isinstance(git, dict) and isinstance(git.get("repoURL"), str) and "{{" not in git["repoURL"]:
            for key in ("directories", "files"):
                for item in listed(git.get(key)):
                    if isinstance(item, dict) and isinstance(item.get("path"), str):
                        path = item["path"].split("*", 1)[0]
                        plain = path if path.endswith("/") else posixpath.dirname(path)
                        yield git["repoURL"], plain, str(git.get("revision") or "")
        for nested in ("matrix", "merge"):
            inner = generator.get(nested)
            if isinstance(inner, dict):
                yield from _generator_uses(inner.get("generators"))


def listed(value: Any) -> list[Any]:
    """A list as it is; anything else is an empty one."""
    return value if isinstance(value, list) else []
