"""Tables by column, in which what repeats stands once: less to write, less to read, and in memory once too."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import count, repeat
from typing import Any, TypeAlias

Packed: TypeAlias = "list[Any]"
"""A column: its values, or those that differ and for each row the position of its value (the number of rows, where all
have the same). JSON can hold it if it can hold the values."""


def column_of(column: Sequence[Hashable]) -> Packed:
    """A column for `values_of`. What is equal must be the same: no `1` beside `True`."""
    different = list(dict.fromkeys(column))
    if 2 * len(different) > len(column):
        return [column]
    if len(different) == 1:
        return [different, len(column)]
    positions = dict(zip(different, count(), strict=False))
    return [different, list(map(positions.__getitem__, column))]


def values_of(column: Packed, make: Callable[[Any], Any] | None = None) -> Iterable[Any]:
    """The values, each different one made by `make` once."""
    values = column[0] if make is None else list(map(make, column[0]))
    if len(column) == 1:
        return values
    return repeat(values[0], column[1]) if isinstance(column[1], int) else map(values.__getitem__, column[1])


def table(given: Iterable[Sequence[Any]]) -> list[Packed]:
    """Rows of one length by column; nothing for no rows."""
    return [column_of(column) for column in zip(*given, strict=True)]


def rows(columns: Sequence[Packed], made: Sequence[Callable[[Any], Any] | None]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, each column with what makes its values of what JSON holds."""
    if not columns:
        return iter(())
    return zip(*(values_of(column, make) for column, make in zip(columns, made, strict=True)), strict=True)
