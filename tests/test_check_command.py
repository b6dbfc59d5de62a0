"""`mas-lint check` as a program: exit codes, outputs, environment, and parts of a repo."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from masgitops_lint.cli import COMMANDS, main

from .conftest import CLEAN, ROOT, MakeRepo

BROKEN = ROOT / "examples" / "broken"
SLS = "dev/cluster1/inst1/ibm-sls.yaml"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in an empty directory of this test's own."""
    directory = tmp_path / "cwd"
    directory.mkdir()
    monkeypatch.chdir(directory)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = stopped.value.code
        return Outcome(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call


@pytest.fixture
def defect(make_repo: MakeRepo) -> Path:
    """The clean example with one error in one instance of one cluster."""
    text = (CLEAN / SLS).read_text().replace('merge-key: "dev/cluster1/inst1"', 'merge-key: "dev/cluster1/inst9"')
    return make_repo({SLS: text})


# exit codes


def test_a_clean_repo_exits_0(run: Run) -> None:
    outcome = run(CLEAN)
    assert (outcome.code, outcome.err) == (0, "")
    assert "No findings." in outcome.out
    assert "31 files" in outcome.out


def test_the_default_command_is_check(run: Run) -> None:
    assert run(CLEAN).out == run("check", CLEAN).out


def test_the_current_directory_is_the_default_path(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLEAN)
    assert run().code == 0


def test_findings_exit_1(run: Run, defect: Path) -> None:
    outcome = run(defect)
    assert outcome.code == 1
    assert "CFG011" in outcome.out


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_decides_from_which_severity(run: Run, defect: Path, fail_on: str, code: int) -> None:
    assert run(defect, "--fail-on", fail_on).code == code


def test_a_warning_fails_only_when_it_is_asked_for(run: Run, make_repo: MakeRepo) -> None:
    path = "dev/cluster1/ibm-dro.yaml"
    repo = make_repo({path: (CLEAN / path).read_text() + "  dro_colour: blue\n"})
    assert [run(repo, "--fail-on", level).code for level in ("error", "warning")] == [0, 1]


@pytest.mark.parametrize(
    "content", [{}, {"main.py": "print(1)\n", "compose.yml": "services: {}\n"}], ids=["empty", "other"]
)
def test_nothing_to_check_exits_3_and_says_what_is_looked_for(
    run: Run, tmp_path: Path, content: dict[str, str]
) -> None:
    repo = tmp_path / "somewhere"
    repo.mkdir()
    for name, text in content.items():
        (repo / name).write_text(text)
    outcome = run(repo)
    assert outcome.code == 3
    assert "nothing to check in" in outcome.err
    assert "ibm-mas-cluster-base.yaml" in outcome.err
    assert "No findings" not in outcome.out


def test_a_path_that_does_not_exist_exits_2(run: Run) -> None:
    outcome = run("no/such/place")
    assert (outcome.code, outcome.out) == (2, "")
    assert "there is no file or directory no/such/place" in outcome.err


def test_a_rule_that_crashes_exits_2_and_the_others_run(run: Run, defect: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own900_crash.py").write_text(
        '"""A rule that crashes."""\nfrom masgitops_lint.sdk import Context, Drafts, Rule\n'
        'RULE = Rule(code="OWN900", name="crash", severity="error")\nBAD = GOOD = ()\n\n\n'
        "def check(context: Context) -> Drafts:\n    raise ZeroDivisionError('oops')\n    yield\n"
    )
    outcome = run(defect, "--rules", rules)
    assert outcome.code == 2
    assert "rule OWN900 crashed: ZeroDivisionError: oops" in outcome.err
    assert "CFG011" in outcome.out
    assert "Traceback" not in outcome.err
    assert "Traceback" in run(defect, "--rules", rules, "-v").err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--select", "NOPE"), "no rule is called `NOPE`"),
        (("--config", "missing.yaml"), "missing.yaml"),
        (("--baseline", "missing.json"), "missing.json"),
        (("--revision", "HEAD"), "is not in a Git repository"),
        (("--output-file", "no/such/directory/report"), "cannot write no/such/directory/report"),
        (("--format", "json", "--format", "sarif"), "give each its --output-file"),
        (("--format", "json", "-o", "a", "-o", "b"), "more --output-file than --output-format"),
        (("--selct", "CFG"), "Did you mean"),
        (("--format", "jsn"), "'sarif'"),
    ],
)
def test_a_wrong_use_exits_2_with_a_sentence(
    run: Run, make_repo: MakeRepo, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = run(make_repo(), *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("rule", "rules"), ("expalin", "explain")])
def test_a_misspelt_command_is_told_apart_from_a_path(run: Run, typed: str, meant: str) -> None:
    outcome = run(typed, "anything")
    assert outcome.code == 2
    assert f"did you mean `mas-lint {meant}`?" in outcome.err


