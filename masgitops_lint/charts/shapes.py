"""What of a chart's values decides whether it renders: types, what is there, what is empty, and a few texts.

A fleet passes the same kind of values to a chart again and again; only ids, host names and secrets differ. A chart that
has rendered for one of them renders for all that have the same shape. What a template compares, cuts or looks up is
part of the shape; a text that is only printed is not, as long as it is one that can stand in any YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .expressions import UNKNOWN, Expression
from .rendered import Row
from .value_reads import BRIEF, CUT, EXACT, NOTHING, PRINTED, TEXT, Interest, Read, reads_of

Shape: TypeAlias = Any
"""Hashable; equal for values that a chart cannot tell apart, as far as failures go."""

_PRINTABLE: Final = 1
_WORD: Final = 2
_MISSING: Final = object()
_NULL: Final = 5
_TRUE: Final = 6
_FALSE: Final = 7
_UNKNOWN: Final = 8
_EMPTY_MAP: Final = 9
_MAP: Final = 10
_EMPTY_LIST: Final = 11
_LIST: Final = 12
_SINGLE: Mapping[Any, Shape] = {None: _NULL, True: _TRUE, False: _FALSE, UNKNOWN: _UNKNOWN}

_PLAIN_TEXT = late_pattern(r"(?:[A-Za-z_]|<path:(?=[A-Za-z_]))[A-Za-z0-9_./@<>=+-]*(?:[:#][A-Za-z0-9_./@<>=+-]+)*")
_PHRASE = late_pattern(r"[A-Za-z](?:[A-Za-z0-9_./@=+,()-]| (?=[A-Za-z0-9(]))*")
_AMOUNT = late_pattern(r"[0-9]{1,9}[A-Za-z]{0,3}")
_CUTTABLE = late_pattern(r"[A-Za-z_][A-Za-z0-9_.-]*")


class _ShapelessError(Exception):
    """A value that is no YAML."""


@lru_cache(maxsize=4096)
def _printable(text: str) -> Shape:
    """One shape for all texts that can stand in a YAML scalar, quoted or not, alone or between harmless texts."""
    if _PLAIN_TEXT.fullmatch(text) or _PHRASE.fullmatch(text) or _AMOUNT.fullmatch(text):
        return _PRINTABLE
    return text


@lru_cache(maxsize=4096)
def _plain(text: str) -> Shape:
    """The same for texts that can stand in a list or mapping on one line too."""
    return _PRINTABLE if _PLAIN_TEXT.fullmatch(text) else text


@lru_cache(maxsize=4096)
def _cuttable(text: str) -> Shape:
    """The same for texts of which every beginning is such a text."""
    return _WORD if _CUTTABLE.fullmatch(text) else text


def _brief(value: Any) -> Shape:
    """The type of a value, and whether it is empty."""
    kind = value.__class__
    if kind is dict:
        return _MAP if value else _EMPTY_MAP
    if kind is list:
        return _LIST if value else _EMPTY_LIST
    return _single(value)


def _with_nulls(value: Any) -> Shape:
    """The same where the chart has a mapping of its own: a null takes a key of it away, and can make it empty."""
    return ("keys", *value, *[one is None for one in value.values()]) if value.__class__ is dict else _brief(value)


def _single(value: Any) -> Shape:
    """The shape of what is neither a text nor a collection: the value itself."""
    kind = value.__class__
    if kind is int or kind is float:
        return (kind, value)
    if value is None or kind is bool or value is UNKNOWN:
        return _SINGLE[value]
    raise _ShapelessError


def _deep(value: Any, text_shape: Callable[[str], Shape]) -> Shape:
    """The shape of a value with all that is below it."""
    kind = value.__class__
    if kind is str:
        return text_shape(value)
    if kind is dict:
        return ("map", *value, *[_deep(one, text_shape) for one in value.values()])
    if kind is list:
        return ("list", *[_deep(one, text_shape) for one in value])
    return _single(value)


def _with_plain_texts(value: Any) -> Shape:
    return _deep(value, _plain)


def _exactly(value: Any) -> Shape:
    return _deep(value, str)


_OF_TEXTS: Mapping[Interest, Callable[[str], Shape]] = {
    NOTHING: bool,
    BRIEF: bool,
    PRINTED: _printable,
    TEXT: _printable,
    CUT: _cuttable,
    EXACT: str,
}
_OF_COLLECTIONS: Mapping[Interest, Callable[[Any], Shape]] = {
    NOTHING: _brief,
    BRIEF: _brief,
    PRINTED: _with_plain_texts,
    TEXT: _with_plain_texts,
    CUT: _exactly,
    EXACT: _exactly,
}


class _Node:
    """A value that a chart reads, and what is read below it.

    `words` are texts that it is compared with, `tests` other comparisons.
    """

    __slots__ = ("_of_collection", "_of_text", "below", "interest", "plan", "tests", "words")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.interest = NOTHING
        self.words: set[str] = set()
        self.tests: list[Callable[[str], bool]] = []
        self.plan: tuple[tuple[str, Callable[[str], Shape], _Node], ...] = ()
        self._of_text: Callable[[str], Shape] = bool
        self._of_collection: Callable[[Any], Shape] = _brief

    def add(self, read: Read) -> None:
        node = self
        for key in read.keys:
            node = node.below.setdefault(key, _Node())
        node.interest = max(node.interest, read.interest)
        if read.word is not None:
            node.words.add(read.word)
        if read.test is not None:
            node.tests.append(read.test)

    def close(self, default: Any) -> None:
        """Settle what has been added. `default` is what the chart itself has here."""
        self._of_text = _OF_TEXTS[self.interest]
        self._of_collection = _OF_COLLECTIONS[self.interest]
        if self.interest == BRIEF and isinstance(default, Mapping):
            self._of_collection = _with_nulls
        for key, node in self.below.items():
            node.close(default.get(key) if isinstance(default, Mapping) else None)
        self.plan = tuple((key, node.text_shape, node) for key, node in self.below.items())

    @property
    def text_shape(self) -> Callable[[str], Shape]:
        """What gives the shape of a text that stands here."""
        if not self.words and not self.tests:
            return self._of_text
        words, tests, other = frozenset(self.words), tuple(self.tests), self._of_text

        def compared(text: str) -> Shape:
            if text in words:
                return text
            return ("text", other(text), *[test(text) for test in tests])

        return compared

    def shape(self, value: Any) -> Shape:
        """The shape of a value that stands here and is no text."""
        kind = value.__class__
        if kind is dict:
            found = self._of_collection(value)
            return (found, self.shapes(value)) if self.plan else found
        return self._of_collection(value) if kind is list else _single(value)

    def shapes(self, values: Mapping[str, Any]) -> tuple[Shape, ...]:
        """The shapes of what is read of a mapping."""
        found: list[Shape] = []
        for key, text_shape, node in self.plan:
            value = values.get(key, _MISSING)
            kind = value.__class__
            if kind is str:
                found.append(text_shape(value))
            elif kind is bool:
                found.append(_TRUE if value else _FALSE)
            else:
                found.append(value if value is _MISSING else node.shape(value))
        return tuple(found)


class Shapes:
    """The shapes of the values that one chart gets."""

    def __init__(
        self, templates: Iterable[Sequence[Row]], expressions: Sequence[Expression], defaults: Mapping[str, Any]
    ) -> None:
        self._root = _Node()
        for rows in templates:
            for read in reads_of(rows, expressions):
                self._root.add(read)
        self._root.close(defaults)

    def of(self, values: Mapping[str, Any]) -> Shape | None:
        """The shape of some values, before the chart's own defaults; None for values that are no plain data."""
        try:
            return self._root.shape(values)
        except _ShapelessError:
            return None
