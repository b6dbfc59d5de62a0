"""What is checked before a file is parsed: encoding, size, depth. libyaml's composer recurses on the C stack."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from yaml.error import YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent

from masgitops_lint.model.late_pattern import late_pattern

from .construct import MAX_DEPTH
from .lines import Lines
from .nodes import GoParser, prepare
from .problem import Problem

MAX_BYTES = 5 * 1024 * 1024
MAX_NODES = 400_000
"""A node takes about half a kilobyte while a file is parsed."""

MAX_MARKERS = 100

_INDENT = b" " * 40
_INDICATORS = bytes.maketrans(b"?:", b"--")
_COMPACT = b"-" * 30
_MARKER = late_pattern(r"^(?:<{7}|\|{7}|={7}|>{7})(?= |\t|$|\r)[^\r\n]*", re.MULTILINE)


def too_large(size: int) -> Problem | None:
    """A problem for files beyond `MAX_BYTES`."""
    if size <= MAX_BYTES:
        return None
    return Problem("too-large", f"the file has {size / 2**20:.0f} MB; files beyond {MAX_BYTES >> 20} MB are not read")


def decode(raw: bytes) -> tuple[str, str, Problem | None]:
    """The text without a byte order mark, the encoding that turns it back into `raw`, and what is wrong with it.

    go-yaml reads UTF-8 and, when there is a byte order mark, UTF-16. Text that cannot be decoded comes with
    replacement characters, so that it can be shown.
    """
    encoding = "utf-8"
    if raw[:1] >= b"\xef":
        if raw.startswith(b"\xef\xbb\xbf"):
            encoding = "utf-8-sig"
        elif raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, "replace")
        text = raw.decode(encoding, "replace")
        shown = f"byte 0x{raw[error.start]:02x}" if error.start < len(raw) else "the end"
        message = f"the file is not UTF-8: {shown} does not fit (saved as Latin-1 or as a binary file?)"
        return text, encoding, Problem("bad-utf8", message, Lines(text).span(len(before), len(before) + 1))
    if "\0" in text:
        offset = text.index("\0")
        message = "a NUL byte: this is not a text file, or it was damaged"
        return text, encoding, Problem("nul-byte", message, Lines(text).span(offset, offset + 1))
    return text, encoding, None


def needs_count(raw: bytes) -> bool:
    """Whether a file could be deeper or hold more than the parser should be given. Cheap, and never wrongly False.

    A level needs a bracket of its own or stands further right than the one around it, where it gets by spaces or by
    indicators (`- - -`); two levels can share a column.
    """
    return (
        sum([raw.count(bracket) for bracket in (b"[", b"{") if bracket in raw]) > 90
        or _INDENT in raw
        or _COMPACT in raw.translate(_INDICATORS, b" \t")
        or len(raw) > MAX_NODES
    )


def measure(raw: bytes, text: str) -> Problem | None:
    """Walk the events of a file, which needs no stack, and report what is too deep or too much."""
    depth = nodes = 0
    try:
        parser: Any = GoParser(prepare(raw)[0])
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, NodeEvent):
                nodes += 1
                if nodes > MAX_NODES:
                    return Problem("too-large", f"the file holds more than {MAX_NODES} values and is not read")
                if isinstance(event, CollectionStartEvent):
                    depth += 1
                    if depth > MAX_DEPTH:
                        mark: Any = event.start_mark
                        offset = mark.index
                        message = f"nested more than {MAX_DEPTH} levels deep"
                        return Problem("too-deep", message, Lines(text).span(offset, offset + 1))
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
    except YAMLError:
        pass  # composing reports it
    return None


def conflict_markers(text: str) -> tuple[Problem, ...]:
    """The markers that git leaves at the start of a line; a row of `=` counts only between the other two."""
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return ()
    found = list(islice(_MARKER.finditer(text), MAX_MARKERS))
    if not any(match.group().startswith(("<", ">")) for match in found):
        return ()
    lines = Lines(text)
    return tuple(
        Problem(
            "conflict-marker",
            f"`{match.group()[:7]}` is left over from a merge conflict",
            lines.span(match.start(), match.end()),
            text=match.group(),
        )
        for match in found
    )
