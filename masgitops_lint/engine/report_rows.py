"""A report as plain rows and back, for the store: complete and quick to read, where the JSON report is for others.

Whoever writes rows reads them with the same version, so nothing is checked here: a store does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from masgitops_lint.model.finding import Affects, Edit, Finding, Fix, Related, Severity
from masgitops_lint.model.place import Span
from masgitops_lint.model.report import Part, Report, RuleInfo, Skipped, Summary, Suppressed
from masgitops_lint.settings.columns import Packed, column_of, values_of


def to_rows(report: Report) -> dict[str, Any]:
    """Values that JSON can hold. Left out: `root`, `sources`, and crashes, as such a run is not kept."""
    part = report.part
    return {
        "findings": finding_table(report.findings),
        "suppressed": finding_table(entry.finding for entry in report.suppressed),
        "silenced": [[entry.by, entry.reason] for entry in report.suppressed],
        "skipped": [[entry.path, entry.reason] for entry in report.skipped],
        "summary": report.summary,
        "rules": report.rules,
        "notes": report.notes,
        "part": part and [part.accounts, part.shard, part.charts],
    }


def from_rows(rows: dict[str, Any]) -> Report:
    """The report of `to_rows`. Raises LookupError, TypeError or ValueError for rows of another shape."""
    return Report(
        findings=tuple(findings_of(rows["findings"])),
        summary=Summary(*rows["summary"]),
        rules=tuple(map(_rule, rows["rules"])),
        suppressed=tuple(
            Suppressed(finding, by, reason)
            for finding, (by, reason) in zip(findings_of(rows["suppressed"]), rows["silenced"], strict=True)
        ),
        skipped=tuple(Skipped(*entry) for entry in rows["skipped"]),
        notes=tuple(rows["notes"]),
        part=_part(*rows["part"]) if rows["part"] else None,
    )


def finding_table(findings: Iterable[Finding]) -> list[Packed]:
    """Findings as columns that JSON can hold: most of what a rule says of one place it says of many."""
    return [column_of(column) for column in zip(*map(_FIELDS, findings), strict=True)]


def findings_of(table: Sequence[Packed]) -> Iterator[Finding]:
    """The findings of `finding_table`. Raises as `from_rows`."""
    if not table:
        return iter(())
    return map(Finding, *(values_of(column, made) for column, made in zip(table, _MADE, strict=True)))


_FIELDS = attrgetter(*(one.name for one in fields(Finding)))


def _related(rows: list[Any]) -> tuple[Related, ...]:
    return tuple([Related(path, Span(*span), message) for path, span, message in rows])


def _affects(row: list[Any]) -> Affects:
    applications, names = row
    return Affects(applications, tuple(names))


def _fix(row: list[Any] | None) -> Fix | None:
    return Fix(row[0], tuple([Edit(*edit) for edit in row[1]]), row[2]) if row else None


_MADE: tuple[Callable[[Any], Any] | None, ...] = (
    *(None, None, Severity, None, None, Span._make, tuple, _related, _affects, None, _fix, None),
)
"""What makes the values of each column from what JSON holds, in the order of the fields."""


def _rule(row: list[Any]) -> RuleInfo:
    rule = RuleInfo(*row)
    return rule._replace(tags=tuple(rule.tags))


def _part(accounts: list[str], shard: list[int] | None, charts: list[Any]) -> Part:
    return Part(
        tuple(accounts),
        (shard[0], shard[1]) if shard else None,
        tuple((choice, tuple(names)) for choice, names in charts),
    )
