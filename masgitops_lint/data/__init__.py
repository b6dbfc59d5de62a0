"""Facts that ship with the package, as JSON files that name their sources."""

from __future__ import annotations

import os

_DIRECTORY = os.path.dirname(os.path.abspath(__file__))


def data_text(name: str) -> str:
    """The text of a data file, such as `charts/by_hand.json`. Raises OSError for one that there is none of.

    The package is a directory (rules are loaded by path too), and importlib.resources costs 6 ms at every start.
    """
    with open(os.path.join(_DIRECTORY, *name.split("/")), encoding="utf-8") as stream:
        return stream.read()


def data_names(directory: str) -> tuple[str, ...]:
    """The names of the files in a directory of data, such as `charts`, in order."""
    return tuple(sorted(os.listdir(os.path.join(_DIRECTORY, directory))))
