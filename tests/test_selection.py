"""Selecting rules, remapping severities, per-file ignores, and path patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint.engine.selection import RuleOptionError, Selection, UnknownRuleError
from masgitops_lint.model.finding import Finding, Severity
from masgitops_lint.model.place import Span
from masgitops_lint.settings import Settings
from masgitops_lint.settings.load import load_settings
from masgitops_lint.settings.patterns import PathPatterns


@dataclass(frozen=True)
class Identity:
    """A rule's code and name."""

    code: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """A loaded rule, as far as selection looks at it."""

    rule: Identity


NAMES = {
    "CFG001": "yaml-syntax",
    "CFG010": "merge-key-missing",
    "CFG011": "merge-key-mismatch",
    "VAL001": "value-missing",
}
RULES = tuple(Loaded(Identity(code, name)) for code, name in NAMES.items())


def chosen(select: Sequence[str] = (), ignore: Sequence[str] = (), settings: Settings | None = None) -> list[str]:
    return sorted(Selection.build(RULES, settings or Settings(), select, ignore).codes)


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], list(NAMES)),
        (["CFG"], [], ["CFG001", "CFG010", "CFG011"]),
        (["CFG01"], [], ["CFG010", "CFG011"]),
        (["merge-key-missing"], [], ["CFG010"]),
        (["cfg010,value-missing"], [], ["CFG010", "VAL001"]),
        ([], ["CFG"], ["VAL001"]),
        (["CFG"], ["CFG01"], ["CFG001"]),
        (["CFG010"], ["CFG"], ["CFG010"]),
        (["CFG010"], ["CFG010"], []),
        (["ALL"], ["merge-key-mismatch"], ["CFG001", "CFG010", "VAL001"]),
        (["CFG"], ["ALL"], ["CFG001", "CFG010", "CFG011"]),
        ([], ["ALL"], []),
    ],
)
def test_the_more_exact_entry_wins(select: list[str], ignore: list[str], expected: list[str]) -> None:
    assert chosen(select, ignore) == expected
    assert chosen(settings=Settings(select=tuple(select), ignore=tuple(ignore))) == expected


def test_select_on_the_command_line_replaces_the_settings_and_ignore_adds() -> None:
    settings = Settings(select=("VAL",), ignore=("CFG010",))
    assert chosen(["CFG"], [], settings) == ["CFG001", "CFG010", "CFG011"]
    assert chosen([], ["VAL001"], settings) == []


