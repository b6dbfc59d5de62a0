"""Shared by all tests: config repos on disk."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

# A property that fails once in a thousand runs must be found at a desk, not stop an unrelated change.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

ROOT = Path(__file__).resolve().parent.parent
CLEAN = ROOT / "examples" / "clean"

MakeRepo = Callable[..., Path]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave what forks to `test_forks.py` where this process must not."""
    from masgitops_lint.repo.child_process import can_fork

    if item.get_closest_marker("forks") is not None and not can_fork():
        pytest.skip("this process cannot be forked: tests/test_forks.py runs what does in one of its own")


def lay(
    target: Path, files: Mapping[str, str | bytes], remove: tuple[str, ...] = (), base: Path | None = CLEAN
) -> Path:
    """A config repo at `target`: a copy of `base` with files laid over it and others removed."""
    if base is not None:
        shutil.copytree(base, target, dirs_exist_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    for path in remove:
        (target / path).unlink()
    for path, content in files.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return target


@pytest.fixture
def make_repo(tmp_path: Path) -> MakeRepo:
    """Lay files over the clean example repo in a directory of this test's own."""

    def make(
        files: Mapping[str, str | bytes] | None = None, *, remove: tuple[str, ...] = (), base: Path | None = CLEAN
    ) -> Path:
        return lay(tmp_path / "repo", files or {}, remove, base)

    return make


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No settings from outside, and a cache of each test's own: a test must not see what another one did."""
    for name in list(os.environ):
        if name.startswith("MAS_LINT_") and name != "MAS_LINT_CHARTS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAS_LINT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / f"cache-{next(_numbers)}"))
