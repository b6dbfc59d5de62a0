"""Paths in reports can be opened by who reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.cli.prefix import path_prefix


def test_paths_count_from_where_the_reader_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo" / "config"
    (root / "dev").mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert path_prefix(str(root), "full") == "repo/config/"
    assert path_prefix(str(root), "sarif") == "config/"
    assert path_prefix(str(root), "json") == ""
    monkeypatch.chdir(root)
    assert path_prefix(str(root), "concise") == ""
    assert path_prefix(str(root), "github") == "config/"
    monkeypatch.chdir(root / "dev")
    assert path_prefix(str(root), "full") == f"{root}/"


def test_without_a_git_repository_services_get_paths_from_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    monkeypatch.chdir(tmp_path)
    assert path_prefix(str(tmp_path / "config"), "gitlab") == "config/"
    monkeypatch.chdir("/")
    assert path_prefix("/nowhere/config", "gitlab") == "nowhere/config/"
    monkeypatch.chdir(tmp_path)
    assert path_prefix("/nowhere/config", "gitlab") == ""
