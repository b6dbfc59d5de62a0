"""Walks over a program's rows and the parts of its expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .expressions import Expression
from .rendered import Row

_CONTROL = frozenset({"if", "with", "each"})


def all_rows(rows: Sequence[Row]) -> Iterator[Row]:
    """All rows, those of the branches too."""
    for row in rows:
        yield row
        for part in row[2:5] if row[0] in _CONTROL else ():
            if isinstance(part, list):
                yield from all_rows([one for one in part if isinstance(one, list)])


def parts_of(expression: Expression) -> Iterator[Expression]:
    """An expression and everything in it."""
    yield expression
    for part in expression[1:]:
        if isinstance(part, list):
            yield from parts_of(part)


def assigned_variables(row: Row, known: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """Variables that the inside of a control row assigns; `known` holds the answers by the identity of rows."""
    names = known.get(id(row))
    if names is not None:
        return names
    found: list[str] = []
    for part in row[2:5]:
        if isinstance(part, list):
            for inner in part:
                kind = inner[0]
                if kind == "let":
                    found.append(inner[1])
                elif kind in _CONTROL:
                    found += assigned_variables(inner, known)
    names = known[id(row)] = tuple(found)
    return names
