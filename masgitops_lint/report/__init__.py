"""Report writers: one module a format, each `render(report, options) -> str`, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from ..model.report import Report
from .options import RenderOptions

__all__ = ["FORMATS", "RenderOptions", "render"]

FORMATS: dict[str, str] = {
    "full": ".full",
    "concise": ".concise",
    "json": ".json_report",
    "jsonl": ".jsonl",
    "sarif": ".sarif",
    "github": ".github",
    "gitlab": ".gitlab",
    "junit": ".junit",
    "markdown": ".markdown",
}
"""Format name -> module, relative to this package."""


def render(format_name: str, report: Report, options: RenderOptions | None = None) -> str:
    """Write `report` in the named format; the text ends in a newline. Raises KeyError for an unknown format."""
    module = import_module(FORMATS[format_name], __name__)
    writer = cast("Callable[[Report, RenderOptions], str]", module.render)
    return writer(report, options or RenderOptions())
