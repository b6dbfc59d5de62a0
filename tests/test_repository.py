"""A repository parses each file once and never raises for one that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from masgitops_lint.repo.limits import MAX_READ
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for name, text in {
        "a.yaml": "a: 1\n",
        "x/a.yaml": "a: 2\n",
        "x/b.yml": "b: 1\n",
        "c.txt": "c\n",
        "d.YAML": "d\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return Repository(WorkingTree(str(tmp_path)))


def test_paths(repository: Repository) -> None:
    assert repository.paths == ("a.yaml", "c.txt", "d.YAML", "x/a.yaml", "x/b.yml")
    assert repository.yaml_paths == ("a.yaml", "x/a.yaml", "x/b.yml")
    assert repository.by_basename["a.yaml"] == ("a.yaml", "x/a.yaml")
    assert "x/b.yml" in repository.path_set


def test_documents_are_parsed_once(repository: Repository) -> None:
    document = repository.document("x/a.yaml")
    assert document.data == {"a": 2}
    assert repository.document("x/a.yaml") is document
    assert [d.path for d in repository.documents_named("a.yaml")] == ["a.yaml", "x/a.yaml"]
    assert repository.documents_named("nope") == ()


def test_what_cannot_be_read_is_a_document_with_a_problem(repository: Repository) -> None:
    os.unlink(os.path.join(repository.snapshot.root, "a.yaml"))
    for path in ("nope.yaml", "a.yaml"):
        document = repository.document(path)
        assert [problem.kind for problem in document.problems] == ["unreadable"]
        assert not document.ok
        assert document.data is None


def test_a_huge_file_is_a_document_with_a_problem(tmp_path: Path) -> None:
    with open(tmp_path / "huge.yaml", "wb") as file:
        file.truncate(MAX_READ + 1)
    document = Repository(WorkingTree(str(tmp_path))).document("huge.yaml")
    assert [problem.kind for problem in document.problems] == ["too-large"]


def test_excluded_paths_are_as_good_as_absent(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.yaml").write_text("a: 1\n")
    (tmp_path / "b.yaml").write_text("b: 1\n")
    repository = Repository(WorkingTree(str(tmp_path)), lambda path: path.startswith("x/"))
    assert repository.paths == ("b.yaml",)
    assert repository.by_basename == {"b.yaml": ("b.yaml",)}
