"""`mas-lint tree --durations`: the estimate put behind the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .errors import CommandError

if TYPE_CHECKING:
    from masgitops_lint.graph import Graph
    from masgitops_lint.model.application import Application


def with_durations(text: str, format_name: str, graph: Graph, shown: Iterable[Application]) -> str:
    """The tree with the plans of the roots shown. Raises `CommandError` for other formats than text and JSON."""
    from masgitops_lint.graph.durations import plans, render, source

    names = {application.name for application in shown}
    found = tuple(plan for plan in plans(graph) if plan.root in names)
    if format_name == "text":
        return text + "\n" + render(found)
    if format_name != "json":
        raise CommandError(f"--durations has no place in {format_name}: use text or json")
    import json
    from dataclasses import asdict

    data = json.loads(text)
    data["durations"] = {"estimate": True, "source": source(), "roots": [asdict(plan) for plan in found]}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
