"""SARIF 2.1.0 for code scanning: rule pages as help, stable fingerprints, suppressions with their reasons."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from masgitops_lint.model.late_pattern import late_pattern

from ..model.finding import Finding, Fix, Related
from ..model.place import Span
from ..model.report import Report, RuleInfo, Suppressed
from ..version import __version__
from .fingerprint import fingerprints
from .json_text import indented
from .options import RenderOptions
from .summary import affects_sentence, checked_sentence
from .text import encodable

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_ROOT = "%SRCROOT%"
# text that SARIF would read as an embedded link
_LINK = late_pattern(r"\](?=\()")
_HEADING = late_pattern(r"^#+ ?", re.MULTILINE)


def render(report: Report, options: RenderOptions) -> str:
    """One SARIF log with one run. Columns count code points, and the run says so."""
    log = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [_run(report, options)]}
    return indented(log)


def _run(report: Report, options: RenderOptions) -> dict[str, Any]:
    silenced = report.suppressed if options.suppressed is not False else ()
    entries: list[tuple[Finding, Suppressed | None]] = [(finding, None) for finding in report.findings]
    entries += [(entry.finding, entry) for entry in silenced]
    prints = fingerprints((finding for finding, _ in entries), options.path_prefix)
    indexes = {rule.code: index for index, rule in enumerate(report.rules)}
    return {
        "tool": {
            "driver": {
                "name": "mas-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the Git repository."}}},
        "invocations": [_invocation(report)],
        "results": [
            _result(finding, entry, print_, indexes, options)
            for (finding, entry), print_ in zip(entries, prints, strict=True)
        ],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    page = encodable(rule.page).strip()
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": encodable(rule.title)},
        "fullDescription": {"text": _description(rule)},
        "help": {"text": _HEADING.sub("", page), "markdown": page},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": list(rule.tags[:20]), "precision": "high", "problem.severity": _problem(rule.severity)},
    }


def _description(rule: RuleInfo) -> str:
    """The first paragraph under the page's title, on one line."""
    for paragraph in encodable(rule.page).strip().split("\n\n")[1:]:
        text = " ".join(paragraph.split())
        if text and not text.startswith("#"):
            return text[:1000]
    return encodable(rule.title)


def _problem(severity: str) -> str:
    return "recommendation" if severity == "note" else severity


def _invocation(report: Report) -> dict[str, Any]:
    messages = [checked_sentence(report), *report.notes]
    return {
        "executionSuccessful": not report.crashes,
        "toolExecutionNotifications": [
            *({"level": "note", "message": {"text": encodable(message)}} for message in messages),
            *(
                {
                    "level": "error",
                    "message": {"text": f"rule {crash.rule} crashed: {encodable(crash.error)}"},
                    "associatedRule": {"id": crash.rule},
                }
                for crash in report.crashes
            ),
        ],
    }


def _result(
    finding: Finding, entry: Suppressed | None, print_: str, indexes: dict[str, int], options: RenderOptions
) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in indexes:
        result["ruleIndex"] = indexes[finding.rule]
    result |= {
        "level": finding.severity.value,
        "message": {"text": _message(finding, options)},
        "locations": [{"physicalLocation": _location(finding.path, finding.span, options)}],
        "partialFingerprints": {"masLintConfigPath/v1": print_, "primaryLocationLineHash": print_},
    }
    if finding.related:
        result["relatedLocations"] = [
            _related(index, related, options) for index, related in enumerate(finding.related, 1)
        ]
    if entry is not None:
        result["suppressions"] = [_suppression(entry)]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, options)]
    if finding.affects.applications:
        names = [encodable(name) for name in finding.affects.names]
        result["properties"] = {"affects": {"applications": finding.affects.applications, "names": names}}
    return result


def _message(finding: Finding, options: RenderOptions) -> str:
    affected = affects_sentence(finding, options.max_names)
    lines = [finding.message, f"Affects {affected}." if affected else "", finding.help]
    return _LINK.sub(r"\\]", encodable("\n".join(line for line in lines if line)))


def _location(path: str, span: Span, options: RenderOptions) -> dict[str, Any]:
    end_line = max(span.end_line, span.line)
    end_column = span.end_column if end_line > span.line else max(span.end_column, span.column)
    region = {"startLine": span.line, "startColumn": span.column, "endLine": end_line, "endColumn": end_column}
    return {"artifactLocation": _artifact(path, options), "region": region}


def _artifact(path: str, options: RenderOptions) -> dict[str, str]:
    full = options.path_prefix + path
    try:
        raw = full.encode("utf-8", "surrogateescape")  # the bytes of a file name that is not UTF-8
    except UnicodeEncodeError:
        raw = encodable(full).encode()
    return {"uri": quote(raw, safe="/-._~!$&'()*+,;=@"), "uriBaseId": _ROOT}


def _related(index: int, related: Related, options: RenderOptions) -> dict[str, Any]:
    return {
        "id": index,
        "physicalLocation": _location(related.path, related.span, options),
        "message": {"text": _LINK.sub(r"\\]", encodable(related.message))},
    }


def _suppression(entry: Suppressed) -> dict[str, str]:
    kind = "inSource" if entry.by in ("comment", "file-comment") else "external"
    found = {"kind": kind, "status": "accepted"}
    return found | ({"justification": encodable(entry.reason)} if entry.reason else {})


def _fix(fix: Fix, options: RenderOptions) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement: dict[str, Any] = {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
        }
        if edit.text:
            replacement["insertedContent"] = {"text": encodable(edit.text)}
        changes.setdefault(edit.path, []).append(replacement)
    return {
        "description": {"text": encodable(fix.description)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path, options), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }
