"""What a deployment holds as rows and tables that JSON can hold, and back. Whoever writes them reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place, Span
from masgitops_lint.model.secret import SecretReference
from masgitops_lint.settings.columns import column_of, rows, table, values_of

from .deployment import RenderFailure

_FIELDS = tuple(name for name in Application._fields if name != "values")
_PLACES = frozenset({"source", "place"})
_LISTS = frozenset({"finalizers", "sync_options", "misread", "modifiers"})
_SCOPE = _FIELDS.index("scope")


def application_table(applications: Sequence[Application]) -> list[Any]:
    """Applications by column, their values left out."""
    if not applications:
        return []
    columns = dict(zip(Application._fields, zip(*applications, strict=True), strict=True))
    return [_column(name, columns[name]) for name in _FIELDS]


def applications_of(columns: Sequence[Any], values: Iterable[Any]) -> list[Application]:
    """The Applications of `application_table`, with these values."""
    if not columns:
        return []
    found = {name: _values(name, column) for name, column in zip(_FIELDS, columns, strict=True)}
    found["values"] = values
    return list(map(Application._make, zip(*[found[name] for name in Application._fields], strict=True)))


def scopes_of(columns: Sequence[Any]) -> Iterable[str]:
    """The scopes in an `application_table`."""
    return values_of(columns[_SCOPE]) if columns else ()


def reference_table(references: Sequence[SecretReference]) -> list[Any]:
    """References to secrets by column."""
    columns = zip(SecretReference._fields, zip(*references, strict=True), strict=bool(references))
    return [_column(name, column) for name, column in columns]


def references_of(columns: Sequence[Any]) -> Iterator[SecretReference]:
    """The references of `reference_table`."""
    found = [_values(name, one) for name, one in zip(SecretReference._fields, columns, strict=bool(columns))]
    return map(SecretReference._make, zip(*found, strict=True))


def _column(name: str, values: Sequence[Any]) -> list[Any]:
    """One field of many: a table where it is a place, else a column."""
    return table(values) if name in _PLACES else column_of(values)


def _values(name: str, column: list[Any]) -> Iterable[Any]:
    if name in _PLACES:
        return map(Place._make, rows(column, (None, tuple, None, None, _span, None)))
    return values_of(column, tuple if name in _LISTS else None)


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
