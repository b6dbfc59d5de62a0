"""The GitHub action: its schema, its security, and its steps run for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import CLEAN, ROOT
from .test_plan_histories import INST2, commit, git

ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
SCRIPTS = Path(sys.executable).parent

pytestmark = pytest.mark.slow


def _program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-actions", ACTION), *(("vendor.github-workflows", one) for one in WORKFLOWS)],
    ids=lambda one: getattr(one, "name", one),
)
def test_it_follows_githubs_schema(schema: str, file: Path) -> None:
    done = subprocess.run(
        [_program("check-jsonschema"), "--builtin-schema", schema, str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_has_nothing_to_say() -> None:
    command = [_program("zizmor"), "--offline", str(ACTION), *map(str, WORKFLOWS)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def _step(name: str) -> str:
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    return str(next(step for step in steps if step["name"] == name)["run"])


def test_no_input_is_expanded_inside_a_script() -> None:
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    assert not [step["name"] for step in steps if "${{" in step.get("run", "")]


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a run: a pull request that removes an instance, and mas-lint installed where it belongs."""
    origin, root = tmp_path / "origin", tmp_path / "work"
    shutil.copytree(CLEAN, origin)
    git(tmp_path, "init", "-q", "-b", "main", "origin")
    commit(origin, "start")
    git(tmp_path, "clone", "-q", "--branch", "main", origin.as_uri(), "work")
    git(root, "checkout", "-q", "-b", "feature")
    git(root, "update-ref", "-d", "refs/remotes/origin/main")
    shutil.rmtree(root / INST2)
    commit(root, "change")
    scripts = tmp_path / "temp" / "mas-lint-venv" / "bin"
    scripts.mkdir(parents=True)
    program = scripts / "mas-lint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from masgitops_lint.cli import main; main()" "$@"\n')
    program.chmod(0o755)
    names = ("BASE", "CONFIG", "CHARTS", "ARGOCD_VERSION", "SELECT", "FAIL_ON")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        **dict.fromkeys(names, ""),
        "FAIL_ON_DELETE": "true",
        "TARGET": str(root),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "RUNNER_OS": "Linux",
        "GITHUB_BASE_REF": "main",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "COMMENT": "true",
        "TOKEN": "",
        "LINK": "https://example.com/run",
        "KEY": "plan",
    }


def _run(name: str, environment: dict[str, str]) -> Any:
    return subprocess.run(
        ["bash", "-c", _step(name)], env=environment, cwd=environment["TARGET"], capture_output=True, text=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the steps run in bash")
def test_the_steps_find_the_target_branch_and_write_reports(runner: dict[str, str]) -> None:
    done = _run("Check and plan", runner)
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in Path(runner["GITHUB_OUTPUT"]).read_text().splitlines())
    assert Path(outputs["sarif"]).is_file()
    assert "instance.cluster1.inst2" in Path(outputs["plan"]).read_text()
    assert "::warning" in done.stdout
    assert "PRN002" in done.stdout
    said = _run("Say it in the pull request", runner)
    assert said.returncode == 0, said.stderr
    assert "no comment: there is no token" in said.stderr
    summary = Path(runner["GITHUB_STEP_SUMMARY"]).read_text()
    assert summary.count("mas-lint plan:") == 1
    assert "mas-lint:" in summary


@pytest.mark.skipif(sys.platform == "win32", reason="the steps run in bash")
def test_deletions_fail_the_run(runner: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("accounts:\n  dev:\n    auto_delete: true\nfail-on: never\n")
    done = _run("Check and plan", {**runner, "CONFIG": str(config)})
    assert done.returncode == 0, done.stderr
    assert "code=1" in Path(runner["GITHUB_OUTPUT"]).read_text().splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="the steps run in bash")
def test_without_a_pull_request_nothing_is_compared(runner: dict[str, str]) -> None:
    done = _run("Check and plan", {**runner, "GITHUB_BASE_REF": ""})
    assert done.returncode == 0, done.stderr
    assert "plan=" not in Path(runner["GITHUB_OUTPUT"]).read_text()


FLEET = ROOT / "examples" / "workflows" / "mas-lint-fleet.yml"


def _commands(job: str) -> list[str]:
    steps = yaml.safe_load(FLEET.read_text())["jobs"][job]["steps"]
    return [step["run"] for step in steps if step.get("run", "").startswith("mas-lint")]


def test_the_fleet_workflow_gives_the_report_of_one_run(tmp_path: Path) -> None:
    parts = yaml.safe_load(FLEET.read_text())["jobs"]["part"]["strategy"]["matrix"]["part"]
    repo, reports = tmp_path / "repo", tmp_path / "temp" / "reports"
    shutil.copytree(ROOT / "examples" / "broken", repo)
    known = {
        **os.environ,
        "PATH": os.pathsep.join([str(SCRIPTS), os.environ["PATH"]]),
        "RUNNER_TEMP": str(tmp_path / "temp"),
    }
    (part,), (whole,) = _commands("part"), _commands("whole")
    for number in parts:
        shard = {**known, "MAS_LINT_SHARD": f"{number}/{len(parts)}"}
        subprocess.run(["bash", "-ec", part], cwd=repo, env=shard, check=True)
        target = reports / f"part-{number}"
        target.mkdir(parents=True)
        shutil.move(repo / f"part-{number}.json", target)
    joined = subprocess.run(["bash", "-ec", whole], cwd=repo, env=known, capture_output=True, text=True)
    alone = subprocess.run(
        ["mas-lint", "--output-format", "github"], cwd=repo, env=known, capture_output=True, text=True
    )
    assert (joined.returncode, joined.stdout) == (alone.returncode, alone.stdout)
    assert alone.returncode == 1


def test_the_documented_matrix_is_the_workflows() -> None:
    documented = (ROOT / "docs" / "fleets.md").read_text()
    for command in (*_commands("part"), *_commands("whole")):
        assert command in documented
