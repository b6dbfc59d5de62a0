"""What a rule says: a finding, its related places, its blast radius and its fix."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from .place import Keys, Place, Span


class Severity(StrEnum):
    """How bad: an error breaks the deployment, a warning may, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """3 for an error, 2 for a warning, 1 for a note."""
        return {"error": 3, "warning": 2, "note": 1}[self.value]


class Affects(NamedTuple):
    """The blast radius: Applications that are lost, frozen or changed because of the finding."""

    applications: int = 0
    names: tuple[str, ...] = ()


class Edit(NamedTuple):
    """Replace the characters `start` to `end` (offsets into the decoded text) of `path` by `text`."""

    path: str
    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """A mechanical repair; `safe` when it cannot change anything but the defect."""

    description: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Replacement(NamedTuple):
    """A repair whose places are still symbolic: in the value at each place, a new text for the one old text in it."""

    description: str
    changes: tuple[tuple[Place, str, str], ...]
    """Places with the old and the new text. Where one cannot be told from others in its value, there is no repair."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule yields: a finding whose places are still symbolic. The engine resolves it to a `Finding`."""

    rule: str
    name: str
    severity: Severity
    message: str
    place: Place
    help: str = ""
    related: tuple[tuple[Place, str], ...] = ()
    affects: Affects = field(default_factory=Affects)
    fix: Fix | Replacement | None = None


class Related(NamedTuple):
    """A second place that belongs to a finding, such as the other hop of a cycle."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with everything resolved. `keys` is the config path: a baseline is keyed on it, not on the line.

    `on_scalar`: in a config file `keys` lead to a scalar, an empty collection or nothing, so that what several rules
    say of it can have one cause.
    """

    rule: str
    name: str
    severity: Severity
    message: str
    path: str
    span: Span
    keys: Keys = ()
    related: tuple[Related, ...] = ()
    affects: Affects = field(default_factory=Affects)
    help: str = ""
    fix: Fix | None = None
    on_scalar: bool = False

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Stable order: by file, line, column, rule, message."""
        return (self.path, self.span.line, self.span.column, self.rule, self.message)
