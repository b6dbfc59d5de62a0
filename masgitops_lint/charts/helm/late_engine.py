"""Helm that is loaded when something is rendered: its Go runtime takes time, and after it no process may be forked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal

from .engine import EngineChoice, HelmEngine, Rendered, RenderedFile, open_engine


class LateEngine:
    """The engine that `open_engine` gives, opened at its first use. Raises `HelmMissingError` there, not before.

    `identity` tells two builds of Helm apart without loading one: what the files of the package or program are.
    """

    def __init__(self, choice: EngineChoice, identity: str) -> None:
        self._choice = choice
        self.identity = identity

    @cached_property
    def _engine(self) -> HelmEngine:
        return open_engine(self._choice)

    @property
    def name(self) -> Literal["sdk", "binary"]:
        """Which kind of engine it is."""
        return self._engine.name

    @property
    def version(self) -> str:
        """See `HelmEngine.version`."""
        return self._engine.version

    @property
    def render(self) -> Callable[..., tuple[RenderedFile, ...]]:
        """See `HelmEngine.render`."""
        return self._engine.render

    @property
    def render_many(self) -> Callable[..., list[Rendered]]:
        """See `HelmEngine.render_many`."""
        return self._engine.render_many

    @property
    def parse_values(self) -> Callable[[str], dict[str, Any]]:
        """See `HelmEngine.parse_values`."""
        return self._engine.parse_values


def late_engine(choice: EngineChoice = "auto") -> LateEngine:
    """The engine asked for, not loaded yet. Raises `HelmMissingError` when there clearly is none."""
    if choice != "binary":
        try:
            found = find_spec("helm_python")
        except (ImportError, ValueError):
            found = None
        if found is not None and found.origin:
            return LateEngine(choice, "\n".join(["sdk", *_files(os.path.dirname(found.origin))]))
    from .binary import find_helm

    program = find_helm()
    if program is None:
        open_engine(choice)  # says what is missing
    return LateEngine(choice, "\n".join(["binary", *_status(program or "")]))


def _files(directory: str) -> Iterator[str]:
    for parent, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            yield from _status(os.path.join(parent, name))


def _status(path: str) -> Iterator[str]:
    try:
        status = os.stat(path)
    except OSError:
        return
    yield f"{path} {status.st_size} {status.st_mtime_ns}"
