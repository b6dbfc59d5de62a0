"""What source-controller leaves out of an artifact: `.sourceignore` files, `spec.ignore`, and its own list.

Patterns are those of `.gitignore`: the last one that matches decides, `!` takes a path back in. `spec.ignore` replaces
source-controller's own list and comes after what `.sourceignore` says (fluxcd/pkg sourceignore).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from masgitops_lint.model.late_pattern import late_pattern

_SEPARATOR = late_pattern("/")

DEFAULT = (
    ".git/", ".gitignore", ".gitmodules", ".gitattributes", ".github/", ".circleci/", ".travis.yml", ".gitlab-ci.yml",
    "appveyor.yml", ".drone.yml", "cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml", ".goreleaser.yml",
    ".sops.yaml", ".flux.yaml",
)  # fmt: skip
"""The part of source-controller's own list that concerns YAML files."""


class IgnoreRules:
    """Compiled patterns, each with the directory ("" for the root) of the file that holds it."""

    def __init__(self, patterns: Iterable[tuple[str, str]]) -> None:
        self._rules = [rule for directory, line in patterns if (rule := _compiled(directory, line)) is not None]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def leaves_out(self, path: str) -> bool:
        """Whether a file is not in the artifact.

        The last pattern that matches the file or a directory above it decides: unlike Git, source-controller looks at
        each file, so that `!/deploy/prod` takes a directory back out of an ignored `/*` (go-git gitignore matcher).
        """
        parents = [path[: match.start()] for match in _SEPARATOR.finditer(path)]
        for regex, only_directories, negated in reversed(self._rules):
            if any(regex.match(parent) for parent in parents) or (not only_directories and regex.match(path)):
                return not negated
        return False


@lru_cache(maxsize=512)
def _compiled(directory: str, line: str) -> tuple[re.Pattern[str], bool, bool] | None:
    text = line.rstrip()
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text.removeprefix("!")
    only_directories = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    text = text.lstrip("/")
    if not text:
        return None
    prefix = re.escape(directory + "/") if directory else ""
    start = prefix + ("" if anchored else "(?:.*/)?")
    return re.compile(start + _glob(text) + r"\Z"), only_directories, negated


def _glob(text: str) -> str:
    out, index = [], 0
    while index < len(text):
        if text.startswith("**/", index):
            out.append("(?:.*/)?")
            index += 3
        elif text.startswith("**", index):
            out.append(".*")
            index += 2
        elif text[index] == "*":
            out.append("[^/]*")
            index += 1
        elif text[index] == "?":
            out.append("[^/]")
            index += 1
        else:
            out.append(re.escape(text[index]))
            index += 1
    return "".join(out)
