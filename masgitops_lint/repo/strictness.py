"""What go-yaml v2 refuses although libyaml, which it was ported from, has come to accept it."""

from __future__ import annotations

import re

from .lines import Lines
from .nodes import Node
from .problem import Problem
from .tokens import first_wrong_version
from .tree import scalars_below

_SLASH = re.compile(r"(?<!\\)(?:\\\\)*(\\/)")


def refused(text: str, roots: list[Node]) -> Problem | None:
    """The first thing that only go-yaml refuses: an escaped slash, or a version directive other than 1.1.

    The problem's document is the one from which on Argo CD reads nothing.
    """
    slash = _escaped_slash(text, roots) if "\\/" in text else None
    version = first_wrong_version(text) if "%YAML" in text else None
    if version is not None and (slash is None or version[1] <= slash[1]):
        start, document, end = version
        message = "Argo CD reads YAML 1.1 and refuses a file that says it is another version: remove the directive"
        return Problem("syntax", message, Lines(text).span(start, end), document=document)
    if slash is not None:
        start, document = slash
        message = "`\\/` is not an escape that Argo CD's YAML parser knows: write `/`"
        return Problem("syntax", message, Lines(text).span(start, start + 2), document=document)
    return None


def _escaped_slash(text: str, roots: list[Node]) -> tuple[int, int] | None:
    for document, root in enumerate(roots):
        found = [
            node.start_mark.index + match.start(1)
            for node in scalars_below(root)
            if node.style == '"'
            for match in [_SLASH.search(text[node.start_mark.index : node.end_mark.index])]
            if match is not None
        ]
        if found:
            return min(found), document
    return None
