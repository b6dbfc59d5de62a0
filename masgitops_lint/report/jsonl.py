"""JSON lines: one finding a line, then one line with the summary; each line says its `type`."""

from __future__ import annotations

import json

from ..model.report import Report
from .json_report import VERSION, finding_object, summary_object
from .options import RenderOptions


def render(report: Report, options: RenderOptions) -> str:
    """Findings first, so that a reader can stream them; the summary is always the last line."""
    lines = [{"type": "finding", **finding_object(finding)} for finding in report.findings]
    lines.append({"type": "summary", "version": VERSION, **summary_object(report)})
    return "".join(json.dumps(line) + "\n" for line in lines)
