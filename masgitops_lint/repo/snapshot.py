"""The files of a config repo at one moment: in the working tree, in a Git revision, or in the Git index."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeAlias

from .git import BlobReader, GitError, GitRepo, find_repo, in_git, list_work_tree, split_names
from .limits import MAX_READ, TooLargeError

Skip: TypeAlias = tuple[str, str]
"""A path that is there but is not read, and why."""

_MAX_LINKS = 40
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_BLOCK = 1 << 20


class Snapshot(Protocol):
    """Files by posix path relative to a root. All answers are of one moment, save for a working tree being edited."""

    @property
    def label(self) -> str:
        """What a reader calls it: "working tree", "index", or the revision as given."""
        ...

    @property
    def root(self) -> str:
        """The directory that paths are relative to."""
        ...

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """What is there but cannot be read as a file, with the reason, in order."""
        ...

    def paths(self) -> tuple[str, ...]:
        """Every readable file, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """A file's content. Raises OSError."""
        ...

    def oid(self, path: str) -> str:
        """Git's object id of the content (of the working tree's bytes as they are). Raises OSError."""
        ...

    def close(self) -> None:
        """Let go of programs and handles; harmless when called twice."""
        ...


def _named(name: str) -> Skip | None:
    """Why a name cannot be used: reports are UTF-8."""
    try:
        if not name.isascii():
            name.encode()
    except UnicodeEncodeError:
        return (os.fsencode(name).decode("utf-8", "backslashreplace"), "its name is not UTF-8")
    return None


class WorkingTree:
    """The files below a directory. In a Git work tree: what is tracked, or neither tracked nor ignored.

    Argo CD sees committed files only, so ignored files are left out. Raises `GitError` when `root` is no directory.
    """

    label = "working tree"

    def __init__(self, root: str) -> None:
        if not os.path.isdir(root):
            raise GitError(f"there is no directory {root}")
        self.root = os.path.abspath(root)
        self._files: dict[str, str] | None = None
        self._skipped: tuple[Skip, ...] = ()

    def _scan(self) -> dict[str, str]:
        if self._files is None:
            listed = list_work_tree(self.root) if in_git(self.root) else None
            skipped: list[Skip] = []
            # of what Git lists, it is not known what stands there
            names = dict.fromkeys(listed, False) if listed else dict(_walk(self.root, skipped))
            files: dict[str, str] = {}
            real_root = os.path.realpath(self.root)
            above = os.path.join(self.root, "")
            for name in sorted(names):
                path = above + name.replace("/", os.sep)
                reason = _named(name) or (None if names[name] else self._judge(name, path, real_root))
                if reason is None:
                    files[name] = path
                elif reason[1]:
                    skipped.append(reason)
            self._files = files
            self._skipped = tuple(sorted(skipped))
        return self._files

    def _judge(self, name: str, path: str, real_root: str) -> Skip | None:
        """Why a listed name is no readable file; an empty reason for one that is simply gone."""
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            return (name, "")
        except OSError as error:
            return (name, f"cannot be looked at: {error.strerror or error}")
        if stat.S_ISREG(mode):
            return None
        if stat.S_ISDIR(mode):
            return (name, "a Git submodule, or a repository of its own")
        if not stat.S_ISLNK(mode):
            return (name, "not a regular file")
        try:
            target_mode = os.stat(path).st_mode
        except FileNotFoundError:
            return (name, "a symbolic link to nothing")
        except OSError:
            return (name, "a symbolic link that leads in a circle or cannot be followed")
        real = os.path.realpath(path)
        if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
            return (name, "a symbolic link that leads out of the linted directory")
        if stat.S_ISDIR(target_mode):
            return (name, "a symbolic link to a directory")
        return None if stat.S_ISREG(target_mode) else (name, "not a regular file")

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """What is there but is not read."""
        self._scan()
        return self._skipped

    def paths(self) -> tuple[str, ...]:
        """Every readable file, sorted."""
        return tuple(self._scan())

    def read(self, path: str) -> bytes:
        """A file's content. Raises OSError, FileNotFoundError for what `paths` does not list."""
        place = self._scan().get(path)
        if place is None:
            raise FileNotFoundError(path)
        # by the system's own calls, as a fleet has many small files, of which most are read at one stroke
        handle = os.open(place, _FLAGS)
        try:
            size = os.fstat(handle).st_size
            if size > MAX_READ:
                raise TooLargeError(size)
            content = os.read(handle, size + 1)
            while len(content) != size and (more := os.read(handle, _BLOCK)):
                content += more
            return content
        finally:
            os.close(handle)

    def oid(self, path: str) -> str:
        """Git's object id of the bytes in the working tree. Raises OSError."""
        import hashlib

        content = self.read(path)
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def close(self) -> None:
        """Nothing to let go of."""


