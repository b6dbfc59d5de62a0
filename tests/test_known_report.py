"""An unchanged run's report is taken from the cache: the same bytes, without reading any YAML; any change is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint import app
from masgitops_lint.app import Request, lint
from masgitops_lint.engine import cache_key
from masgitops_lint.engine.report_rows import from_rows, to_rows
from masgitops_lint.model.report import Report
from masgitops_lint.repo import yaml as reading
from masgitops_lint.settings import result_store, this_program

from .conftest import CLEAN, ROOT, MakeRepo
from .shop import CHARTS, CONFIG, lay_config
from .test_check_command import Run, run
from .test_report import FULL_REPORT

__all__ = ["run"]

BROKEN = ROOT / "examples" / "broken"
SLS = "dev/cluster1/inst1/ibm-sls.yaml"
CRASH = (
    '"""A rule that crashes."""\nfrom masgitops_lint.sdk import Context, Drafts, Rule\n'
    'RULE = Rule(code="OWN900", name="crash", severity="error")\nBAD = GOOD = ()\n\n\n'
    "def check(context: Context) -> Drafts:\n    raise ZeroDivisionError('oops')\n    yield\n"
)


class Counter:
    """How often a whole run was made, and its wish."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        real = app.lint_session

        def counted(*arguments: Any) -> Report:
            self.runs += 1
            return real(*arguments)

        monkeypatch.setattr(app, "lint_session", counted)


