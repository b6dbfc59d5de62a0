"""What an expression needs so that evaluating it cannot stop a rendering: which values must be mappings.

A chart reads `.Values.cluster.id` a hundred times; it can fail once. Knowing what has been read already keeps the
profiles small and their evaluation fast.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from .expressions import Expression, call_is_fallible

Prefix: TypeAlias = tuple[str, ...]
"""A value that must be a mapping: keys below the values, or a variable's name (`$x`, `.` for the dot) and its keys."""


class Needs:
    """`always`: prefixes that are dereferenced whatever happens; `maybe`: only behind an `and` or `or`.

    `other`: the expression can fail in another way, so it has to be evaluated.
    """

    __slots__ = ("always", "maybe", "other")

    def __init__(self) -> None:
        self.always: set[Prefix] = set()
        self.maybe: set[Prefix] = set()
        self.other = False


def needs(expression: Expression) -> Needs:
    """The needs of one expression."""
    found = Needs()
    _collect(expression, found, certain=True)
    return found


def _collect(expression: Expression, found: Needs, *, certain: bool) -> None:
    kind = expression[0]
    into = found.always if certain else found.maybe
    if kind in ("val", "var"):
        keys = tuple(expression[1:])
        into.update(keys[:length] for length in range(1, len(keys)))
    elif kind == "dot":
        keys = (".", *expression[1:])
        into.update(keys[:length] for length in range(1, len(keys)))
    elif kind == "if":
        _collect(expression[1], found, certain=certain)
        for part in expression[2:]:
            _collect(part, found, certain=False)
    elif kind == "call":
        lazy = expression[1] in ("and", "or")
        for index, part in enumerate(expression[2:]):
            _collect(part, found, certain=certain and not (lazy and index))
        found.other = found.other or call_is_fallible(expression)
    elif kind == "cat":
        for part in expression[1:]:
            _collect(part, found, certain=certain)
    elif kind in ("fld", "method"):
        found.other = True
        for part in expression[1:]:
            if isinstance(part, list):
                _collect(part, found, certain=certain)


def has_variable(expression: Expression) -> bool:
    """Whether the expression depends on a variable or on the dot."""
    if expression[0] in ("var", "dot"):
        return True
    return any(has_variable(part) for part in expression[1:] if isinstance(part, list) and part)


class Known:
    """What has certainly been evaluated when a point of a program is reached.

    `fixed` and `passing` hold numbers of expressions (with the quote around them where they have been printed); the
    second kind depends on variables, and is forgotten when one changes.
    """

    __slots__ = ("assigned", "cache", "fixed", "passing", "prefixes")

    def __init__(
        self,
        cache: dict[int, tuple[Needs, bool]],
        prefixes: Iterable[Prefix] = (),
        fixed: Iterable[tuple[int, str | None]] = (),
        passing: Iterable[tuple[int, str | None]] = (),
        assigned: dict[int, tuple[str, ...]] | None = None,
    ) -> None:
        """`cache`: needs by number, and whether the expression has variables; everything compiled from one table
        shares it. `assigned`, for `assigned_variables`, is shared by everything compiled from one chart."""
        self.cache = cache
        self.prefixes = set(prefixes)
        self.fixed = set(fixed)
        self.passing = set(passing)
        self.assigned: dict[int, tuple[str, ...]] = {} if assigned is None else assigned

    def copy(self) -> Known:
        """For a branch: what it learns is not known after it."""
        return Known(self.cache, self.prefixes, self.fixed, self.passing, self.assigned)

    def forget(self, name: str) -> None:
        """A variable (or the dot, ".") has a new value."""
        self.prefixes = {one for one in self.prefixes if one[0] != name}
        self.passing = set()

    def covers(self, number: int, expression: Expression) -> bool:
        """Whether evaluating the expression here can bring no error that has not been met yet."""
        if (number, None) in self.fixed or (number, None) in self.passing:
            return True
        wanted = self._needs(number, expression)[0]
        return not wanted.other and wanted.always | wanted.maybe <= self.prefixes

    def learn(self, number: int, expression: Expression) -> None:
        """The expression has been evaluated."""
        wanted, varies = self._needs(number, expression)
        self.prefixes |= wanted.always
        (self.passing if varies else self.fixed).add((number, None))

    def printed(self, number: int, quote: str) -> bool:
        """Whether the expression has been printed inside this quote before."""
        return (number, quote) in self.fixed or (number, quote) in self.passing

    def print(self, number: int, quote: str, expression: Expression) -> None:
        """The expression has been printed."""
        self.learn(number, expression)
        varies = self._needs(number, expression)[1]
        (self.passing if varies else self.fixed).add((number, quote))

    def _needs(self, number: int, expression: Expression) -> tuple[Needs, bool]:
        found = self.cache.get(number)
        if found is None:
            found = self.cache[number] = (needs(expression), has_variable(expression))
        return found
