"""Charts of any author, read without Helm: what a template certainly says, and a mark where only Helm knows."""

from .render import LenientTemplates, render_chart

__all__ = ["LenientTemplates", "render_chart"]
