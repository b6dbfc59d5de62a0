"""Read a JSON report back: the exact inverse of `json_report`, for files that may be foreign, old or broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from ..model.finding import Affects, Edit, Finding, Fix, Related, Severity
from ..model.place import Span
from ..model.report import Crash, Part, Report, Skipped, Summary, Suppressed
from .json_report import VERSION

_BY = ("comment", "file-comment", "per-file-ignore", "baseline")
_HINT = "mas-lint merges what `mas-lint --output-format json` wrote"

T = TypeVar("T")


class ReportError(ValueError):
    """Text that is no JSON report of this version: the sentence names the file and what is wrong with it."""


class _WrongError(Exception):
    """A value of another shape than the schema says, and the route to it."""


def read_report(name: str, raw: bytes | str) -> Report:
    """The report that a JSON file holds, without rule pages and file texts (`rules`, `sources`, `root` stay empty).

    `name` is what messages call the file. Raises `ReportError`.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        what = "is empty" if not raw.strip() else f"is not JSON ({error})"
        raise ReportError(f"{name} {what}: {_HINT}") from None
    if isinstance(data, dict) and "findings" not in data:
        other = "a SARIF log" if "runs" in data else "a plan" if "deletions" in data else "something else"
        raise ReportError(f"{name} is {other}, not a report: {_HINT}")
    try:
        return _report(_Value(data, "the report"))
    except _WrongError as wrong:
        raise ReportError(f"{name} is no report of mas-lint: {wrong}; {_HINT}") from None


class _Value:
    """A decoded JSON value that knows its route; every method raises `_WrongError` for another type."""

    __slots__ = ("at", "data")

    def __init__(self, data: Any, at: str) -> None:
        self.data = data
        self.at = at

    def wrong(self, wanted: str) -> _WrongError:
        return _WrongError(f"{self.at} is not {wanted}")

    def get(self, key: str) -> _Value:
        if not isinstance(self.data, dict):
            raise self.wrong("an object")
        if key not in self.data:
            raise _WrongError(f"{self.at} has no `{key}`")
        return _Value(self.data[key], f"`{key}`" if self.at == "the report" else f"{self.at}.{key}")

    def has(self, key: str) -> bool:
        return isinstance(self.data, dict) and self.data.get(key) is not None

    def text(self, key: str) -> str:
        return self.get(key).as_text()

    def as_text(self) -> str:
        if not isinstance(self.data, str):
            raise self.wrong("text")
        return self.data

    def number(self, key: str, least: int = 0) -> int:
        return self.get(key).as_number(least)

    def as_number(self, least: int = 0) -> int:
        if not isinstance(self.data, int) or isinstance(self.data, bool) or self.data < least:
            raise self.wrong(f"a whole number from {least} on")
        return self.data

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if not isinstance(value.data, bool):
            raise value.wrong("true or false")
        return value.data

    def items(self, key: str, read: Callable[[_Value], T]) -> tuple[T, ...]:
        value = self.get(key)
        if not isinstance(value.data, list):
            raise value.wrong("a list")
        return tuple(read(_Value(item, f"{value.at}[{index}]")) for index, item in enumerate(value.data))

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        text = self.text(key)
        if text not in allowed:
            raise self.get(key).wrong(f"one of {', '.join(allowed)}")
        return text


def _report(value: _Value) -> Report:
    version = value.number("version")
    if version != VERSION:
        raise _WrongError(
            f"it is of version {version}, this mas-lint reads version {VERSION}: make and merge reports with the same "
            "mas-lint"
        )
    return Report(
        findings=value.items("findings", _finding),
        summary=_summary(value.get("summary")),
        suppressed=value.items("suppressed", _suppressed),
        skipped=value.items("skipped", lambda one: Skipped(one.text("path"), one.text("reason"))),
        crashes=value.items("crashes", lambda one: Crash(one.text("rule"), one.text("error"))),
        notes=value.items("notes", _Value.as_text),
        part=_part(value.get("part")) if value.has("part") else None,
    )


def _summary(value: _Value) -> Summary:
    return Summary(
        accounts=value.number("accounts"),
        clusters=value.number("clusters"),
        instances=value.number("instances"),
        applications=value.number("applications"),
        files=value.number("files"),
        skipped=value.number("skipped"),
        errors=value.number("errors"),
        warnings=value.number("warnings"),
        notes=value.number("notes"),
        suppressed=value.number("suppressed"),
    )


def _part(value: _Value) -> Part:
    return Part(
        accounts=value.items("accounts", _Value.as_text),
        shard=_shard(value) if value.has("shard") else None,
        charts=value.items("charts", lambda one: (one.text("charts"), one.items("accounts", _Value.as_text))),
    )


def _shard(value: _Value) -> tuple[int, int]:
    numbers = value.items("shard", lambda one: one.as_number(1))
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise value.get("shard").wrong("a shard such as [3, 8]")
    return (numbers[0], numbers[1])


def _suppressed(value: _Value) -> Suppressed:
    said = value.get("suppression")
    by = said.one_of("by", _BY)
    return Suppressed(_finding(value), by, said.text("reason"))  # type: ignore[arg-type]


def _finding(value: _Value) -> Finding:
    affects = value.get("affects")
    return Finding(
        rule=value.text("rule"),
        name=value.text("name"),
        severity=Severity(value.one_of("severity", tuple(Severity))),
        message=value.text("message"),
        path=value.text("path"),
        span=_span(value),
        keys=value.items("keys", _key),
        related=value.items("related", lambda one: Related(one.text("path"), _span(one), one.text("message"))),
        affects=Affects(affects.number("applications"), affects.items("names", _Value.as_text)),
        help=value.text("help"),
        fix=_fix(value.get("fix")) if value.has("fix") else None,
    )


def _key(value: _Value) -> str | int:
    if isinstance(value.data, bool) or not isinstance(value.data, str | int):
        raise value.wrong("a key or an index")
    return value.data


def _span(value: _Value) -> Span:
    return Span(
        value.number("line", 1), value.number("column", 1), value.number("end_line", 1), value.number("end_column", 1)
    )


def _fix(value: _Value) -> Fix:
    return Fix(value.text("description"), value.items("edits", _edit), value.flag("safe"))


def _edit(value: _Value) -> Edit:
    return Edit(value.text("path"), value.number("start"), value.number("end"), value.text("text"))
