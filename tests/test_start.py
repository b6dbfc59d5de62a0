"""What a start imports. Modules are counted, not seconds: a machine's mood changes neither."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CLEAN, ROOT

HEAVY = (
    "networkx",
    "pydantic",
    "rich",
    "jsonschema",
    "ruamel",
    "helm_python",
    "detect_secrets",
    "semantic_version",
    "importlib.resources",
    "importlib.metadata",
    "multiprocessing",
    "concurrent.futures",
    "asyncio",
    "tempfile",
    "xml",
)
"""What an ordinary run must not import: each costs more than reading an instance does."""

COUNT = """
import sys
before = set(sys.modules)
from masgitops_lint.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(end.code)
names = sorted(name for name in set(sys.modules) - before if not name.startswith("masgitops_lint_rule_"))
print(sum(name.startswith("masgitops_lint") for name in names), len(names), *names)
"""


def imported(*arguments: str, cwd: Path = ROOT) -> tuple[int, int, list[str]]:
    """Modules of the package (rules aside), modules altogether, and their names, of one run of the command line."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{COUNT}", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    code, counts = done.stdout.splitlines()[-2:]
    assert code in ("0", "None"), done.stdout + done.stderr
    own, total, *names = counts.split()
    return int(own), int(total), names


@pytest.mark.parametrize(
    ("arguments", "most_own", "most"),
    [
        (("--version",), 6, 100),
        (("explain", "CFG001"), 28, 140),
        ((str(CLEAN / "dev" / "cluster1" / "inst1"), "--isolated", "--no-cache"), 150, 300),
    ],
    ids=["version", "explain", "one instance"],
)
def test_a_start_imports_little(arguments: tuple[str, ...], most_own: int, most: int) -> None:
    own, total, names = imported(*arguments)
    assert own <= most_own, own
    assert total <= most, total
    assert [name for name in names if name.split(".")[0] in HEAVY or name in HEAVY] == []


def test_a_known_report_needs_no_yaml(tmp_path: Path) -> None:
    run = (str(CLEAN / "dev" / "cluster1" / "inst1"), "--isolated", "--cache-dir", str(tmp_path))
    imported(*run)
    assert not [name for name in imported(*run)[2] if name.split(".")[0] == "yaml"]


def test_a_version_needs_no_yaml() -> None:
    assert not [name for name in imported("--version")[2] if name.split(".")[0] == "yaml"]
