"""What is put before the paths of a report, so that its readers can open them."""

from __future__ import annotations

import os

_FOR_THE_REPOSITORY = frozenset(("sarif", "github", "gitlab", "junit", "markdown"))
_AS_LINTED = frozenset(("json", "jsonl"))


def path_prefix(root: str, format_name: str) -> str:
    """The prefix for paths relative to `root`: "" or a posix path ending in "/".

    Services that annotate a commit need paths from the root of its Git repository, a person at a terminal from the
    current directory (absolute where that is not above the root); the JSON formats keep the linted root.
    """
    if format_name in _AS_LINTED:
        return ""
    start = os.path.realpath(os.getcwd())
    real = os.path.realpath(root)
    if format_name in _FOR_THE_REPOSITORY:
        start = _git_root(real) or start
    try:
        below = os.path.relpath(real, start).replace(os.sep, "/")
    except ValueError:  # another drive
        below = ".."
    if below == ".":
        return ""
    if below == ".." or below.startswith("../"):
        return "" if format_name in _FOR_THE_REPOSITORY else os.path.join(root, "").replace(os.sep, "/")
    return below + "/"


def _git_root(directory: str) -> str | None:
    current = directory
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent
    return current
