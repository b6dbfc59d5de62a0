"""Comments that speak to mas-lint, parsed into values.

    # mas-lint: ignore[CFG003, merge-key-mismatch] reason until=2027-01-31
    # mas-lint: ignore-file[VAL012] reason
    # mas-lint: allow-delete NAME reason until=2027-01-31

A directive after a value speaks of that line; one alone on its line speaks of the next line that holds anything but
a comment. `ignore-file` speaks of the whole file. A reason is required; `until` is the last day on which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Span

_DIRECTIVE = late_pattern(r"(?:^|(?<=[\s\ufeff]))#+[ \t]*mas-lint:[ \t]*(?P<body>.*?)[ \t]*(?:[ \t]#!.*)?$")
_BODY = late_pattern(
    r"(?P<verb>[A-Za-z][\w-]*)[ \t]*(?P<list>\[(?P<tokens>[^\]]*)\]?)?[ \t]*(?:--|:|-)?[ \t]*(?P<rest>.*)"
)
_UNTIL = late_pattern(r"(?:^|(?<=\s))\(?until=(?P<date>[^\s,;)]*)[,;)]*(?=\s|$)")
_LOOSE_UNTIL = late_pattern(r"\buntil\b[ :=]*(?P<date>\d{4}-\d\d?-\d\d?)", re.IGNORECASE)
_ISO_DATE = late_pattern(r"\d{4}-\d\d-\d\d\Z")
_TOKEN = late_pattern(r"[^,\s][^,]*[^,\s]|[^,\s]")
_LINE_BREAK = late_pattern(r"\r\n|\n|\r")
_VERBS = ("ignore", "ignore-file", "allow-delete")


@dataclass(frozen=True, slots=True)
class Token:
    """A rule's code or name as written in a directive, and where."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """A suppression. `lines` are the lines it speaks of (first, last), None for the whole file."""

    path: str
    span: Span
    tokens: tuple[Token, ...]
    lines: tuple[int, int] | None
    reason: str
    until: date | None = None
    removal: tuple[int, int] = (0, 0)
    """Offsets of the text to take out in order to remove the directive."""

    def covers(self, line: int) -> bool:
        """Whether it speaks of `line`."""
        return self.lines is None or self.lines[0] <= line <= self.lines[1]


