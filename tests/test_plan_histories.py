"""Scripted Git histories: what a change deletes, with auto_delete on and off, for old and new Argo CD."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from masgitops_lint.cli import group

from .conftest import CLEAN

INST1 = "dev/cluster1/inst1"
INST2 = "dev/cluster1/inst2"
DATABASES = f"{INST1}/ibm-db2u-databases.yaml"
ENTRY = """\
  - mas_application_id: {app}
    db2_namespace: db2u-inst1
    db2_instance_name: db2wh-inst1-{app}
    db2_dbname: BLUDB
"""
TWO = 'merge-key: "dev/cluster1/inst1"\n\nibm_db2u_databases:\n' + ENTRY.format(app="manage") + ENTRY.format(app="iot")

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class History:
    """A change, and what must come of it. `effects` are those of the topmost removals with auto_delete on."""

    edit: Edit
    rule: str
    at: str
    line: int
    stateful: Mapping[str, tuple[str, ...]]
    moved: Mapping[str, str] | None = None
    prepare: Edit | None = None


def _remove(*paths: str) -> Edit:
    def edit(root: Path) -> None:
        for path in paths:
            target = root / path
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink()

    return edit


def _replace(path: str, old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        targets = [root / path] if (root / path).is_file() else sorted((root / path).rglob("*.yaml"))
        for target in targets:
            target.write_text(target.read_text().replace(old, new))

    return edit


def _rename(old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        (root / old).rename(root / new)
        _replace(new, old.rpartition("/")[2], new.rpartition("/")[2])(root)

    return edit


def _write(path: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        (root / path).write_text(text)

    return edit


def _both(*edits: Edit) -> Edit:
    def edit(root: Path) -> None:
        for one in edits:
            one(root)

    return edit


def _give_inst2_db2(root: Path) -> None:
    text = (root / INST1 / "ibm-db2u.yaml").read_text()
    (root / INST2 / "ibm-db2u.yaml").write_text(text.replace("inst1", "inst2"))


def _move_databases(root: Path) -> None:
    text = (root / DATABASES).read_text()
    (root / DATABASES).unlink()
    (root / INST2 / "ibm-db2u-databases.yaml").write_text(text.replace("inst1", "inst2"))


DB = {"db2-db.cluster1.inst1.manage": ("Db2uInstance",)}
IOT = {"db2-db.cluster1.inst1.iot": ("Db2uInstance",)}
INSTANCE2 = {
    "sls.cluster1.inst2": ("LicenseService",),
    "suite.cluster1.inst2": ("Suite",),
    "main.suite.cluster1.inst2": ("Workspace",),
    "inst2-mongo-system.cluster1": ("MongoCfg",),
    "inst2-sls-system.cluster1": ("SlsCfg",),
}
HISTORIES = {
    "databases file deleted": History(_remove(DATABASES), "PRN001", DATABASES, 1, DB),
    "one list entry deleted": History(
        _write(DATABASES, TWO.replace(ENTRY.format(app="iot"), "")),
        "PRN001", DATABASES, 3, IOT, prepare=_write(DATABASES, TWO),
    ),
    "first list entry deleted": History(
        _write(DATABASES, TWO.replace(ENTRY.format(app="manage"), "")),
        "PRN001", DATABASES, 3, DB, prepare=_write(DATABASES, TWO),
    ),
    "database renamed": History(
        _replace(DATABASES, "db2wh-inst1-manage", "db2wh-inst1-eam"),
        "PRN003", DATABASES, 6, DB, {"db2-db.cluster1.inst1.manage": "db2-db.cluster1.inst1.eam"},
    ),
    "instance directory renamed": History(
        _rename(INST2, "dev/cluster1/inst9"),
        "PRN004", f"{INST2}/ibm-mas-instance-base.yaml", 1, INSTANCE2,
        {"instance.cluster1.inst2": "instance.cluster1.inst9", "suite.cluster1.inst2": "suite.cluster1.inst9"},
    ),
    "instance id renamed": History(
        _replace(f"{INST2}/ibm-mas-instance-base.yaml", "id: inst2", "id: inst9"),
        "PRN004", f"{INST2}/ibm-mas-instance-base.yaml", 0, INSTANCE2,
        {"instance.cluster1.inst2": "instance.cluster1.inst9"},
    ),
    "cluster renamed": History(
        _rename("dev/cluster2", "dev/cluster9"),
        "PRN004", "dev/cluster2/ibm-mas-cluster-base.yaml", 1,
        {"suite.cluster2.inst3": ("Suite",), "db2-db.cluster2.inst3.manage": ("Db2uInstance",)},
        {"cluster.cluster2": "cluster.cluster9", "instance.cluster2.inst3": "instance.cluster9.inst3"},
    ),
    "namespace changed": History(
        _replace(DATABASES, "db2u-inst1", "db2u-new"),
        "PRN003", DATABASES, 5, DB, {"db2-db.cluster1.inst1.manage": "db2-db.cluster1.inst1.manage"},
    ),
    "only the base removed": History(
        _remove(f"{INST2}/ibm-mas-instance-base.yaml"),
        "PRN005", f"{INST2}/ibm-mas-instance-base.yaml", 1, INSTANCE2,
    ),
    "whole instance removed": History(
        _remove(INST2), "PRN002", f"{INST2}/ibm-mas-instance-base.yaml", 1, INSTANCE2
    ),
    "whole cluster removed": History(
        _remove("dev/cluster2"), "PRN002", "dev/cluster2/ibm-mas-cluster-base.yaml", 1,
        {"suite.cluster2.inst3": ("Suite",), "db2-db.cluster2.inst3.manage": ("Db2uInstance",)},
    ),
    "operator catalogue removed": History(
        _remove("dev/cluster1/ibm-operator-catalog.yaml"),
        "PRN007", "dev/cluster1/ibm-operator-catalog.yaml", 1, {"operator-catalog.cluster1": ()},
    ),
    "file moved to another instance": History(
        _move_databases, "PRN003", DATABASES, 1, DB,
        {"db2-db.cluster1.inst1.manage": "db2-db.cluster1.inst2.manage"}, prepare=_give_inst2_db2,
    ),
    "licence service removed": History(
        _remove(f"{INST2}/ibm-sls.yaml"), "PRN001", f"{INST2}/ibm-sls.yaml", 1,
        {"sls.cluster1.inst2": ("LicenseService",)},
    ),
    "suite removed before its configurations": History(
        _remove(f"{INST2}/ibm-mas-suite.yaml"), "PRN006", f"{INST2}/ibm-mas-suite.yaml", 1,
        {"suite.cluster1.inst2": ("Suite",)},
    ),
}  # fmt: skip


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    shutil.copytree(CLEAN, root)
    git(tmp_path, "init", "-q", "-b", "main", "repo")
    commit(root, "start")
    return root


def plan(root: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(group, ["plan", str(root), "--format", "json", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout, result.stderr
    return result.exit_code, json.loads(result.stdout)


def settings(root: Path, automatic: bool, version: str) -> str:
    file = root.parent / "settings.yaml"
    file.write_text(f"accounts:\n  dev:\n    auto_delete: {str(automatic).lower()}\nargocd-version: {version}\n")
    return str(file)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2.10.0", "3.0.0"])
@pytest.mark.parametrize("automatic", [True, False], ids=["auto", "manual"])
@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_has_its_effect_and_one_finding(name: str, automatic: bool, version: str, repo: Path) -> None:
    history = HISTORIES[name]
    if history.prepare is not None:
        history.prepare(repo)
        commit(repo, "prepare")
    history.edit(repo)
    commit(repo, "change")
    _, found = plan(repo, "--base", "HEAD~1", "--revision", "HEAD", "--config", settings(repo, automatic, version))
    deletions = {one["application"]: one for one in found["deletions"]}
    effect = "pruned" if automatic else "kept"
    assert {one["effect"] for one in found["deletions"]} == {effect}
    for application, kinds in history.stateful.items():
        assert deletions[application]["stateful"] == list(kinds)
        assert deletions[application]["source"]["path"] == history.at
    for old, new in (history.moved or {}).items():
        assert deletions[old]["moved_to"] == new
    findings = [(one["rule"], one["path"], one["line"]) for one in found["findings"]]
    line = history.line or _line(repo / history.at, "id: inst9")
    assert findings == [(history.rule, history.at, line)], found["findings"]
    assert found["findings"][0]["severity"] == ("error" if automatic else "warning")


def _line(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().split("\n"), start=1) if text in line)


def _reorder(root: Path) -> None:
    text = (root / DATABASES).read_text()
    first, second = "    db2_namespace: db2u-inst1\n", "    db2_dbname: BLUDB\n"
    assert first in text
    (root / DATABASES).write_text(text.replace(second, "").replace(first, second + first))


def _split(root: Path) -> None:
    import yaml

    for file in sorted((root / INST1).glob("*.yaml")):
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()), sort_keys=True, default_flow_style=None))


REFACTORS: dict[str, Edit] = {
    "key order": _reorder,
    "another style": _split,
    "comments": _replace("dev", "\nmerge-key:", "\n# about the key\nmerge-key:"),
    "quoting": _replace(INST1, 'merge-key: "dev/cluster1/inst1"', "merge-key: 'dev/cluster1/inst1'"),
    "unquoted": _replace(DATABASES, "db2_dbname: BLUDB", 'db2_dbname: "BLUDB"  # the name'),
    "unrelated file": _write("README.md", "hello\n"),
    "unrelated yaml": _write("other.yaml", "a: 1\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFACTORS)
def test_a_pure_refactor_is_an_empty_plan(name: str, repo: Path) -> None:
    REFACTORS[name](repo)
    code, found = plan(repo, "--base", "HEAD")
    assert code == 0
    assert not any(found[key] for key in ("added", "removed", "changed", "deletions", "findings"))
    result = CliRunner().invoke(group, ["plan", str(repo), "--base", "HEAD"])
    assert result.stdout == ""
    assert result.exit_code == 0


@pytest.mark.slow
def test_a_deletion_can_be_gated_and_approved(repo: Path) -> None:
    config = settings(repo, True, "3.0.0")
    (repo / DATABASES).unlink()
    gate = ("--base", "main", "--config", config, "--fail-on-delete")
    code, found = plan(repo, *gate)
    assert code == 1
    assert [one["rule"] for one in found["findings"]] == ["PRN001"]
    names = [one["application"] for one in found["deletions"]]
    comments = "".join(f"# mas-lint: allow-delete {name} moved to RDS\n" for name in names)
    base = repo / INST1 / "ibm-mas-instance-base.yaml"
    text = base.read_text()
    base.write_text(comments + text)
    code, found = plan(repo, *gate)
    assert code == 0
    assert found["findings"] == []
    assert {one["approved"] for one in found["deletions"]} == {"moved to RDS"}
    base.write_text(comments.replace("RDS", "RDS until=2020-01-01") + text)
    assert plan(repo, *gate)[0] == 1


@pytest.mark.slow
def test_a_commit_trailer_approves(repo: Path) -> None:
    config = settings(repo, True, "3.0.0")
    git(repo, "checkout", "-q", "-b", "feature")
    shutil.rmtree(repo / INST2)
    commit(repo, f"End of the instance\n\nMas-Lint-Allow-Delete: {INST2} contract ended")
    code, found = plan(repo, "--base", "main", "--config", config, "--fail-on-delete")
    assert code == 0
    assert found["findings"] == []
    assert plan(repo, "--base", "main", "--config", config, "--fail-on-delete", "--no-ignores")[0] == 1


@pytest.mark.slow
def test_the_index_is_planned_against_head(repo: Path) -> None:
    (repo / DATABASES).unlink()
    assert plan(repo, "--base", "HEAD", "--revision", ":index")[1]["deletions"] == []
    git(repo, "add", "-A")
    names = {one["application"] for one in plan(repo, "--base", "HEAD", "--revision", ":index")[1]["deletions"]}
    assert "db2-db.cluster1.inst1.manage" in names


@pytest.mark.slow
def test_two_directories_can_be_compared(repo: Path, tmp_path: Path) -> None:
    shutil.copytree(repo, tmp_path / "old")
    shutil.rmtree(repo / INST2)
    names = {one["application"] for one in plan(repo, "--base", str(tmp_path / "old"))[1]["deletions"]}
    assert "instance.cluster1.inst2" in names


@pytest.mark.slow
def test_a_frozen_set_applies_nothing(repo: Path) -> None:
    """A second base with the same merge key stops the ApplicationSet: the removal beside it waits."""
    copy = repo / "dev/cluster1/inst1/old"
    copy.mkdir()
    shutil.copy(repo / INST1 / "ibm-mas-instance-base.yaml", copy / "ibm-mas-instance-base.yaml")
    shutil.rmtree(repo / INST2)
    _, found = plan(repo, "--base", "HEAD", "--config", settings(repo, True, "3.0.0"))
    assert {one["effect"] for one in found["deletions"]} == {"blocked"}
    assert [one["name"] for one in found["blocked"]] == ["instance-appset.cluster1"]
    assert [one["severity"] for one in found["findings"]] == ["note"]


@pytest.mark.slow
def test_an_old_argocd_ignores_the_policy(repo: Path) -> None:
    shutil.rmtree(repo / INST2)
    _, found = plan(repo, "--base", "HEAD", "--config", settings(repo, False, "2.7.0"))
    assert {one["effect"] for one in found["deletions"]} == {"pruned"}


@pytest.mark.slow
def test_values_are_told_without_secrets(repo: Path) -> None:
    file = repo / INST1 / "ibm-sls.yaml"
    secret = "hunter2-very-secret"
    file.write_text(file.read_text() + f'  icr_password: "{secret}"\n  mongodb_password: "{secret}"\n')
    for name in ("text", "json", "markdown"):
        result = CliRunner().invoke(group, ["plan", str(repo), "--base", "HEAD", "--format", name])
        assert secret not in result.output


@pytest.mark.slow
def test_the_json_follows_its_schema(repo: Path) -> None:
    from importlib import resources

    import jsonschema

    text = resources.files("masgitops_lint.data").joinpath("schemas", "plan.schema.json").read_text("utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    check.validate(plan(repo, "--base", "HEAD")[1])
    _rename(INST2, "dev/cluster1/inst9")(repo)
    _replace(DATABASES, "db2u-inst1", "db2u-new")(repo)
    (repo / "dev/cluster1/ibm-operator-catalog.yaml").unlink()
    found = plan(repo, "--base", "HEAD", "--config", settings(repo, True, "2.10.0"))[1]
    check.validate(found)
    assert found["changed"]
    assert found["dangling"]
