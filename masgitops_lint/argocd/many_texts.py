"""Many texts at once: what kinds there are, and which of them hold something."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

from .encoded import is_encoded

ONE_PLACEHOLDER = late_pattern(r"<path:[^<>#\s]+#[^<>#\s]+>")
"""A vault placeholder as a whole value, without version and modifiers."""

_MANY = 8
"""From so many parts on, a search through all texts together costs less than one through each."""

_LONG = 16_384
"""From so many characters on, a few clusters as a rule, looking where the rarest characters stand pays for itself."""

_COMMON = 'jzqxkvw-_.:y=gfbhp/umcdl1234567890 norits"ea'
"""What stands often in config files, the most frequent last; all other characters are rare."""


class TextsByKind(NamedTuple):
    """Different texts in no particular order: long base64 and certificates, single placeholders, and all others."""

    encoded: tuple[str, ...]
    placeholders: tuple[str, ...]
    clear: tuple[str, ...]


def by_kind(texts: Iterable[str]) -> TextsByKind:
    """The texts by their kind."""
    encoded, placeholders, clear = [], [], []
    for text in texts:
        if text[:6] == "<path:" and ONE_PLACEHOLDER.fullmatch(text):
            placeholders.append(text)
        elif is_encoded(text):
            encoded.append(text)
        else:
            clear.append(text)
    return TextsByKind(tuple(encoded), tuple(placeholders), tuple(clear))


def holding(texts: Sequence[str], parts: tuple[str, ...]) -> set[str]:
    """The texts that hold one of `parts`; for many parts, all texts are searched at once, as most hold none.

    A part must hold no NUL.
    """
    if len(parts) < _MANY:
        return {text for part in parts for text in texts if part in text}
    joined = "\0".join(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    found: set[str] = set()
    for search in _searches(joined, parts):
        at = search(0)
        while at >= 0:
            index = bisect_right(starts, at) - 1
            found.add(texts[index])
            at = search(starts[index + 1])
    return found


def _searches(joined: str, parts: tuple[str, ...]) -> Iterator[Callable[[int], int]]:
    """Searches that find, from somewhere on, where one of the parts is: one for each part, or for several together."""
    if len(joined) < _LONG:
        yield from (partial(joined.find, part) for part in parts)
        return
    for sign, expression in _by_sign(parts):
        # one character is found much faster than any expression
        if sign in joined:
            yield partial(_find, expression, joined)


def _find(expression: re.Pattern[str], text: str, start: int) -> int:
    match = expression.search(text, start)
    return match.start() if match else -1


@lru_cache(maxsize=8)
def _by_sign(parts: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Expressions for the parts that share a rare character, each beginning at it: few places need be looked at.

    One character after another is taken, always the one that most of the parts left hold for how common it is.
    """
    holders: dict[str, set[str]] = {}
    for part in parts:
        for sign in part:
            holders.setdefault(sign, set()).add(part)
    left = set(parts)
    found: list[tuple[str, re.Pattern[str]]] = []
    while left:
        sign = max(sorted(holders), key=lambda one: len(holders[one] & left) / (11 + _COMMON.find(one)))
        here = sorted(holders.pop(sign) & left)
        left.difference_update(here)
        found.append((sign, re.compile(f"{re.escape(sign)}(?:{'|'.join(_from(sign, part) for part in here)})")))
    return tuple(found)


def _from(sign: str, part: str) -> str:
    """An expression for what follows the first `sign` of a part, and for what stands before it."""
    before, _, after = part.partition(sign)
    return (f"(?<={re.escape(before + sign)})" if before else "") + re.escape(after)
