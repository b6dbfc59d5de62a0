"""JSON Schemas of the config files: as mas-lint judges, so do editors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator

from masgitops_lint.charts.profile import load, newest, releases
from masgitops_lint.charts.schema import patterns, schemas
from masgitops_lint.cli import group

from .conftest import CLEAN


def schema_name(path: str) -> str:
    parts = path.split("/")
    return next(
        name
        for name, pattern in patterns(newest()).items()
        if len(pattern.split("/")) == len(parts)
        and all(fnmatch(one, other) for one, other in zip(parts, pattern.split("/"), strict=True))
    )


def clean_files() -> Iterator[str]:
    for path in sorted(CLEAN.rglob("*.yaml")):
        yield path.relative_to(CLEAN).as_posix()


@pytest.mark.parametrize("release", releases())
def test_schemas_are_schemas(release: str) -> None:
    made = schemas(load(release))
    assert set(made) == set(patterns(load(release)))
    for schema in made.values():
        Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("path", list(clean_files()))
def test_a_clean_file_is_valid(path: str) -> None:
    schema = schemas(newest())[schema_name(path)]
    errors = list(Draft7Validator(schema).iter_errors(yaml.safe_load((CLEAN / path).read_text())))
    assert [error.message for error in errors] == []


WRONG: list[tuple[str, Any]] = [
    ("cluster/redhat-cert-manager.yaml", {"merge-key": "a/b", "redhat_cert_manager": {"chanel": "x"}}),
    ("cluster/redhat-cert-manager.yaml", {"redhat_cert_manager": {"channel": "x"}}),
    ("cluster/redhat-cert-manager.yaml", {"merge-key": "a/b", "redhat_cert_manger": {"channel": "x"}}),
    ("cluster/ibm-dro.yaml", {"merge-key": "a/b", "ibm_dro": {"dro_install_plan": "automatic"}}),
    ("cluster/ibm-dro.yaml", {"merge-key": "a/b", "ibm_dro": {"environment_type": "production"}}),
    ("cluster/ibm-dro.yaml", {"merge-key": "a/b", "ibm_dro": {"dro_namespace": {"a": 1}}}),
    ("instance/ibm-mas-workspaces.yaml", {"merge-key": "a/b/c", "ibm_mas_workspaces": {"mas_workspace_id": "x"}}),
    (
        "instance/ibm-mas-suite-configs.yaml",
        {"merge-key": "a/b/c", "ibm_mas_suite_configs": [{"mas_config_chart": "no"}]},
    ),
    (
        "instance/ibm-mas-suite-configs.yaml",
        {
            "merge-key": "a",
            "ibm_mas_suite_configs": [{"mas_config_chart": "ibm-jdbc-config", "db2_jdbc_username": "x"}],
        },
    ),
    (
        "instance/ibm-db2u-databases.yaml",
        {"merge-key": "a", "ibm_db2u_databases": [{"db2_data_storage_size": "100GB"}]},
    ),
    ("cluster/ibm-mas-cluster-base.yaml", {"merge-key": "a/b", "account": {"id": "a"}, "region": {"id": "r"}}),
]


@pytest.mark.parametrize(("name", "content"), WRONG)
def test_a_wrong_file_is_not(name: str, content: Any) -> None:
    assert list(Draft7Validator(schemas(newest())[name]).iter_errors(content))


def test_placeholders_and_empty_values_pass() -> None:
    schema = schemas(newest())["cluster/ibm-dro.yaml"]
    content = {"merge-key": "a/b", "ibm_dro": {"dro_install_plan": "<path:x#y>", "imo_install_plan": None}}
    assert not list(Draft7Validator(schema).iter_errors(content))


@pytest.mark.slow
def test_export_and_check_jsonschema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".mas-lint.yaml").write_text("contract:\n  keys-read:\n    ibm-dro.yaml: [ibm_dro.ours]\n")
    result = CliRunner().invoke(group, ["schema", "export", "schemas"])
    assert result.exit_code == 0, result.output
    links = json.loads((tmp_path / "schemas" / "settings.json").read_text())["yaml.schemas"]
    assert links["./schemas/cluster/ibm-dro.schema.json"] == ["*/*/ibm-dro.yaml"]
    (tmp_path / "good.yaml").write_text("merge-key: dev/c\nibm_dro: {dro_namespace: a, ours: 1}\n")
    (tmp_path / "bad.yaml").write_text("merge-key: dev/c\nibm_dro: {dro_namspace: a}\n")
    tool = [sys.executable, "-m", "check_jsonschema", "--schemafile", "schemas/cluster/ibm-dro.schema.json"]
    assert subprocess.run([*tool, "good.yaml"], check=False, capture_output=True).returncode == 0
    failed = subprocess.run([*tool, "bad.yaml"], check=False, capture_output=True)
    assert failed.returncode == 1
    assert b"dro_namspace" in failed.stdout


def test_charts_commands(tmp_path: Path) -> None:
    from .shop import CHARTS

    listed = CliRunner().invoke(group, ["charts", "list"])
    assert listed.output.startswith("8.4.2  profile: ")
    shown = CliRunner().invoke(group, ["charts", "show", "8.0.0", "--level", "cluster", "--output-format", "json"])
    names = [one["name"] for one in json.loads(shown.output)["applicationsets"][0]["applications"]]
    assert "dro.{cluster.id}" in names
    target = tmp_path / "own.json"
    built = CliRunner().invoke(group, ["charts", "build", str(CHARTS), "-o", str(target)])
    assert built.exit_code == 0, built.output
    again = CliRunner().invoke(group, ["charts", "show", str(target)])
    assert "instances.{cluster}" in again.output
    assert CliRunner().invoke(group, ["charts", "show", "0.0.1"]).exit_code == 2
    assert CliRunner().invoke(group, ["charts", "build", str(tmp_path)]).exit_code == 2


def test_a_key_that_only_later_charts_read_is_not_recommended() -> None:
    block = schemas(newest())["cluster/ibm-dro.yaml"]["properties"]["ibm_dro"]
    text = "No chart reads this key; only charts after 8.4.2 read `mas_environment_type`."
    assert block["properties"]["environment_type"]["description"] == text
