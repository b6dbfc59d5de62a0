"""One cause is one finding, whichever rules see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from masgitops_lint.app import Request, lint
from masgitops_lint.engine.one_cause import one_cause_each
from masgitops_lint.engine.resolve import is_scalar
from masgitops_lint.model.finding import Finding, Related, Severity
from masgitops_lint.model.place import Span

from .conftest import MakeRepo

FILE = "dev/cluster1/ibm-dro.yaml"
CONTENT = {"ibm_dro": {"dro_namespace": "CHANGEME", "hooks": {}}, "list": [{"a": 1}]}


def finding(rule: str, *keys: str | int, severity: str = "error", line: int = 4) -> Finding:
    span = Span(line, 1, line, 2)
    return Finding(rule, rule, Severity(severity), rule, FILE, span, keys, on_scalar=is_scalar(CONTENT, keys))


def rules(*findings: Finding) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in one_cause_each(findings)]


def test_the_rule_that_explains_speaks_and_takes_the_severity_over() -> None:
    found = rules(
        finding("VAL030", "ibm_dro", "dro_namespace"), finding("CFG050", "ibm_dro", "dro_namespace", severity="warning")
    )
    assert found == [("CFG050", "error")]


def test_a_missing_key_is_a_spot_too() -> None:
    found = rules(finding("VAL014", "ibm_dro", "run"), finding("SEC012", "ibm_dro", "run"))
    assert found == [("SEC012", "error")]


@pytest.mark.parametrize("keys", [("list", 0), ("ibm_dro",)])
def test_what_is_said_about_a_block_stays(keys: tuple[str | int, ...]) -> None:
    found = [finding("VAL012", *keys), finding("REF005", *keys)]
    assert len(rules(*found)) == 2


def test_rules_that_are_not_ranked_stay() -> None:
    keys = ("ibm_dro", "dro_namespace")
    assert len(rules(finding("CFG050", *keys), finding("SEC010", *keys), finding("XYZ001", *keys))) == 3


def test_notes_explain_nothing() -> None:
    keys = ("ibm_dro", "dro_namespace")
    assert len(rules(finding("CFG050", *keys, severity="note"), finding("VAL030", *keys))) == 2


def test_values_that_differ_because_one_is_wrong_by_itself() -> None:
    wrong = finding("SEC001", "ibm_dro", "dro_namespace")
    differs = replace(finding("CFG032", "list", 0, "a", line=9), related=(Related(FILE, wrong.span, "there"),))
    assert rules(wrong, differs) == [("SEC001", "error")]


def test_other_files_are_left_alone() -> None:
    given = [replace(finding(rule, "ibm_dro", "dro_namespace"), on_scalar=False) for rule in ("VAL030", "REF001")]
    assert one_cause_each(given) == given


@pytest.mark.parametrize("value", ["CHANGEME", '"{{ ns }}"', "${NS}"])
def test_an_unfilled_namespace_is_told_once(make_repo: MakeRepo, value: str) -> None:
    root = make_repo({})
    file = root / FILE
    file.write_text(file.read_text().replace("dro_namespace: ibm-software-central", f"dro_namespace: {value}"))
    report = lint(Request(path=str(root), isolated=True))
    assert [(one.rule, one.severity.value, one.span.line) for one in report.findings] == [("CFG050", "error", 4)]
