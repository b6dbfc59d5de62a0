"""The default text report: message, code frame with carets, related places, blast radius, help, and a footer."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.finding import Finding
from ..model.report import Report
from .frame import frame
from .options import RenderOptions
from .style import Style
from .summary import affects_sentence, checked_sentence, found_sentence
from .text import one_line

SENSITIVE_TAG = "sensitive"
"""Rules with this tag point at secret values: the code frame masks what they point at."""


def render(report: Report, options: RenderOptions) -> str:
    """Every finding as a block, a blank line between them, then the footer."""
    style = Style(options.color)
    hidden = {rule.code for rule in report.rules if SENSITIVE_TAG in rule.tags}
    blocks = []
    if not options.summary_only:
        blocks = [
            "\n".join(_block(finding, report, options, style, finding.rule in hidden)) for finding in report.findings
        ]
    if options.suppressed and report.suppressed:
        blocks.append("\n".join(_suppressed(report, options, style)))
    blocks.append("\n".join(_footer(report, style)))
    return "\n\n".join(blocks) + "\n"


def _block(finding: Finding, report: Report, options: RenderOptions, style: Style, hide: bool) -> list[str]:
    severity = finding.severity.value
    title = style.severity(severity, f"{severity}[{finding.rule}]") + style("bold", f" {finding.name}: ")
    where = f"{one_line(options.path_prefix + finding.path)}:{finding.span.line}:{finding.span.column}"
    source = report.sources.get(finding.path)
    lines = frame(source, finding.span, hide=hide) if source is not None else ()
    gutter = " " * (len(str(lines[-1].number)) if lines else 1)
    bar = style("frame", "|")
    block = [title + one_line(finding.message), f"{gutter}{style('frame', '-->')} {where}"]
    if lines:
        block.append(f"{gutter} {bar}")
    for line in lines:
        block.append(f"{style('frame', f'{line.number:>{len(gutter)}}')} {bar} {line.text}".rstrip())
        if line.carets:
            block.append(f"{gutter} {bar} {_under(line.carets, severity, style)}")
    sign = style("frame", "=")
    block += [f"{gutter} {sign} {style('bold', label + ':')} {text}" for label, text in _remarks(finding, options)]
    return block


def _under(carets: str, severity: str, style: Style) -> str:
    spaces = len(carets) - len(carets.lstrip(" "))
    return carets[:spaces] + style.severity(severity, carets[spaces:])


def _remarks(finding: Finding, options: RenderOptions) -> Iterator[tuple[str, str]]:
    for related in finding.related:
        where = f"{one_line(options.path_prefix + related.path)}:{related.span.line}:{related.span.column}"
        yield "related", f"{where}: {one_line(related.message)}"
    affected = affects_sentence(finding, options.max_names)
    if affected:
        yield "affects", affected
    if finding.help:
        yield "help", one_line(finding.help)
    if finding.fix is not None:
        yield "fix", one_line(finding.fix.description) + ("" if finding.fix.safe else " (unsafe: look at it first)")


def _suppressed(report: Report, options: RenderOptions, style: Style) -> Iterator[str]:
    yield style("bold", "Suppressed:")
    for entry in report.suppressed:
        finding = entry.finding
        where = f"{one_line(options.path_prefix + finding.path)}:{finding.span.line}:{finding.span.column}"
        reason = f" ({entry.by}: {one_line(entry.reason)})" if entry.reason else f" ({entry.by})"
        yield f"  {where}: {finding.rule} {finding.name}{style('dim', reason)}"


def _footer(report: Report, style: Style) -> Iterator[str]:
    for crash in report.crashes:
        yield style.severity("error", f"mas-lint: rule {crash.rule} crashed: {one_line(crash.error)}")
        yield "This is a bug in mas-lint or in the rule; the other rules ran, the run fails with exit code 2."
    summary = report.summary
    worst = "error" if summary.errors else "warning" if summary.warnings else "note" if summary.notes else "good"
    yield style(worst, found_sentence(summary))
    yield checked_sentence(report)
    for note in report.notes:
        yield style("dim", one_line(note))
