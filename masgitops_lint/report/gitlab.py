"""GitLab code quality: a JSON array in GitLab's subset of the Code Climate format."""

from __future__ import annotations

from hashlib import sha256

from ..model.finding import Finding
from ..model.report import Report
from .fingerprint import fingerprints
from .json_text import indented
from .options import RenderOptions
from .text import encodable

_SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


def render(report: Report, options: RenderOptions) -> str:
    """Findings as code quality issues; fingerprints are unique and outlive moved lines."""
    prints = fingerprints(report.findings, options.path_prefix)
    issues = [_issue(finding, print_, options) for finding, print_ in zip(report.findings, prints, strict=True)]
    for crash in report.crashes:
        issues.append(
            {
                "description": f"rule {crash.rule} crashed: {encodable(crash.error)}",
                "check_name": "mas-lint crash",
                "fingerprint": sha256(f"crash {crash.rule}".encode()).hexdigest(),
                "severity": "blocker",
                "location": {"path": options.path_prefix or ".", "lines": {"begin": 1}},
            }
        )
    return indented(issues)


def _issue(finding: Finding, print_: str, options: RenderOptions) -> dict[str, object]:
    span = finding.span
    advice = f" ({finding.help})" if finding.help else ""
    return {
        "description": encodable(f"{finding.message}{advice}"),
        "check_name": f"{finding.rule} {finding.name}",
        "fingerprint": sha256(print_.encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity.value],
        "location": {
            "path": encodable(options.path_prefix + finding.path),
            "lines": {"begin": span.line, "end": max(span.line, span.end_line)},
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }
