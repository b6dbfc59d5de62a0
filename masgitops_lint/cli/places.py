"""Places resolved to lines and columns, for the commands that print them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from masgitops_lint.model.place import Place, Span
    from masgitops_lint.repo.repository import Repository


def locator(repository: Repository, ahead: Iterable[Place | None] = ()) -> Callable[[Place], Span]:
    """A function that finds where a place stands in the files of a repo.

    Places that will be asked for in another order than file by file are given `ahead`: each file is then composed once.
    """
    from masgitops_lint.model.place import Span

    def find(place: Place) -> Span:
        if place.span is not None:
            return place.span
        if place.path not in repository.path_set:
            return Span()
        return repository.document(place.path).span(place.keys, place.part, place.document)

    wanted = {place for place in ahead if place is not None}
    known = {place: find(place) for place in sorted(wanted, key=lambda place: place.path)}
    return lambda place: known.get(place) or find(place)
