"""What a deployment holds as rows and tables that JSON can hold, and back. Whoever writes them reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place, Span
from masgitops_lint.settings.columns import Packed, column_of, rows, table, values_of

from .deployment import RenderFailure

_FIELDS = tuple(name for name in Application._fields if name != "values")
_LISTS = frozenset({"finalizers", "sync_options", "misread"})
_SCOPE = _FIELDS.index("scope")


def application_table(applications: Sequence[Application]) -> list[Any]:
    """Applications by column, their values left out."""
    if not applications:
        return []
    columns = dict(zip(Application._fields, zip(*applications, strict=True), strict=True))
    return [place_table(columns[name]) if name == "source" else column_of(columns[name]) for name in _FIELDS]


def applications_of(columns: Sequence[Any], values: Iterable[Any]) -> list[Application]:
    """The Applications of `application_table`, with these values."""
    if not columns:
        return []
    found: dict[str, Iterable[Any]] = {
        name: places_of(column) if name == "source" else values_of(column, tuple if name in _LISTS else None)
        for name, column in zip(_FIELDS, columns, strict=True)
    }
    found["values"] = values
    return list(map(Application._make, zip(*[found[name] for name in Application._fields], strict=True)))


def scopes_of(columns: Sequence[Any]) -> Iterable[str]:
    """The scopes in an `application_table`."""
    return values_of(columns[_SCOPE]) if columns else ()


def place_table(places: Iterable[Place]) -> list[Packed]:
    """Places by column."""
    return table(places)


def places_of(columns: Sequence[Packed]) -> Iterable[Place]:
    """The places of `place_table`."""
    return map(Place._make, rows(columns, (None, tuple, None, None, _span, None)))


def place_of(row: Sequence[Any]) -> Place:
    """A place of which JSON has made a list."""
    path, keys, part, document, span, within = row
    return Place(path, tuple(keys), part, document, _span(span), within)


def failure_of(row: Sequence[Any]) -> RenderFailure:
    """A failure of which JSON has made a list."""
    found = RenderFailure(*row)
    return found._replace(place=place_of(found.place), lost=tuple(found.lost))


def _span(row: Sequence[int] | None) -> Span | None:
    return Span(*row) if row else None
