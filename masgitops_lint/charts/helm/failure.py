"""What Helm says when a chart does not render, taken apart.

Two spellings are read: Go's (`template: c/templates/a.yaml:2:12: executing "..." at <...>: message`, Helm 3) and the
one Helm 4 prints over several lines. The innermost location is the cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from masgitops_lint.model.late_pattern import late_pattern

_FRAME = late_pattern(
    r"(?:template: )?(?P<template>[^\s:()]+):(?P<line>\d+):(?P<column>\d+):?\s*"
    r"executing \"(?P<define>[^\"]*)\" at <(?P<expression>.*?)>:\s*",
    re.DOTALL,
)
_EXECUTION = late_pattern(
    r"execution error at \((?P<template>[^:()]+):(?P<line>\d+):(?P<column>\d+)\): (?P<message>.*)", re.DOTALL
)
_PARSE = late_pattern(r"parse error at \((?P<template>[^:()]+):(?P<line>\d+)\): (?P<message>.*)", re.DOTALL)
_YAML = late_pattern(r"YAML parse error on (?P<template>\S+): (?P<message>.*?)(?:\n\nUse --debug.*)?$", re.DOTALL)
_YAML_LINE = late_pattern(r"yaml: line (\d+)")
_ITERATE = late_pattern(r"range can't iterate over .*", re.DOTALL)

_KINDS = (
    ("nil pointer evaluating", "nil"),
    ("map has no entry for key", "nil"),
    ("wrong type for value", "type"),
    ("incompatible types for comparison", "type"),
    ("can't evaluate field", "type"),
    ("range can't iterate over", "type"),
    ("invalid value; expected", "type"),
    ("interface conversion", "type"),
    ("error calling lower", "type"),
    ("index out of range", "index"),
    ("out of range", "index"),
    ("error calling index", "index"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of the failing call: a template's file, its line and column (from 1), and what was evaluated."""

    template: str
    line: int
    column: int
    expression: str
    define: str = ""


@dataclass
class RenderError(Exception):
    """A chart that Helm cannot render.

    `template` is Helm's name of the file (`chart/templates/a.yaml`), `kind` one of "nil", "type", "index", "fail"
    (`fail` and `required`), "parse" (the template's own syntax), "values" (the values are no YAML mapping or break
    the chart's schema), "yaml" (the output is no YAML), "chart" (the chart cannot be loaded) or "other".
    """

    template: str
    line: int
    column: int
    expression: str
    message: str
    kind: str
    frames: tuple[Frame, ...] = ()

    def __str__(self) -> str:
        where = f"{self.template}:{self.line}:{self.column}: " if self.template else ""
        what = f"<{self.expression}>: " if self.expression else ""
        return f"{where}{what}{self.message}"

    def __reduce__(self) -> tuple[type[RenderError], tuple[object, ...]]:
        return (
            RenderError,
            (self.template, self.line, self.column, self.expression, self.message, self.kind, self.frames),
        )


def render_error(text: str, kind: str = "other") -> RenderError:
    """The error behind Helm's text; `kind` is kept where the text itself does not tell."""
    text = text.strip().removeprefix("Error: ")
    frames = tuple(
        Frame(m["template"], int(m["line"]), int(m["column"]), _expression(m["expression"]), m["define"])
        for m in _FRAME.finditer(text)
    )
    execution = _EXECUTION.search(text)
    if execution is not None:
        return _at(execution, int(execution["column"]), "fail", frames)
    if frames:
        last = list(_FRAME.finditer(text))[-1]
        message = _clean(text[last.end() :])
        cause = next((f for f in reversed(frames) if f.template not in ("gotpl", "")), frames[-1])
        inner = frames[-1]
        return RenderError(cause.template, cause.line, cause.column, inner.expression, message, _kind(message), frames)
    parse = _PARSE.search(text)
    if parse is not None:
        return _at(parse, 1, "parse", ())
    bad_yaml = _YAML.search(text)
    if bad_yaml is not None:
        line = _YAML_LINE.search(bad_yaml["message"])
        return RenderError(
            bad_yaml["template"], int(line[1]) if line else 0, 1, "", _clean(bad_yaml["message"]), "yaml"
        )
    return RenderError("", 0, 0, "", _clean(text), kind)


def _at(match: re.Match[str], column: int, kind: str, frames: tuple[Frame, ...]) -> RenderError:
    return RenderError(match["template"], int(match["line"]), column, "", _clean(match["message"]), kind, frames)


def _expression(text: str) -> str:
    return " ".join(text.split())


def _kind(message: str) -> str:
    return next((kind for needle, kind in _KINDS if needle in message), "other")


def _clean(message: str) -> str:
    # Helm prints the value that cannot be ranged over; it may be a secret.
    message = _ITERATE.sub("range can't iterate over the value given", message)
    message = message.split("\n\nUse --debug flag")[0]
    return " ".join(message.split())
