"""Join the reports of the parts of a fleet (shards, accounts) to the report that one run would have given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..model.finding import Affects, Finding
from ..model.place import Span
from ..model.report import Crash, Part, Report, Skipped, Summary, Suppressed
from .fleet_notes import chart_notes, charts_by_choice, part_note
from .text import count


class MergeError(ValueError):
    """Reports that do not belong together: the sentence names the files."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The report of all parts, and the shards (`5/8`) that nobody handed in: then it is not the whole."""

    report: Report
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    report: Report
    part: Part


def merge_reports(named: Sequence[tuple[str, Report]]) -> Merged:
    """One report of several, each with the name that messages give it. The same report twice counts once.

    Findings come in the order of a single run and each once, counts are added up, and what several parts say about
    the fleet (skipped files, charts, notes) is said once. Raises `MergeError` for none, for a report about everything
    among others, and for parts that overlap or come from different runs.
    """
    if not named:
        raise MergeError("there is no report to merge")
    given = _distinct(named)
    if len(given) == 1 and given[0][1].part is None:
        return Merged(given[0][1])
    parts = _parts(given)
    missing = _check(parts)
    reports = [one.report for one in parts]
    findings = _findings(finding for report in reports for finding in report.findings)
    suppressed = _suppressed(entry for report in reports for entry in report.suppressed)
    skipped = _skipped(reports)
    accounts = tuple(dict.fromkeys(name for one in parts for name in one.part.accounts))
    choices = {name: choice for one in parts for choice, names in one.part.charts for name in names}
    part = Part(accounts, None, charts_by_choice(choices.items()))
    return Merged(
        reports[0]._replace(
            findings=findings,
            summary=_summary(reports, findings, len(suppressed), len(skipped), len(choices)),
            suppressed=suppressed,
            skipped=skipped,
            crashes=_crashes(reports),
            notes=_notes(parts, part, missing),
            part=part if accounts or missing else None,
        ),
        missing,
    )


def _distinct(named: Sequence[tuple[str, Report]]) -> list[tuple[str, Report]]:
    found: list[tuple[str, Report]] = []
    for name, report in named:
        if not any(report == other for _, other in found):
            found.append((name, report))
    return found


def _parts(given: Sequence[tuple[str, Report]]) -> list[_Named]:
    found = []
    for name, report in given:
        if report.part is None:
            raise MergeError(f"{name} is about a whole config repo: only reports of --account or --shard can be joined")
        found.append(_Named(name, report, report.part))
    # the order of the files on the command line decides nothing
    return sorted(found, key=lambda one: (one.part.accounts, one.part.shard or (0, 0), one.name))


def _check(parts: Sequence[_Named]) -> tuple[str, ...]:
    """Which shards are missing. Raises `MergeError` for parts that overlap."""
    groups: dict[frozenset[str], list[_Named]] = {}
    for one in parts:
        groups.setdefault(frozenset(one.part.accounts), []).append(one)
    seen: dict[str, str] = {}
    for accounts, members in groups.items():
        if not accounts and len(groups) > 1:
            other = next(one.name for one in parts if one.part.accounts)
            raise MergeError(f"{members[0].name} is about all accounts, {other} about some of them: they overlap")
        for account in sorted(accounts):
            if account in seen:
                raise MergeError(f"account {account} is in {seen[account]} and in {members[0].name}: they overlap")
            seen[account] = members[0].name
    return tuple(missing for members in groups.values() for missing in _missing_shards(members))


def _missing_shards(members: Sequence[_Named]) -> list[str]:
    first = members[0]
    if first.part.shard is None:
        if len(members) == 1:
            return []
        second = members[1]
        if second.part.shard is not None:
            raise MergeError(f"{second.name} is a shard of what {first.name} is about: they overlap")
        raise MergeError(f"{first.name} and {second.name} are about the same part and differ: of two runs?")
    total = first.part.shard[1]
    by_index: dict[int, str] = {}
    for one in members:
        assert one.part.shard is not None  # a report without a shard is sorted to the front
        index, of = one.part.shard
        if of != total:
            raise MergeError(
                f"{first.name} is shard {first.part.shard[0]}/{total}, {one.name} is shard {index}/{of}: "
                "only shards of one cut can be joined"
            )
        if index in by_index:
            raise MergeError(f"{by_index[index]} and {one.name} are both shard {index}/{of} and differ: of two runs?")
        by_index[index] = one.name
    scope = f" of {', '.join(first.part.accounts)}" if first.part.accounts else ""
    return [f"{index}/{total}{scope}" for index in range(1, total + 1) if index not in by_index]


def _same(finding: Finding) -> tuple[str, str, Span, str]:
    return (finding.rule, finding.path, finding.span, finding.message)


def _findings(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, with all the Applications that any part knows of, in the order of a run."""
    known: dict[tuple[str, str, Span, str], Finding] = {}
    for finding in found:
        key = _same(finding)
        first = known.get(key)
        known[key] = finding if first is None else replace(first, affects=_joined(first.affects, finding.affects))
    return tuple(sorted(known.values(), key=lambda finding: finding.sort_key))


def _joined(one: Affects, other: Affects) -> Affects:
    names = tuple(dict.fromkeys((*one.names, *other.names)))
    return Affects(max(one.applications, other.applications, len(names)), names)


def _suppressed(found: Iterable[Suppressed]) -> tuple[Suppressed, ...]:
    known: dict[tuple[object, ...], Suppressed] = {}
    for entry in found:
        known.setdefault((*_same(entry.finding), entry.by), entry)
    return tuple(sorted(known.values(), key=lambda entry: entry.finding.sort_key))


def _skipped(reports: Iterable[Report]) -> tuple[Skipped, ...]:
    return tuple(
        sorted({entry for report in reports for entry in report.skipped}, key=lambda one: (one.path, one.reason))
    )


def _crashes(reports: Iterable[Report]) -> tuple[Crash, ...]:
    known: dict[str, Crash] = {}
    for report in reports:
        for crash in report.crashes:
            known.setdefault(crash.rule, crash)
    return tuple(known[rule] for rule in sorted(known))


def _summary(
    reports: Sequence[Report], findings: Sequence[Finding], suppressed: int, skipped: int, accounts: int
) -> Summary:
    severities = Counter(finding.severity.value for finding in findings)
    return Summary(
        # an account whose clusters lie in several shards is one account
        accounts=accounts,
        clusters=sum(report.summary.clusters for report in reports),
        instances=sum(report.summary.instances for report in reports),
        applications=sum(report.summary.applications for report in reports),
        files=sum(report.summary.files for report in reports),
        skipped=skipped,
        errors=severities["error"],
        warnings=severities["warning"],
        notes=severities["note"],
        suppressed=suppressed,
    )


def _notes(parts: Sequence[_Named], part: Part, missing: Sequence[str]) -> tuple[str, ...]:
    own = {note for one in parts for note in (*chart_notes(one.part.charts), part_note(one.part))}
    others = dict.fromkeys(note for one in parts for note in one.report.notes if note not in own)
    said = [*chart_notes(part.charts), *others]
    if part.accounts:
        said.append(part_note(part))
    if missing:
        said.append(f"{count(len(missing), 'shard')} missing: {', '.join(missing)}")
    return tuple(said)
