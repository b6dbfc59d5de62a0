"""The default text report: message, code frame with carets, related places, blast radius, help, and a footer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest

from ..model.finding import Finding
from ..model.report import Report
from .frame import frame
from .options import RenderOptions
from .style import Style
from .summary import affects_sentence, checked_sentence, found_sentence
from .text import one_line

SENSITIVE_TAG = "sensitive"
"""Rules with this tag point at secret values: the code frame masks what they point at."""

MANY = 4_000
"""Findings from which on processes share the work."""


def render(report: Report, options: RenderOptions) -> str:
    """Every finding as a block, a blank line between them, then the footer."""
    style = Style(options.color)
    hidden = {rule.code for rule in report.rules if SENSITIVE_TAG in rule.tags}

    def text_of(findings: Sequence[Finding]) -> str:
        return "\n\n".join(["\n".join(_block(one, report, options, style, one.rule in hidden)) for one in findings])

    blocks = [] if options.summary_only else list(_in_shares(report.findings, options.jobs, text_of))
    if options.suppressed and report.suppressed:
        blocks.append("\n".join(_suppressed(report, options, style)))
    blocks.append("\n".join(_footer(report, style)))
    return "\n\n".join(blocks) + "\n"


def _in_shares(findings: Sequence[Finding], jobs: int, text_of: Callable[[Sequence[Finding]], str]) -> Iterator[str]:
    """The text of all findings; of many, in shares of several processes. What a child fails on is done here."""
    if jobs == 1 or len(findings) < MANY:
        yield from [text_of(findings)] if findings else []
        return
    from masgitops_lint.repo.child_process import can_fork, processors, start

    size = -(-len(findings) // (jobs or processors()))
    shares = [findings[at : at + size] for at in range(0, len(findings), size)]
    children = [start(partial(_sent, text_of, share)) for share in shares[1:]] if can_fork() else []
    yield text_of(shares[0])
    for share, child in zip_longest(shares[1:], children):
        sent = b"".join(child.last_answers()) if child is not None else b""
        yield sent.decode("utf-8", "surrogatepass") or text_of(share)


def _sent(text_of: Callable[[Sequence[Finding]], str], findings: Sequence[Finding]) -> Iterator[bytes]:
    yield text_of(findings).encode("utf-8", "surrogatepass")


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
