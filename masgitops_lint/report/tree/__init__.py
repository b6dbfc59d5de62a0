"""The tree of Applications, one module a format."""

from __future__ import annotations

from collections.abc import Callable

from .view import TreeView, view_of

FORMATS = ("text", "json", "mermaid", "dot")


def render_tree(format_name: str, view: TreeView, *, color: bool = False) -> str:
    """The tree in one of `FORMATS`, ending in a newline."""
    if format_name == "json":
        from .json_tree import render

        return render(view)
    if format_name == "text":
        from .text import render as render_text

        return render_text(view, color=color)
    from .drawing import render_dot, render_mermaid

    drawing: Callable[[TreeView], str] = render_mermaid if format_name == "mermaid" else render_dot
    return drawing(view)


__all__ = ["FORMATS", "TreeView", "render_tree", "view_of"]
