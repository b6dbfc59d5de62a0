"""One line a finding: `path:line:column: error CFG003 merge-key-mismatch: message`."""

from __future__ import annotations

from ..model.finding import Finding
from ..model.report import Report
from .options import RenderOptions
from .style import Style
from .summary import checked_sentence, found_sentence
from .text import one_line


def render(report: Report, options: RenderOptions) -> str:
    """The findings, one a line, then the summary."""
    style = Style(options.color)
    lines = [] if options.summary_only else [finding_line(finding, options, style) for finding in report.findings]
    lines += [
        style.severity("error", f"mas-lint: rule {crash.rule} crashed: {one_line(crash.error)}")
        for crash in report.crashes
    ]
    lines += [found_sentence(report.summary), checked_sentence(report)]
    lines += [one_line(note) for note in report.notes]
    return "\n".join(lines) + "\n"


def finding_line(finding: Finding, options: RenderOptions, style: Style) -> str:
    """One finding as one line that editors and terminals can jump to."""
    where = f"{one_line(options.path_prefix + finding.path)}:{finding.span.line}:{finding.span.column}"
    label = style.severity(finding.severity.value, f"{finding.severity.value} {finding.rule}")
    return f"{where}: {label} {finding.name}: {one_line(finding.message)}"