def test_a_directory_named_like_a_misspelt_command_is_a_path(run: Run) -> None:
    Path("rule").mkdir()
    assert run("rule").code == 3


def test_an_unknown_revision_is_named(run: Run, make_repo: MakeRepo) -> None:
    repo = make_repo()
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    outcome = run(repo, "--revision", "no-such-branch")
    assert outcome.code == 2
    assert "no-such-branch" in outcome.err


# outputs


def test_formats_and_files_go_in_pairs(run: Run, defect: Path) -> None:
    outcome = run(
        *(defect, "--output-format", "json", "--output-file", "a.json", "--output-format", "sarif"),
        *("--output-file", "b.sarif", "--output-format", "concise"),
    )
    assert outcome.code == 1
    assert json.loads(Path("a.json").read_text())["findings"][0]["rule"] == "CFG011"
    assert json.loads(Path("b.sarif").read_text())["version"] == "2.1.0"
    assert f"{SLS}:1:" in outcome.out


def test_a_dash_is_the_terminal(run: Run, defect: Path) -> None:
    outcome = run(defect, "--format", "json", "-o", "-", "--format", "concise", "-o", "text")
    assert json.loads(outcome.out)["findings"]
    assert "CFG011" in Path("text").read_text()


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab"])
def test_machine_output_is_nothing_but_json(run: Run, defect: Path, name: str) -> None:
    outcome = run(defect, "--format", name)
    json.loads(outcome.out)
    assert outcome.err == ""


def test_quiet_prints_the_summary_only(run: Run, defect: Path) -> None:
    outcome = run(defect, "-q")
    assert "CFG011" not in outcome.out
    assert "Found 1 error" in outcome.out


def test_colour_is_for_terminals_and_for_who_asks(run: Run, defect: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in run(defect).out
    assert "\x1b[" in run(defect, "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run(defect).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run(defect).out


# the environment


def test_every_option_has_a_variable(run: Run, defect: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAS_LINT_OUTPUT_FORMAT", "json")
    assert json.loads(run(defect).out)["findings"]
    monkeypatch.setenv("MAS_LINT_OUTPUT_FORMAT", "concise")
    monkeypatch.setenv("MAS_LINT_FAIL_ON", "never")
    assert run(defect).code == 0
    monkeypatch.setenv("MAS_LINT_SELECT", "SEC VAL")
    assert "CFG011" not in run(defect).out
    monkeypatch.setenv("MAS_LINT_SELECT", "SEC CFG")
    assert "CFG011" in run(defect).out
    monkeypatch.setenv("MAS_LINT_IGNORE", "CFG011")
    assert "CFG011" not in run(defect).out


def test_an_option_beats_its_variable(run: Run, defect: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAS_LINT_FAIL_ON", "never")
    assert run(defect, "--fail-on", "error").code == 1


def test_a_switch_can_be_a_variable(run: Run, make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo({".mas-lint.yaml": "no-such-setting: 1\n"})
    assert run(repo).code == 2
    monkeypatch.setenv("MAS_LINT_ISOLATED", "1")
    assert run(repo).code == 0


# parts of a repo


def test_an_instance_is_judged_with_its_cluster_but_reported_alone(run: Run, defect: Path) -> None:
    assert run(defect / "dev/cluster1/inst1").code == 1
    assert run(defect / "dev/cluster1").code == 1
    assert run(defect / "dev").code == 1
    assert run(defect / "dev/cluster1/inst2").code == 0
    assert run(defect / "dev/cluster2").code == 0


def test_one_file_is_reported_alone(run: Run, defect: Path) -> None:
    assert run(defect / SLS).code == 1
    assert run(defect / "dev/cluster1/inst1/ibm-mas-suite.yaml").code == 0


def test_paths_are_printed_from_the_current_directory(run: Run, defect: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(defect.parent)
    assert run(defect.name, "--format", "concise").out.startswith(f"{defect.name}/{SLS}:1:")
    monkeypatch.chdir(defect)
    assert run("--format", "concise").out.startswith(f"{SLS}:1:")


def test_a_config_repo_below_the_root_of_its_git_repository(run: Run, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    shutil.copytree(BROKEN, outer / "config")
    inside = run(outer / "config", "--format", "json")
    outside = run(outer, "--format", "json")
    assert inside.code == outside.code == 1
    rules = [[f["rule"] for f in json.loads(one.out)["findings"]] for one in (inside, outside)]
    assert rules[0] == rules[1]


def test_every_command_has_help(run: Run) -> None:
    for name in COMMANDS:
        outcome = run(name, "--help")
        assert outcome.code == 0, name
        assert "Usage: mas-lint" in outcome.out
