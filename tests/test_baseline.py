"""The baseline: survives moved lines, reworded messages and moved list items; tells what is stale."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.engine.baseline import (
    Baseline,
    BaselineError,
    apply_baseline,
    load_baseline,
    read_baseline,
    write_baseline,
)
from masgitops_lint.engine.identity import config_path
from masgitops_lint.model.finding import Finding, Severity
from masgitops_lint.model.place import Keys, Span

ACTIVE = frozenset(("CFG001", "VAL001"))


def finding(rule: str = "VAL001", keys: Keys = ("a", "b"), path: str = "dev/a.yaml", line: int = 3) -> Finding:
    return Finding(rule, "name", Severity.ERROR, f"message {line}", path, Span(line, 1, line, 2), keys)


def baseline_of(*findings: Finding) -> Baseline:
    return read_baseline("base.json", write_baseline(findings).encode())


def test_known_findings_are_taken_out_wherever_they_moved() -> None:
    moved = replace(finding(line=40), message="reworded")
    new = finding(keys=("a", "c"))
    result = apply_baseline([moved, new], baseline_of(finding()), active=ACTIVE)
    assert result.findings == (new,)
    assert [(entry.by, entry.reason) for entry in result.suppressed] == [("baseline", "base.json")]
    assert not result.stale


def test_more_findings_of_one_identity_than_before_are_reported() -> None:
    result = apply_baseline([finding(line=i) for i in (1, 2, 3)], baseline_of(finding(), finding()), active=ACTIVE)
    assert len(result.suppressed) == 2
    assert [f.span.line for f in result.findings] == [3]


def test_list_items_are_known_by_name() -> None:
    before = {"dbs": [{"db2_instance_name": "one"}, {"db2_instance_name": "two"}]}
    after = {"dbs": [{"db2_instance_name": "new"}, *before["dbs"]]}
    text = write_baseline([finding(keys=("dbs", 1, "size"))], lambda path: before)
    assert "dbs[db2_instance_name=two].size" in text
    known = read_baseline("b", text.encode())
    assert not apply_baseline([finding(keys=("dbs", 2, "size"))], known, lambda path: after, active=ACTIVE).findings
    assert apply_baseline([finding(keys=("dbs", 1, "size"))], known, lambda path: after, active=ACTIVE).findings


@pytest.mark.parametrize(
    ("keys", "data", "expected"),
    [
        ((), None, ""),
        (("a", "b-c", 0), None, "a.b-c[0]"),
        (("a.b", "c d"), None, '"a.b"."c d"'),
        (("a", 1), {"a": [{"name": "x"}, {"name": "x"}]}, "a[1]"),
        (("a", 1), {"a": [{"name": "x", "id": 1}, {"name": "x", "id": 2}]}, "a[id=2]"),
        (("a", 0, "gone", 3), {"a": [{"x_name": "y"}]}, "a[x_name=y].gone[3]"),
        (("a", 7), {"a": "text"}, "a[7]"),
    ],
)
def test_config_paths(keys: Keys, data: object, expected: str) -> None:
    assert config_path(keys, data) == expected


def test_stale_entries_are_notes_at_their_line() -> None:
    known = baseline_of(finding(), finding("CFG001", ()), finding("WAV001"), finding(path="other/a.yaml"))
    result = apply_baseline([], known, active=ACTIVE, covers=lambda path: path.startswith("dev/"))
    assert [(note.rule, note.severity.value, note.path) for note in result.stale] == [
        ("LNT004", "note", "base.json"),
        ("LNT004", "note", "base.json"),
    ]
    lines = known.raw.decode().split("\n")
    assert [json.loads(lines[note.span.line - 1].rstrip(","))["rule"] for note in result.stale] == ["CFG001", "VAL001"]


def test_the_file_is_sorted_and_has_an_entry_a_line() -> None:
    text = write_baseline([finding(path="z.yaml"), finding(path="a.yaml"), finding(path="a.yaml"), finding("LNT001")])
    assert text == (
        '{\n  "version": 1,\n  "findings": [\n'
        '    {"rule": "VAL001", "path": "a.yaml", "at": "a.b", "count": 2},\n'
        '    {"rule": "VAL001", "path": "z.yaml", "at": "a.b", "count": 1}\n'
        "  ]\n}\n"
    )
    assert write_baseline([]) == '{\n  "version": 1,\n  "findings": []\n}\n'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "not a baseline"),
        (b"\xff", "not a baseline"),
        (b"[]", 'no list "findings"'),
        (b'{"version": 2, "findings": []}', "version 2 is not supported"),
        (b'{"version": 1, "findings": [\n{"rule": "X", "path": "p"}]}', r"base\.json:2:1: an entry needs"),
        (b'{"version": 1, "findings": [{"rule": "X", "path": "p", "at": "", "count": 0}]}', "an entry needs"),
        (b"[" * 100000, "not a baseline"),
    ],
)
def test_what_cannot_be_used_is_told(raw: bytes, said: str) -> None:
    with pytest.raises(BaselineError, match=said):
        read_baseline("base.json", raw)


def test_files_are_called_by_their_path_under_the_root(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "base.json"
    file.parent.mkdir()
    file.write_text(write_baseline([finding()]))
    assert load_baseline(str(file), str(tmp_path)).path == "sub/base.json"
    assert load_baseline(str(file), str(tmp_path / "elsewhere")).path == str(file)
    with pytest.raises(BaselineError, match=r"no\.json: cannot read the baseline"):
        load_baseline(str(tmp_path / "no.json"), str(tmp_path))


_findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(sorted(ACTIVE)),
        st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=3).map(tuple),
        st.sampled_from(["a.yaml", "é/ü.yaml"]),
        st.integers(1, 5),
    ),
    max_size=8,
)


@given(_findings)
def test_a_baseline_of_the_findings_takes_all_of_them_out(findings: list[Finding]) -> None:
    result = apply_baseline(reversed(findings), baseline_of(*findings), active=ACTIVE)
    assert not result.findings
    assert not result.stale
    assert len(result.suppressed) == len(findings)
