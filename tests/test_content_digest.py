"""What is in the files of a tree, found by one process or by several."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from masgitops_lint.repo import child_process, content_digest
from masgitops_lint.repo.content_digest import Contents, content_of, contents_of
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings.result_store import ResultStore
from masgitops_lint.settings.seen_files import SeenFiles


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkingTree:
    """Seven files, which are many here, one of them with a name that is no UTF-8 where the system allows it."""
    monkeypatch.setattr(content_digest, "_MANY", 3)
    for number in range(6):
        (tmp_path / f"{number}.yaml").write_text(f"number: {number}\n")
    with open(os.fsencode(tmp_path) + (b"/\xff.yaml" if os.name == "posix" else b"/z.yaml"), "w") as stream:
        stream.write("a: 1\n")
    return WorkingTree(str(tmp_path))


@pytest.mark.forks
@pytest.mark.parametrize("jobs", [2, 3, 9])
def test_several_processes_find_what_one_finds(tree: WorkingTree, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [*tree.paths(), "missing.yaml"]
    expected = content_of(WorkingTree(tree.root), paths)
    contents_of(tree).look_ahead(paths, jobs)
    assert contents_of(tree).found.keys() == set(paths)
    monkeypatch.setattr(content_digest, "_of_file", None)
    assert content_of(tree, paths) == expected


def test_what_a_child_does_not_find_comes_later(tree: WorkingTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "start", lambda produce: None)
    expected = content_of(WorkingTree(tree.root), tree.paths())
    contents_of(tree).look_ahead(tree.paths(), 2)
    assert 0 < len(contents_of(tree).found) < len(tree.paths())
    assert content_of(tree, tree.paths()) == expected


def test_few_files_and_one_process_wait(tree: WorkingTree) -> None:
    contents_of(tree).look_ahead(tree.paths()[:2], 2)
    contents_of(tree).look_ahead(tree.paths(), 1)
    assert contents_of(tree).found == {}


# --- an earlier run's word


@pytest.fixture
def passed_on(tree: WorkingTree, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What a run passes on about the tree, whose files have rested for an hour."""
    monkeypatch.setattr(content_digest, "_FEW", 1)
    rest(Path(tree.root))
    contents = Contents(tree.root)
    monkeypatch.setattr(contents, "_begun", contents._begun + 3_600_000_000_000)
    contents.of(tree.paths())
    told = contents.to_pass_on()
    assert told is not None
    return told


def rest(directory: Path) -> None:
    for path in directory.iterdir():
        os.utime(path, ns=(10**18, 10**18))


def test_files_that_rest_are_not_read_again(
    tree: WorkingTree, passed_on: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Contents(tree.root).of(tree.paths())
    later = Contents(tree.root)
    later.recall(passed_on, tree.paths())
    monkeypatch.setattr(content_digest, "_of_file", None)
    assert later.of(tree.paths()) == expected
    assert later.to_pass_on() is None


def rewritten(path: Path) -> None:
    status = path.stat()
    path.write_text("number: 9\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced(path: Path) -> None:
    status = path.stat()
    other = path.with_name("other")
    other.write_text("number: 9\n")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited": lambda path: path.write_text("number: 9\n"),
    "longer": lambda path: path.write_text("number: 10\n"),
    "touched": lambda path: os.utime(path, ns=(10**18 + 10**9, 10**18 + 10**9)),
    "gone": Path.unlink,
    "a directory now": lambda path: (path.unlink(), path.mkdir()),
    "replaced by one of the same size and time": replaced,
    "edited, with its size and time as they were": rewritten,
}


@pytest.mark.parametrize("change", CHANGES)
def test_of_what_has_changed_no_word_is_taken(tree: WorkingTree, passed_on: bytes, change: str) -> None:
    if change.startswith("edited, with") and os.name != "posix":
        pytest.skip("this system has no time of the last change of a file's status")
    CHANGES[change](Path(tree.root, "3.yaml"))
    later = Contents(tree.root)
    later.recall(passed_on, tree.paths())
    assert "3.yaml" not in later.found
    assert len(later.found) == len(tree.paths()) - 1
    assert later.of(tree.paths()) == Contents(tree.root).of(tree.paths())


def test_what_was_written_just_now_may_change_unseen(tree: WorkingTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_digest, "_FEW", 1)
    contents = Contents(tree.root)
    contents.of(tree.paths())
    assert contents.to_pass_on() is None
    # the time of the content may be set back, that of the file may not
    rest(Path(tree.root))
    contents = Contents(tree.root)
    contents.of(tree.paths())
    if os.name == "posix":
        assert contents.to_pass_on() is None


def test_a_run_over_some_files_passes_on_what_it_was_told_of_others(tree: WorkingTree, passed_on: bytes) -> None:
    some = tree.paths()[:4]
    CHANGES["touched"](Path(tree.root, some[0]))
    contents = Contents(tree.root)
    contents._begun += 3_600_000_000_000
    contents.recall(passed_on, some)
    contents.of(some)
    told = contents.to_pass_on()
    assert told is not None
    later = Contents(tree.root)
    later.recall(told, tree.paths())
    assert later.found.keys() == set(tree.paths())


@pytest.mark.parametrize("damage", [b"", b"\0" * 7, b"\0" * 9, b"\xff" * 200, b"\5" + b"\0" * 7 + b"a\0b"])
def test_damaged_word_is_none(tree: WorkingTree, tmp_path: Path, damage: bytes) -> None:
    store = ResultStore(str(tmp_path / "store"))
    store.put(f"files of {tree.root}", damage)
    contents = Contents(tree.root)
    SeenFiles(store).look_at(contents, tree.paths())
    assert contents.of(tree.paths()) == Contents(tree.root).of(tree.paths())


def test_word_is_kept_in_a_store(tree: WorkingTree, tmp_path: Path, passed_on: bytes) -> None:
    paths = tree.paths()
    store = ResultStore(str(tmp_path.with_name("store")))
    seen, contents = SeenFiles(store), Contents(tree.root)
    contents._begun += 3_600_000_000_000
    seen.look_at(contents, paths)
    expected = contents.of(paths)
    seen.keep()
    assert store.get(f"files of {tree.root}") == passed_on
    later = Contents(tree.root)
    SeenFiles(store).look_at(later, paths)
    assert later.found.keys() == set(paths)
    assert later.of(paths) == expected
