"""Tests that fork, each file in a process of its own: one that has loaded Helm for other tests must not be forked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(
    path.name
    for path in HERE.glob("test_*.py")
    if path.name != Path(__file__).name and "pytest.mark.forks" in path.read_text(encoding="utf-8")
)
CAN_FORK = "import sys; from masgitops_lint.repo.child_process import can_fork; sys.exit(not can_fork())"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=HERE.parent, timeout=300
    )


@pytest.fixture(scope="module")
def _here() -> None:
    if python("-c", CAN_FORK).returncode:
        pytest.skip("one process is all there is here")


def test_there_are_some() -> None:
    assert len(FILES) >= 4


@pytest.mark.slow
@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("file", FILES)
def test_what_forks(file: str) -> None:
    options = ("-m", "forks", "-p", "no:xdist", "-p", "no:cacheprovider", "-rs")
    done = python("-m", "pytest", *options, str(HERE / file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout, done.stdout
