"""Path patterns of the settings: `exclude`, `per-file-ignores`, `layouts`.

They read like `.gitignore` lines: `*` and `?` stay inside one path segment, `**` crosses segments, `[ab]` and `{a,b}`
choose. A pattern without a slash matches a name at any depth, one with a slash is anchored at the linted root, and a
pattern that matches a directory covers everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


class PathPatterns:
    """Several patterns, compiled once. An empty set of patterns matches nothing."""

    def __init__(self, patterns: Iterable[str]) -> None:
        sources = [_regex(pattern) for pattern in patterns]
        self._regex = re.compile("|".join(f"(?:{source})" for source in sources)) if sources else None

    def matches(self, path: str) -> bool:
        """Whether a posix path, relative to the linted root, or a directory above it matches."""
        return self._regex is not None and self._regex.match(path) is not None


@lru_cache(maxsize=256)
def _regex(pattern: str) -> str:
    anchored = "/" in pattern.rstrip("/")
    body = pattern.strip("/").removeprefix("./")
    start = "" if anchored else "(?:.*/)?"
    return f"{start}{_segments(body)}(?:/.*)?\\Z"


def _segments(body: str) -> str:
    parts = body.split("/")
    last = len(parts) - 1
    out = []
    for index, part in enumerate(parts):
        if part == "**":
            out.append(".*" if index == last else "(?:.*/)?")
        else:
            out.append(_segment(part) + ("" if index == last else "/"))
    return "".join(out)


def _segment(part: str) -> str:
    out, index, depth = [], 0, 0
    while index < len(part):
        character = part[index]
        index += 1
        if character == "*":
            out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[" and (close := part.find("]", index + 1)) > 0:
            inner = part[index:close].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{'^/' + inner[1:] if inner[0] in '!^' else inner}]")
            index = close + 1
        elif character == "{" and part.find("}", index) > 0:
            out.append("(?:")
            depth += 1
        elif character == "}" and depth:
            out.append(")")
            depth -= 1
        elif character == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(character))
    return "".join(out) + ")" * depth
