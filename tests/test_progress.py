"""A long run tells how far it is, on a terminal only, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import Shape, files, write

pty = pytest.importorskip("pty", reason="there are no pseudo terminals here")

SLOW = (
    '"""A rule that takes its time."""\nimport time\nfrom masgitops_lint.sdk import Context, Drafts, Rule\n'
    'RULE = Rule(code="OWN901", name="slow", severity="error")\nBAD = GOOD = ()\n\n\n'
    "def check(context: Context) -> Drafts:\n    time.sleep(1.3)\n    yield from ()\n"
)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    write(str(tmp_path / "repo"), files(Shape()))
    rules = tmp_path / "rules"
    rules.mkdir()
    rules.joinpath("own901_slow.py").write_text(SLOW)
    return tmp_path


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says that the other end is gone
        return b""


def on_terminal(root: Path, *options: str, **environment: str) -> tuple[str, str]:
    """What a run with the slow rule writes to a pipe on stdout and to a terminal on stderr."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "TERM")}
    told = b""
    with subprocess.Popen(
        [sys.executable, "-m", "masgitops_lint", "repo", "--isolated", "--no-cache", "--rules", "rules", *options],
        cwd=root,
        env={**kept, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        while piece := _read(ours):
            told += piece
        os.close(ours)
        assert process.stdout is not None
        written = process.stdout.read()
    assert process.returncode == 0
    return written, told.decode()


def test_a_long_run_tells_what_it_does(repo: Path) -> None:
    written, told = on_terminal(repo)
    assert "mas-lint: checking" in told
    assert "\r" not in written
    # what is left of the line in the end: nothing
    assert re.split(r"\r\x1b\[K", told)[-1] == ""


@pytest.mark.parametrize(
    ("options", "environment"),
    [(("--no-progress",), {}), (("--quiet",), {}), ((), {"CI": "true"}), ((), {"TERM": "dumb"})],
)
def test_nobody_is_told_who_does_not_look(repo: Path, options: tuple[str, ...], environment: dict[str, str]) -> None:
    assert on_terminal(repo, *options, **environment)[1] == ""


def test_a_pipe_is_told_nothing(repo: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "masgitops_lint", "repo", "--isolated", "--no-cache", "--rules", "rules"],
        cwd=repo,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
