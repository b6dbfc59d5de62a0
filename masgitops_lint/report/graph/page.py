"""One HTML page that shows the graph: nothing is fetched, everything stands in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from masgitops_lint.argocd.placeholders import OPENER
from masgitops_lint.argocd.plaintext import find, in_secret_field
from masgitops_lint.model.application import Application

from ..masking import MASK, is_sensitive_key

VALUES_LIMIT = 3000
"""Of so many Applications values are shown; beyond it the page would be too large to open quickly."""
_TEXT_LIMIT = 400
_LINES_LIMIT = 150


def render(document: Mapping[str, Any], title: str) -> str:
    """The page for a node-link document."""
    folder = resources.files("masgitops_lint.graph").joinpath("page")
    page = folder.joinpath("page.html").read_text("utf-8")
    # "</script" and "<!--" inside the data would end or swallow the element that holds it
    data = json.dumps(document, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    parts = {
        "/*STYLE*/": folder.joinpath("style.css").read_text("utf-8"),
        "/*MODEL*/": folder.joinpath("model.js").read_text("utf-8"),
        "/*VIEW*/": folder.joinpath("view.js").read_text("utf-8"),
        "<!--TITLE-->": title.replace("&", "&amp;").replace("<", "&lt;"),
        "/*DATA*/": data,
    }
    for mark, text in parts.items():
        page = page.replace(mark, text, 1)
    return page


def shown_values(application: Application) -> list[list[str]]:
    """`[key, value]` of an Application's chart values: vault references as written, anything secret masked."""
    lines: list[list[str]] = []
    for keys, value in _leaves(application.values, ()):
        if len(lines) == _LINES_LIMIT:
            lines.append(["...", ""])
            break
        lines.append([".".join(keys), _shown(keys, value)])
    return lines


def _shown(keys: tuple[str, ...], value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if OPENER in text and text.strip().startswith(OPENER):
        return text[:_TEXT_LIMIT]
    names = [key for key in keys if not key.isdigit()]
    if any(is_sensitive_key(name) for name in names[-2:]) and text:
        return MASK
    if in_secret_field(keys, text) or find(text) or "-----BEGIN" in text:
        return MASK
    return text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + " ..."


def _leaves(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, (*keys, str(key)))
    elif isinstance(value, list | tuple):
        for number, below in enumerate(value):
            yield from _leaves(below, (*keys, str(number)))
    elif value is None or isinstance(value, str | int | float | bool):
        yield keys, value
