"""The sentences under every report: what was found, what was checked, what was not and why."""

from __future__ import annotations

from collections import Counter

from ..model.finding import Finding
from ..model.report import Report, Summary
from .text import count, listed, one_line


def found_sentence(summary: Summary) -> str:
    """`Found 3 errors, 1 warning (2 suppressed).`, `No findings.` or, on nothing, `Nothing was checked.`"""
    parts = [
        count(number, noun)
        for number, noun in ((summary.errors, "error"), (summary.warnings, "warning"), (summary.notes, "note"))
        if number
    ]
    aside = f" ({summary.suppressed:,} suppressed)" if summary.suppressed else ""
    if not parts and not summary.files:
        return "Nothing was checked."
    return f"Found {', '.join(parts)}{aside}." if parts else f"No findings{aside}."


def checked_sentence(report: Report) -> str:
    """`checked: 1 account, 1 cluster, 1 instance, 27 Applications, 14 files; skipped 2 (reasons)`."""
    seen = report.summary
    parts = ", ".join(
        (
            count(seen.accounts, "account"),
            count(seen.clusters, "cluster"),
            count(seen.instances, "instance"),
            count(seen.applications, "Application"),
            count(seen.files, "file"),
        )
    )
    if not seen.skipped:
        return f"checked: {parts}; skipped none"
    reasons = skipped_reasons(report)
    return f"checked: {parts}; skipped {seen.skipped:,}" + (f" ({reasons})" if reasons else "")


def skipped_reasons(report: Report, few: int = 3) -> str:
    """Each skipped file with its reason when they are few, else how many there are of each reason."""
    if len(report.skipped) <= few:
        return "; ".join(f"{one_line(entry.path)}: {one_line(entry.reason)}" for entry in report.skipped)
    reasons = Counter(one_line(entry.reason) for entry in report.skipped)
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{number:,} {reason}" for reason, number in ordered)


def affects_sentence(finding: Finding, limit: int) -> str:
    """`27 Applications: a, b, c and 24 more`, or "" when nothing is affected."""
    number = max(finding.affects.applications, len(finding.affects.names))
    if not number:
        return ""
    names = listed(finding.affects.names, limit, number)
    return count(number, "Application") + (f": {names}" if names else "")
