"""Snapshots of real directories and of repositories made by git."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from masgitops_lint.repo.limits import MAX_READ, TooLargeError
from masgitops_lint.repo.snapshot import GitError, GitIndex, GitRevision, Snapshot, WorkingTree, merge_base

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


@pytest.fixture(autouse=True)
def _no_outer_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-such-gitconfig"))


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *identity, "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


def lay(directory: Path, **files: str) -> None:
    for name, content in files.items():
        path = directory / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit: `a`, `dir/b` and an ignored `c`."""
    directory = tmp_path / "repo"
    directory.mkdir()
    git(directory, "init", "-q")
    lay(directory, a="one\n", dir__b="two\n", c="ignored\n")
    (directory / ".gitignore").write_text("c\n")
    git(directory, "add", "a", "dir/b", ".gitignore")
    git(directory, "commit", "-qm", "first")
    return directory


def contents(snapshot: Snapshot) -> dict[str, str]:
    found = {path: snapshot.read(path).decode() for path in snapshot.paths()}
    snapshot.close()
    return found


def test_all_three_see_the_same_clean_repository(repo: Path) -> None:
    expected = {".gitignore": "c\n", "a": "one\n", "dir/b": "two\n"}
    oids = set()
    for snapshot in (WorkingTree(str(repo)), GitRevision(str(repo), "HEAD"), GitIndex(str(repo))):
        assert contents(snapshot) == expected
        assert snapshot.skipped == ()
        assert snapshot.root == str(repo)
        oids.add(snapshot.oid("dir/b"))
    assert oids == {hashlib.sha1(b"blob 4\0two\n").hexdigest()}
    assert WorkingTree(str(repo)).label == "working tree"
    assert GitRevision(str(repo), "main").label == "main"


def test_each_sees_its_own_state(repo: Path) -> None:
    lay(repo, a="staged\n", new="untracked\n")
    git(repo, "add", "a")
    lay(repo, a="edited\n")
    (repo / "dir" / "b").unlink()
    assert contents(WorkingTree(str(repo))) == {".gitignore": "c\n", "a": "edited\n", "new": "untracked\n"}
    assert contents(GitIndex(str(repo)))["a"] == "staged\n"
    assert "new" not in contents(GitIndex(str(repo)))
    assert contents(GitRevision(str(repo), "HEAD"))["a"] == "one\n"


def test_a_subdirectory_as_root(repo: Path) -> None:
    root = str(repo / "dir")
    for snapshot in (WorkingTree(root), GitRevision(root, "HEAD"), GitIndex(root)):
        assert contents(snapshot) == {"b": "two\n"}


def test_a_subdirectory_that_the_revision_does_not_have(repo: Path) -> None:
    lay(repo, later__x="x\n")
    assert contents(GitRevision(str(repo / "later"), "HEAD")) == {}
    assert contents(WorkingTree(str(repo / "later"))) == {"x": "x\n"}


def test_an_ignored_directory_as_root_is_read_nevertheless(repo: Path) -> None:
    (repo / ".gitignore").write_text("out/\n")
    lay(repo, out__x="x\n")
    assert contents(WorkingTree(str(repo / "out"))) == {"x": "x\n"}


def test_a_directory_without_git(tmp_path: Path) -> None:
    lay(tmp_path, a="one\n", dir__b="two\n")
    (tmp_path / ".git").write_text("not a repository\n")
    assert contents(WorkingTree(str(tmp_path))) == {"a": "one\n", "dir/b": "two\n"}
    with pytest.raises(GitError, match="not in a Git repository"):
        GitRevision(str(tmp_path), "HEAD")
    with pytest.raises(GitError, match="not in a Git repository"):
        GitIndex(str(tmp_path))


