"""From a parser's error to a problem at the place where a human has to look."""

from __future__ import annotations

from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from .lines import Lines
from .problem import Problem


def syntax_problem(error: YAMLError, text: str, document: int = 0) -> Problem:
    """The problem that a parser's error stands for."""
    lines = Lines(text)
    if isinstance(error, ReaderError):
        return _reader_problem(error, text, lines, document)
    if not isinstance(error, MarkedYAMLError):
        return Problem("syntax", str(error), document=document)
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index, len(text)) if mark is not None else 0
    message = str(error.problem or error.context or "not valid YAML")
    return Problem("syntax", message, lines.span(offset, min(offset + 1, len(text))), document=document)


def _reader_problem(error: ReaderError, text: str, lines: Lines, document: int) -> Problem:
    import re

    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    offset = found.start() if found else 0
    code = f"U+{ord(text[offset]):04X}" if found else "it"
    message = f"control characters such as {code} are not allowed in YAML"
    return Problem("syntax", message, lines.span(offset, offset + 1), document=document)
