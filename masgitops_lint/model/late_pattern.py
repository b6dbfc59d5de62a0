"""Regular expressions that are compiled when they are first used: most runs need few of the package's three hundred."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _LatePattern:
    """Behaves as the pattern. Once compiled, its methods are the pattern's own, at no cost a call."""

    __slots__ = ("_flags", "_source", *_METHODS)

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # a slot without a value: nothing has been asked yet
        compiled = re.compile(self._source, self._flags)
        for method in _METHODS:
            object.__setattr__(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def late_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, put off. Raises `re.error` at the first use of a pattern that is none."""
    return cast(re.Pattern[str], _LatePattern(source, flags))
