"""Markdown for job summaries and comments: the summary line first, then a short table, worst findings first."""

from __future__ import annotations

from masgitops_lint.model.late_pattern import late_pattern

from ..model.finding import Finding
from ..model.report import Report
from .options import RenderOptions
from .summary import affects_sentence, checked_sentence, found_sentence
from .text import one_line

SIZE_LIMIT = 60_000
"""Characters; GitHub takes 65,536 in a comment, and other text must fit beside the report."""

_SPECIAL = late_pattern(r"[\\*_\[\]~|<>&@#]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", "#": "&#35;"}
_CELL_LIMIT = 600


def render(report: Report, options: RenderOptions) -> str:
    """The report in at most `SIZE_LIMIT` characters; findings that do not fit are counted."""
    ordered = sorted(report.findings, key=lambda finding: -finding.severity.rank)
    head = [f"**mas-lint:** {prose(found_sentence(report.summary))}", ""]
    for crash in report.crashes:
        head += [f"**Rule {crash.rule} crashed:** {prose(crash.error)}", ""]
    tail = [prose(checked_sentence(report)), *(prose(note) for note in report.notes)]
    foot = ["<sub>" + "<br>".join(tail) + "</sub>"]
    room = SIZE_LIMIT - sum(len(line) + 1 for line in (*head, *foot)) - 200
    rows: list[str] = []
    for finding in ordered[: 0 if options.summary_only else options.max_rows]:
        row = _row(finding, options)
        if len(row) + 1 > room:
            break
        room -= len(row) + 1
        rows.append(row)
    table = ["| | Rule | Where | What |", "|---|---|---|---|", *rows, ""] if rows else []
    left = len(ordered) - len(rows)
    more = [f"… and {left:,} more.", ""] if left and rows else []
    return "\n".join([*head, *table, *more, *foot]) + "\n"


def _row(finding: Finding, options: RenderOptions) -> str:
    path = one_line(options.path_prefix + finding.path).replace("`", "'").replace("|", "\\|")
    what = prose(_shortened(finding.message))
    affected = affects_sentence(finding, options.max_names)
    if affected:
        what += f"<br>Affects {prose(affected)}."
    if finding.help:
        what += f"<br>*{prose(_shortened(finding.help))}*"
    where = f"`{path}:{finding.span.line}:{finding.span.column}`"
    return f"| {finding.severity.value} | {finding.rule} {finding.name} | {where} | {what} |"


def _shortened(text: str) -> str:
    return text if len(text) <= _CELL_LIMIT else text[:_CELL_LIMIT].rstrip() + " …"


def prose(text: str) -> str:
    """One line in which only `code spans` keep their meaning: no markup, mentions, issue links or table cells."""
    parts = one_line(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped("'".join(parts))
    return "".join(
        _escaped(part) if index % 2 == 0 else f"`{part.replace('|', chr(92) + '|')}`" if part else "''"
        for index, part in enumerate(parts)
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match.group(), "\\" + match.group()), text)
