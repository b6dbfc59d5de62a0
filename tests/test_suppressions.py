"""Suppressions: what they silence, and what is said about those that are wrong, old or unused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.engine.directives import parse_directives
from masgitops_lint.engine.own_rules import OWN_RULES
from masgitops_lint.engine.rules import load_rules
from masgitops_lint.engine.selection import RuleIndex
from masgitops_lint.engine.suppressions import Outcome, apply_suppressions, collect_directives
from masgitops_lint.model.finding import Finding, Severity
from masgitops_lint.model.place import Keys, Span
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.repo.yaml import parse

TODAY = date(2027, 1, 31)
PATH = "dev/a.yaml"


@dataclass(frozen=True)
class Identity:
    """A rule's code and name."""

    code: str
    name: str


INDEX = RuleIndex(
    [Identity("CFG010", "merge-key-missing"), Identity("CFG011", "merge-key-mismatch"), Identity("VAL001", "value")]
    + [Identity(rule.code, rule.name) for rule in OWN_RULES]
)


def finding(line: int, rule: str = "CFG010", keys: Keys = (), path: str = PATH) -> Finding:
    return Finding(rule, "name", Severity.ERROR, f"message {line}", path, Span(line, 1, line, 2), keys)


def outcome(text: str, *findings: Finding, active: Sequence[str] = ("CFG010", "CFG011", "VAL001")) -> Outcome:
    document = parse(PATH, text.encode())
    return apply_suppressions(
        findings,
        [parse_directives(PATH, text)],
        INDEX,
        active=frozenset(active),
        today=TODAY,
        document=lambda path: document if path == PATH else None,
    )


def codes(result: Outcome) -> list[str]:
    return [extra.rule for extra in result.extra]


def test_a_comment_silences_its_rule_on_its_line_only() -> None:
    text = "a: 1  # mas-lint: ignore[CFG010] known\nb: 2\n"
    result = outcome(text, finding(1), finding(1, "CFG011"), finding(2), finding(1, path="dev/b.yaml"))
    assert [silenced.finding.span.line for silenced in result.suppressed] == [1]
    assert result.suppressed[0].by == "comment"
    assert result.suppressed[0].reason == "known"
    assert [(f.rule, f.span.line, f.path) for f in result.findings] == [
        ("CFG011", 1, PATH),
        ("CFG010", 2, PATH),
        ("CFG010", 1, "dev/b.yaml"),
    ]
    assert not result.extra


def test_names_are_as_good_as_codes() -> None:
    assert not outcome("a: 1 # mas-lint: ignore[merge-key-missing] known", finding(1)).findings
    assert not outcome("a: 1 # mas-lint: ignore[cfg010] known", finding(1)).findings


def test_a_comment_above_a_list_item() -> None:
    text = "a:\n  # mas-lint: ignore[CFG010] known\n  - b: 1\n    c: 2\n"
    result = outcome(text, finding(3), finding(4))
    assert [f.span.line for f in result.findings] == [4]


def test_a_finding_about_the_file_is_silenced_by_its_first_lines() -> None:
    assert not outcome("# mas-lint: ignore[CFG010] known\na: 1\n", finding(1)).findings


def test_inside_a_block_scalar_the_comment_stands_at_the_key() -> None:
    inside = finding(4, keys=("script",))
    for text in (
        "a: 1\nscript: |  # mas-lint: ignore[CFG010] known\n  one\n  two\nz: 1\n",
        "# mas-lint: ignore[CFG010] known\nscript: >-\n  one\n  two\nz: 1\n",
    ):
        assert not outcome(text, inside).findings
    other = "a: 1\nscript: |\n  one\n  two\nz: 1 # mas-lint: ignore[CFG010] known\n"
    assert outcome(other, inside).findings == (inside,)


def test_a_value_on_the_line_below_its_key() -> None:
    assert not outcome("key:  # mas-lint: ignore[CFG010] known\n  value\n", finding(2, keys=("key",))).findings


def test_a_comment_at_a_mapping_does_not_silence_what_is_in_it() -> None:
    text = "block:  # mas-lint: ignore[CFG010] known\n  key: value\n"
    result = outcome(text, finding(2, keys=("block", "key")))
    assert len(result.findings) == 1
    assert codes(result) == ["LNT001"]


def test_the_file_form_silences_every_line() -> None:
    result = outcome("# mas-lint: ignore-file[CFG010] generated\na: 1\nb: 2\n", finding(2), finding(3))
    assert not result.findings
    assert {silenced.by for silenced in result.suppressed} == {"file-comment"}


def test_unparsable_files_can_be_silenced_as_well() -> None:
    assert not outcome("# mas-lint: ignore-file[CFG010] a template\na: {{ x }}\n  b: [\n", finding(2)).findings