def _walk(root: str, skipped: list[Skip]) -> Iterator[tuple[str, bool]]:
    """Everything below a directory except directories and what Git keeps, and whether it is a regular file.

    Symbolic links are not followed.
    """
    todo = [""]
    while todo:
        directory = todo.pop()
        try:
            with os.scandir(os.path.join(root, directory)) as entries:
                for entry in entries:
                    name = f"{directory}{entry.name}"
                    if entry.name == ".git":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(name + "/")
                    else:
                        yield name, entry.is_file(follow_symlinks=False)
        except OSError as error:
            skipped.append((directory.rstrip("/") or ".", f"cannot be listed: {error.strerror or error}"))


class _GitFiles(ABC):
    """What a revision and the index share: names with object ids."""

    def __init__(self, root: str, label: str) -> None:
        if not os.path.isdir(root):
            raise GitError(f"there is no directory {root}")
        self.label = label
        self.root = os.path.abspath(root)
        self._repo: GitRepo = find_repo(self.root)
        self._blobs = BlobReader(self._repo)
        self._oids: dict[str, str] | None = None
        self._skipped: tuple[Skip, ...] = ()

    @abstractmethod
    def _entries(self) -> Iterable[tuple[str, str, str]]:
        """Mode, object id and name of every file."""

    def _scan(self) -> dict[str, str]:
        if self._oids is None:
            skipped: list[Skip] = []
            files: dict[str, str] = {}
            links: dict[str, str] = {}
            for mode, oid, name in self._entries():
                unusable = _named(name)
                if unusable is not None:
                    skipped.append(unusable)
                elif mode == "120000":
                    links[name] = oid
                elif mode == "160000":
                    skipped.append((name, "a Git submodule, or a repository of its own"))
                else:
                    files[name] = oid
            for name in links:
                oid, reason = self._follow(name, files, links)
                if reason:
                    skipped.append((name, reason))
                else:
                    files[name] = oid
            self._oids = dict(sorted(files.items()))
            self._skipped = tuple(sorted(skipped))
        return self._oids

    def _follow(self, name: str, files: dict[str, str], links: dict[str, str]) -> tuple[str, str]:
        """The object id that a symbolic link leads to, or why it leads nowhere."""
        current = name
        for _ in range(_MAX_LINKS):
            try:
                target = os.fsdecode(self._blobs.read(links[current]))
            except OSError as error:
                return "", f"a symbolic link that cannot be read: {error}"
            joined = os.path.normpath(os.path.join(os.path.dirname(current), target)).replace(os.sep, "/")
            if target.startswith("/") or joined == ".." or joined.startswith("../"):
                return "", "a symbolic link that leads out of the linted directory"
            if joined in files and joined not in links:
                return files[joined], ""
            if joined not in links:
                below = joined.rstrip("/") + "/"
                if joined == "." or any(path.startswith(below) for path in files):
                    return "", "a symbolic link to a directory"
                return "", "a symbolic link to nothing"
            current = joined
        return "", "a symbolic link that leads in a circle or cannot be followed"

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """What is there but is not read."""
        self._scan()
        return self._skipped

    def paths(self) -> tuple[str, ...]:
        """Every readable file, sorted."""
        return tuple(self._scan())

    def read(self, path: str) -> bytes:
        """A file's content. Raises OSError, FileNotFoundError for what `paths` does not list."""
        return self._blobs.read(self.oid(path))

    def oid(self, path: str) -> str:
        """Git's object id of a file. Raises FileNotFoundError."""
        oid = self._scan().get(path)
        if oid is None:
            raise FileNotFoundError(path)
        return oid

    def close(self) -> None:
        """End the git program that reads contents."""
        self._blobs.close()


