"""The plan for people and programs, one module a format."""

from __future__ import annotations

from .view import PlanView

FORMATS = ("text", "json", "markdown")


def render_plan(format_name: str, view: PlanView, *, color: bool = False) -> str:
    """The plan in one of `FORMATS`. Text and Markdown of a plan without changes are empty."""
    if format_name == "json":
        from .json_plan import render

        return render(view)
    if format_name == "markdown":
        from .markdown import render as render_markdown

        return render_markdown(view)
    from .text import render as render_text

    return render_text(view, color=color)


__all__ = ["FORMATS", "PlanView", "render_plan"]
