"""What a release builds, in a few words an Application: for people, not for evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .profile import ReleaseProfile
from .written import printed, written


def applications(profile: ReleaseProfile, level: str) -> list[dict[str, str]]:
    """The Applications and ApplicationSets of a level, by wave: template, kind, name, wave, path, condition."""
    facts = profile.data["roots"].get(level)
    found: list[dict[str, str]] = []
    for template, rows in (facts["templates"] if facts else {}).items():
        for one in _objects(rows, profile.data["expressions"], []):
            found.append({"template": template, **one})
    return sorted(found, key=lambda one: (one["wave"].zfill(9), one["name"]))


def _objects(rows: Sequence[Any], expressions: Sequence[Any], guards: list[str]) -> Iterator[dict[str, str]]:
    current: dict[str, str] | None = None
    for row in rows:
        kind = row[0]
        if kind == "doc":
            if current is not None and "kind" in current:
                yield _finished(current)
            current = {"condition": " and ".join(guards)}
        elif kind in ("fix", "set") and current is not None:
            _note(row, expressions, current)
        elif kind in ("if", "with", "each"):
            at = 2 if kind == "each" else 1
            condition = written(expressions[row[at]]).replace(".Values.", "")
            inside = [*guards, f"each of {condition}" if kind == "each" else condition]
            if current is not None:
                _nested(row[at + 1], expressions, current)
                _nested(row[at + 2], expressions, current)
                continue
            yield from _objects(row[at + 1], expressions, inside)
            yield from _objects(row[at + 2], expressions, [*guards, f"not ({condition})"])
    if current is not None and "kind" in current:
        yield _finished(current)


def _nested(rows: Sequence[Any], expressions: Sequence[Any], current: dict[str, str]) -> None:
    for row in rows:
        if row[0] in ("fix", "set"):
            _note(row, expressions, current)
        elif row[0] == "if":
            _nested(row[2], expressions, current)
            _nested(row[3], expressions, current)


def _note(row: Any, expressions: Sequence[Any], current: dict[str, str]) -> None:
    values = row[1] if row[0] == "fix" else {row[1]: printed(expressions[row[2]])}
    for name in ("kind", "name", "wave", "path", "chart"):
        if name in values and values[name] is not None:
            known = current.get(name)
            text = str(values[name])
            current[name] = text if known is None or known == text or name != "wave" else f"{known}/{text}"


def _finished(current: dict[str, str]) -> dict[str, str]:
    return {
        "kind": current["kind"],
        "name": current.get("name", ""),
        "wave": current.get("wave", "0"),
        "path": current.get("path") or current.get("chart", ""),
        "condition": current["condition"],
    }
