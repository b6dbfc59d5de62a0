"""The operator catalogue facts: where they come from, what they say, and the command that refreshes them."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.app import Request, lint
from masgitops_lint.cli.catalogs import command
from masgitops_lint.mas.catalog_source import CatalogSourceError, compile_from, dump
from masgitops_lint.mas.catalogs import Catalogs, app_channel, catalog, channel_key, load, parse_tag, supports

from .conftest import lay


def test_the_bundled_facts() -> None:
    known = load()
    assert known.source.startswith("mas-devops ")
    assert date.fromisoformat(known.date) > date(2026, 1, 1)
    assert len(known.all) >= 116
    newest = known.newest()
    assert newest is not None
    assert newest.architecture == "amd64"
    assert [one.day for one in known.all] == sorted(one.day for one in known.all)


def test_channels_go_with_the_channel_of_the_suite() -> None:
    march = catalog("v9-260326-amd64")
    assert march is not None
    assert march.core_channels == ("8.10.x", "8.11.x", "9.0.x", "9.1.x", "9.2.x-feature")
    assert march.channel_for("manage", "8.11.x") == "8.7.x"
    assert march.channel_for("facilities", "9.0.x") is None
    assert supports(march, "9.1.x", "manage", "9.1.x") is True
    assert supports(march, "9.1.x", "manage", "9.0.x") is False
    assert supports(march, "9.1.x", "health", "9.1.x") is None
    assert march.cores_for("manage", "8.7.x") == ("8.11.x",)
    assert "4.18" in march.openshift
    assert march.sls_channel == "3.x"


def test_what_an_architecture_lacks() -> None:
    z = catalog("v9-241107-s390x")
    assert z is not None
    assert z.core_channels == ("9.0.x",)
    assert z.channels("iot") == {}


@pytest.mark.parametrize(
    ("text", "day", "architecture"),
    [
        ("v9-260326-amd64", date(2026, 3, 26), "amd64"),
        ("v8-240528", date(2024, 5, 28), ""),
        ("v9-amd64", None, "amd64"),
        ("v9-master-amd64", None, "amd64"),
    ],
)
def test_names(text: str, day: date | None, architecture: str) -> None:
    tag = parse_tag(text)
    assert tag is not None
    assert (tag.day, tag.architecture) == (day, architecture)


@pytest.mark.parametrize("text", ["v9-261399-amd64", "", None, "feature-x", "<path:a#b>", 9])
def test_no_names(text: object) -> None:
    assert parse_tag(text) is None


def test_the_nearest() -> None:
    known = load()
    near = {
        text: one.id
        for text in ("v9-260327-amd64", "v9-260326-x86_64", "v9-2603260-amd64")
        if (one := known.nearest(text))
    }
    assert set(near.values()) == {"v9-260326-amd64"}


def test_channels_sort_by_number() -> None:
    channels = ["9.2.x", "8.10.x", "9.2.x-feature", "8.9.x", "9.0.x"]
    assert sorted(channels, key=channel_key) == ["8.9.x", "8.10.x", "9.0.x", "9.2.x-feature", "9.2.x"]
    assert app_channel("9.2.x-feature", "9.2.0") == "9.2.x-feature"


@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_tag(text)
    load().nearest(text)
    channel_key(text)


WHEEL = {
    "mas/devops/data/catalogs/v9-260326-amd64.yaml": (
        "ocp_compatibility: ['4.18']\nsls_version: 3.12.0\nmas_core_version: {9.1.x: 9.1.1, 9.0.x: ''}\nmas_manage_version: {9.1.x: 9.1.2}\n"
    ),
    "mas/devops/data/ocp.yaml": "ocp_versions: {'4.18': {ga_date: 'February 25, 2025', standard_support: 'August 25, 2026', extended_support: N/A}}\n",
    "mas_devops-99.0.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: mas-devops\nVersion: 99.0.0\n",
}


def wheel(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 2, 0, 0, 0)), text)
    return path


def test_refresh_from_a_wheel_or_a_directory(tmp_path: Path) -> None:
    source = wheel(tmp_path / "mas_devops-99.0.0-py3-none-any.whl", WHEEL)
    target = tmp_path / "catalogs.json"
    done = CliRunner().invoke(command, ["refresh", "--from", str(source), "-o", str(target)])
    assert done.exit_code == 0, done.output
    known = Catalogs(json.loads(target.read_text()))
    assert (known.source, known.date) == ("mas-devops 99.0.0", "2027-01-02")
    only = known.by_id["v9-260326-amd64"]
    assert only.core_channels == ("9.1.x",)
    assert only.openshift == ("4.18",)
    assert known.openshift["4.18"].standard == date(2026, 8, 25)
    assert known.openshift["4.18"].extended is None
    for name, text in WHEEL.items():
        (tmp_path / "unpacked" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "unpacked" / name).write_text(text)
    assert compile_from(str(tmp_path / "unpacked"))["catalogs"] == json.loads(target.read_text())["catalogs"]


def test_a_source_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogSourceError, match="no catalogues"):
        compile_from(str(tmp_path / "empty"))
    (tmp_path / "not.whl").write_text("x")
    refused = CliRunner().invoke(command, ["refresh", "--from", str(tmp_path / "not.whl")])
    assert refused.exit_code == 2
    broken = wheel(tmp_path / "b.whl", {"mas/devops/data/catalogs/v9-260326-amd64.yaml": "a: [\n"})
    with pytest.raises(CatalogSourceError, match="no YAML"):
        compile_from(str(broken))


def test_the_data_file_is_what_the_compiler_writes() -> None:
    data = dict(load().data)
    assert json.loads(dump(data)) == data


def test_show_and_list() -> None:
    shown = CliRunner().invoke(command, ["show", "v9-260326-amd64", "--output-format", "json"])
    assert json.loads(shown.output)["applications"]["manage"]["8.11.x"]["channel"] == "8.7.x"
    assert "core 9.1.x" in CliRunner().invoke(command, ["show", "v9-260326-amd64"]).output
    assert "v9-241107-s390x" in CliRunner().invoke(command, ["list", "--arch", "s390x"]).output
    missing = CliRunner().invoke(command, ["show", "v9-260327-amd64"])
    assert missing.exit_code == 2
    assert "v9-260326-amd64" in missing.output


@pytest.mark.parametrize(
    "tag", sorted(one.id for one in load().all if one.architecture == "amd64" and one.core_channels)[::6]
)
def test_every_catalogue_accepts_its_own_channels(tmp_path: Path, tag: str) -> None:
    known = load().by_id[tag]
    core = known.core_channels[-1]
    files = {
        "dev/cluster1/ibm-operator-catalog.yaml": f"merge-key: dev/cluster1\nibm_operator_catalog: {{mas_catalog_version: {tag}}}\n",
        "dev/cluster1/inst1/ibm-mas-suite.yaml": f"merge-key: dev/cluster1/inst1\nibm_mas_suite: {{mas_channel: '{core}', domain: a.b}}\n",
        "dev/cluster1/inst2/ibm-mas-suite.yaml": f"merge-key: dev/cluster1/inst2\nibm_mas_suite: {{mas_channel: '{core}', domain: a.b}}\n",
    }
    for app, rows in known.apps.items():
        channel = known.channel_for(app, core)
        if app not in ("core", "aiservice", "aiservice_tenant", "hputilities") and rows and channel:
            files[f"dev/cluster1/inst1/ibm-mas-masapp-{app}-install.yaml"] = (
                f"merge-key: dev/cluster1/inst1\nibm_suite_app_{app}_install: {{mas_app_id: {app}, mas_app_channel: '{channel}'}}\n"
            )
    report = lint(Request(path=str(lay(tmp_path, files)), select=("REF02",), isolated=True))
    assert [one.message for one in report.findings if one.path.startswith("dev/cluster1/")] == []