class GitRevision(_GitFiles):
    """The files of one commit below a directory. `commit` is its full id.

    Raises `GitError` when there is no such revision. A directory that the revision does not have holds no files.
    """

    def __init__(self, root: str, revision: str) -> None:
        super().__init__(root, revision)
        self.commit = resolve_commit(self._repo, revision)

    def _entries(self) -> Iterable[tuple[str, str, str]]:
        directory = self._repo.prefix.rstrip("/")
        tree = f"{self.commit}:{directory}" if directory else f"{self.commit}^{{tree}}"
        try:
            out = self._repo.run("ls-tree", "-r", "-z", "--full-tree", tree)
        except GitError:
            if directory:
                return
            raise
        for line in out.split(b"\0"):
            head, _, name = line.partition(b"\t")
            if name:
                mode, _, oid = head.decode().split(" ")[:3]
                yield mode, oid, os.fsdecode(name)


class GitIndex(_GitFiles):
    """What is staged below a directory: what the next commit will hold.

    In a commit hook that is the index of the commit in progress. Of a file with a merge conflict our side is read.
    """

    def __init__(self, root: str) -> None:
        super().__init__(root, "index")

    def _entries(self) -> Iterable[tuple[str, str, str]]:
        staged: dict[str, tuple[str, str, str]] = {}
        for line in self._repo.run("ls-files", "--stage", "-z", index=True).split(b"\0"):
            head, _, name = line.partition(b"\t")
            if not name:
                continue
            mode, oid, stage = head.decode().split(" ")
            path = os.fsdecode(name)
            known = staged.get(path)
            if stage in ("0", "2") or known is None or (stage == "3" and known[2] == "1"):
                staged[path] = (mode, oid, stage)
        announced = self._announced() if any(oid in _EMPTY for _, oid, _ in staged.values()) else set()
        for path, (mode, oid, _) in staged.items():
            if path not in announced:
                yield mode, oid, path

    def _announced(self) -> set[str]:
        """Files of `git add --intent-to-add`: listed as empty, not part of the next commit."""
        out = self._repo.run("diff-files", "--name-only", "--diff-filter=A", "--relative", "-z", index=True)
        return set(split_names(out))


# the blob without content, by SHA-1 and by SHA-256
_EMPTY = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)


def resolve_commit(repo: GitRepo, revision: str) -> str:
    """The id of the commit that a revision names. Raises `GitError`."""
    try:
        if revision.startswith("-"):
            raise GitError("an option is no revision")
        out = repo.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except GitError:
        hint = " (a shallow clone? fetch it first)" if os.path.exists(os.path.join(repo.git_dir, "shallow")) else ""
        raise GitError(f"there is no revision {revision} in this Git repository{hint}") from None
    return out.decode().strip()


def merge_base(root: str, revision: str) -> str:
    """The commit where the work at `root` left `revision`: what a pull request is compared with. Raises `GitError`."""
    repo = find_repo(os.path.abspath(root))
    commit = resolve_commit(repo, revision)
    try:
        return repo.run("merge-base", commit, "HEAD").decode().strip()
    except GitError:
        hint = ": fetch more of its history" if os.path.exists(os.path.join(repo.git_dir, "shallow")) else ""
        raise GitError(f"{revision} and HEAD have no common commit{hint}") from None


__all__ = ["GitError", "GitIndex", "GitRevision", "Skip", "Snapshot", "WorkingTree", "merge_base"]
