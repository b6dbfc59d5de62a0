"""Where something is: a symbolic place in a file, and the concrete span it resolves to."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Keys: TypeAlias = tuple[str | int, ...]
"""A route into a YAML document: mapping keys (as Argo CD reads them) and list indexes."""


class Span(NamedTuple):
    """A stretch of text; lines and columns count from 1, columns count code points, the end is exclusive."""

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Place(NamedTuple):
    """A symbolic place: rules name it, one function turns it into a `Span`.

    `keys` is a route into document `document` of the file (0 for the only one). `part` says what is meant at the end
    of the route: the mapping key, the value, or both. An empty route means the whole file (line 1). When the route
    does not exist in the text the longest existing prefix is meant, so that "key missing" points at its parent.
    `span`, when given, wins: it is for text that no route reaches (a comment, a syntax error). `within`, when given,
    narrows a value of several lines to the first such text in it.
    """

    path: str
    keys: Keys = ()
    part: Literal["key", "value", "both"] = "value"
    document: int = 0
    span: Span | None = None
    within: str = ""

    def child(self, *keys: str | int, part: Literal["key", "value", "both"] = "value") -> Place:
        """The place `keys` further down."""
        return Place(self.path, (*self.keys, *keys), part, self.document)

    def on_key(self) -> Place:
        """The same route, meaning the mapping key."""
        return Place(self.path, self.keys, "key", self.document)
