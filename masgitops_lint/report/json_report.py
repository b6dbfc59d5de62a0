"""JSON: the contract that other programs build on. Version 1, described by `data/schemas/report.schema.json`."""

from __future__ import annotations

from typing import Any

from ..model.finding import Finding, Fix
from ..model.place import Span
from ..model.report import Part, Report
from .json_text import indented
from .options import RenderOptions
from .text import encodable

VERSION = 1


def render(report: Report, options: RenderOptions) -> str:
    """The whole report as one indented object, in ASCII so that every console can print it."""
    return indented(report_object(report, suppressed=options.suppressed is not False))


def report_object(report: Report, *, suppressed: bool = True) -> dict[str, Any]:
    """The report as plain values, in the order in which they are written. Paths are relative to the linted root."""
    return {
        "version": VERSION,
        "findings": [finding_object(finding) for finding in report.findings],
        "suppressed": [
            finding_object(entry.finding) | {"suppression": {"by": entry.by, "reason": encodable(entry.reason)}}
            for entry in (report.suppressed if suppressed else ())
        ],
        "skipped": [{"path": encodable(entry.path), "reason": encodable(entry.reason)} for entry in report.skipped],
        "crashes": [{"rule": crash.rule, "error": encodable(crash.error)} for crash in report.crashes],
        "notes": [encodable(note) for note in report.notes],
        "part": None if report.part is None else _part_object(report.part),
        "summary": summary_object(report),
    }


def summary_object(report: Report) -> dict[str, int]:
    """The counts, every one always present."""
    seen = report.summary
    return {
        "accounts": seen.accounts,
        "clusters": seen.clusters,
        "instances": seen.instances,
        "applications": seen.applications,
        "files": seen.files,
        "skipped": seen.skipped,
        "errors": seen.errors,
        "warnings": seen.warnings,
        "notes": seen.notes,
        "suppressed": seen.suppressed,
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """One finding as plain values; every key is always present."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": encodable(finding.message),
        "path": encodable(finding.path),
        **_span_object(finding.span),
        "keys": [encodable(key) if isinstance(key, str) else key for key in finding.keys],
        "related": [
            {"path": encodable(related.path), **_span_object(related.span), "message": encodable(related.message)}
            for related in finding.related
        ],
        "affects": {
            "applications": finding.affects.applications,
            "names": [encodable(name) for name in finding.affects.names],
        },
        "help": encodable(finding.help),
        "fix": _fix_object(finding.fix),
    }


def _part_object(part: Part) -> dict[str, Any]:
    return {
        "accounts": [encodable(name) for name in part.accounts],
        "shard": None if part.shard is None else list(part.shard),
        "charts": [
            {"charts": encodable(charts), "accounts": [encodable(name) for name in names]}
            for charts, names in part.charts
        ],
    }


def _span_object(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _fix_object(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {
        "description": encodable(fix.description),
        "safe": fix.safe,
        "edits": [
            {"path": encodable(edit.path), "start": edit.start, "end": edit.end, "text": encodable(edit.text)}
            for edit in fix.edits
        ],
    }