def test_git_is_not_installed(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert set(contents(WorkingTree(str(repo)))) == {".gitignore", "a", "c", "dir/b"}
    with pytest.raises(GitError, match="git is not installed"):
        GitRevision(str(repo), "HEAD")


def test_no_such_directory(tmp_path: Path) -> None:
    for make in (WorkingTree, GitIndex, lambda root: GitRevision(root, "HEAD")):
        with pytest.raises(GitError, match="no directory"):
            make(str(tmp_path / "nope"))


@pytest.mark.parametrize("revision", ["nope", "HEAD~7", "-h", "--all", "HEAD:a", ""])
def test_no_such_revision(repo: Path, revision: str) -> None:
    with pytest.raises(GitError, match="no revision"):
        GitRevision(str(repo), revision)


def test_a_repository_without_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lay(tmp_path, a="one\n")
    git(tmp_path, "add", "a")
    assert contents(GitIndex(str(tmp_path))) == {"a": "one\n"}
    with pytest.raises(GitError, match="no revision"):
        GitRevision(str(tmp_path), "HEAD")


def test_a_bare_repository(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare")
    assert contents(GitRevision(str(tmp_path / "bare"), "main"))["dir/b"] == "two\n"


def test_a_linked_work_tree(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    lay(tmp_path / "side", a="side\n")
    git(tmp_path / "side", "add", "a")
    assert contents(GitIndex(str(tmp_path / "side")))["a"] == "side\n"
    assert contents(WorkingTree(str(tmp_path / "side")))["a"] == "side\n"
    assert contents(GitIndex(str(repo)))["a"] == "one\n"


@POSIX_ONLY
def test_odd_names(repo: Path) -> None:
    names = [
        "with space",
        "new\nline",
        'quo"te',
        "tab\t",
        "-dash",
        "caf\u00e9",
        "colon:x",
        "a*b",
        "back\\slash",
        "$(x)",
    ]
    for name in names:
        lay(repo, **{name: name})
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "odd")
    for snapshot in (WorkingTree(str(repo)), GitRevision(str(repo), "HEAD"), GitIndex(str(repo))):
        found = contents(snapshot)
        assert all(found[name] == name for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes")
def test_a_name_that_is_not_utf_8_is_skipped(repo: Path) -> None:
    with open(os.fsencode(repo) + b"/bad\xff.yaml", "wb") as file:
        file.write(b"a: 1\n")
    git(repo, "add", "-A")
    for snapshot in (WorkingTree(str(repo)), GitIndex(str(repo))):
        assert snapshot.skipped == (("bad\\xff.yaml", "its name is not UTF-8"),)
        assert all(path.isprintable() for path in snapshot.paths())
        snapshot.close()


LINKS = {
    "to-file": ("dir/b", ""),
    "to-link": ("to-file", ""),
    "dir/up": ("../a", ""),
    "to-dir": ("dir", "a symbolic link to a directory"),
    "to-root": (".", "a symbolic link to a directory"),
    "to-nothing": ("gone", "a symbolic link to nothing"),
    "to-self": ("to-self", "a symbolic link that leads in a circle or cannot be followed"),
    "round": ("about", "a symbolic link that leads in a circle or cannot be followed"),
    "about": ("round", "a symbolic link that leads in a circle or cannot be followed"),
    "outside": ("../outside.txt", "a symbolic link that leads out of the linted directory"),
    "absolute": ("/etc/hostname", "a symbolic link that leads out of the linted directory"),
}


@POSIX_ONLY
def test_symbolic_links(repo: Path) -> None:
    (repo.parent / "outside.txt").write_text("secret\n")
    for name, (target, _) in LINKS.items():
        (repo / name).symlink_to(target)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "links")
    expected = {name: reason for name, (_, reason) in LINKS.items() if reason}
    for snapshot in (WorkingTree(str(repo)), GitRevision(str(repo), "HEAD"), GitIndex(str(repo))):
        skipped = dict(snapshot.skipped)
        if not os.path.exists("/etc/hostname"):
            skipped["absolute"] = expected["absolute"]
        assert skipped == expected
        found = contents(snapshot)
        assert (found["to-file"], found["to-link"], found["dir/up"]) == ("two\n", "two\n", "one\n")
        assert not set(found) & set(expected)


@POSIX_ONLY
def test_symbolic_links_without_git(tmp_path: Path) -> None:
    lay(tmp_path, dir__a="one\n")
    (tmp_path / "dir" / "loop").symlink_to("..")
    (tmp_path / "link").symlink_to("dir/a")
    tree = WorkingTree(str(tmp_path))
    assert contents(tree) == {"dir/a": "one\n", "link": "one\n"}
    assert tree.skipped == (("dir/loop", "a symbolic link to a directory"),)


def test_submodules_are_skipped(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    lay(other, x="x\n")
    git(other, "add", "x")
    git(other, "commit", "-qm", "other")
    git(repo, "submodule", "--quiet", "add", str(other), "sub")
    git(repo, "commit", "-qm", "submodule")
    for snapshot in (WorkingTree(str(repo)), GitRevision(str(repo), "HEAD"), GitIndex(str(repo))):
        assert [path for path, _ in snapshot.skipped] == ["sub"]
        assert "sub/x" not in snapshot.paths()
        snapshot.close()


def test_git_s_own_directory_is_never_listed(tmp_path: Path) -> None:
    lay(tmp_path, dir__a="one\n", dir__nested__b="two\n")
    git(tmp_path / "dir" / "nested", "init", "-q")
    assert WorkingTree(str(tmp_path)).paths() == ("dir/a", "dir/nested/b")


@POSIX_ONLY
def test_what_is_no_regular_file_is_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    tree = WorkingTree(str(tmp_path))
    assert tree.paths() == ()
    assert tree.skipped == (("pipe.yaml", "not a regular file"),)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_listed(tmp_path: Path) -> None:
    lay(tmp_path, dir__a="one\n")
    (tmp_path / "dir").chmod(0)
    try:
        tree = WorkingTree(str(tmp_path))
        assert tree.paths() == ()
        assert tree.skipped == (("dir", "cannot be listed: Permission denied"),)
    finally:
        (tmp_path / "dir").chmod(0o700)


def test_reading_what_is_not_listed(repo: Path) -> None:
    for snapshot in (WorkingTree(str(repo)), GitRevision(str(repo), "HEAD"), GitIndex(str(repo))):
        for path in ("c", "nope", "../outside", ".git/config", "dir"):
            with pytest.raises(FileNotFoundError):
                snapshot.read(path)
        snapshot.close()


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    lay(tmp_path, a="one\n")
    tree = WorkingTree(str(tmp_path))
    assert tree.paths() == ("a",)
    (tmp_path / "a").unlink()
    with pytest.raises(OSError, match="No such file"):
        tree.read("a")


def test_huge_files_are_not_read(repo: Path) -> None:
    with open(repo / "huge.yaml", "wb") as file:
        file.truncate(MAX_READ + 1)
    with pytest.raises(TooLargeError):
        WorkingTree(str(repo)).read("huge.yaml")
    git(repo, "add", "huge.yaml")
    index = GitIndex(str(repo))
    with pytest.raises(TooLargeError):
        index.read("huge.yaml")
    assert index.read("a") == b"one\n"
    index.close()


def test_a_merge_conflict_in_the_index_gives_our_side(repo: Path) -> None:
    git(repo, "checkout", "-qb", "theirs")
    lay(repo, a="theirs\n")
    git(repo, "commit", "-qam", "theirs")
    git(repo, "checkout", "-q", "main")
    lay(repo, a="ours\n")
    git(repo, "commit", "-qam", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "-q", "theirs")
    assert contents(GitIndex(str(repo)))["a"] == "ours\n"


def test_files_only_announced_are_not_in_the_index(repo: Path) -> None:
    lay(repo, soon="soon\n", dir__soon="soon\n", empty="")
    git(repo, "add", "-N", "soon", "dir/soon")
    git(repo, "add", "empty")
    assert contents(GitIndex(str(repo))) == {".gitignore": "c\n", "a": "one\n", "dir/b": "two\n", "empty": ""}
    assert contents(GitIndex(str(repo / "dir"))) == {"b": "two\n"}


def test_the_index_of_a_commit_in_progress(repo: Path) -> None:
    """`git commit FILE` has an index of its own, which the hook's environment names by a relative path."""
    hook = repo / ".git" / "hooks" / "pre-commit"
    root = Path(__file__).resolve().parent.parent
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from masgitops_lint.repo.snapshot import GitIndex, GitRevision\n"
        "index = GitIndex('.')\n"
        "head = GitRevision('.', 'HEAD')\n"
        "open('seen', 'wb').write(index.read('a') + index.read('dir/b') + head.read('a'))\n"
    )
    (repo / ".git" / "script.py").write_text(script)
    hook.write_text(f"#!/bin/sh\n'{Path(sys.executable).as_posix()}' .git/script.py '{root.as_posix()}'\n")
    hook.chmod(0o755)
    lay(repo, a="staged\n", dir__b="committed\n")
    git(repo, "add", "a")
    git(repo, "commit", "-qm", "only b", "dir/b")
    assert (repo / "seen").read_text() == "one\ncommitted\none\n"


def test_a_hook_of_another_repository_does_not_lead_astray(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert set(contents(WorkingTree(str(repo)))) == {".gitignore", "a", "dir/b"}
    assert set(contents(GitIndex(str(repo)))) == {".gitignore", "a", "dir/b"}
    assert contents(GitRevision(str(repo), "HEAD"))["a"] == "one\n"


def test_the_merge_base_is_where_work_began(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-qb", "work")
    git(repo, "commit", "-q", "--allow-empty", "-m", "work")
    git(repo, "checkout", "-q", "main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "main goes on")
    git(repo, "checkout", "-q", "work")
    assert merge_base(str(repo), "main") == first
    git(repo, "checkout", "-q", "--orphan", "alone")
    git(repo, "commit", "-q", "--allow-empty", "-m", "alone")
    with pytest.raises(GitError, match="no common commit"):
        merge_base(str(repo), "main")


def test_the_reader_ends_its_program(repo: Path) -> None:
    revision = GitRevision(str(repo), "HEAD")
    assert revision.read("a") == b"one\n"
    process = revision._blobs._process
    assert process is not None
    revision.close()
    assert process.returncode is not None
    revision.close()
    assert revision.read("a") == b"one\n"
    again = revision._blobs._process
    del revision
    assert again is not None
    assert again.returncode is not None


def test_a_program_that_dies_is_an_os_error(repo: Path) -> None:
    revision = GitRevision(str(repo), "HEAD")
    assert revision.read("a") == b"one\n"
    process = revision._blobs._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(OSError, match="could not read"):
        revision.read("dir/b")
    assert revision.read("dir/b") == b"two\n"
    revision.close()
