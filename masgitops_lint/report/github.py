"""GitHub Actions workflow commands: annotations on the changed lines, then the summary as plain log lines.

GitHub shows ten annotations of each severity a step; the worst come first and the summary follows, so nothing is
lost without a word.
"""

from __future__ import annotations

from ..model.finding import Finding
from ..model.report import Report
from .options import RenderOptions
from .summary import affects_sentence, checked_sentence, found_sentence
from .text import one_line

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, options: RenderOptions) -> str:
    """Annotations by severity, in report order, then what was checked."""
    ordered = sorted(report.findings, key=lambda finding: -finding.severity.rank)
    lines = [] if options.summary_only else [_annotation(finding, options) for finding in ordered]
    for crash in report.crashes:
        lines.append(f"::error title=mas-lint::{_data(f'rule {crash.rule} crashed: {one_line(crash.error)}')}")
    lines += [_plain(text) for text in (found_sentence(report.summary), checked_sentence(report), *report.notes)]
    return "\n".join(lines) + "\n"


def _annotation(finding: Finding, options: RenderOptions) -> str:
    span = finding.span
    properties = {
        "title": f"{finding.rule} {finding.name}",
        "file": options.path_prefix + finding.path,
        "line": str(span.line),
        "endLine": str(max(span.line, span.end_line)),
    }
    if span.end_line <= span.line:
        properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column))}
    affected = affects_sentence(finding, options.max_names)
    parts = [one_line(finding.message), f"affects {affected}" if affected else "", one_line(finding.help)]
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity.value]} {written}::{_data(chr(10).join(part for part in parts if part))}"


def _data(text: str) -> str:
    """Escaped as the runner's toolkit escapes a command's message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """A log line that the runner cannot take for a command, in either of its notations."""
    safe = one_line(text).replace("##[", "# #[")
    return f"mas-lint: {safe}" if safe.startswith("::") else safe
