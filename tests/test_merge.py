"""Reports read back from JSON, and the reports of parts joined to one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masgitops_lint.model.finding import Affects, Edit, Finding, Fix, Related, Severity
from masgitops_lint.model.place import Span
from masgitops_lint.model.report import Crash, Part, Report, Skipped, Summary, Suppressed
from masgitops_lint.report import render
from masgitops_lint.report.fleet_notes import chart_notes, part_note
from masgitops_lint.report.merge import MergeError, merge_reports
from masgitops_lint.report.read_json import ReportError, read_report

from .conftest import ROOT
from .test_check_command import Run, run

__all__ = ["run"]

BROKEN = ROOT / "examples" / "broken"

# texts as they stand in a report: what no encoding can write has been replaced by then
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
number = st.integers(0, 10**6)
position = st.integers(1, 10**5)
span = st.builds(Span, position, position, position, position)
finding = st.builds(
    Finding,
    st.sampled_from(["CFG001", "SEC030", "OWN900"]),
    text,
    st.sampled_from(Severity),
    text,
    text,
    span,
    st.lists(st.one_of(text, st.integers(0, 99)), max_size=3).map(tuple),
    st.lists(st.builds(Related, text, span, text), max_size=2).map(tuple),
    st.builds(Affects, number, st.lists(text, max_size=2).map(tuple)),
    text,
    st.none()
    | st.builds(Fix, text, st.lists(st.builds(Edit, text, number, number, text), max_size=2).map(tuple), st.booleans()),
)
names = st.lists(text, max_size=3).map(tuple)
part = st.builds(
    Part,
    names,
    st.none() | st.integers(1, 9).flatmap(lambda of: st.tuples(st.integers(1, of), st.just(of))),
    st.lists(st.tuples(text, names), max_size=2).map(tuple),
)
by = st.sampled_from(["comment", "file-comment", "per-file-ignore", "baseline"])
whole = st.builds(
    Report,
    findings=st.lists(finding, max_size=3).map(tuple),
    summary=st.builds(Summary, *[number] * 10),
    suppressed=st.lists(st.builds(Suppressed, finding, by, text), max_size=2).map(tuple),
    skipped=st.lists(st.builds(Skipped, text, text), max_size=2).map(tuple),
    crashes=st.lists(st.builds(Crash, text, text, st.just("")), max_size=2).map(tuple),
    notes=names,
    part=st.none() | part,
    rules=st.just(()),
    root=st.just("."),
    sources=st.just({}),
)


@given(whole)
def test_a_report_comes_back_from_json_as_it_was(report: Report) -> None:
    assert read_report("a.json", render("json", report)) == report


@given(whole, st.data())
@settings(max_examples=200)
def test_a_mangled_report_is_read_or_refused_by_name(report: Report, data: st.DataObject) -> None:
    loaded = json.loads(render("json", report))
    at: Any = loaded
    while True:
        keys: Sequence[Any] = sorted(at) if isinstance(at, dict) else range(len(at))
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        if data.draw(st.booleans()):
            del at[key]
        else:
            at[key] = data.draw(st.sampled_from([None, 0, -1, "x", [], {}, True, 1.5, ["x"], [2, 1]]))
        break
    try:
        read_report("a.json", json.dumps(loaded))
    except ReportError as error:
        assert str(error).startswith("a.json")  # noqa: PT017 - both ways are fine, a foreign error is not


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a.json is empty"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"null", "the report is not an object"),
        (b"[]", "the report is not an object"),
        (b'{"runs": []}', "is a SARIF log"),
        (b'{"version": 1, "deletions": []}', "is a plan"),
        (b'{"a": 1}', "is something else, not a report"),
        (b'{"findings": []}', "the report has no `version`"),
        (b'{"findings": [], "version": 2}', "it is of version 2, this mas-lint reads version 1"),
        (b'{"findings": {}, "version": 1}', "`findings` is not a list"),
    ],
)
def test_what_is_no_report_is_named(content: bytes, said: str) -> None:
    with pytest.raises(ReportError, match=r"a\.json") as caught:
        read_report("a.json", content)
    assert said in str(caught.value)


def at(path: str, line: int = 1, message: str = "m", **changes: Any) -> Finding:
    return replace(Finding("CFG001", "yaml-syntax", Severity.ERROR, message, path, Span(line, 1, line, 2)), **changes)


def shard(index: int, of: int, *findings: Finding, accounts: tuple[str, ...] = (), **changes: Any) -> Report:
    about = Part(accounts, (index, of) if of else None, (("release 1", accounts or ("a", "b")),))
    summary = Summary(2, 3, 4, 5, 6, 0, len(findings), 0, 0, 0)
    notes = (*chart_notes(about.charts), part_note(about))
    return Report(findings, summary, part=about, notes=notes)._replace(**changes)


def merged(*reports: Report) -> Report:
    outcome = merge_reports([(f"{index}.json", report) for index, report in enumerate(reports)])
    assert outcome.missing == ()
    return outcome.report


def test_findings_are_sorted_and_each_is_there_once() -> None:
    both = at("b.yaml")
    report = merged(shard(1, 2, at("c.yaml"), both), shard(2, 2, at("a.yaml", 9), at("a.yaml", 1), both))
    assert [(f.path, f.span.line) for f in report.findings] == [
        ("a.yaml", 1),
        ("a.yaml", 9),
        ("b.yaml", 1),
        ("c.yaml", 1),
    ]
    assert report.summary == Summary(2, 6, 8, 10, 12, 0, 4, 0, 0, 0)


def test_the_order_of_the_files_decides_nothing() -> None:
    parts = [
        shard(i, 3, at(f"{i}.yaml"), affected)
        for i, affected in enumerate([at("x", affects=Affects(1, (n,))) for n in "abc"], 1)
    ]
    assert merged(*parts) == merged(*reversed(parts))
    shared = next(f for f in merged(*parts).findings if f.path == "x")
    assert shared.affects == Affects(3, ("a", "b", "c"))


def test_what_every_part_says_is_said_once() -> None:
    common: dict[str, Any] = {
        "skipped": (Skipped("big.yaml", "too large"),),
        "suppressed": (Suppressed(at("s.yaml"), "comment", "known"),),
        "crashes": (Crash("CFG001", "KeyError: 1"),),
    }
    report = merged(shard(1, 2, **common), shard(2, 2, **common))
    assert (report.skipped, report.suppressed, report.crashes) == tuple(common.values())
    assert (report.summary.skipped, report.summary.suppressed) == (1, 1)
    assert report.notes == ("charts: release 1 for a, b",)
    assert report.part is None


def test_the_charts_of_many_accounts_are_counted_as_in_one_run() -> None:
    parts = [shard(1, 0, accounts=(name,)) for name in "gfedcba"]
    report = merged(*parts)
    assert report.notes == (
        "charts: release 1 for a, b, c, d, e and 2 more",
        "only 7 accounts (a, b, c, d, e and 2 more) were checked",
    )
    assert report.summary.accounts == 7
    assert merged(report, shard(1, 0, accounts=("h",))).summary.accounts == 8


def test_the_same_report_twice_counts_once() -> None:
    one, two = shard(1, 2, at("a")), shard(2, 2)
    assert merged(one, two, one) == merged(one, two)


def test_one_whole_report_stays_what_it_is() -> None:
    report = Report((at("a"),), Summary(errors=1), notes=("n",))
    assert merged(report) == report


def test_missing_shards_are_named() -> None:
    outcome = merge_reports([("x", shard(2, 4)), ("y", shard(4, 4))])
    assert outcome.missing == ("1/4", "3/4")
    assert "2 shards missing: 1/4, 3/4" in outcome.report.notes


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([], "no report to merge"),
        ([shard(1, 2), Report((), Summary())], "b.json is about a whole config repo"),
        ([shard(1, 2), shard(2, 3)], "only shards of one cut"),
        ([shard(1, 2), shard(1, 2, at("a"))], "both shard 1/2 and differ"),
        ([shard(1, 0, accounts=("a", "b")), shard(1, 0, accounts=("b", "c"))], "account b is in a.json and in b.json"),
        ([shard(1, 2), shard(1, 0, accounts=("b",))], "is about all accounts"),
        ([shard(1, 0, accounts=("a",)), shard(1, 0, at("x"), accounts=("a",))], "same part and differ"),
        ([shard(1, 0, accounts=("a",)), shard(1, 2, accounts=("a",))], "they overlap"),
    ],
)
def test_what_does_not_belong_together_is_refused(reports: list[Report], said: str) -> None:
    with pytest.raises(MergeError) as caught:
        merge_reports([(f"{name}.json", report) for name, report in zip("abc", reports, strict=False)])
    assert said in str(caught.value)


# the command


@pytest.mark.parametrize(
    "format_name", ["full", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown"]
)
def test_a_single_report_is_written_as_check_writes_it(run: Run, format_name: str) -> None:
    run(BROKEN, "--format", "json", "-o", "report.json")
    direct = run(BROKEN, "--format", format_name)
    assert run("merge", "report.json", "--root", BROKEN, "--format", format_name) == direct


def test_the_exit_code_is_that_of_a_run(run: Run) -> None:
    run(BROKEN, "--format", "json", "-o", "report.json")
    assert run("merge", "report.json").code == 1
    assert run("merge", "report.json", "--fail-on", "never").code == 0


def test_a_missing_shard_exits_2_after_writing(run: Run, tmp_path: Any) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "1.json").write_text(render("json", shard(1, 2, at("a.yaml"))))
    outcome = run("merge", tmp_path / "reports", "--format", "concise")
    assert outcome.code == 2
    assert "a.yaml:1:1" in outcome.out
    assert "shard is missing: 2/2" in outcome.err


def test_reports_are_found_in_directories(run: Run, tmp_path: Any) -> None:
    for index in (1, 2):
        directory = tmp_path / "reports" / f"shard-{index}"
        directory.mkdir(parents=True)
        (directory / "report.json").write_text(render("json", shard(index, 2, at(f"{index}.yaml"))))
    outcome = run("merge", tmp_path / "reports", "--format", "json")
    assert outcome.code == 1
    assert [one["path"] for one in json.loads(outcome.out)["findings"]] == ["1.yaml", "2.yaml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.json",), "cannot read missing.json"),
        (("empty",), "there is no JSON report in empty"),
        (("foreign.json",), "foreign.json is something else"),
        (("foreign.json", "--root", "nowhere"), "there is no directory nowhere"),
    ],
)
def test_bad_use_of_merge_exits_2(run: Run, tmp_path: Any, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "cwd" / "empty").mkdir()
    (tmp_path / "cwd" / "foreign.json").write_text("{}")
    outcome = run("merge", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
