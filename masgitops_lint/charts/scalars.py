"""Reads a scalar that a template has printed into YAML: quotes, booleans, numbers, and texts that break the file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern

from .expressions import UNKNOWN, YamlText, text


class Broken:
    """A text that makes the YAML around it unreadable, or changes its structure."""

    __slots__ = ("text",)

    def __init__(self, printed: str) -> None:
        self.text = printed

    def __repr__(self) -> str:
        return f"Broken({self.text!r})"

    def __bool__(self) -> bool:
        return True


_PLAIN = late_pattern(r"[A-Za-z_/<][A-Za-z0-9_./@<>|=+-]*(?:[:#][A-Za-z0-9_./@<>|=+-]+)*")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


def quote_of(code: str) -> str:
    """The quote that a profile's code stands for."""
    return {"d": '"', "s": "'"}.get(code, code)


def read_scalar(value: Any, quote: str = "") -> Any:
    """The YAML value of a printed one. `quote` is the quote in the template, "|" inside a block scalar.

    Unknown stays unknown; a text that cannot stand there is `Broken`.
    """
    if value.__class__ is str:
        return read_text(value, quote)
    if value is UNKNOWN or (not quote and (value is None or value.__class__ is bool)):
        return value
    if value.__class__ is YamlText:
        return value.value
    return read_text(text(value), quote)


@lru_cache(maxsize=65536)
def read_text(printed: str, quote: str) -> Any:
    """As `read_scalar`, of a text."""
    if quote == "|":
        return _block(printed)
    if quote == "'":
        if "'" not in printed and "\n" not in printed:
            return printed
    elif quote == '"':
        if '"' not in printed and "\\" not in printed and "\n" not in printed:
            return printed
    else:
        stripped = printed.strip()
        if stripped in _WORDS:
            return _WORDS[stripped]
        if _PLAIN.fullmatch(stripped):
            return stripped
    return _parsed(f"{quote}{printed}{quote}", printed)


def _block(printed: str) -> Any:
    """What stands in a block scalar: a line, or lines that `indent` has brought into the block."""
    lines = printed.split("\n")
    first = next((line for line in lines if line.strip()), "")
    width = len(first) - len(first.lstrip())
    rest = lines[1:]
    if any(line.strip() for line in rest) and (
        not width or any(line.strip() and len(line) - len(line.lstrip()) < width for line in rest)
    ):
        return Broken(printed)
    return "\n".join(line[width:] for line in lines).rstrip("\n") + "\n" if first else ""


def _parsed(source: str, printed: str) -> Any:
    from masgitops_lint.repo.yaml import parse

    document = parse("", f"key: {source}\n".encode())
    data = document.data
    if not document.ok or not isinstance(data, dict) or list(data) != ["key"] or len(document.documents) > 1:
        return Broken(printed)
    return data["key"]