@pytest.mark.parametrize(
    ("token", "near"),
    [("merge-key-mising", "merge-key-missing"), ("CFG01O", "CFG010"), ("merge_key_mismatch", "merge-key-mismatch")],
)
def test_unknown_rules_are_errors_with_the_nearest(token: str, near: str) -> None:
    with pytest.raises(UnknownRuleError, match=rf"--select: no rule is called `{token}`: did you mean .*{near}"):
        chosen([token])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ignore:\n  - CFG\n  - NOPE\n", "3:5"),
        ("fail-on: note\nselect: [CFG, nope-nope]\n", "2:15"),
        ("severity:\n  NOPE: note\n", "2:3"),
        ("per-file-ignores:\n  'dev/*':\n    - NOPE\n", "3:7"),
        ("rules:\n  CFG: {}\n", "2:3"),
    ],
)
def test_unknown_rules_in_the_settings_are_told_at_their_line(text: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / ".mas-lint.yaml"
    file.write_text(text)
    with pytest.raises(UnknownRuleError, match=rf"\.mas-lint\.yaml:{place}: no rule is called"):
        chosen(settings=load_settings(str(tmp_path)))


def test_options_are_checked_against_the_rule(tmp_path: Path) -> None:
    rules = (Loaded(Identity("CFG050", "unrendered", {"allow": (), "limit": 3, "what": None})),)
    file = tmp_path / ".mas-lint.yaml"
    for text, said in (
        ("rules:\n  CFG050:\n    alow: []\n", r"3:5: CFG050 has no option `alow`: did you mean `allow`\?"),
        ("rules:\n  unrendered: {zzz: 1}\n", r"2:16: CFG050 has no option `zzz`: it has allow, limit, what"),
        ("rules:\n  CFG050: {allow: x}\n", r"2:19: option `allow` of CFG050 must be a list"),
        ("rules:\n  CFG050: {limit: true}\n", r"2:19: option `limit` of CFG050 must be a number"),
    ):
        file.write_text(text)
        with pytest.raises(RuleOptionError, match=rf"\.mas-lint\.yaml:{said}"):
            Selection.build(rules, load_settings(str(tmp_path)))
    file.write_text("rules:\n  CFG050: {allow: [x], limit: 1, what: [1]}\n")
    assert Selection.build(rules, load_settings(str(tmp_path))).codes == {"CFG050"}


def finding(code: str, path: str = "dev/a.yaml") -> Finding:
    return Finding(code, NAMES[code], Severity.ERROR, "m", path, Span())


def test_severities_are_remapped_by_the_most_exact_entry() -> None:
    settings = Settings(severity={"CFG011": "note", "CFG": "warning", "value-missing": "note"})
    found = Selection.build(RULES, settings).apply([finding(code) for code in NAMES])
    assert [f.severity.value for f in found] == ["warning", "warning", "note", "note"]


def test_per_file_ignores_name_their_pattern() -> None:
    settings = Settings(per_file_ignores={"dev/**": ("CFG",), "*.tpl.yaml": ("value-missing",)})
    selection = Selection.build(RULES, settings)
    findings = [
        finding("CFG001"),
        finding("CFG001", "prod/a.yaml"),
        finding("VAL001", "prod/x/a.tpl.yaml"),
        finding("VAL001"),
    ]
    kept, dropped = selection.split(findings)
    assert [(f.rule, f.path) for f in kept] == [("CFG001", "prod/a.yaml"), ("VAL001", "dev/a.yaml")]
    assert [(entry.by, entry.reason) for entry in dropped] == [
        ("per-file-ignore", "dev/**"),
        ("per-file-ignore", "*.tpl.yaml"),
    ]


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("dev", ["dev/a.yaml", "x/dev/a.yaml", "dev"], ["devel/a.yaml"]),
        ("dev/", ["dev/a.yaml", "x/dev/a.yaml"], ["devel/a.yaml"]),
        ("/dev", ["dev/a.yaml"], ["x/dev/a.yaml"]),
        ("dev/*", ["dev/a.yaml", "dev/c/b.yaml"], ["x/dev/a.yaml"]),
        ("dev/*.yaml", ["dev/a.yaml"], ["dev/c/b.yaml"]),
        ("*.yaml", ["a.yaml", "x/y/a.yaml"], ["a.yml"]),
        ("dev/**/a.yaml", ["dev/a.yaml", "dev/b/c/a.yaml"], ["dev/b/ba.yaml", "a.yaml"]),
        ("**/inst1", ["inst1/a.yaml", "d/c/inst1/a.yaml"], ["d/inst12/a.yaml"]),
        ("dev/**", ["dev/a", "dev/a/b"], ["dev2/a"]),
        ("c?/a.yaml", ["c1/a.yaml"], ["c/a.yaml", "c12/a.yaml"]),
        ("c[12]/a.yaml", ["c1/a.yaml"], ["c3/a.yaml"]),
        ("c[!12]/a.yaml", ["c3/a.yaml"], ["c1/a.yaml", "c//a.yaml"]),
        ("{dev,prod}/*", ["dev/a", "prod/a"], ["test/a"]),
        ("a.{yaml,yml}", ["a.yaml", "x/a.yml"], ["a.json"]),
        ("a[", ["a["], ["a"]),
        ("a{b", ["a{b"], ["ab"]),
        ("./dev/a", ["dev/a"], ["x/dev/a"]),
    ],
)
def test_path_patterns(pattern: str, matching: list[str], other: list[str]) -> None:
    patterns = PathPatterns([pattern])
    assert [path for path in matching if not patterns.matches(path)] == []
    assert [path for path in other if patterns.matches(path)] == []


def test_no_patterns_match_nothing() -> None:
    assert not PathPatterns([]).matches("a")
