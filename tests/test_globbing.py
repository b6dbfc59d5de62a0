"""The two globbing modes of git generators, the first against git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masgitops_lint.argocd.globbing import (
    GlobError,
    doublestar,
    git_pathspec,
    list_directories,
    list_files,
    path_match,
)

PATHS = sorted(
    [
        "base.yaml",
        "a/base.yaml",
        "a/x/base.yaml",
        "a/x/y/base.yaml",
        "a/.hid/base.yaml",
        "ab/c",
        "ab/d.yaml",
        "B/base.yaml",
    ]
)


@pytest.fixture(scope="module")
def git_repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("globs")
    for path in PATHS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    return root


def by_git(root: Path, pattern: str) -> list[str] | None:
    done = subprocess.run(
        ["git", "ls-files", "--full-name", "-z", "--", pattern], cwd=root, capture_output=True, check=False
    )
    return sorted(filter(None, done.stdout.decode().split("\0"))) if done.returncode == 0 else None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a/*/base.yaml", ["a/.hid/base.yaml", "a/x/base.yaml", "a/x/y/base.yaml"]),
        ("**/base.yaml", ["B/base.yaml", "a/.hid/base.yaml", "a/base.yaml", "a/x/base.yaml", "a/x/y/base.yaml"]),
        ("a", [path for path in PATHS if path.startswith("a/")]),
        ("a/", [path for path in PATHS if path.startswith("a/")]),
        ("./a/base.yaml", ["a/base.yaml"]),
        ("{a,b}/base.yaml", []),
        ("?b/c", ["ab/c"]),
        ("[ab]/base.yaml", ["a/base.yaml"]),
        ("A/*", []),
        ("a/.", [path for path in PATHS if path.startswith("a/")]),
        ("*/.", []),
        ("*/..", PATHS),
        (":!a", [path for path in PATHS if not path.startswith("a/")]),
        (":(glob)a/*/base.yaml", ["a/.hid/base.yaml", "a/x/base.yaml"]),
        (":(icase)b/base.yaml", ["B/base.yaml"]),
    ],
)
def test_greedy_globbing_is_a_git_pathspec(git_repo: Path, pattern: str, expected: list[str]) -> None:
    assert git_pathspec(pattern, PATHS) == expected
    assert by_git(git_repo, pattern) == expected


@pytest.mark.parametrize("pattern", ["/a/base.yaml", "../x", "", "a/../../x"])
def test_git_dies_on_patterns_outside_the_repo(git_repo: Path, pattern: str) -> None:
    with pytest.raises(GlobError):
        git_pathspec(pattern, PATHS)
    assert by_git(git_repo, pattern) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["a", "x", "b", "*", "**", "?", "/", "[a-x]", "[!a]", ".", "base.yaml", "\\a"]), max_size=6
    )
)
def test_greedy_globbing_agrees_with_git(git_repo: Path, parts: list[str]) -> None:
    pattern = "".join(parts)
    expected = by_git(git_repo, pattern)
    if expected is None:
        with pytest.raises(GlobError):
            git_pathspec(pattern, PATHS)
    else:
        assert git_pathspec(pattern, PATHS) == expected
        assert list_files(pattern, PATHS) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a/*/base.yaml", ["a/.hid/base.yaml", "a/x/base.yaml"]),
        (
            "**/base.yaml",
            ["B/base.yaml", "a/.hid/base.yaml", "a/base.yaml", "a/x/base.yaml", "a/x/y/base.yaml", "base.yaml"],
        ),
        ("a/**/base.yaml", ["a/.hid/base.yaml", "a/base.yaml", "a/x/base.yaml", "a/x/y/base.yaml"]),
        ("{a,B}/base.yaml", ["B/base.yaml", "a/base.yaml"]),
        ("/a/base.yaml", ["a/base.yaml"]),
        ("ab/*.yaml", ["ab/d.yaml"]),
        ("nope/*", []),
    ],
)
def test_strict_globbing_stays_in_one_segment(pattern: str, expected: list[str]) -> None:
    assert doublestar(pattern, PATHS) == expected
    assert list_files(pattern, PATHS, "strict") == expected


@pytest.mark.parametrize("pattern", ["a/**", "a/*", "[a", "{a"])
def test_strict_globbing_fails_on_directories_and_bad_patterns(pattern: str) -> None:
    with pytest.raises(GlobError):
        doublestar(pattern, PATHS)


def test_directories_are_matched_by_segment_and_hidden_ones_left_out() -> None:
    assert list_directories(["*"], [], PATHS) == ["B", "a", "ab"]
    assert list_directories(["a/*"], [], PATHS) == ["a/x"]
    assert list_directories(["**"], ["ab"], PATHS) == ["B", "a"]
    assert list_directories(["[!a]*", "a/*/*"], [], PATHS) == ["a", "a/x/y", "ab"]
    assert list_directories(["nope"], [], PATHS) == []
    assert path_match("[^a]", "B")
    assert not path_match("a[", "a[")