@dataclass(frozen=True, slots=True)
class AllowDelete:
    """A deletion that is meant: the name of an Application, a secret or a list entry, and why."""

    path: str
    span: Span
    name: str
    reason: str
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the permission has not run out."""
        return self.until is None or today <= self.until


@dataclass(frozen=True, slots=True)
class Malformed:
    """A directive that cannot be followed, and how to write it."""

    path: str
    span: Span
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class FileDirectives:
    """Everything that the comments of one file say to mas-lint."""

    path: str
    ignores: tuple[Ignore, ...] = ()
    allowed_deletions: tuple[AllowDelete, ...] = ()
    malformed: tuple[Malformed, ...] = ()


def parse_directives(path: str, text: str, comment_lines: Collection[int] | None = None) -> FileDirectives:
    """The directives in `text`.

    `comment_lines` are the lines that really hold a comment: what looks like a directive elsewhere is part of a
    value, and malformed. None, for text that is not valid YAML, takes every look-alike for a comment. Never raises.
    """
    ignores: list[Ignore] = []
    allowed: list[AllowDelete] = []
    malformed: list[Malformed] = []
    lines = _Lines(text)
    for number, match in lines.directives():
        span = Span(number, match.start() + 1, number, match.end("body") + 1)
        parsed = _parse(path, span, match, lines)
        if parsed is None:
            continue
        if comment_lines is not None and number not in comment_lines:
            message = "this directive is part of a value, not a comment: it has no effect"
            advice = (
                "a block scalar cannot hold comments: put the directive after the key, or alone on the line above it"
            )
            parsed = Malformed(path, span, message, advice)
        if isinstance(parsed, Ignore):
            ignores.append(parsed)
        elif isinstance(parsed, AllowDelete):
            allowed.append(parsed)
        else:
            malformed.append(parsed)
    return FileDirectives(path, tuple(ignores), tuple(allowed), tuple(malformed))


class _Lines:
    """The lines of a text with their offsets."""

    def __init__(self, text: str) -> None:
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        position = 0
        for match in _LINE_BREAK.finditer(text):
            self._add(text, position, match.start(), match.end())
            position = match.end()
        self._add(text, position, len(text), len(text))

    def _add(self, text: str, start: int, stop: int, end: int) -> None:
        self.texts.append(text[start:stop])
        self.starts.append(start)
        self.ends.append(end)

    def directives(self) -> Iterator[tuple[int, re.Match[str]]]:
        for index, line in enumerate(self.texts):
            if "mas-lint:" in line:
                match = _DIRECTIVE.search(line)
                if match is not None:
                    yield index + 1, match

    def alone(self, number: int, column: int) -> bool:
        return not self.texts[number - 1][:column].strip(" \t\ufeff")

    def next_content(self, number: int) -> int:
        """The first line after `number` that holds more than a comment or a document marker; `number` if none does."""
        for index in range(number, len(self.texts)):
            line = self.texts[index].strip(" \t\ufeff")
            if line and not line.startswith(("#", "---", "%")):
                return index + 1
        return number

    def removal(self, number: int, start: int, stop: int) -> tuple[int, int]:
        begin, line = self.starts[number - 1], self.texts[number - 1]
        if self.alone(number, start) and stop >= len(line.rstrip()):
            return begin, self.ends[number - 1]
        return begin + len(line[:start].rstrip()), begin + stop


def _parse(path: str, span: Span, match: re.Match[str], lines: _Lines) -> Ignore | AllowDelete | Malformed | None:
    body = _BODY.match(match["body"])
    if body is None:
        return None
    verb = body["verb"]
    if verb not in _VERBS:
        return _unknown_verb(path, span, verb, listed=body["list"] is not None)
    rest, until, problem = _reason(body["rest"])
    if problem:
        return Malformed(path, span, problem, "write the last day on which it holds as until=YYYY-MM-DD")
    if verb == "allow-delete":
        return _allow_delete(path, span, body, rest, until)
    offset = match.start("body") + body.start("tokens") if body["tokens"] is not None else 0
    tokens = tuple(
        Token(found.group(), Span(span.line, offset + found.start() + 1, span.line, offset + found.end() + 1))
        for found in _TOKEN.finditer(body["tokens"] or "")
    )
    if not tokens or not (body["list"] or "").endswith("]"):
        advice = f"write # mas-lint: {verb}[CODE] reason"
        return Malformed(path, span, f"`{verb}` must name the rules it silences in brackets", advice)
    if not rest:
        advice = f"write why: # mas-lint: {verb}[{', '.join(token.text for token in tokens)}] reason"
        return Malformed(path, span, "a suppression without a reason has no effect", advice)
    covered: tuple[int, int] | None = None
    if verb == "ignore":
        first = span.line
        covered = (first, lines.next_content(first) if lines.alone(first, match.start()) else first)
    removal = lines.removal(span.line, match.start(), match.end("body"))
    return Ignore(path, span, tokens, covered, rest, until, removal)


def _allow_delete(path: str, span: Span, body: re.Match[str], rest: str, until: date | None) -> AllowDelete | Malformed:
    listed = [part.strip() for part in (body["tokens"] or "").split(",") if part.strip()]
    name, reason = (listed[0], rest) if len(listed) == 1 else ([*rest.split(None, 1), "", ""])[:2]
    reason = reason.strip(" \t:-")
    if not name or not reason or len(listed) > 1:
        message = "`allow-delete` needs the name of one thing that may be deleted and a reason: it has no effect"
        return Malformed(path, span, message, "write # mas-lint: allow-delete NAME reason until=YYYY-MM-DD")
    return AllowDelete(path, span, name, reason, until)


def _unknown_verb(path: str, span: Span, verb: str, *, listed: bool) -> Malformed | None:
    import difflib

    near = difflib.get_close_matches(verb.lower(), (*_VERBS, "disable", "file-ignore", "noqa"), n=1, cutoff=0.7)
    if not listed and not near:
        return None  # prose such as "mas-lint: see the docs"
    meant = near[0] if near and near[0] in _VERBS else "ignore"
    form = "allow-delete NAME" if meant == "allow-delete" else f"{meant}[CODE]"
    return Malformed(path, span, f"`{verb}` is not a directive of mas-lint", f"did you mean # mas-lint: {form} reason?")


def _reason(rest: str) -> tuple[str, date | None, str]:
    """The reason, the date, and what is wrong with the date ("" when nothing is)."""
    found = _UNTIL.search(rest)
    if found is None:
        loose = _LOOSE_UNTIL.search(rest)
        if loose is not None:
            return "", None, f"`{loose.group()}` is not read as an end date"
        return rest.strip(" \t-:,"), None, ""
    written = found["date"]
    reason = (rest[: found.start()].rstrip(" \t,;(") + " " + rest[found.end() :].strip()).strip(" \t-:,")
    try:
        until = date.fromisoformat(written) if _ISO_DATE.match(written) else None
    except ValueError:
        until = None
    if until is None:
        return "", None, f"`until={written}` is not a date"
    return reason, until, ""
