"""A report as plain rows and back, for the store: complete and quick to read, where the JSON report is for others.

Whoever writes rows reads them with the same version, so nothing is checked here: a store does that.
"""

from __future__ import annotations

from typing import Any

from masgitops_lint.model.finding import Affects, Edit, Finding, Fix, Related, Severity
from masgitops_lint.model.place import Span
from masgitops_lint.model.report import Part, Report, RuleInfo, Skipped, Summary, Suppressed

_NOTHING = Affects()


def to_rows(report: Report) -> dict[str, Any]:
    """Values that JSON can hold. Left out: `root`, `sources`, and crashes, as such a run is not kept."""
    part = report.part
    return {
        "findings": [finding_row(finding) for finding in report.findings],
        "suppressed": [[finding_row(entry.finding), entry.by, entry.reason] for entry in report.suppressed],
        "skipped": [[entry.path, entry.reason] for entry in report.skipped],
        "summary": report.summary,
        "rules": report.rules,
        "notes": report.notes,
        "part": part and [part.accounts, part.shard, part.charts],
    }


def from_rows(rows: dict[str, Any]) -> Report:
    """The report of `to_rows`. Raises LookupError, TypeError or ValueError for rows of another shape."""
    return Report(
        findings=tuple(map(finding_of, rows["findings"])),
        summary=Summary(*rows["summary"]),
        rules=tuple(map(_rule, rows["rules"])),
        suppressed=tuple(Suppressed(finding_of(row), by, reason) for row, by, reason in rows["suppressed"]),
        skipped=tuple(Skipped(*entry) for entry in rows["skipped"]),
        notes=tuple(rows["notes"]),
        part=_part(*rows["part"]) if rows["part"] else None,
    )


def finding_row(finding: Finding) -> list[Any]:
    """One finding as values that JSON can hold."""
    affects, fix = finding.affects, finding.fix
    return [
        finding.rule,
        finding.name,
        finding.severity.value,
        finding.message,
        finding.path,
        finding.span,
        finding.keys,
        [[related.path, related.span, related.message] for related in finding.related],
        [affects.applications, affects.names] if affects != _NOTHING else None,
        finding.help,
        fix and [fix.description, [[edit.path, edit.start, edit.end, edit.text] for edit in fix.edits], fix.safe],
        finding.on_scalar,
    ]


_SEVERITIES = {severity.value: severity for severity in Severity}


def finding_of(row: list[Any]) -> Finding:
    """The finding of `finding_row`. Raises as `from_rows`."""
    rule, name, severity, message, path, span, keys, related, affects, advice, fix, on_scalar = row
    return Finding(
        rule,
        name,
        _SEVERITIES[severity],
        message,
        path,
        Span(*span),
        tuple(keys),
        tuple([Related(where, Span(*at), text) for where, at, text in related]) if related else (),
        Affects(affects[0], tuple(affects[1])) if affects else _NOTHING,
        advice,
        Fix(fix[0], tuple([Edit(*edit) for edit in fix[1]]), fix[2]) if fix else None,
        on_scalar,
    )


def _rule(row: list[Any]) -> RuleInfo:
    rule = RuleInfo(*row)
    return rule._replace(tags=tuple(rule.tags))


def _part(accounts: list[str], shard: list[int] | None, charts: list[Any]) -> Part:
    return Part(
        tuple(accounts),
        (shard[0], shard[1]) if shard else None,
        tuple((choice, tuple(names)) for choice, names in charts),
    )
