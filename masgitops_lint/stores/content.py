"""The content of a secret store as far as it matters: paths, and the names of the fields where they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


class StoreError(Exception):
    """A store, or an export of one, that cannot be read; the message is for the user and holds no secret."""


@dataclass(frozen=True)
class StoreContent:
    """Secrets by path. A path's fields are None where the store was not asked for them.

    `origin` says where this is from, for messages.
    """

    secrets: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    origin: str = ""

    @cached_property
    def _normal(self) -> Mapping[str, str]:
        return {form: path for path in self.secrets for form in forms(path)}

    def find(self, path: str) -> str | None:
        """The store's own name for a secret that the repo calls `path`; None where it has none.

        HashiCorp paths are the same with and without `data/` after the mount.
        """
        if path in self.secrets:
            return path
        return next((self._normal[form] for form in forms(path) if form in self._normal), None)

    def fields(self, path: str) -> frozenset[str] | None:
        """The field names of a secret, None where they are not known."""
        return self.secrets.get(path)


def forms(path: str) -> tuple[str, ...]:
    """The ways one secret is written: as it is, and without KV version 2's `data/` or `metadata/`."""
    plain = path.strip("/")
    for middle in ("/data/", "/metadata/"):
        mount, found, rest = plain.partition(middle)
        if found:
            return (plain, f"{mount}/{rest}")
    return (plain,)


def merge(parts: Iterable[StoreContent], origin: str) -> StoreContent:
    """Several contents as one; known fields win over unknown ones."""
    secrets: dict[str, frozenset[str] | None] = {}
    for part in parts:
        for path, fields in part.secrets.items():
            known = secrets.get(path)
            secrets[path] = fields if known is None else known | (fields or frozenset())
    return StoreContent(secrets, origin)
