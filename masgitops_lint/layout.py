"""From the path a user names to the root that must be read, and the part of it that was asked for."""

from __future__ import annotations

import os
from typing import NamedTuple

_BASES = {
    "ibm-mas-cluster-base.yaml": 2,
    "ibm-mas-instance-base.yaml": 3,
    "ibm-aiservice-instance-base.yaml": 3,
    "ibm-aibroker-instance-base.yaml": 3,
    "ibm-aiservice-tenant-base.yaml": 4,
}


class Target(NamedTuple):
    """`root` is the directory to read, `prefix` the part whose findings are wanted ("" for all, else a posix path)."""

    root: str
    prefix: str = ""

    def covers(self, path: str) -> bool:
        """Whether a finding in `path` was asked for."""
        return not self.prefix or path == self.prefix or path.startswith(self.prefix + "/")


def locate(path: str) -> Target:
    """The config repo's root for a path inside it: a MAS cluster or instance cannot be judged without its parents.

    Raises FileNotFoundError for a path that does not exist.
    """
    absolute = os.path.abspath(path)
    if not os.path.exists(absolute):
        raise FileNotFoundError(path)
    directory = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
    root = _root_above(directory)
    if root == absolute:
        return Target(root)
    return Target(root, os.path.relpath(absolute, root).replace(os.sep, "/"))


def _root_above(directory: str) -> str:
    depth = _depth_of(directory)
    if depth == 0:
        try:
            with os.scandir(directory) as entries:
                below = [entry.path for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        except OSError:
            below = []
        depths = {_depth_of(path) for path in below}
        # Only an account directory holds cluster bases one level down; a config repo's root holds them two down.
        depth = 1 if 2 in depths else 0
    root = directory
    for _ in range(depth):
        root = os.path.dirname(root)
    return root


def _depth_of(directory: str) -> int:
    for name, depth in _BASES.items():
        if os.path.isfile(os.path.join(directory, name)):
            return depth
    return 0
