"""A correct repo with most of the optional blocks is silent, however it is written, and so are its variations."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from masgitops_lint.app import Request, lint

VARIED = Path(__file__).parent / "data" / "varied"
INSTANCE = "prod/ocp1/inst1"
SETTINGS = """\
secrets:
  declared:
    - path: "{account}/{cluster}/{instance}/jdbccfg"
    - path: "{account}/{cluster}/{instance}/wx"
"""

Vary = Callable[[Path], None]


def _each(change: Callable[[str], str], pattern: str = "**/*.yaml") -> Vary:
    def vary(root: Path) -> None:
        for file in root.glob(pattern):
            file.write_text(change(file.read_text()))

    return vary


def _flow(text: str) -> str:
    return yaml.safe_dump(yaml.safe_load(text), default_flow_style=True, width=10**6)


def _sorted(text: str) -> str:
    return yaml.safe_dump(yaml.safe_load(text))


def _external(root: Path) -> None:
    for name in ("ibm-db2u", "ibm-db2u-databases"):
        (root / INSTANCE / f"{name}.yaml").unlink()
    file = root / INSTANCE / "ibm-mas-suite-configs.yaml"
    text = file.read_text().replace("jdbc_type: incluster-db2", "jdbc_type: external")
    file.write_text(text.replace("db2wh-inst1-", "ext-"))


def _second_instance(root: Path) -> None:
    shutil.copytree(root / INSTANCE, root / "prod/ocp1/inst2")
    _each(lambda text: text.replace("inst1", "inst2"), "prod/ocp1/inst2/*.yaml")(root)


def _mongo(provider: str) -> Vary:
    def change(text: str) -> str:
        return re.sub(r"  docdb_.*\n", "", text).replace("mongodb_provider: aws", f"mongodb_provider: {provider}")

    return _each(change, f"{INSTANCE}/ibm-sls.yaml")


VARIATIONS: dict[str, Vary] = {
    "as it is": lambda root: None,
    "flow style": _each(_flow),
    "sorted keys": _each(_sorted),
    "marks and line ends of DOS": _each(lambda text: "---\r\n# config\r\n" + text.replace("\n", "\r\n")),
    "databases outside the cluster": _external,
    "a second instance": _second_instance,
    "MongoDB from a file": _mongo("yaml"),
    "no provider of MongoDB": _mongo('""'),
    "another store": _each(
        lambda text: re.sub(r"arn:aws:secretsmanager:us-east-1:123456789012:secret:", "secret/data/", text)
    ),
}


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_correct_repo_is_silent(name: str, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    shutil.copytree(VARIED, root)
    VARIATIONS[name](root)
    config = tmp_path / "settings.yaml"
    config.write_text(SETTINGS)
    report = lint(Request(path=str(root), config=str(config)))
    assert not report.crashes, report.crashes[0].traceback
    said = [one for one in report.findings if one.severity != "note"]
    assert not said, "\n".join(f"{one.path}:{one.span.line} {one.rule} {one.message}" for one in said)
    assert report.summary.applications > 60
