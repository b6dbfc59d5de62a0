"""Words that the templates of a release compare values with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .expressions import Expression
from .profile import ReleaseProfile

_ROUTES = frozenset({"val", "var", "dot"})


@lru_cache(maxsize=8)
def compared_words(profile: ReleaseProfile) -> Mapping[str, frozenset[str]]:
    """Key name -> the texts that some template compares it with, letter by letter.

    Comparisons that change the case first, or turn the value into a text, are left out: they forgive.
    """
    return words_of(profile.data["expressions"])


def words_of(expressions: list[Any]) -> dict[str, frozenset[str]]:
    """The same from a table of expressions."""
    found: dict[str, set[str]] = {}
    for expression in expressions:
        for key, word in _comparisons(expression):
            found.setdefault(key, set()).add(word)
    return {key: frozenset(words) for key, words in found.items()}


def _comparisons(expression: Expression) -> Iterator[tuple[str, str]]:
    if expression[0] == "call" and expression[1] in ("eq", "ne") and len(expression) == 4:
        for one, other in ((expression[2], expression[3]), (expression[3], expression[2])):
            if one[0] in _ROUTES and len(one) > 1 and other[0] == "lit" and isinstance(other[1], str):
                key = str(one[-1])
                if not key.startswith("$"):
                    yield key, other[1]
    for part in expression[1:]:
        if isinstance(part, list) and part:
            yield from _comparisons(part)
