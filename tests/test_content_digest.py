"""What is in the files of a tree, found by one process or by several."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from masgitops_lint.repo import child_process, content_digest
from masgitops_lint.repo.child_process import can_fork
from masgitops_lint.repo.content_digest import content_of, known_content, look_ahead
from masgitops_lint.repo.snapshot import WorkingTree


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkingTree:
    """Seven files, which are many here, one of them with a name that is no UTF-8 where the system allows it."""
    monkeypatch.setattr(content_digest, "_MANY", 3)
    for number in range(6):
        (tmp_path / f"{number}.yaml").write_text(f"number: {number}\n")
    with open(os.fsencode(tmp_path) + (b"/\xff.yaml" if os.name == "posix" else b"/z.yaml"), "w") as stream:
        stream.write("a: 1\n")
    return WorkingTree(str(tmp_path))


@pytest.mark.skipif(not can_fork(), reason="one process is all there is here")
@pytest.mark.parametrize("jobs", [2, 3, 9])
def test_several_processes_find_what_one_finds(tree: WorkingTree, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [*tree.paths(), "missing.yaml"]
    expected = content_of(WorkingTree(tree.root), paths)
    look_ahead(tree, paths, jobs)
    assert known_content(tree).keys() == set(paths)
    monkeypatch.setattr(content_digest, "_of_file", None)
    assert content_of(tree, paths) == expected


def test_what_a_child_does_not_find_comes_later(tree: WorkingTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "start", lambda produce: None)
    expected = content_of(WorkingTree(tree.root), tree.paths())
    look_ahead(tree, tree.paths(), 2)
    assert 0 < len(known_content(tree)) < len(tree.paths())
    assert content_of(tree, tree.paths()) == expected


def test_few_files_and_one_process_wait(tree: WorkingTree) -> None:
    look_ahead(tree, tree.paths()[:2], 2)
    look_ahead(tree, tree.paths(), 1)
    assert known_content(tree) == {}
