"""A whole exact deployment kept between runs, for commands that need no values.

The key is a hash over everything that decides the result; what is kept holds names, places and placeholders, never the
values of the config. A deployment in which a chart's own `fail` or `required` message appears is not kept: such a text
may quote a value.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place, Span

from .deployment import ChangedValue, Deployment, FrozenSet, RenderFailure

FORMAT = 3
_KEPT = 20
_TYPES: dict[str, Any] = {
    kind.__name__: kind for kind in (Application, Resource, Place, Span, ChangedValue, FrozenSet, RenderFailure)
}


def key_of(parts: Iterable[str]) -> str:
    """One hash over several texts, each with its length."""
    state = hashlib.sha256(f"{FORMAT}".encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(f"{len(data)}:".encode())
        state.update(data)
    return state.hexdigest()


class WholeCache:
    """Deployments by key, one file each, in a directory. What cannot be read or written is as good as absent."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def _file(self, key: str) -> str:
        return os.path.join(self._directory, f"{key}.json")

    def get(self, key: str) -> Deployment | None:
        """The deployment kept for a key, without values and without what was assumed about the accounts."""
        try:
            with open(self._file(key), encoding="utf-8") as stream:
                data = json.load(stream)
            return Deployment(
                applications=_decoded(data["applications"]),
                errors=_decoded(data["errors"]),
                resources={name: _decoded(found) for name, found in data["resources"].items()},
                frozen=_decoded(data["frozen"]),
                exact=True,
                charts=str(data["charts"]),
                changed=_decoded(data["changed"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(self, key: str, deployment: Deployment) -> None:
        """Keep a deployment. Never raises."""
        if any(error.kind == "fail" for error in deployment.errors):
            return
        import tempfile

        bare = tuple(application._replace(values={}) for application in deployment.applications)
        data = {
            "applications": _encoded(bare),
            "errors": _encoded(deployment.errors),
            "resources": {name: _encoded(found) for name, found in deployment.resources.items()},
            "frozen": _encoded(deployment.frozen),
            "charts": deployment.charts,
            "changed": _encoded(deployment.changed),
        }
        try:
            os.makedirs(self._directory, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._directory, delete=False, encoding="utf-8") as stream:
                json.dump(data, stream, separators=(",", ":"))
            os.replace(stream.name, self._file(key))
            self._thin()
        except (OSError, TypeError, ValueError):
            return

    def _thin(self) -> None:
        """Keep the newest files only."""
        with os.scandir(self._directory) as entries:
            found = sorted(((entry.stat().st_mtime, entry.path) for entry in entries), reverse=True)
        for _, path in found[_KEPT:]:
            os.unlink(path)


def _encoded(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: [_encoded(getattr(value, one.name)) for one in fields(value)]}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {type(value).__name__: [_encoded(item) for item in value]}
    if isinstance(value, tuple | list):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        if value:
            raise TypeError("values are not kept")
        return {}
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if isinstance(value, dict):
        if not value:
            return {}
        ((name, items),) = value.items()
        return _TYPES[name](*(_decoded(item) for item in items))
    return value
