"""Silence the findings that a comment with a reason silences, and report comments that are wrong, old or unused.

A suppression without a reason, of an unknown rule or past its last day silences nothing. Findings of the `LNT` rules
are about suppressions: comments cannot silence them, `ignore` and `per-file-ignores` in the settings can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from masgitops_lint.model.finding import Edit, Finding, Fix
from masgitops_lint.model.report import Suppressed

from .own_rules import EXPIRED_SUPPRESSION, INVALID_SUPPRESSION, OWN_RULES, UNUSED_SUPPRESSION
from .selection import RuleIndex

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.repo.yaml import Document

    from .directives import FileDirectives, Ignore

MARKER = "mas-lint:"
"""A file without this text holds no directive, and is not looked at again."""

_OWN_CODES = frozenset(rule.code for rule in OWN_RULES)


class Outcome(NamedTuple):
    """Findings that stay, findings that were silenced, and what is wrong with the comments."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    extra: tuple[Finding, ...]


def collect_directives(repository: Repository, paths: Iterable[str]) -> tuple[FileDirectives, ...]:
    """The directives of the files `paths`; only files that hold the marker are parsed. Never raises on content."""
    found = []
    for path in paths:
        if repository.mentions(path, MARKER):
            from .directives import parse_directives

            document = repository.document(path)
            lines = {comment.line for comment in document.comments()} if document.ok else None
            found.append(parse_directives(path, document.text, lines))
    return tuple(found)


def apply_suppressions(
    findings: Iterable[Finding],
    directives: Iterable[FileDirectives],
    index: RuleIndex,
    *,
    active: frozenset[str],
    today: date,
    document: Callable[[str], Document | None],
    tells: Callable[[str], bool] = lambda path: True,
) -> Outcome:
    """Split `findings` into those that stay and those that a directive silences.

    `active` are the codes of the rules that ran to their end: only for them can a suppression be called unused.
    `document` gives a file's parsed form; it is asked only for files with directives. `tells`: whether what is wrong
    with the directives of a file is to be told; a run over a part of the repo tells it of its own files.
    """
    by_path: dict[str, list[_Live]] = {}
    extra: list[Finding] = []
    for entry in directives:
        told = tells(entry.path)
        for broken in entry.malformed if told else ():
            extra.append(INVALID_SUPPRESSION.finding(broken.path, broken.span, broken.message, broken.advice))
        for ignore in entry.ignores:
            live, problems = _resolve(ignore, index, today)
            extra += problems if told else ()
            by_path.setdefault(entry.path, []).append(live)
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding in findings:
        matching = _matching(finding, by_path.get(finding.path, ()), document)
        for live in matching:
            live.used.add(finding.rule)
        standing = next((live for live in matching if not live.expired), None)
        if standing is None:
            kept.append(finding)
        else:
            by: Literal["comment", "file-comment"] = "file-comment" if standing.ignore.lines is None else "comment"
            silenced.append(Suppressed(finding, by, standing.ignore.reason))
    for path, lives in by_path.items():
        for live in lives if tells(path) else ():
            extra += _leftovers(live, active)
    return Outcome(tuple(kept), tuple(silenced), tuple(sorted(extra, key=lambda finding: finding.sort_key)))


@dataclass(slots=True)
class _Live:
    """A suppression with its codes resolved, and which of them silenced (or, expired, would have silenced) anything."""

    ignore: Ignore
    codes: dict[str, int]
    expired: bool
    used: set[str] = field(default_factory=set)


def _resolve(ignore: Ignore, index: RuleIndex, today: date) -> tuple[_Live, list[Finding]]:
    codes: dict[str, int] = {}
    problems = []
    for position, token in enumerate(ignore.tokens):
        code = index.code(token.text)
        if code is not None and code not in _OWN_CODES:
            codes.setdefault(code, position)
            continue
        if code is not None:
            message = f"`{token.text}` is about suppressions and cannot be silenced by one"
            advice = "use `ignore` or `per-file-ignores` in the settings"
        elif index.codes(token.text):
            message = f"`{token.text}` stands for several rules: a suppression names each rule"
            advice = "name the rule that the finding shows, such as " + min(index.codes(token.text))
        else:
            near = index.near(token.text)
            message = f"no rule is called `{token.text}`: it silences nothing"
            advice = f"did you mean {' or '.join(near)}?" if near else "`mas-lint rules` lists the rules"
        problems.append(INVALID_SUPPRESSION.finding(ignore.path, token.span, message, advice))
    return _Live(ignore, codes, ignore.until is not None and today > ignore.until), problems


def _matching(finding: Finding, lives: Iterable[_Live], document: Callable[[str], Document | None]) -> list[_Live]:
    candidates = [live for live in lives if finding.rule in live.codes]
    if not candidates:
        return []
    lines = _lines_of(finding, document(finding.path))
    return [live for live in candidates if any(live.ignore.covers(line) for line in lines)]


def _lines_of(finding: Finding, document: Document | None) -> set[int]:
    """The lines on which a comment speaks of the finding: its own, and for a scalar of several lines its key's line."""
    lines = {finding.span.line}
    if document is None or not finding.keys or not document.ok:
        return lines
    key, value = document.span(finding.keys, "key"), document.span(finding.keys, "value")
    stretched = key.line <= finding.span.line <= value.end_line and value.end_line > key.line
    if stretched and not isinstance(_value_at(document.data, finding.keys), dict | list):
        lines |= {key.line, value.line}
        if value.end_column > 1:
            lines.add(value.end_line)
    return lines


def _value_at(data: object, keys: Iterable[str | int]) -> object:
    current: Any = data
    for key in keys:
        try:
            current = current[key] if isinstance(current, dict | list) else {}  # type: ignore[index]
        except (LookupError, TypeError):
            return {}
    return current


def _leftovers(live: _Live, active: frozenset[str]) -> list[Finding]:
    ignore = live.ignore
    if live.expired and live.codes:
        names = ", ".join(live.codes)
        still = f"{', '.join(sorted(live.used))} counts again" if live.used else "and nothing here needs it any more"
        message = f"the suppression of {names} held until {ignore.until}: {still}"
        advice = "repair what it hid, or give it a later date and a reason" if live.used else "remove the comment"
        return [EXPIRED_SUPPRESSION.finding(ignore.path, ignore.span, message, advice)]
    unused = [code for code in live.codes if code not in live.used and code in active]
    where = "in this file" if ignore.lines is None else "on its line"
    if unused and len(unused) == len(ignore.tokens):
        message = f"{', '.join(unused)} finds nothing {where}: the suppression is unused"
        fix = Fix("remove the unused suppression", (Edit(ignore.path, *ignore.removal, ""),), safe=True)
        return [UNUSED_SUPPRESSION.finding(ignore.path, ignore.span, message, "remove the comment", fix)]
    return [
        UNUSED_SUPPRESSION.finding(
            ignore.path,
            ignore.tokens[live.codes[code]].span,
            f"{code} finds nothing {where}: this part of the suppression is unused",
            f"take {ignore.tokens[live.codes[code]].text} out of the list",
        )
        for code in unused
    ]
