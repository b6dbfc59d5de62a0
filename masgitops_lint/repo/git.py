"""Git itself reads Git: finding the repository, running commands, one long-lived `cat-file --batch`."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from .limits import MAX_READ, TooLargeError

if TYPE_CHECKING:
    from subprocess import Popen


class GitError(Exception):
    """Git is missing, the directory is in no repository, or there is no such revision; the message is a sentence."""


# What a hook's caller sets speaks of the repository that runs the hook, which need not be the linted one.
_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "GIT_TRACE",
)
_OBJECTS = ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH")


@dataclass(frozen=True, slots=True)
class GitRepo:
    """The repository that a directory lies in.

    `prefix` is the directory relative to the top of the work tree, "" or ending in "/". `environment` is what git
    commands for it run with.
    """

    root: str
    git_dir: str
    prefix: str
    environment: dict[str, str] = field(repr=False)

    def run(self, *arguments: str, index: bool = False) -> bytes:
        """What a git command prints. Raises `GitError` with git's own words when it fails.

        `index` says that the command reads the index: the one that a running commit hook is about, if there is one.
        """
        environment = self.environment
        hook_index = self.hook_index() if index else None
        if hook_index is not None:
            environment = {**environment, "GIT_INDEX_FILE": hook_index}
        code, out, error = _git(self.root, environment, *arguments)
        if code:
            raise GitError(error or f"git {arguments[0]} failed")
        return out

    def hook_index(self) -> str | None:
        """The index of a commit in progress (`git commit -a` and `git commit FILE` use one of their own)."""
        named = os.environ.get("GIT_INDEX_FILE")
        if not named:
            return None
        path = os.path.realpath(named)
        return path if os.path.dirname(path) == os.path.realpath(self.git_dir) and os.path.isfile(path) else None


def in_git(directory: str) -> bool:
    """Whether there is a `.git` in a directory or above it. Starts no program."""
    current = os.path.realpath(directory)
    while True:
        if os.path.exists(os.path.join(current, ".git")):
            return True
        parent = os.path.dirname(current)
        if parent == current:
            return False
        current = parent


def find_repo(directory: str) -> GitRepo:
    """The repository that a directory lies in; a bare repository counts as its own top. Raises `GitError`."""
    environment = clean_environment()
    code, out, error = _git(
        directory, environment, "rev-parse", "--is-bare-repository", "--absolute-git-dir", "--show-prefix"
    )
    lines = os.fsdecode(out).split("\n")
    if code or len(lines) < 2:
        raise GitError(f"{directory} is not in a Git repository" + (f": {error}" if error else ""))
    git_dir = lines[1]
    hook_dir = os.environ.get("GIT_DIR")
    if hook_dir and os.path.realpath(hook_dir) == os.path.realpath(git_dir):
        # objects of a push that is not accepted yet lie apart
        environment.update((name, os.environ[name]) for name in _OBJECTS if name in os.environ)
    prefix = lines[2] if len(lines) > 2 and lines[0] != "true" else ""
    return GitRepo(directory, git_dir, prefix, environment)


def clean_environment() -> dict[str, str]:
    """The environment for git: no pointers to another repository, no prompts, no fetching, messages in English."""
    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environment.update(
        GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_NO_LAZY_FETCH="1", GIT_PAGER="cat", LC_ALL="C"
    )
    return environment


def list_work_tree(directory: str) -> list[str] | None:
    """Tracked files and those that are neither tracked nor ignored, below a directory; None if git cannot tell."""
    arguments = ("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    try:
        code, out, _ = _git(directory, clean_environment(), *arguments)
    except GitError:
        return None
    return None if code else split_names(out)


def split_names(out: bytes) -> list[str]:
    """Names out of what `-z` prints."""
    return [os.fsdecode(name) for name in out.split(b"\0") if name]


def _git(directory: str, environment: dict[str, str], *arguments: str) -> tuple[int, bytes, str]:
    import subprocess

    # a repository's own configuration could name a program to ask for changed files
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        if not os.path.isdir(directory):
            raise GitError(f"there is no directory {directory}") from None
        raise GitError("git is not installed or not on the PATH") from None
    except OSError as error:
        raise GitError(f"git cannot be run in {directory}: {error.strerror or error}") from None
    message = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, done.stdout, message[0].removeprefix("fatal: ") if message else ""


class BlobReader:
    """Contents of blobs by object id, through one `git cat-file --batch` that starts on first use."""

    def __init__(self, repo: GitRepo) -> None:
        self._repo = repo
        self._lock = threading.Lock()
        self._process: Popen[bytes] | None = None
        self._owner = 0

    def read(self, oid: str) -> bytes:
        """The content of a blob. Raises OSError when the object is missing, is no blob, or is too large."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(oid.encode() + b"\n")
                process.stdin.flush()
                return _receive(process.stdout, oid)
            except (BrokenPipeError, EOFError):
                self._stop()
                raise OSError(f"git could not read object {oid}") from None

    def _started(self) -> Popen[bytes]:
        if self._process is not None and self._owner == os.getpid():
            return self._process
        import subprocess
        import weakref

        try:
            process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self._repo.root,
                env=self._repo.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise OSError(f"git cannot be run: {error.strerror or error}") from error
        self._process, self._owner = process, os.getpid()
        weakref.finalize(self, _stop, process, self._owner)
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _stop(process, self._owner)

    def close(self) -> None:
        """End the program; reading again starts another."""
        with self._lock:
            self._stop()


def _stop(process: Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return  # a forked child must not end its parent's program
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


def _receive(stream: IO[bytes], oid: str) -> bytes:
    header = stream.readline().split()
    if not header:
        raise EOFError
    if len(header) < 3 or header[1] != b"blob":
        if len(header) == 3:
            _drain(stream, int(header[2]) + 1)
        raise FileNotFoundError(f"object {oid} is not in the repository")
    size = int(header[2])
    if size > MAX_READ:
        _drain(stream, size + 1)
        raise TooLargeError(size)
    content = stream.read(size)
    if len(content) != size or stream.read(1) != b"\n":
        raise EOFError
    return content


def _drain(stream: IO[bytes], size: int) -> None:
    while size > 0:
        chunk = stream.read(min(size, 1 << 20))
        if not chunk:
            raise EOFError
        size -= len(chunk)
