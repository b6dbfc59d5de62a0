"""The secrets inventory as text, JSON, CSV and a Markdown checklist."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..deployment.secret_inventory import InventoryEntry, InventoryReader, InventoryWriter
from ..model.report import Report
from .json_text import indented
from .style import Style

JSON_VERSION = 1
_GROUPS = (
    ("To create by hand before the first sync", lambda entry: entry.to_create),
    ("Written at runtime by Jobs of the charts", lambda entry: not entry.to_create),
)


def render_inventory(
    format_name: str,
    entries: Sequence[InventoryEntry],
    *,
    color: bool = False,
    line_of: Callable[[InventoryReader], int] | None = None,
    present: frozenset[str] | None = None,
    report: Report | None = None,
) -> str:
    """The inventory in one of `INVENTORY_FORMATS`. `line_of` gives the line of a reader's config key.

    `present` are the paths that a store has, when one was compared with, and `report` what is wrong with it.
    """
    if format_name == "text":
        if report is not None:
            return _comparison(entries, Style(color), present or frozenset(), report)
        return _text(entries, Style(color))
    if format_name == "json":
        return indented(inventory_json(entries, line_of, present, report))
    if format_name == "csv":
        return _csv(entries, present)
    return _markdown(entries, present)


INVENTORY_FORMATS = ("text", "json", "csv", "markdown")


def _wave(wave: int | None) -> str:
    return "?" if wave is None else f"{wave:03d}" if wave >= 0 else str(wave)


def _readers(entry: InventoryEntry, most: int = 4) -> str:
    """Readers with waves, each Application once."""
    seen = {reader.application: reader for reader in reversed(entry.readers) if reader.application}
    ordered = sorted(seen.values(), key=lambda reader: (reader.wave is None, reader.wave or 0, reader.application))
    shown = [f"{reader.application} ({_wave(reader.wave)})" for reader in ordered[:most]]
    if len(ordered) > most:
        shown.append(f"{len(ordered) - most} more")
    return ", ".join(shown)


def _origin(entry: InventoryEntry) -> str:
    if entry.origin == "at runtime":
        text = ", ".join(f"{w.application} ({_wave(w.wave)})" for w in entry.writers if not w.unmet)
        return f"written by {text}" + ("; create it empty first" if entry.first else "")
    if entry.origin == "switched off":
        reasons = "; ".join(dict.fromkeys(reason for writer in entry.writers for reason in writer.unmet))
        return f"its writer is off: {reasons}"
    if entry.origin == "unknown":
        return "nothing is known to create it" + (f"; probably {entry.near}" if entry.near else "")
    if entry.origin == "other store":
        return "in another store than the one that the charts write to"
    return f"created by {entry.by}" if entry.by else "created by hand"


def _text(entries: Sequence[InventoryEntry], style: Style) -> str:
    lines: list[str] = []
    for title, wanted in _GROUPS:
        group = [entry for entry in entries if wanted(entry)]
        lines += [style("bold", f"{title} ({len(group)})"), ""]
        scope = None
        for entry in group:
            if entry.scope != scope:
                scope = entry.scope
                lines.append(f"  {scope or '(no scope)'}")
            mark = {"unknown": "error", "switched off": "warning"}.get(entry.origin, "good")
            lines.append(f"    {style(mark, entry.path)}  {style('dim', ', '.join(entry.field_names))}")
            lines.append(f"      {_origin(entry)}")
            readers = _readers(entry)
            lines.append(f"      read by {readers}" if readers else "      read by nothing in this repo")
            if entry.note:
                lines.append(f"      {style('dim', entry.note)}")
        lines.append("")
    by_hand = sum(entry.to_create for entry in entries)
    lines.append(f"{len(entries)} secrets: {by_hand} to create, {len(entries) - by_hand} written at runtime.")
    return "\n".join(lines) + "\n"


def _comparison(entries: Sequence[InventoryEntry], style: Style, present: frozenset[str], report: Report) -> str:
    """What a store lacks and has too much, one line each, then the counts."""
    lines: list[str] = []
    for finding in report.findings:
        where = f"{finding.path}:{finding.span.line}:{finding.span.column}"
        severity = style.severity(finding.severity.value, finding.severity.value)
        lines.append(f"{where}: {severity} {finding.rule} {finding.message}")
    entries = [entry for entry in entries if not entry.in_cluster]
    pending = [entry for entry in entries if entry.path not in present and not entry.to_create]
    if pending:
        lines += ["", style("bold", f"Not there yet, Jobs will write them ({len(pending)})")]
        lines += [f"  {entry.path}  {style('dim', _origin(entry))}" for entry in pending]
    missing = sum(entry.path not in present and entry.to_create for entry in entries)
    unused = sum(finding.rule == "SEC041" for finding in report.findings)
    lines += [
        "",
        f"{len(entries)} secrets: {missing} missing, {len(pending)} not written yet; {unused} unused in the store.",
    ]
    return "\n".join(lines).lstrip("\n") + "\n"


def inventory_json(
    entries: Sequence[InventoryEntry],
    line_of: Callable[[InventoryReader], int] | None = None,
    present: frozenset[str] | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """The inventory as plain data: `{"version": 1, "secrets": [...]}`; with a store also `findings`."""
    data: dict[str, Any] = {
        "version": JSON_VERSION,
        "secrets": [_entry_json(entry, line_of, present) for entry in entries],
    }
    if report is not None:
        data["findings"] = [
            {
                "rule": finding.rule,
                "name": finding.name,
                "severity": finding.severity.value,
                "message": finding.message,
                "path": finding.path,
                "line": finding.span.line,
                "column": finding.span.column,
                "help": finding.help,
            }
            for finding in report.findings
        ]
    return data


def _entry_json(
    entry: InventoryEntry, line_of: Callable[[InventoryReader], int] | None, present: frozenset[str] | None
) -> dict[str, Any]:
    return {
        "path": entry.path,
        "backend": entry.backend,
        "scope": entry.scope,
        "origin": entry.origin,
        "in_store": None if present is None else entry.path in present,
        "create": entry.to_create,
        "create_first": entry.first,
        "fields": list(entry.field_names),
        "first_wave": entry.first_wave,
        "created_by": entry.by,
        "note": entry.note,
        "suggestion": entry.near or None,
        "readers": [_reader_json(reader, line_of) for reader in entry.readers],
        "writers": [_writer_json(writer) for writer in entry.writers],
    }


def _reader_json(reader: InventoryReader, line_of: Callable[[InventoryReader], int] | None) -> dict[str, Any]:
    place = reader.place
    return {
        "application": reader.application or None,
        "wave": reader.wave,
        "scope": reader.scope,
        "field": reader.field,
        "path": place.path if place else None,
        "line": line_of(reader) if line_of is not None and place is not None else None,
        "key": ".".join(str(key) for key in place.keys) if place else None,
        "job": reader.by_job or None,
    }


def _writer_json(writer: InventoryWriter) -> dict[str, Any]:
    return {
        "application": writer.application or None,
        "wave": writer.wave,
        "scope": writer.scope,
        "job": writer.job,
        "hook": writer.hook or None,
        "unmet": list(writer.unmet),
    }


_COLUMNS = ("path", "fields", "origin", "created by", "writer", "writer wave", "readers", "first wave", "scope", "note")


def _csv(entries: Sequence[InventoryEntry], present: frozenset[str] | None) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*_COLUMNS, "in store"] if present is not None else _COLUMNS)
    for entry in entries:
        row = _row(entry)
        cells = [_guarded(row[name]) for name in _COLUMNS]
        if present is not None:
            cells.append("yes" if entry.path in present else "no")
        writer.writerow(cells)
    return stream.getvalue()


def _guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _row(entry: InventoryEntry) -> Mapping[str, str]:
    running = [writer for writer in entry.writers if not writer.unmet]
    names = dict.fromkeys(reader.application for reader in entry.readers if reader.application)
    return {
        "path": entry.path,
        "fields": " ".join(entry.field_names),
        "origin": entry.origin + (" (create it empty first)" if entry.first else ""),
        "created by": entry.by,
        "writer": " ".join(writer.application for writer in running),
        "writer wave": " ".join(_wave(writer.wave) for writer in running),
        "readers": " ".join(names),
        "first wave": "" if entry.first_wave is None else _wave(entry.first_wave),
        "scope": entry.scope,
        "note": entry.note,
    }


def _markdown(entries: Sequence[InventoryEntry], present: frozenset[str] | None) -> str:
    lines = ["# Secrets", ""]
    for title, wanted in _GROUPS:
        group = [entry for entry in entries if wanted(entry)]
        lines += [f"## {title}", ""]
        scope = None
        boxes = title.startswith("To create")
        for entry in group:
            if entry.scope != scope:
                scope = entry.scope
                heading = [f"### `{scope or 'no scope'}`", ""]
                lines += ["", *heading] if lines[-1] else heading
            fields = ", ".join(f"`{name}`" for name in entry.field_names)
            ticked = "x" if present is not None and entry.path in present else " "
            box = f"- [{ticked}] " if boxes else "- "
            lines.append(f"{box}`{entry.path}`" + (f": {fields}" if fields else ""))
            detail = [_escape(_origin(entry))]
            if _readers(entry):
                detail.append("read by " + _escape(_readers(entry)))
            if entry.note:
                detail.append(_escape(entry.note))
            lines.append("  " + "; ".join(detail))
        if not group:
            lines.append("None.")
        lines.append("")
    return "\n".join(lines)


def _escape(text: str) -> str:
    for char in "\\*_[]|<>":
        text = text.replace(char, "\\" + char)
    return text
