"""One defect at a time in a copy of the clean example: found at its line, and nothing else is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint

from .conftest import lay

A = "dev/cluster1"
B = "dev/cluster2"
I1 = f"{A}/inst1"
I2 = f"{A}/inst2"
I3 = f"{B}/inst3"


@dataclass(frozen=True)
class Defect:
    """`edit` changes the repo; the finding is expected in `path`, on the line that matches `line` (1 when empty)."""

    name: str
    edit: Callable[[Path], None]
    codes: tuple[str, ...]
    path: str
    line: str = ""
    others: tuple[str, ...] = field(default=())


def sub(path: str, old: str, new: str, count: int = 1) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        file = root / path
        text = file.read_text()
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new, count))

    return edit


def write(path: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return edit


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def move(old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(root / new)

    return edit


def both(*edits: Callable[[Path], None]) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        for one in edits:
            one(root)

    return edit


def copy(old: str, new: str) -> Callable[[Path], None]:
    return lambda root: write(new, (root / old).read_text())(root)


KEY = 'merge-key: "'

DEFECTS = [
    # YAML
    Defect(
        "tab",
        sub(f"{I1}/ibm-sls.yaml", "  sls_channel", "\tsls_channel"),
        ("CFG001",),
        f"{I1}/ibm-sls.yaml",
        "\tsls_channel",
    ),
    Defect(
        "unclosed quote",
        sub(f"{I1}/ibm-mas-suite.yaml", 'mas_channel: "9.1.x"', 'mas_channel: "9.1.x'),
        ("CFG001",),
        f"{I1}/ibm-mas-suite.yaml",
        ".",
    ),
    Defect(
        "bad indent",
        sub(f"{A}/ibm-dro.yaml", "  run_sync_hooks: true", " run_sync_hooks: true"),
        ("CFG001",),
        f"{A}/ibm-dro.yaml",
        "run_sync_hooks",
    ),
    Defect(
        "unquoted template",
        sub(f"{A}/ibm-dro.yaml", "dro_namespace: ibm-software-central", "dro_namespace: {{ ns }}"),
        ("CFG001",),
        f"{A}/ibm-dro.yaml",
        "dro_namespace",
    ),
    Defect(
        "duplicate key",
        sub(
            f"{A}/ibm-dro.yaml",
            "  dro_install_plan: Automatic",
            "  dro_install_plan: Automatic\n  imo_install_plan: Manual",
        ),
        ("CFG003",),
        f"{A}/ibm-dro.yaml",
        "imo_install_plan: Manual",
    ),
    Defect(
        "duplicate block",
        sub(f"{I1}/ibm-db2u.yaml", "ibm_db2u:", "ibm_db2u:\n  db2_namespace: other\nibm_db2u:"),
        ("CFG003",),
        f"{I1}/ibm-db2u.yaml",
        "ibm_db2u:$",
    ),
    Defect(
        "two documents", sub(f"{A}/ibm-dro.yaml", "ibm_dro:", "---\nibm_dro:"), ("CFG004",), f"{A}/ibm-dro.yaml", "^---"
    ),
    Defect("empty file", write(f"{A}/ibm-dro.yaml", ""), ("CFG005",), f"{A}/ibm-dro.yaml"),
    Defect(
        "comment only",
        write(f"{I1}/ibm-mas-workspaces.yaml", "# later\n"),
        ("CFG005",),
        f"{I1}/ibm-mas-workspaces.yaml",
    ),
    Defect(
        "list", write(f"{A}/ibm-dro.yaml", f'- merge-key: "{A}"\n  ibm_dro: {{}}\n'), ("CFG005",), f"{A}/ibm-dro.yaml"
    ),
    Defect("scalar", write(f"{A}/ibm-dro.yaml", "nothing\n"), ("CFG005",), f"{A}/ibm-dro.yaml"),
    Defect(
        "conflict",
        sub(f"{I1}/ibm-mas-suite.yaml", "  domain:", "<<<<<<< HEAD\n  domain: a.example.com\n=======\n  domain:"),
        ("CFG002",),
        f"{I1}/ibm-mas-suite.yaml",
        "<<<<<<<",
    ),
    Defect(
        "octal",
        sub(
            f"{A}/ibm-dro.yaml", "imo_install_plan: Automatic", "imo_install_plan: Automatic\n  dro_public_domain: 012"
        ),
        ("CFG006",),
        f"{A}/ibm-dro.yaml",
        "012",
        ("VAL",),
    ),
    # merge keys
    Defect(
        "merge key missing", sub(f"{I1}/ibm-sls.yaml", f'{KEY}{I1}"', ""), ("CFG010",), f"{I1}/ibm-sls.yaml", "ibm_sls:"
    ),
    Defect("merge_key", sub(f"{I1}/ibm-sls.yaml", KEY, 'merge_key: "'), ("CFG010",), f"{I1}/ibm-sls.yaml", "merge_key"),
    Defect(
        "mergeKey in base",
        sub(f"{I1}/ibm-mas-instance-base.yaml", KEY, 'mergeKey: "'),
        ("CFG010",),
        f"{I1}/ibm-mas-instance-base.yaml",
        "mergeKey",
    ),
    Defect(
        "merge key case",
        sub(f"{I1}/ibm-sls.yaml", f"{KEY}{I1}", f"{KEY}dev/Cluster1/inst1"),
        ("CFG011",),
        f"{I1}/ibm-sls.yaml",
        "merge-key",
    ),
    Defect(
        "merge key slash",
        sub(f"{I1}/ibm-sls.yaml", f'{KEY}{I1}"', f'{KEY}{I1}/"'),
        ("CFG011",),
        f"{I1}/ibm-sls.yaml",
        "merge-key",
    ),
    Defect(
        "merge key leading slash",
        sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', f'{KEY}/{A}"'),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "merge key space",
        sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', f'{KEY}{A} "'),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "merge key typo",
        sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', f'{KEY}dev/cluster11"'),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "merge key steals",
        both(remove(f"{B}/ibm-dro.yaml"), sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', f'{KEY}{B}"')),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
        ("SEC01",),
    ),
    Defect(
        "merge key of another freezes",
        sub(f"{B}/ibm-dro.yaml", f'{KEY}{B}"', f'{KEY}{A}"'),
        ("CFG012",),
        f"{B}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "base merge key of another",
        sub(f"{B}/ibm-mas-cluster-base.yaml", f'{KEY}{B}"', f'{KEY}{A}"'),
        ("CFG012",),
        f"{B}/ibm-mas-cluster-base.yaml",
        "merge-key",
    ),
    Defect(
        "instance key freezes",
        sub(f"{I2}/ibm-sls.yaml", f'{KEY}{I2}"', f'{KEY}{I1}"'),
        ("CFG012",),
        f"{I2}/ibm-sls.yaml",
        "merge-key",
    ),
    Defect(
        "cluster level key",
        sub(f"{I1}/ibm-sls.yaml", f'{KEY}{I1}"', f'{KEY}{A}"'),
        ("CFG011",),
        f"{I1}/ibm-sls.yaml",
        "merge-key",
    ),
    Defect(
        "merge key number",
        sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', "merge-key: 42"),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "merge key list",
        sub(f"{A}/ibm-dro.yaml", f'{KEY}{A}"', f"merge-key: [{A}]"),
        ("CFG011",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    # files
    Defect("misspelt file", move(f"{I1}/ibm-db2u.yaml", f"{I1}/ibm-db2.yaml"), ("CFG020",), f"{I1}/ibm-db2.yaml", "."),
    Defect(
        "yml", move(f"{I1}/ibm-mas-suite.yaml", f"{I1}/ibm-mas-suite.yml"), ("CFG020",), f"{I1}/ibm-mas-suite.yml", "."
    ),
    Defect(
        "underscores",
        move(f"{I1}/ibm-mas-suite.yaml", f"{I1}/ibm_mas_suite.yaml"),
        ("CFG020",),
        f"{I1}/ibm_mas_suite.yaml",
        ".",
    ),
    Defect(
        "singular",
        move(f"{I1}/ibm-mas-masapp-configs.yaml", f"{I1}/ibm-mas-masapp-config.yaml"),
        ("CFG020",),
        f"{I1}/ibm-mas-masapp-config.yaml",
        ".",
    ),
    Defect(
        "misspelt base",
        move(f"{I3}/ibm-mas-instance-base.yaml", f"{I3}/ibm-mas-instance-bse.yaml"),
        ("CFG020",),
        f"{I3}/ibm-mas-instance-bse.yaml",
        ".",
    ),
    Defect(
        "misspelt cluster base",
        move(f"{B}/ibm-mas-cluster-base.yaml", f"{B}/ibm-mas-cluster-base.yml"),
        ("CFG020",),
        f"{B}/ibm-mas-cluster-base.yml",
        ".",
    ),
    Defect("wrong level up", move(f"{I1}/ibm-sls.yaml", f"{A}/ibm-sls.yaml"), ("CFG020",), f"{A}/ibm-sls.yaml", "."),
    Defect(
        "wrong level up with key changed",
        both(move(f"{I3}/ibm-sls.yaml", f"{B}/ibm-sls.yaml"), sub(f"{B}/ibm-sls.yaml", f'{KEY}{I3}"', f'{KEY}{B}"')),
        ("CFG020",),
        f"{B}/ibm-sls.yaml",
        ".",
    ),
    Defect(
        "wrong level down",
        move(f"{A}/ibm-dro.yaml", f"{I1}/ibm-dro.yaml"),
        ("CFG021", "CFG020"),
        f"{I1}/ibm-dro.yaml",
        ".",
    ),
    Defect(
        "nested copy",
        copy(f"{I1}/ibm-sls.yaml", f"{I1}/old/ibm-sls.yaml"),
        ("CFG021",),
        f"{I1}/old/ibm-sls.yaml",
        "merge-key",
    ),
    Defect(
        "nested base",
        copy(f"{I1}/ibm-mas-instance-base.yaml", f"{I1}/backup/ibm-mas-instance-base.yaml"),
        ("CFG021",),
        f"{I1}/backup/ibm-mas-instance-base.yaml",
        "merge-key",
    ),
    Defect(
        "nested cluster copy",
        copy(f"{A}/ibm-dro.yaml", f"{A}/backup/ibm-dro.yaml"),
        ("CFG021",),
        f"{A}/backup/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "base removed",
        remove(f"{I1}/ibm-mas-instance-base.yaml"),
        ("CFG022",),
        f"{I1}/ibm-sls.yaml|{I1}/ibm-db2u.yaml",
        "",
    ),
    Defect(
        "cluster base removed",
        remove(f"{B}/ibm-mas-cluster-base.yaml"),
        ("CFG022",),
        f"{B}/ibm-operator-catalog.yaml",
        "",
    ),
    Defect(
        "instance directory renamed",
        lambda root: (root / I3).rename(root / f"{B}/inst3-new"),
        ("CFG011",),
        f"{B}/inst3-new/ibm-mas-instance-base.yaml",
        "merge-key",
    ),
    Defect(
        "cluster directory renamed",
        lambda root: (root / B).rename(root / "dev/cluster-two"),
        ("CFG011",),
        "dev/cluster-two/ibm-mas-cluster-base.yaml",
        "merge-key",
    ),
    Defect(
        "instance at the level of clusters",
        lambda root: (root / I3).rename(root / "dev/inst3"),
        ("CFG020",),
        "dev/inst3/ibm-mas-instance-base.yaml",
    ),
    Defect(
        "upper case ending", move(f"{I1}/ibm-sls.yaml", f"{I1}/ibm-sls.YAML"), ("CFG020",), f"{I1}/ibm-sls.YAML", "."
    ),
    # ids
    Defect(
        "instance id",
        sub(f"{I1}/ibm-mas-instance-base.yaml", "id: inst1", "id: inst01"),
        ("CFG030",),
        f"{I1}/ibm-mas-instance-base.yaml",
        "id: inst01",
    ),
    Defect(
        "instance id upper",
        sub(f"{I1}/ibm-mas-instance-base.yaml", "id: inst1", "id: Inst1"),
        ("CFG030",),
        f"{I1}/ibm-mas-instance-base.yaml",
        "id: Inst1",
    ),
    Defect(
        "account id",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "id: dev", "id: development"),
        ("CFG030",),
        f"{A}/ibm-mas-cluster-base.yaml",
        "id: development",
    ),
    Defect(
        "cluster id",
        sub(f"{B}/ibm-mas-cluster-base.yaml", "id: cluster2", "id: cluster-2"),
        ("CFG030",),
        f"{B}/ibm-mas-cluster-base.yaml",
        "id: cluster-2",
    ),
    Defect(
        "cluster id in instance",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "id: cluster2", "id: cluster7"),
        ("CFG030",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "id: cluster7",
    ),
    Defect(
        "instance id missing",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "instance:\n  id: inst3\n", ""),
        ("CFG030",),
        f"{I3}/ibm-mas-instance-base.yaml",
    ),
    Defect(
        "instance id null",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "id: inst3", "id:"),
        ("CFG030",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "id:$",
    ),
    Defect(
        "cluster null",
        sub(
            f"{I3}/ibm-mas-instance-base.yaml",
            "cluster:\n  id: cluster2\n  url: https://api.cluster2.example.com:6443",
            "cluster:",
        ),
        ("CFG030",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "cluster:",
    ),
    Defect(
        "duplicate instance id",
        sub(f"{I2}/ibm-mas-instance-base.yaml", "id: inst2", "id: inst1"),
        ("CFG031",),
        f"{I2}/ibm-mas-instance-base.yaml",
        "id: inst1",
    ),
    Defect(
        "duplicate cluster id",
        sub(f"{B}/ibm-mas-cluster-base.yaml", "id: cluster2", "id: cluster1"),
        ("CFG031",),
        f"{B}/ibm-mas-cluster-base.yaml",
        "id: cluster1",
    ),
    Defect(
        "url differs",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "api.cluster2", "api.cluster9"),
        ("CFG032",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "url:",
    ),
    Defect(
        "url port differs",
        sub(f"{I3}/ibm-mas-instance-base.yaml", ":6443", ":443"),
        ("CFG032",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "url:",
    ),
    Defect(
        "region differs",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "id: us-east-1", "id: eu-west-1"),
        ("CFG032",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "id: eu-west-1",
        (),
    ),
    Defect(
        "url shared",
        both(
            sub(f"{B}/ibm-mas-cluster-base.yaml", "api.cluster2", "api.cluster1"),
            sub(f"{I3}/ibm-mas-instance-base.yaml", "api.cluster2", "api.cluster1"),
        ),
        ("CFG033",),
        f"{B}/ibm-mas-cluster-base.yaml",
        "url:",
    ),
    # blocks
    Defect(
        "block misspelt",
        sub(f"{I1}/ibm-db2u.yaml", "ibm_db2u:", "ibm_db2:"),
        ("CFG042",),
        f"{I1}/ibm-db2u.yaml",
        "ibm_db2:",
    ),
    Defect(
        "block with dashes",
        sub(f"{I2}/ibm-mas-suite.yaml", "ibm_mas_suite:", "ibm-mas-suite:"),
        ("CFG042",),
        f"{I2}/ibm-mas-suite.yaml",
        "ibm-mas-suite:",
    ),
    Defect(
        "base block misspelt",
        sub(f"{I3}/ibm-mas-instance-base.yaml", "region:", "regoin:"),
        ("CFG042",),
        f"{I3}/ibm-mas-instance-base.yaml",
        "regoin",
    ),
    Defect(
        "instance block in cluster file",
        sub(f"{A}/ibm-dro.yaml", "ibm_dro:", "ibm_mas_workspaces: []\n\nibm_dro:"),
        ("CFG040",),
        f"{A}/ibm-dro.yaml",
        "ibm_mas_workspaces",
    ),
    Defect(
        "block twice",
        sub(
            f"{I1}/ibm-mas-workspaces.yaml", "ibm_mas_workspaces:", "ibm_sls:\n  sls_channel: 3.x\nibm_mas_workspaces:"
        ),
        ("CFG040",),
        f"{I1}/ibm-mas-workspaces.yaml",
        "ibm_sls",
    ),
    Defect(
        "no effect",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "region:", "auto_delete: true\n\nregion:"),
        ("CFG041",),
        f"{A}/ibm-mas-cluster-base.yaml",
        "auto_delete",
    ),
    Defect(
        "change me",
        sub(f"{A}/ibm-dro.yaml", "dro_namespace: ibm-software-central", "dro_namespace: CHANGE_ME"),
        ("CFG050",),
        f"{A}/ibm-dro.yaml",
        "CHANGE_ME",
        ("VAL",),
    ),
    Defect(
        "shell variable",
        sub(f"{I1}/ibm-mas-suite.yaml", "domain: inst1.apps.cluster1.example.com", "domain: ${DOMAIN}"),
        ("CFG050",),
        f"{I1}/ibm-mas-suite.yaml",
        "DOMAIN",
        ("VAL",),
    ),
    Defect(
        "template",
        sub(
            f"{I1}/ibm-mas-suite.yaml",
            "domain: inst1.apps.cluster1.example.com",
            'domain: "{{ instance }}.example.com"',
        ),
        ("CFG050",),
        f"{I1}/ibm-mas-suite.yaml",
        "domain",
        ("VAL",),
    ),
    Defect(
        "account x",
        sub(f"{I1}/ibm-mas-suite.yaml", "123456789012", "xxxxxxxxxxxx"),
        ("CFG050",),
        f"{I1}/ibm-mas-suite.yaml",
        "xxxx",
    ),
    # values
    Defect("suite missing", remove(f"{I2}/ibm-mas-suite.yaml"), ("WAV008",), f"{I2}/ibm-mas-suite-configs.yaml", ""),
    Defect(
        "sm missing in cluster base",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "sm:", "zm:"),
        ("VAL", "CFG"),
        f"{A}/ibm-mas-cluster-base.yaml",
    ),
    Defect("db2u missing", remove(f"{I1}/ibm-db2u.yaml"), ("VAL",), f"{I1}/ibm-db2u-databases.yaml"),
    Defect(
        "install missing",
        remove(f"{I1}/ibm-mas-masapp-manage-install.yaml"),
        ("VAL", "REF003"),
        f"{I1}/ibm-mas-masapp-configs.yaml",
    ),
    Defect(
        "quoted false",
        sub(f"{I1}/ibm-mas-suite.yaml", "mas_feature_usage: true", 'mas_manual_cert_mgmt: "false"'),
        ("VAL",),
        f"{I1}/ibm-mas-suite.yaml",
        "mas_manual_cert_mgmt",
    ),
    Defect(
        "float channel",
        sub(f"{I1}/ibm-mas-suite.yaml", '"9.1.x"', "9.1"),
        ("VAL",),
        f"{I1}/ibm-mas-suite.yaml",
        "mas_channel",
    ),
    Defect(
        "misspelt key",
        sub(f"{I1}/ibm-mas-suite.yaml", "domain:", "domian:"),
        ("VAL",),
        f"{I1}/ibm-mas-suite.yaml",
        "domian",
    ),
    Defect(
        "null entry",
        sub(f"{I1}/ibm-mas-workspaces.yaml", "  - mas_workspace_id", "  -\n  - mas_workspace_id"),
        ("VAL",),
        f"{I1}/ibm-mas-workspaces.yaml",
        "-$",
    ),
    Defect(
        "rds name",
        sub(
            f"{I1}/ibm-db2u-databases.yaml",
            "db2_instance_name: db2wh-inst1-manage",
            "db2_instance_name: db2wh-inst1-yards",
        ),
        ("VAL",),
        f"{I1}/ibm-db2u-databases.yaml",
        "yards",
        ("REF", "SEC"),
    ),
    Defect(
        "name is missing",
        sub(f"{I1}/ibm-db2u-databases.yaml", "    db2_instance_name: db2wh-inst1-manage\n", ""),
        ("VAL",),
        f"{I1}/ibm-db2u-databases.yaml",
        ".",
        ("REF", "SEC"),
    ),
    Defect(
        "url malformed",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "https://api.cluster1", "api.cluster1"),
        ("VAL", "CFG032"),
        f"{A}/ibm-mas-cluster-base.yaml|{I1}/ibm-mas-instance-base.yaml",
        "url",
        ("CFG",),
    ),
    Defect(
        "size malformed",
        sub(f"{I1}/ibm-db2u-databases.yaml", "db2_data_storage_size: 100Gi", "db2_data_storage_size: 100GB"),
        ("VAL",),
        f"{I1}/ibm-db2u-databases.yaml",
        "100GB",
    ),
    Defect(
        "access mode",
        sub(
            f"{I1}/ibm-db2u-databases.yaml",
            "db2_data_storage_accessmode: ReadWriteOnce",
            "db2_data_storage_accessmode: ReadWriteOnly",
        ),
        ("VAL",),
        f"{I1}/ibm-db2u-databases.yaml",
        "ReadWriteOnly",
    ),
    Defect(
        "install plan",
        sub(f"{I1}/ibm-sls.yaml", "sls_install_plan: Automatic", "sls_install_plan: Auto"),
        ("VAL",),
        f"{I1}/ibm-sls.yaml",
        "Auto$",
    ),
    Defect(
        "namespace missing",
        sub(f"{A}/ibm-dro.yaml", "  dro_namespace: ibm-software-central\n", ""),
        ("VAL",),
        f"{A}/ibm-dro.yaml",
    ),
    # references
    Defect(
        "workspace unknown",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "mas_workspace_id: main", "mas_workspace_id: mian"),
        ("REF001",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "mian",
        ("REF010",),
    ),
    Defect(
        "app namespace",
        sub(f"{I1}/ibm-mas-masapp-manage-install.yaml", "mas-inst1-manage", "mas-inst1-mange"),
        ("REF002",),
        f"{I1}/ibm-mas-masapp-manage-install.yaml",
        "mange",
    ),
    Defect(
        "db2 namespace",
        sub(f"{I1}/ibm-db2u-databases.yaml", "db2_namespace: db2u-inst1", "db2_namespace: db2u"),
        ("REF004",),
        f"{I1}/ibm-db2u-databases.yaml",
        "db2_namespace",
    ),
    Defect(
        "jdbc type",
        sub(f"{I1}/ibm-mas-suite-configs.yaml", "    jdbc_type: incluster-db2\n", ""),
        ("REF005",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "jdbc-wsapp",
    ),
    Defect(
        "jdbc database",
        sub(
            f"{I1}/ibm-mas-suite-configs.yaml",
            "jdbc_instance_name: db2wh-inst1-manage",
            "jdbc_instance_name: db2wh-inst1-mange",
        ),
        ("REF005",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "mange",
    ),
    Defect(
        "chart",
        sub(
            f"{I1}/ibm-mas-suite-configs.yaml",
            "mas_config_chart: ibm-mas-bas-config",
            "mas_config_chart: ibm-bas-config",
        ),
        ("REF006",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "ibm-bas-config",
    ),
    Defect(
        "scope",
        sub(f"{I1}/ibm-mas-suite-configs.yaml", "mas_config_scope: wsapp", "mas_config_scope: workspace"),
        ("REF007",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "scope: workspace",
        ("REF010",),
    ),
    Defect(
        "label",
        sub(f"{I1}/ibm-mas-suite-configs.yaml", "mas.ibm.com/instanceId: inst1", "mas.ibm.com/instanceId: inst2"),
        ("REF007",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "instanceId",
    ),
    Defect(
        "config name collides",
        sub(f"{I2}/ibm-mas-suite-configs.yaml", '"inst2-mongo-system"', '"inst1-mongo-system"'),
        ("REF009", "REF008"),
        f"{I2}/ibm-mas-suite-configs.yaml",
        "inst1-mongo",
        ("REF008", "REF009"),
    ),
    Defect(
        "catalog unknown",
        sub(f"{A}/ibm-operator-catalog.yaml", "v9-260326-amd64", "v9-260327-amd64"),
        ("REF",),
        f"{A}/ibm-operator-catalog.yaml",
        "260327",
    ),
    Defect(
        "channel not in catalog",
        sub(f"{I1}/ibm-mas-suite.yaml", '"9.1.x"', '"9.7.x"'),
        ("REF",),
        f"{I1}/ibm-mas-suite.yaml",
        "9.7.x",
    ),
    Defect(
        "app channel",
        sub(f"{I1}/ibm-mas-masapp-manage-install.yaml", '"9.1.x"', '"8.7.x"'),
        ("REF",),
        f"{I1}/ibm-mas-masapp-manage-install.yaml",
        "8.7.x",
    ),
    # secrets
    Defect(
        "colon",
        sub(f"{I1}/ibm-sls.yaml", "license#license_file", "license:license_file"),
        ("SEC001",),
        f"{I1}/ibm-sls.yaml",
        "license_file",
    ),
    Defect(
        "field",
        sub(f"{I1}/ibm-mas-suite-configs.yaml", "dro#dro_url", "dro#url"),
        ("SEC011",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "dro#url",
    ),
    Defect(
        "other instance",
        sub(f"{I1}/ibm-sls.yaml", "inst1/license", "inst2/license"),
        ("SEC020",),
        f"{I1}/ibm-sls.yaml",
        "inst2/license",
    ),
    Defect(
        "aws account",
        sub(f"{I1}/ibm-sls.yaml", "123456789012", "123456789013"),
        ("SEC022",),
        f"{I1}/ibm-sls.yaml",
        "123456789013",
    ),
    Defect(
        "aws region",
        sub(f"{I1}/ibm-sls.yaml", "us-east-1", "us-west-1"),
        ("SEC021",),
        f"{I1}/ibm-sls.yaml",
        "us-west-1",
    ),
    Defect(
        "hooks off",
        sub(f"{A}/ibm-dro.yaml", "run_sync_hooks: true", "run_sync_hooks: false"),
        ("SEC012",),
        f"{I1}/ibm-mas-suite-configs.yaml|{A}/ibm-dro.yaml",
        "",
    ),
    Defect("dro file gone", remove(f"{A}/ibm-dro.yaml"), ("SEC01",), f"{I1}/ibm-mas-suite-configs.yaml", ""),
    Defect(
        "plaintext",
        sub(
            f"{I1}/ibm-sls.yaml",
            f'"<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:{A}/mongo#password>"',
            "Passw0rd!xyz",
        ),
        ("SEC03",),
        f"{I1}/ibm-sls.yaml",
        "Passw0rd",
    ),
    # one cause, one finding
    Defect(
        "namespace that was never filled in",
        sub(f"{A}/ibm-dro.yaml", "dro_namespace: ibm-software-central", "dro_namespace: TBD"),
        ("CFG050",),
        f"{A}/ibm-dro.yaml",
        "TBD",
    ),
    Defect(
        "misspelt switch of a writer",
        sub(f"{A}/ibm-dro.yaml", "run_sync_hooks", "run_sync_hook"),
        ("VAL010",),
        f"{A}/ibm-dro.yaml",
        "run_sync_hook:",
    ),
    Defect(
        "switch of a writer missing",
        sub(f"{A}/ibm-dro.yaml", "  run_sync_hooks: true\n", ""),
        ("SEC012",),
        f"{A}/ibm-dro.yaml",
        "ibm_dro:",
    ),
    Defect(
        "block of a writer missing",
        write(f"{A}/ibm-dro.yaml", f'merge-key: "{A}"\n'),
        ("SEC012",),
        f"{A}/ibm-dro.yaml",
        "merge-key",
    ),
    Defect(
        "block that others need missing",
        write(f"{I1}/ibm-db2u.yaml", f'merge-key: "{I1}"\n'),
        ("VAL001",),
        f"{I1}/ibm-db2u.yaml",
        "merge-key",
    ),
    Defect(
        "install block missing",
        write(f"{I1}/ibm-mas-masapp-manage-install.yaml", f'merge-key: "{I1}"\n'),
        ("VAL001", "REF003"),
        f"{I1}/ibm-mas-masapp-manage-install.yaml",
        "merge-key",
    ),
    Defect(
        "block of ids misspelt",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "account:", "acount:"),
        ("CFG042",),
        f"{A}/ibm-mas-cluster-base.yaml",
        "acount",
    ),
    Defect(
        "list around a block",
        sub(f"{A}/ibm-operator-catalog.yaml", "  mas_catalog_version", "  - mas_catalog_version"),
        ("CFG001",),
        f"{A}/ibm-operator-catalog.yaml",
        "",
    ),
    Defect(
        "key on the level above",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "  id: dev", "id: dev"),
        ("CFG030",),
        f"{A}/ibm-mas-cluster-base.yaml",
        "account:",
    ),
    Defect(
        "broken placeholder in one of two bases",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "#sm_aws_access_key_id", ":sm_aws_access_key_id"),
        ("SEC001",),
        f"{A}/ibm-mas-cluster-base.yaml",
        ":sm_aws",
    ),
    Defect(
        "namespace of the Db2 operator",
        sub(f"{I1}/ibm-db2u.yaml", "db2u-inst1", "db2u-isnt1"),
        ("REF004",),
        f"{I1}/ibm-db2u.yaml",
        "isnt1",
    ),
    Defect(
        "id of a configured application",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "mas_app_id: manage", "mas_app_id: mange"),
        ("VAL031",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "mange",
    ),
    Defect(
        "application of a database",
        sub(f"{I1}/ibm-db2u-databases.yaml", "mas_application_id: manage", "mas_application_id: mange"),
        ("REF003", "REF005"),
        f"{I1}/ibm-db2u-databases.yaml",
        "mange",
    ),
    Defect(
        "number for an application",
        sub(f"{I1}/ibm-db2u-databases.yaml", "mas_application_id: manage", "mas_application_id: [manage]"),
        ("VAL", "REF005"),
        f"{I1}/ibm-db2u-databases.yaml",
        "manage",
    ),
    # values that are missing
    Defect(
        "entitlement key missing",
        sub(f"{I1}/ibm-mas-suite.yaml", "  ibm_entitlement_key:", "  # ibm_entitlement_key:"),
        ("VAL014",),
        f"{I1}/ibm-mas-suite.yaml",
        "ibm_mas_suite",
    ),
    Defect(
        "entitlement key empty",
        sub(f"{A}/ibm-operator-catalog.yaml", '  ibm_entitlement_key: "<path', '  ibm_entitlement_key: #"<path'),
        ("VAL014",),
        f"{A}/ibm-operator-catalog.yaml",
        "ibm_entitlement_key",
    ),
    Defect(
        "one of two keys to the secret store",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "  aws_secret_access_key:", "  # aws_secret_access_key:"),
        ("VAL014",),
        f"{A}/ibm-mas-cluster-base.yaml",
        "sm:",
    ),
    Defect(
        "size of a volume missing",
        sub(f"{I1}/ibm-db2u-databases.yaml", "    db2_logs_storage_size: 100Gi\n", ""),
        ("VAL014",),
        f"{I1}/ibm-db2u-databases.yaml",
        "mas_application_id",
    ),
    Defect(
        "class of a volume missing",
        sub(f"{I1}/ibm-db2u-databases.yaml", "    db2_backup_storage_class: efs-sc\n", ""),
        ("VAL014",),
        f"{I1}/ibm-db2u-databases.yaml",
        "mas_application_id",
    ),
    Defect(
        "name of a database missing",
        sub(f"{I1}/ibm-db2u-databases.yaml", "    db2_dbname: BLUDB\n", ""),
        ("VAL014",),
        f"{I1}/ibm-db2u-databases.yaml",
        "mas_application_id",
    ),
    Defect(
        "hosts of MongoDB missing",
        sub(f"{I1}/ibm-sls.yaml", "  mongo_spec:", "  mongo_specs:"),
        ("VAL010",),
        f"{I1}/ibm-sls.yaml",
        "mongo_specs",
    ),
    Defect(
        "no binding",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "      bindings:\n        jdbc: workspace-application\n", ""),
        ("REF010",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "mas_appws_spec",
    ),
    # values of another form
    Defect(
        "kind of a workspace",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "ManageWorkspace", "ManageWorkSpace"),
        ("REF014",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "WorkSpace",
    ),
    Defect(
        "API of an application",
        sub(f"{I1}/ibm-mas-masapp-manage-install.yaml", "apps.mas.ibm.com/v1", "app.mas.ibm.com/v1"),
        ("REF014",),
        f"{I1}/ibm-mas-masapp-manage-install.yaml",
        "app.mas",
    ),
    Defect(
        "names of a database differ",
        sub(
            f"{I1}/ibm-suite-configs.yaml".replace("ibm-suite", "ibm-mas-suite"),
            "db2_dbname: BLUDB",
            "db2_dbname: BLDUB",
        ),
        ("REF005",),
        f"{I1}/ibm-mas-suite-configs.yaml",
        "BLDUB",
    ),
    Defect(
        "list for a text",
        sub(f"{I1}/ibm-sls.yaml", "sls_channel: 3.x", "sls_channel: [3.x]"),
        ("VAL021",),
        f"{I1}/ibm-sls.yaml",
        "3.x",
    ),
    Defect(
        "space at the end",
        sub(f"{I1}/ibm-db2u-databases.yaml", "db2_meta_storage_size: 100Gi", 'db2_meta_storage_size: "100Gi "'),
        ("VAL047",),
        f"{I1}/ibm-db2u-databases.yaml",
        '"100Gi "',
    ),
    Defect(
        "label that is a boolean",
        sub(f"{A}/ibm-mas-cluster-base.yaml", "team: reliability", "team: yes"),
        ("VAL045", "CFG006"),
        f"{A}/ibm-mas-cluster-base.yaml",
        "team",
    ),
    Defect(
        "setting of Manage misspelt",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "dbSchema", "dbShcema"),
        ("VAL048",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "dbShcema",
    ),
    Defect(
        "switch of Manage quoted",
        sub(f"{I1}/ibm-mas-masapp-configs.yaml", "demodata: false", 'demodata: "false"'),
        ("VAL041",),
        f"{I1}/ibm-mas-masapp-configs.yaml",
        "demodata",
    ),
    Defect(
        "parameter of Db2 misspelt",
        sub(f"{I1}/ibm-db2u-databases.yaml", "LOCKTIMEOUT", "LOCKTIMOUT"),
        ("VAL048",),
        f"{I1}/ibm-db2u-databases.yaml",
        "LOCKTIMOUT",
    ),
    Defect(
        "registry misspelt",
        sub(f"{I1}/ibm-mas-suite.yaml", "icr_cp: cp.icr.io/cp", "icr_cp: cp.irc.io/cp"),
        ("VAL031",),
        f"{I1}/ibm-mas-suite.yaml",
        "irc",
    ),
    Defect(
        "version of Db2",
        sub(f"{I1}/ibm-db2u-databases.yaml", "s11.5.9.0-cn1", "s11.5..0-cn1"),
        ("VAL031",),
        f"{I1}/ibm-db2u-databases.yaml",
        "s11.5",
    ),
    Defect(
        "placeholder without its colon",
        sub(
            f"{I1}/ibm-sls.yaml",
            "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/inst1/license",
            "<path arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/inst1/license",
        ),
        ("SEC001",),
        f"{I1}/ibm-sls.yaml",
        "<path arn",
    ),
]


@pytest.mark.parametrize("defect", [pytest.param(d, id=d.name) for d in DEFECTS])
def test_an_injected_defect_is_found_in_its_place(defect: Defect, tmp_path: Path) -> None:
    root = lay(tmp_path / "repo", {})
    defect.edit(root)
    report = lint(Request(path=str(root), isolated=True))
    assert not report.crashes, report.crashes[0].traceback
    shown = "\n".join(f"{f.path}:{f.span.line} {f.severity} {f.rule} {f.message}" for f in report.findings)
    matching = [
        f for f in report.findings if f.rule.startswith(defect.codes) and re.fullmatch(f"({defect.path}).*", f.path)
    ]
    assert matching, f"not found; instead:\n{shown}"
    if defect.line:
        lines = {f.path: (root / f.path).read_text().split("\n") for f in matching}
        assert any(re.search(defect.line, lines[f.path][f.span.line - 1]) for f in matching), f"wrong line:\n{shown}"
    other = [
        f
        for f in report.findings
        if f.severity != "note" and f not in matching and not f.rule.startswith((*defect.codes, *defect.others))
    ]
    assert not other, f"also said:\n{shown}"


def test_the_clean_example_is_silent() -> None:
    report = lint(Request(path="examples/clean", isolated=True))
    assert report.findings == ()