@pytest.fixture(autouse=True)
def _same_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout may be edited while its tests run."""
    monkeypatch.setattr(cache_key, "_program", lambda: iter(("this program",)))


def test_an_edited_program_is_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    package = tmp_path / "masgitops_lint"
    (package / "engine").mkdir(parents=True)
    (package / "engine" / "run.py").write_text("a = 1\n")
    monkeypatch.setattr(this_program, "__file__", str(package / "settings" / "this_program.py"))
    before = list(this_program.program_files())
    assert before
    (package / "engine" / "run.py").write_text("a = 1 + 1\n")
    assert list(this_program.program_files()) != before
    installed = tmp_path / f"masgitops_lint-{this_program.__version__}.dist-info"
    installed.mkdir()
    line = "masgitops_lint/engine/run.py,sha256=abc,6\n"
    (installed / "RECORD").write_text(line + "masgitops_lint/__pycache__/x.pyc,,\nother/x.py,sha256=1,2\n")
    assert list(this_program.program_files()) == [line]


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    return Counter(monkeypatch)


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    """The clean example with one defect, and a secret that must never be kept."""
    text = (CLEAN / SLS).read_text().replace('merge-key: "dev/cluster1/inst1"', 'merge-key: "dev/cluster1/inst9"')
    return make_repo({SLS: text + "  password: hunter2-very-secret\n"})


def wish(repo: Path, **changes: Any) -> Request:
    return replace(Request(str(repo), cache=True), **changes)


@pytest.mark.parametrize(
    "format_name", ["full", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown"]
)
def test_every_format_is_the_same_with_and_without_the_cache(run: Run, counter: Counter, format_name: str) -> None:
    for arguments in (("--show-suppressed",), ("--no-ignores",), ()):
        without = run(BROKEN, "--format", format_name, *arguments, "--no-cache")
        cold = run(BROKEN, "--format", format_name, *arguments)
        before = counter.runs
        warm = run(BROKEN, "--format", format_name, *arguments)
        assert without == cold == warm
        assert counter.runs == before


def test_a_hit_reads_no_yaml_and_loads_no_rules(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lint(wish(repo))

    def never(*_: object) -> None:
        raise AssertionError("not needed")

    monkeypatch.setattr(reading, "parse", never)
    monkeypatch.setattr("masgitops_lint.engine.rules.load_rule", never)
    assert lint(wish(repo)) == first
    assert first.findings


def test_the_library_keeps_nothing_unless_it_is_told_to(repo: Path, tmp_path: Path) -> None:
    lint(Request(str(repo), cache_dir=str(tmp_path / "cache")))
    assert not (tmp_path / "cache").exists()
    lint(wish(repo, cache_dir=str(tmp_path / "cache")))
    assert (tmp_path / "cache").is_dir()


def change_value(repo: Path) -> dict[str, Any]:
    file = repo / "dev/cluster1/ibm-dro.yaml"
    file.write_text(file.read_text().replace("imagePull", "imagepull") + "  more: true\n")
    return {}


def add_file(repo: Path) -> dict[str, Any]:
    (repo / "dev/cluster1/inst1/notes.txt").write_text("x")
    return {}


def remove_file(repo: Path) -> dict[str, Any]:
    (repo / SLS).unlink()
    return {}


def rename_file(repo: Path) -> dict[str, Any]:
    (repo / SLS).rename(repo / "dev/cluster1/inst1/ibm-sls2.yaml")
    return {}


def add_settings(repo: Path) -> dict[str, Any]:
    (repo / ".mas-lint.yaml").write_text("ignore: [VAL]\n")
    return {}


def add_rule(repo: Path) -> dict[str, Any]:
    directory = repo.parent / "rules"
    directory.mkdir()
    (directory / "own901_quiet.py").write_text(
        CRASH.replace("OWN900", "OWN901").replace("    raise ZeroDivisionError('oops')\n", "    return\n")
    )
    return {"rules": (str(directory),)}


def add_remote(repo: Path) -> dict[str, Any]:
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    subprocess.run(["git", "-C", str(repo), "remote", "add", "origin", "https://example.com/a/b.git"], check=True)
    return {}


def nothing(**changes: Any) -> Callable[[Path], dict[str, Any]]:
    return lambda _: changes


@pytest.mark.parametrize(
    "alter",
    [
        change_value,
        add_file,
        remove_file,
        rename_file,
        add_settings,
        add_rule,
        add_remote,
        nothing(select=("CFG",)),
        nothing(ignore=("CFG",)),
        nothing(suppressions=False),
        nothing(today=date.today() + timedelta(days=1)),
        nothing(argocd_version="2.14"),
        nothing(charts="8.3.0"),
        nothing(accounts=("dev",)),
        nothing(shard=(1, 2)),
    ],
)
def test_whatever_decides_a_report_is_part_of_its_key(
    repo: Path, counter: Counter, alter: Callable[[Path], dict[str, Any]]
) -> None:
    lint(wish(repo))
    lint(wish(repo))
    assert counter.runs == 1
    changed = wish(repo, **alter(repo))
    report = lint(changed)
    assert counter.runs == 2
    assert lint(changed) == report == lint(replace(changed, cache=False))
    assert counter.runs == 3


def test_how_a_run_is_worked_on_is_not_part_of_its_key(
    repo: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lint(wish(repo))
    monkeypatch.chdir(repo)
    assert lint(wish(Path("."), jobs=1, progress=lambda _: None)) == first
    assert counter.runs == 1


def test_a_part_of_a_repo_is_another_run(repo: Path, counter: Counter) -> None:
    whole = lint(wish(repo))
    part = lint(wish(repo / "dev/cluster2"))
    assert counter.runs == 2
    assert len(part.findings) < len(whole.findings)


def test_a_baseline_counts_by_its_content(repo: Path, counter: Counter) -> None:
    file = repo.parent / "baseline.json"
    _, text, _ = app.new_baseline(Request(str(repo)))
    file.write_text(text)
    accepted = wish(repo, baseline=str(file))
    runs = counter.runs
    assert lint(accepted).findings == ()
    assert lint(accepted).suppressed
    assert counter.runs == runs + 1
    file.write_text(text.replace("CFG011", "CFG012"))
    assert lint(accepted).findings
    assert counter.runs == runs + 2


def test_git_revisions_and_the_index_are_told_apart_by_content(repo: Path, counter: Counter) -> None:
    def git(*arguments: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(repo), *names, *arguments], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    head = wish(repo, revision="HEAD")
    index = wish(repo, revision=":index")
    first = lint(head)
    lint(index)
    assert (lint(head), counter.runs) == (first, 2)
    (repo / SLS).write_bytes((CLEAN / SLS).read_bytes())
    lint(head)
    lint(index)
    assert counter.runs == 2
    git("add", "-A")
    assert len(lint(index).findings) < len(first.findings)
    assert counter.runs == 3
    git("commit", "-q", "-m", "two")
    assert lint(head).findings == lint(index).findings
    compared = wish(repo, base="HEAD~1")
    lint(compared)
    runs = counter.runs
    lint(compared)
    assert counter.runs == runs


def test_a_crashed_run_is_made_again(repo: Path, counter: Counter) -> None:
    directory = repo.parent / "rules"
    directory.mkdir()
    (directory / "own900_crash.py").write_text(CRASH)
    crashing = wish(repo, rules=(str(directory),))
    assert lint(crashing).crashes
    assert lint(crashing).crashes
    assert counter.runs == 2


def test_an_edit_during_the_run_is_not_kept_under_the_old_content(
    repo: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = app.lint_session

    def edited(*arguments: Any) -> Report:
        report = real(*arguments)
        (repo / SLS).write_bytes((CLEAN / SLS).read_bytes())
        return report

    monkeypatch.setattr(app, "lint_session", edited)
    lint(wish(repo))
    monkeypatch.setattr(app, "lint_session", real)
    assert lint(wish(repo)).findings == ()
    assert counter.runs == 2


def test_no_secret_and_no_text_of_a_file_is_kept(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_store, "_WORTH_PACKING", 1 << 40)
    report = lint(wish(repo, cache_dir=str(tmp_path / "cache")))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert b"CFG011" in kept
    assert b"hunter2" not in kept
    assert "hunter2" in report.sources[SLS]
    assert (CLEAN / SLS).read_bytes().splitlines()[-1] not in kept


def test_a_damaged_entry_is_a_run(repo: Path, tmp_path: Path, counter: Counter) -> None:
    asked = wish(repo, cache_dir=str(tmp_path / "cache"))
    first = lint(asked)
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-5])
    assert lint(asked) == first
    assert counter.runs == 2


def test_a_foreign_value_under_the_key_is_a_run(repo: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lint(wish(repo))
    for value in (b"", b"{}", b"[1]", b'{"findings": [[1]]}', b"null"):
        monkeypatch.setattr(result_store.ResultStore, "get", lambda *_, value=value: value)
        assert lint(wish(repo)) == first
    assert counter.runs == 6


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that hold")
def test_a_read_only_home_is_no_hindrance(repo: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    assert lint(wish(repo, cache_dir=str(home / "cache"))).findings


def test_rows_keep_everything_but_texts() -> None:
    assert from_rows(to_rows(FULL_REPORT))._replace(sources=FULL_REPORT.sources) == FULL_REPORT


def test_a_run_with_real_charts_is_kept_until_a_chart_changes(tmp_path: Path, counter: Counter) -> None:
    pytest.importorskip("helm_python")
    repo, charts = lay_config(tmp_path / "repo"), tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    asked = wish(repo, charts=str(charts), isolated=True)
    assert lint(asked) == lint(asked)
    assert counter.runs == 1
    template = charts / "instance-applications/200-app/Chart.yaml"
    template.write_text(template.read_text() + "# another one\n")
    lint(asked)
    assert counter.runs == 2


def test_what_a_chart_says_itself_is_not_kept(tmp_path: Path, counter: Counter) -> None:
    """`fail` may quote any value."""
    pytest.importorskip("helm_python")
    databases = "dev/c1/i1/ibm-db2u-databases.yaml"
    text = CONFIG[databases].replace("name: one", "name: forbidden")
    repo = lay_config(tmp_path / "repo", {databases: text})
    asked = wish(repo, charts=str(CHARTS), isolated=True)
    report = lint(asked)
    assert any("the database name forbidden is reserved" in finding.message for finding in report.findings)
    assert lint(asked) == report
    assert counter.runs == 2


def test_rendered_charts_are_kept_where_results_are_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("helm_python")
    home, chosen = tmp_path / "home", tmp_path / "chosen"
    monkeypatch.setenv("MAS_LINT_CACHE_DIR", str(home))
    asked = wish(lay_config(tmp_path / "repo"), charts=str(CHARTS), isolated=True)
    without = lint(replace(asked, cache=False))
    assert not home.exists()
    assert lint(replace(asked, cache_dir=str(chosen))).findings == without.findings
    assert os.listdir(chosen)
    assert not home.exists()
