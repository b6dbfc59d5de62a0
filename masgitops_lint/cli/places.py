"""Places resolved to lines and columns, for the commands that print them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from masgitops_lint.model.place import Place, Span
    from masgitops_lint.repo.repository import Repository


def locator(repository: Repository) -> Callable[[Place], Span]:
    """A function that finds where a place stands in the files of a repo."""
    from masgitops_lint.model.place import Span

    def locate(place: Place) -> Span:
        if place.span is not None:
            return place.span
        if place.path not in repository.path_set:
            return Span()
        return repository.document(place.path).span(place.keys, place.part, place.document)

    return locate
