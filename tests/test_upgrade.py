"""The real drift between releases, reported for a repo that was written for the older one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from masgitops_lint.app import Request, open_session
from masgitops_lint.cli.plan import command
from masgitops_lint.context import Context
from masgitops_lint.plan.upgrade import Upgrade, upgrade

from .conftest import lay

ARN = "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:%s>"
OLD = {
    "dev/icn/1234567/ibm-sls.yaml": (
        "account: {id: dev}\nregion: {id: us-east-1}\ncluster: {id: cluster1, url: 'https://api.cluster1.example.com:6443'}\n"
        "sm: {aws_access_key_id: a, aws_secret_access_key: b}\n"
        "ibm_sls_standalone:\n  ibm_customer_number: '1234567'\n  subscription_id: sub1\n  sls_channel: 3.x\n"
    ),
    "dev/cluster1/ai1/ibm-aibroker-instance-base.yaml": (
        "merge-key: dev/cluster1/ai1\naccount: {id: dev}\nregion: {id: us-east-1}\n"
        "cluster: {id: cluster1, url: 'https://api.cluster1.example.com:6443'}\ninstance: {id: ai1}\n"
        "sm: {aws_access_key_id: a, aws_secret_access_key: b}\n"
    ),
    "dev/cluster1/ai1/ibm-aibroker.yaml": (
        "merge-key: dev/cluster1/ai1\nibm_aibroker:\n  aibroker_namespace: mas-ai1-aibroker\n"
        f"  drocfg_url: '{ARN % 'dev/cluster1/droai#drocfg_url'}'\n"
    ),
    "dev/cluster1/ai1/ibm-kmodel.yaml": "merge-key: dev/cluster1/ai1\nibm_kmodel: {}\n",
    "dev/cluster1/inst1/ibm-mas-masapp-facilities-install.yaml": (
        "merge-key: dev/cluster1/inst1\nibm_suite_app_facilities_install:\n  mas_app_id: facilities\n"
        "  mas_app_namespace: mas-inst1-facilities\n  mas_app_channel: 9.1.x\n  mas_app_catalog_source: ibm-operator-catalog\n"
        "  mas_app_api_version: apps.mas.ibm.com/v1\n  mas_app_kind: FacilitiesApp\n"
    ),
    "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
        "merge-key: dev/cluster1/inst1\nibm_mas_masapp_configs:\n"
        "  - {mas_app_id: facilities, mas_workspace_id: main, mas_app_namespace: mas-inst1-facilities,\n"
        "     mas_app_ws_apiversion: apps.mas.ibm.com/v1, mas_app_ws_kind: FacilitiesWorkspace, mas_appws_spec: {components: {}}}\n"
    ),
    "dev/cluster1/inst2/ibm-wsl.yaml": "merge-key: dev/cluster1/inst2\nibm_wsl: {wsl_version: 8.0.0}\n",
    "dev/cluster1/inst2/ibm-spss.yaml": "merge-key: dev/cluster1/inst2\nibm_spss: {spss_version: 8.0.0}\n",
    "dev/cluster1/inst1/ibm-mas-suite-configs.yaml": (
        "merge-key: dev/cluster1/inst1\nibm_mas_suite_configs:\n"
        "  - {mas_config_name: inst1-jdbc-wsapp-main-manage, mas_config_chart: ibm-jdbc-config, mas_config_scope: wsapp,\n"
        "     mas_application_id: manage, mas_workspace_id: main, jdbc_instance_name: db2wh-inst1-manage}\n"
    ),
}


def views(repo: Path, before: str, after: str) -> tuple[Context, Context]:
    session = open_session(Request(path=str(repo), isolated=True))

    def side(release: str) -> Context:
        settings = session.settings._replace(source=session.settings.source._replace(charts=release))
        return Context(session.context.repository, settings)

    return side(before), side(after)


def texts(found: Upgrade, phase: str) -> dict[str, tuple[str, ...]]:
    return {step.text: tuple(place.path for place in step.places) for step in found.steps if step.phase == phase}


@pytest.fixture
def old_repo(tmp_path: Path) -> Path:
    return lay(tmp_path, OLD)


def test_files_that_are_named_otherwise(old_repo: Path) -> None:
    files = texts(upgrade(*views(old_repo, "6.6.0", "8.4.2")), "files")
    assert files["`ibm-aibroker-instance-base.yaml` is `ibm-aiservice-instance-base.yaml`"] == (
        "dev/cluster1/ai1/ibm-aibroker-instance-base.yaml",
    )
    assert "`ibm-aibroker.yaml` is `ibm-aiservice.yaml`" in files
    assert "`ibm-kmodel.yaml` is read by nothing any more" in files
    (moved,) = [paths for text, paths in files.items() if "<account>/icn/<cluster>/*/" in text]
    assert moved == ("dev/icn/1234567/ibm-sls.yaml",)


def test_values_that_are_needed_now(old_repo: Path) -> None:
    values = texts(upgrade(*views(old_repo, "6.6.0", "8.4.2")), "values")
    assert any(
        "jdbc_type: incluster-db2" in text and "dev/cluster1/inst1/ibm-db2u-databases.yaml" in paths
        for text, paths in values.items()
    )
    assert sum("ibm_cp4d" in text for text in values) == 2


def test_secrets_under_another_name(old_repo: Path) -> None:
    (step,) = [one for one in upgrade(*views(old_repo, "7.5.0", "8.4.2")).steps if one.phase == "secrets"]
    assert step.text == "the secret `.../droai` is `.../dro`, `drocfg_url` is `dro_url`"
    assert [place.path for place in step.places] == ["dev/cluster1/ai1/ibm-aibroker.yaml"]
    assert step.since == "8.0.0"


def test_waves(old_repo: Path) -> None:
    order = texts(upgrade(*views(old_repo, "6.6.0", "8.4.2")), "order")
    assert "ibm-dro: wave 20 -> 30" in order
    assert any("wave 510 -> 505" in text for text in order)
    assert any("wave 515 -> 510" in text for text in order)


def test_a_release_against_itself_changes_nothing(old_repo: Path) -> None:
    assert upgrade(*views(old_repo, "8.4.2", "8.4.2")).empty


def run(repo: Path, *arguments: str) -> Any:
    return CliRunner().invoke(command, [str(repo), "--isolated", *arguments])


def test_the_command(old_repo: Path) -> None:
    text = run(old_repo, "--charts-from", "7.5.0", "--charts-to", "8.4.2")
    assert text.exit_code == 0
    assert text.output.startswith("Charts 7.5.0 to 8.4.2: ")
    data = json.loads(run(old_repo, "--charts-from", "7.5.0", "--charts-to", "8.4.2", "--output-format", "json").output)
    assert {"from", "to", "steps", "findings", "plan"} <= set(data)
    assert all(place["line"] >= 1 for step in data["steps"] for place in step["places"])
    assert (
        "- [ ] "
        in run(old_repo, "--charts-from", "7.5.0", "--charts-to", "8.4.2", "--output-format", "markdown").output
    )
    assert run(old_repo, "--charts-from", "8.4.2", "--charts-to", "8.4.2").output == ""


def test_a_release_without_a_profile_is_refused(old_repo: Path) -> None:
    refused = run(old_repo, "--charts-from", "7.4.0", "--charts-to", "8.4.2")
    assert refused.exit_code == 2
    assert "no profile of release 7.4.0" in refused.output