def test_without_a_reason_nothing_is_silenced() -> None:
    result = outcome("a: 1 # mas-lint: ignore[CFG010]\n", finding(1))
    assert len(result.findings) == 1
    assert codes(result) == ["LNT003"]


def test_unknown_rules_are_told_with_the_nearest() -> None:
    result = outcome("a: 1 # mas-lint: ignore[merge-key-mising] known\n", finding(1))
    assert len(result.findings) == 1
    assert codes(result) == ["LNT003"]
    assert "merge-key-missing" in result.extra[0].help
    assert result.extra[0].span == Span(1, 25, 1, 41)


def test_groups_and_own_rules_cannot_be_named() -> None:
    for token in ("CFG", "ALL", "LNT001"):
        result = outcome(f"a: 1 # mas-lint: ignore[{token}] known\n", finding(1))
        assert len(result.findings) == 1
        assert codes(result) == ["LNT003"]


def test_until_is_the_last_day() -> None:
    assert not outcome("a: 1 # mas-lint: ignore[CFG010] known until=2027-01-31\n", finding(1)).findings
    late = outcome("a: 1 # mas-lint: ignore[CFG010] known until=2027-01-30\n", finding(1))
    assert len(late.findings) == 1
    assert codes(late) == ["LNT002"]
    assert "CFG010 counts again" in late.extra[0].message
    gone = outcome("a: 1 # mas-lint: ignore[CFG010] known until=2027-01-30\n")
    assert codes(gone) == ["LNT002"]
    assert gone.extra[0].help == "remove the comment"


def test_unused_suppressions_are_told_with_a_fix() -> None:
    text = "a: 1\n  # mas-lint: ignore[CFG010] known\nb: 2  # mas-lint: ignore[CFG011] known\n"
    result = outcome(text)
    assert codes(result) == ["LNT001", "LNT001"]
    for extra in reversed(result.extra):
        assert extra.fix is not None
        (edit,) = extra.fix.edits
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == "a: 1\nb: 2\n"


def test_only_the_unused_part_is_told() -> None:
    result = outcome("a: 1 # mas-lint: ignore[CFG010, CFG011] known\n", finding(1))
    assert codes(result) == ["LNT001"]
    assert result.extra[0].span == Span(1, 33, 1, 39)


def test_rules_that_did_not_run_are_not_called_unused() -> None:
    assert not outcome("a: 1 # mas-lint: ignore[CFG011] known\n", active=["CFG010"]).extra


def test_directives_are_collected_from_comments_only(tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("a: 1\n")
    (tmp_path / "some.yaml").write_text(
        "# mas-lint: ignore-file[CFG010] why\na: |\n  # mas-lint: ignore[CFG010] why\n"
        "b: ' # mas-lint: ignore[CFG010] why'\nc: 1 # mas-lint: ignore[CFG010] why\n"
    )
    (tmp_path / "broken.yaml").write_text("a: {{ x }}\n b: [ # mas-lint: ignore[CFG010] why\n")
    repository = Repository(WorkingTree(str(tmp_path)))
    broken, some = collect_directives(repository, [*repository.yaml_paths, "gone.yaml"])
    assert [ignore.span.line for ignore in broken.ignores] == [2]
    assert [ignore.span.line for ignore in some.ignores] == [1, 5]
    assert [problem.span.line for problem in some.malformed] == [3, 4]


def test_the_own_rules_agree_with_their_pages() -> None:
    pages = {loaded.rule.code: (loaded.rule.name, loaded.rule.severity) for loaded in load_rules()}
    for rule in OWN_RULES:
        assert pages[rule.code] == (rule.name, rule.severity.value)


_line = st.sampled_from(
    [
        "a: 1",
        "- b",
        "a: |",
        "  text",
        "# mas-lint: ignore[CFG010] known",
        "c: 3  # mas-lint: ignore[CFG010, CFG011] known until=2027-01-01",
        "d: 4  # mas-lint: ignore[VAL001]",
        "e: 5  # mas-lint: ignore-file[VAL001] known",
        "",
    ]
)
_found = st.builds(
    finding, st.integers(1, 9), st.sampled_from(["CFG010", "CFG011", "VAL001"]), st.sampled_from([(), ("a",), ("c",)])
)


@given(st.lists(_line, max_size=8).map("\n".join), st.lists(_found, max_size=6))
def test_every_finding_is_kept_or_silenced_and_order_does_not_matter(text: str, findings: list[Finding]) -> None:
    result = outcome(text, *findings)
    silenced = [entry.finding for entry in result.suppressed]
    assert sorted([*result.findings, *silenced], key=str) == sorted(findings, key=str)
    turned = outcome(text, *reversed(findings))
    assert turned.extra == result.extra
    assert set(turned.findings) == set(result.findings)
    for entry in silenced:
        assert any(entry.rule in line for line in text.split("\n") if "known" in line)
