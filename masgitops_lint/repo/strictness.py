"""What go-yaml v2 refuses although libyaml, which it was ported from, has come to accept it."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import ScalarNode

from masgitops_lint.model.late_pattern import late_pattern

from .lines import Lines
from .nodes import Node, flow_children, scalars_below
from .problem import Problem
from .tokens import first_wrong_version

_SLASH = late_pattern(r"(?<!\\)(?:\\\\)*(\\/)")


def worth_checking(text: str) -> bool:
    """Whether a text holds any of the characters that the checks are about."""
    return "\\/" in text or "%YAML" in text or ("?" in text and ("[" in text or "{" in text))


def refused(text: str, roots: list[Node]) -> Problem | None:
    """The first thing that only go-yaml refuses, None for nearly every file.

    That is an escaped slash, a version directive other than 1.1, or a `?` in an unquoted value inside brackets. The
    problem's document is the one from which on Argo CD reads nothing.
    """
    found = [*_escaped_slashes(text, roots), *_question_marks(text, roots), *_versions(text)]
    if not found:
        return None
    start, end, document, message = min(found)
    return Problem("syntax", message, Lines(text).span(start, end), document=document)


def _versions(text: str) -> Iterator[tuple[int, int, int, str]]:
    version = first_wrong_version(text) if "%YAML" in text else None
    if version is not None:
        start, document, end = version
        message = "Argo CD reads YAML 1.1 and refuses a file that says it is another version: remove the directive"
        yield start, end, document, message


def _question_marks(text: str, roots: list[Node]) -> Iterator[tuple[int, int, int, str]]:
    message = "inside brackets Argo CD's YAML parser ends an unquoted value at `?`: put the value in quotes"
    for document, root in enumerate(roots if "?" in text else ()):
        for node in flow_children(root):
            if isinstance(node, ScalarNode) and not node.style and "?" in node.value:
                start = node.start_mark.index
                at = text.find("?", start, node.end_mark.index)
                yield max(at, start), max(at, start) + 1, document, message


def _escaped_slashes(text: str, roots: list[Node]) -> Iterator[tuple[int, int, int, str]]:
    message = "`\\/` is not an escape that Argo CD's YAML parser knows: write `/`"
    for document, root in enumerate(roots if "\\/" in text else ()):
        for node in scalars_below(root):
            if node.style == '"':
                match = _SLASH.search(text, node.start_mark.index, node.end_mark.index)
                if match is not None:
                    yield match.start(1), match.end(1), document, message
