"""`mas-lint secrets`: the inventory in four formats, and the comparison with a store."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from masgitops_lint.charts.secrets import catalogue, fill, template_pattern
from masgitops_lint.cli.secrets import command

from .conftest import CLEAN, MakeRepo

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


def run(*arguments: str, text: str | None = None) -> Result:
    result = CliRunner().invoke(command, ["--isolated", *arguments], input=text, catch_exceptions=False)
    assert result.exit_code in (0, 1, 2, 3)
    return result


def inventory(path: Path = CLEAN, *arguments: str) -> dict[str, dict[str, Any]]:
    data = json.loads(run(str(path), "--format", "json", *arguments).stdout)
    assert data["version"] == 1
    return {entry["path"]: entry for entry in data["secrets"]}


def test_what_has_to_be_created_and_what_is_written() -> None:
    entries = inventory()
    by_hand = {path for path, entry in entries.items() if entry["create"]}
    instances = {"inst1": "cluster1", "inst2": "cluster1", "inst3": "cluster2"}
    expected = {f"dev/{c}/{name}" for c in ("cluster1", "cluster2") for name in ("aws", "ibm_entitlement", "mongo")}
    expected |= {
        f"dev/{c}/{i}/{name}" for i, c in instances.items() for name in ("license", "mongo", "mas_segment_key")
    }
    expected |= {f"dev/{c}/{i}/jdbc/db2wh-{i}-manage/credentials" for i, c in instances.items() if i != "inst2"}
    assert by_hand == expected
    runtime = set(entries) - by_hand
    assert {"dev/cluster1/dro", "dev/cluster1/cluster_domain", "dev/cluster1/inst1/sls"} <= runtime
    assert "dev/cluster1/inst1/jdbc/db2wh-inst1-manage/config" in runtime


def test_writers_readers_and_waves() -> None:
    dro = inventory()["dev/cluster1/dro"]
    assert [(w["application"], w["wave"], w["unmet"]) for w in dro["writers"]] == [("dro.cluster1", 30, [])]
    assert dro["writers"][0]["job"].startswith("cluster-applications/030-ibm-dro/")
    assert dro["first_wave"] == 130
    reader = next(r for r in dro["readers"] if r["application"] == "inst1-bas-system.cluster1")
    line = (CLEAN / reader["path"]).read_text().split("\n")[reader["line"] - 1]
    assert "dev/cluster1/dro" in line
    mongo = inventory()["dev/cluster1/inst1/mongo"]
    assert mongo["create_first"]
    assert mongo["origin"] == "at runtime"


def test_a_part_of_the_repo() -> None:
    entries = inventory(CLEAN / "dev" / "cluster2" / "inst3")
    assert "dev/cluster2/inst3/license" in entries
    assert "dev/cluster2/aws" in entries
    assert not any("cluster1" in path for path in entries)


@pytest.mark.parametrize(("only", "create"), [("create", True), ("runtime", False)])
def test_only_some(only: str, create: bool) -> None:
    assert {entry["create"] for entry in inventory(CLEAN, "--only", only).values()} == {create}


def test_text_and_markdown_and_csv_hold_the_same_secrets(tmp_path: Path) -> None:
    paths = set(inventory())
    text = run(str(CLEAN)).stdout
    assert all(path in text for path in paths)
    file = tmp_path / "secrets.md"
    assert run(str(CLEAN), "--format", "markdown", "-o", str(file)).stdout == ""
    markdown = file.read_text()
    assert "- [ ] `dev/cluster1/aws`" in markdown
    assert all(f"`{path}`" in markdown for path in paths)
    rows = list(csv.DictReader(io.StringIO(run(str(CLEAN), "--format", "csv").stdout)))
    assert {row["path"] for row in rows} == paths
    assert next(row for row in rows if row["path"] == "dev/cluster1/dro")["writer wave"] == "030"


def test_a_store_that_lacks_some(tmp_path: Path) -> None:
    entries = inventory()
    have = [path for path, entry in entries.items() if entry["create"] and not path.endswith("license")]
    export = tmp_path / "store.json"
    names = [*have, "dev/cluster1/leftover", "elsewhere/thing"]
    export.write_text(json.dumps({"SecretList": [{"Name": name} for name in names]}))
    result = run(str(CLEAN), "--store", str(export))
    assert result.exit_code == 1
    assert result.stdout.count("SEC040") == 3
    assert "dev/cluster1/leftover" in result.stdout
    assert "elsewhere" not in result.stdout
    assert "dev/cluster1/dro" in result.stdout
    data = json.loads(run(str(CLEAN), "--store", str(export), "--format", "json").stdout)
    assert {f["rule"] for f in data["findings"]} == {"SEC040", "SEC041"}
    assert all(f["line"] > 1 for f in data["findings"] if f["rule"] == "SEC040")
    markdown = run(str(CLEAN), "--store", str(export), "--format", "markdown").stdout
    assert "- [x] `dev/cluster1/aws`" in markdown
    assert "- [ ] `dev/cluster1/inst1/license`" in markdown
    assert run(str(CLEAN), "--store", str(export), "--fail-on", "never").exit_code == 0


def test_a_store_that_has_all_is_fine() -> None:
    have = "\n".join(path for path, entry in inventory().items() if entry["create"])
    result = run(str(CLEAN), "--store", "-", text=have)
    assert result.exit_code == 0
    assert "SEC0" not in result.stdout


def test_fields_are_compared_when_they_are_known() -> None:
    have = "\n".join(path for path, entry in inventory().items() if entry["create"])
    have = have.replace("dev/cluster1/aws", "dev/cluster1/aws#sm_aws_access_key_id")
    result = run(str(CLEAN), "--store", "-", text=have)
    assert result.exit_code == 1
    assert "sm_aws_secret_access_key" in result.stdout


def test_a_broken_store_is_a_usage_error(tmp_path: Path) -> None:
    from masgitops_lint.cli.errors import CommandError

    for arguments in (("--store", str(tmp_path / "nothing.json")), ("--store", str(CLEAN))):
        with pytest.raises(CommandError):
            CliRunner().invoke(
                command, ["--isolated", str(CLEAN), *arguments], standalone_mode=False, catch_exceptions=False
            )


def test_nothing_to_list(tmp_path: Path) -> None:
    assert run(str(tmp_path)).exit_code == 3


def test_a_vault_export_matches_placeholders(make_repo: MakeRepo) -> None:
    files = {str(p.relative_to(CLEAN)): p.read_text().replace(ARN, "secret/data/") for p in CLEAN.rglob("*.yaml")}
    root = make_repo(files)
    names = [
        path.removeprefix("secret/data/dev/cluster1/")
        for path in inventory(root)
        if path.startswith("secret/data/dev/cluster1/")
    ]
    result = run(str(root), "--store", "-", "--store-prefix", "secret/dev/cluster1", text=json.dumps(names))
    assert "secret/data/dev/cluster1" not in "".join(line for line in result.stdout.split("\n") if "SEC040" in line)


@pytest.mark.parametrize(
    ("release", "fields"),
    [("6.6.0", 2), ("7.5.0", 4), ("8.0.0", 5), ("8.4.2", 5), ("main", 5)],
)
def test_the_catalogue_follows_the_release(release: str, fields: int) -> None:
    dro = next(job for job in catalogue(release).writers if job.chart == "ibm-dro")
    assert len(dro.fields) == fields


def test_path_templates() -> None:
    pattern = template_pattern("{account}/{cluster}/{instance}/jdbc/{.name}/config")
    match = pattern.fullmatch("dev/c/i/jdbc/db/config")
    assert match is not None
    assert match.groupdict() == {"account": "dev", "cluster": "c", "instance": "i"}
    assert fill("{account}/custom-sa/{.sas*}", {"account": "dev"}, {"sas": {"a": {}, "b": {}}}) == (
        "dev/custom-sa/a",
        "dev/custom-sa/b",
    )
    assert fill("{account}/{.missing}", {"account": "dev"}, {}) == ()
