"""Where a plan points: at the key that was changed, in the file that is still there."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint

from .conftest import CLEAN, lay

SLS = "dev/cluster1/inst1/ibm-sls.yaml"
DRO = "dev/cluster1/ibm-dro.yaml"
SETTINGS = 'argocd-version: "3.0"\naccounts:\n  dev:\n    auto_delete: true\n'


def found(tmp_path: Path, path: str, old: str, new: str) -> list[tuple[str, str, str]]:
    """PRN findings of a change: rule, file and the text of the line."""
    text = (CLEAN / path).read_text()
    assert old in text
    root = lay(tmp_path / "head", {path: text.replace(old, new, 1)})
    config = tmp_path / "settings.yaml"
    config.write_text(SETTINGS)
    report = lint(Request(path=str(root), base=str(CLEAN), config=str(config), select=("PRN",)))
    assert not report.crashes
    lines = (root / path).read_text().split("\n")
    return [(one.rule, one.path, lines[one.span.line - 1].strip()) for one in report.findings]


@pytest.mark.parametrize(
    ("path", "old", "new", "rule", "line"),
    [
        (SLS, "  icr_cp_open", '  ibm_customer_number: "1"\n  icr_cp_open', "PRN001", 'ibm_customer_number: "1"'),
        (SLS, 'inst1"', 'inst11"', "PRN001", 'merge-key: "dev/cluster1/inst11"'),
        (DRO, "run_sync_hooks: true", "run_sync_hooks: false", "PRN007", "run_sync_hooks: false"),
    ],
)
def test_the_changed_key_is_the_place(tmp_path: Path, path: str, old: str, new: str, rule: str, line: str) -> None:
    assert found(tmp_path, path, old, new) == [(rule, path, line)]


def test_a_comment_is_no_change(tmp_path: Path) -> None:
    assert found(tmp_path, DRO, "ibm_dro:", "# why\nibm_dro:") == []
