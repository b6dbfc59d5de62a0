"""Slips of the pen: words that are one keystroke away from another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_SHORT = 4


def slip_of(word: str, known: Iterable[str]) -> str:
    """The known word that `word` is a slip of, or "" (also for a known word itself).

    A slip is a letter too many, too few, wrong or swapped with the next one, or another case, dash or underscore.
    Words of fewer than four letters differ in case or in the order of their letters only; digits are no slips.
    """
    return _slip_of(word, tuple(known))


@lru_cache(maxsize=8192)
def _slip_of(word: str, known: tuple[str, ...]) -> str:
    if word in known:
        return ""
    flat = _flat(word)
    for one in known:
        if _flat(one) == flat:
            return one
    return next((one for one in known if _is_one_off(word, one)), "")


def _flat(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")


def _is_one_off(word: str, right: str) -> bool:
    if abs(len(word) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(word), len(right)) and word[start] == right[start]:
        start += 1
    wrong, wanted = word[start:], right[start:]
    if wrong[1:2] and wanted[1:2] and wrong[:2] == wanted[1::-1] and wrong[2:] == wanted[2:]:
        return not (wrong[:2]).isdigit()
    if min(len(word), len(right)) < _SHORT or any(one.isdigit() for one in (*wrong[:1], *wanted[:1])):
        return False
    return wrong[1:] == wanted[1:] or wrong[1:] == wanted or wrong == wanted[1:]
