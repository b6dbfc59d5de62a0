"""The bundled release profiles: their files, their facts, and the keys that nothing reads."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from masgitops_lint.charts.choose import explain_choice
from masgitops_lint.charts.contract import contract_of, leaf_reads
from masgitops_lint.charts.formats import misfit
from masgitops_lint.charts.packing import pack, unpack
from masgitops_lint.charts.profile import ReleaseProfile, UnknownReleaseError, load, newest, releases, version_key
from masgitops_lint.charts.unread import by_hand, instead_of, read_only_after, successor, unread_keys
from masgitops_lint.settings.values import Settings, SourceSettings

from .conftest import CLEAN
from .shop import context_of


def test_the_releases() -> None:
    assert releases() == ("8.4.2", "8.0.0", "7.5.0", "6.6.0")
    assert newest().release == "8.4.2"
    assert version_key("8.10.0") > version_key("8.9.9")
    with pytest.raises(UnknownReleaseError, match=r"1\.0\.0"):
        load("1.0.0")
    with pytest.raises(ValueError, match="format"):
        ReleaseProfile({"format": 2})


@pytest.mark.parametrize("release", releases())
def test_a_profile_is_small_and_holds_no_template(release: str) -> None:
    text = resources.files("masgitops_lint.data.charts").joinpath(f"{release}.json").read_text("utf-8")
    assert len(text) < 500_000
    assert "{{-" not in text
    assert "#!/bin/" not in text


@pytest.mark.parametrize(
    ("release", "cluster", "instance", "aiservice"),
    [("8.4.2", 18, 24, 6), ("8.0.0", 18, 24, 3), ("7.5.0", 18, 24, 3), ("6.6.0", 16, 24, 4)],
)
def test_config_files_by_release(release: str, cluster: int, instance: int, aiservice: int) -> None:
    counts = {spec.level: len(spec.files) for spec in load(release).applicationsets}
    assert (counts["cluster"], counts["instance"], counts["aiservice"]) == (cluster, instance, aiservice)
    assert load(release).applicationsets[0].base.name == "ibm-mas-cluster-base.yaml"


def test_the_charts_of_suite_configurations() -> None:
    assert "ibm-jdbc-config" in newest().config_charts
    assert "ibm-mas-aicfg-config" in load("8.0.0").config_charts
    assert "ibm-mas-aicfg-config" not in load("7.5.0").config_charts


def test_what_is_passed_where() -> None:
    node = contract_of(newest(), "instance").find(("ibm_sls", "sls_channel"))
    assert node is not None
    assert [(one.target.prefix, one.route) for one in node.passed] == [
        ("instance-applications/100-ibm-sls", ("sls_channel",))
    ]
    assert leaf_reads(newest(), "instance-applications/130-ibm-jdbc-config", ("jdbc_type",))
    assert not leaf_reads(newest(), "instance-applications/130-ibm-jdbc-config", ("db2_jdbc_username",))
    assert leaf_reads(newest(), "instance-applications/100-ibm-sls", ("mongo_spec", "nodes", 0, "host"))


def test_nothing_is_unread_in_a_clean_repo() -> None:
    context = context_of(CLEAN)
    found = [one.keys for scope in context.mas.scopes for one in unread_keys(scope, newest(), {})]
    assert found == []


def test_unread_keys_and_what_they_became(tmp_path: Path) -> None:
    from .conftest import lay

    repo = lay(
        tmp_path,
        {
            "dev/cluster2/ibm-dro.yaml": "merge-key: dev/cluster2\nibm_dro:\n  dro_namespace: a\n  environment_type: x\n"
            "  nested: {a: 1}\nunheard_of: 1\n"
        },
    )
    context = context_of(repo)
    found = [one for scope in context.mas.scopes for one in unread_keys(scope, newest(), {})]
    assert [one.keys for one in found] == [("ibm_dro", "environment_type"), ("ibm_dro", "nested"), ("unheard_of",)]
    assert successor(found[0]) == "mas_environment_type"
    assert read_only_after(found[0], "mas_environment_type") == "8.4.2"
    assert read_only_after(found[0]._replace(known=frozenset({"mas_environment_type"})), "mas_environment_type") == ""
    assert successor(found[1]) == ""
    assert instead_of("environment_type", "mas_environment_type") == "write `mas_environment_type`"
    extra = {"*": ["unheard_of"], "ibm-dro.yaml": ["ibm_dro.nested"]}
    assert len([one for scope in context.mas.scopes for one in unread_keys(scope, newest(), extra)]) == 1


def test_a_part_of_a_value_does_not_become_it_by_another_name() -> None:
    renamed = by_hand()["renamed"]
    assert set(renamed["parts"]) <= set(renamed["keys"])
    whole = "write `jdbc_connection_url` with its whole value, of which this is a part"
    assert instead_of("db2_tls_serviceport", "jdbc_connection_url") == whole
    assert instead_of("db2_jdbc_url", "jdbc_connection_url") == "write `jdbc_connection_url`"


@pytest.mark.parametrize(
    "expression", [["val"], ["val", "a", "b"], ["var", "$x", "a"], ["top", "Release"], ["dot", "a"]]
)
def test_packing(expression: list[str]) -> None:
    whole = ["call", "eq", expression, ["lit", "a.b"], ["cat", expression, ["fld", expression, "c"]]]
    assert unpack(json.loads(json.dumps(pack(whole)))) == whole


@pytest.mark.parametrize(
    ("keys", "value", "meant"),
    [
        (("ibm_dro", "dro_install_plan"), "automatic", "Automatic"),
        (("ibm_db2u_databases", 0, "db2_data_storage_size"), "100GB", "100Gi"),
        (("x", "requests", "cpu"), "lots", ""),
        (("ibm_suite_app_manage_install", "mas_app_channel"), "latest", ""),
        (("ibm_mas_suite_configs", 0, "jdbc_type"), "Incluster-Db2", "incluster-db2"),
    ],
)
def test_a_value_out_of_form(keys: tuple[str | int, ...], value: object, meant: str) -> None:
    found = misfit(keys, value)
    assert found is not None
    assert found.meant == meant


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("ibm_dro", "dro_install_plan"), "Manual"),
        (("ibm_dro", "dro_install_plan"), "<path:a#b>"),
        (("ibm_db2u_databases", 0, "db2_data_storage_size"), "100Gi"),
        (("ibm_db2u_databases", 0, "db2_cpu_limits"), 4),
        (("ibm_mas_suite_configs", 0, "jdbc_type"), "something-of-ours"),
        (("anything",), "at all"),
    ],
)
def test_a_value_in_form(keys: tuple[str | int, ...], value: object) -> None:
    assert misfit(keys, value) is None


def test_everything_by_hand_names_its_source() -> None:
    for section in by_hand().values():
        assert section["source"]
        assert section["note"]
    for rule in by_hand()["formats"]["rules"]:
        re.compile(rule["key"])


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    from masgitops_lint.app import Request, UsageError, lint
    from masgitops_lint.charts.compile.build import build, dump

    from .shop import CHARTS, lay_config

    file = tmp_path / "own.json"
    file.write_text(dump(build(str(CHARTS), "1.0.0")))
    report = lint(Request(path=str(lay_config(tmp_path / "repo")), charts=str(file), isolated=True))
    assert report.summary.applications == 7
    assert any("own.json" in note for note in report.notes)
    with pytest.raises(UsageError, match="no release profile"):
        lint(Request(path=str(CLEAN), charts=str(tmp_path / "none.json"), isolated=True))


def test_real_charts_get_the_profile_that_is_most_like_them(tmp_path: Path) -> None:
    for path in load("7.5.0").chart_paths:
        (tmp_path / "source" / path).mkdir(parents=True)
    (tmp_path / "source/root-applications/ibm-mas-account-root").mkdir(parents=True)
    (tmp_path / "other/root-applications/ours").mkdir(parents=True)
    expected = {"source": ("7.5.0", "nearest"), "other": (releases()[0], "newest")}
    for name, (release, word) in expected.items():
        settings = Settings(source=SourceSettings(charts=str(tmp_path / name)))
        profile, why = explain_choice("dev", None, settings)
        assert profile.release == release
        assert word in why
