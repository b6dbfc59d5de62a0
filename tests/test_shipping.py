"""What is shipped: the wheel in an environment of its own, and the hook as pre-commit runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from masgitops_lint.version import __version__

from .conftest import CLEAN, ROOT

pytestmark = pytest.mark.slow

LARGEST_PROFILE = 500_000
"""Bytes."""


def _clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything that would let a program find the source tree."""
    hidden = ("PYTHON", "VIRTUAL_ENV", "MAS_LINT", "GIT_", "COV", "PRE_COMMIT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    author = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **author, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}


def _run(*command: object, cwd: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=_clean_environment(**more), capture_output=True, text=True
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


# the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory, cwd=ROOT)
    (found,) = directory.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def contents(wheel: Path) -> Mapping[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {one.filename: one.file_size for one in archive.infolist()}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `mas-lint` of a new environment that has nothing but the wheel and what it asks for."""
    directory = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", directory, cwd=directory)
    programs = directory / ("Scripts" if os.name == "nt" else "bin")
    _run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=directory)
    return programs / "mas-lint"


def test_the_wheel_holds_every_rule(contents: Mapping[str, int]) -> None:
    rules = {path.name for path in (ROOT / "rules").glob("*.py")}
    assert len(rules) > 100
    assert {f"masgitops_lint/rules/{name}" for name in rules} <= set(contents)


def test_the_wheel_holds_every_data_file(contents: Mapping[str, int]) -> None:
    data = [
        path for path in (ROOT / "masgitops_lint").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert {path.relative_to(ROOT).as_posix() for path in data} <= set(contents)
    assert "masgitops_lint/py.typed" in contents


def test_profiles_are_small(contents: Mapping[str, int]) -> None:
    profiles = {name: size for name, size in contents.items() if name.startswith("masgitops_lint/data/charts/")}
    releases = [name for name in profiles if name.rpartition("/")[2][:1].isdigit()]
    assert len(releases) >= 4
    assert {name: size for name, size in profiles.items() if size >= LARGEST_PROFILE} == {}


def test_the_wheel_holds_nothing_else(contents: Mapping[str, int]) -> None:
    tops = {name.split("/", 1)[0] for name in contents}
    assert tops == {"masgitops_lint", f"masgitops_lint-{__version__}.dist-info"}
    assert not [name for name in contents if name.endswith(".pyc") or "__pycache__" in name]


def test_an_installed_wheel_knows_its_version(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, "--version", cwd=tmp_path).stdout == f"mas-lint {__version__}\n"


def test_an_installed_wheel_lints_away_from_the_source(installed: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(ROOT / "examples" / "broken", tmp_path / "broken")
    done = _run(installed, broken, "--format", "json", cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    found = {one["rule"] for one in json.loads(done.stdout)["findings"]}
    assert len(found) >= 8
    assert done.stderr == ""
    clean = shutil.copytree(CLEAN, tmp_path / "clean")
    assert "No findings." in _run(installed, clean, cwd=tmp_path).stdout


def test_an_installed_wheel_explains_and_lists_its_rules(installed: Path, tmp_path: Path) -> None:
    assert "merge-key" in _run(installed, "explain", "CFG011", cwd=tmp_path).stdout
    listed = _run(installed, "rules", cwd=tmp_path).stdout
    codes = {path.name[:6].upper() for path in (ROOT / "rules").glob("[a-z]*[0-9]_*.py")}
    assert [code for code in sorted(codes) if code not in listed] == []
    assert "8.4.2" in _run(installed, "charts", "list", cwd=tmp_path).stdout


def test_an_installed_wheel_takes_no_rule_from_the_source(installed: Path, tmp_path: Path) -> None:
    script = "import masgitops_lint.engine.rules as r; print(*{one.path for one in r.load_rules()}, sep='\\n')"
    paths = _run(installed.parent / "python", "-c", script, cwd=tmp_path).stdout.split("\n")
    assert not [path for path in paths if str(ROOT) in path]


# the hook


@dataclass(frozen=True)
class Hooked:
    """A git repo whose pre-commit runs the hook of this source tree."""

    root: Path
    home: Path

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return _run("git", *arguments, cwd=self.root, check=check, PRE_COMMIT_HOME=str(self.home), PATH=_path())

    def commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Commit as a person does, with the hook."""
        return self.git("commit", "-m", "a change", *arguments, check=False)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _path() -> str:
    return os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This source tree as it stands, committed to a git repo of its own."""
    directory = tmp_path_factory.mktemp("source")
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, directory / name)
    _run("git", "init", "-q", cwd=directory)
    _run("git", "add", "-A", cwd=directory)
    _run("git", "commit", "-q", "-m", "as it stands", cwd=directory)
    return directory


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment that it makes for the hook: made once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def hooked(source: Path, home: Path, tmp_path: Path) -> Callable[..., Hooked]:
    def make(below: str = "", arguments: str = "") -> Hooked:
        repo = Hooked(tmp_path / "repo", home)
        shutil.copytree(CLEAN, repo.root / below)
        repo.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {source.as_posix()}\n    rev: {_run('git', 'rev-parse', 'HEAD', cwd=source).stdout.strip()}\n"
            f"    hooks:\n      - id: mas-lint\n{arguments}",
        )
        repo.git("init", "-q")
        repo.git("add", "-A")
        _run(sys.executable, "-m", "pre_commit", "install", cwd=repo.root, PRE_COMMIT_HOME=str(home), PATH=_path())
        return repo

    return make


FILE = "dev/cluster1/inst1/ibm-sls.yaml"
RIGHT = 'merge-key: "dev/cluster1/inst1"'
WRONG = 'merge-key: "dev/cluster1/inst7"'


def test_the_hook_judges_what_is_staged(hooked: Callable[..., Hooked]) -> None:
    repo = hooked()
    first = repo.commit()
    assert first.returncode == 0, first.stdout + first.stderr
    good = (repo.root / FILE).read_text()
    bad = good.replace(RIGHT, WRONG)

    # a defect that is staged stops the commit
    repo.write(FILE, bad)
    repo.git("add", FILE)
    refused = repo.commit()
    assert refused.returncode == 1
    assert "CFG011" in refused.stdout + refused.stderr
    assert f"{FILE}:1:" in refused.stdout + refused.stderr

    # so it does when the working tree has been put right, but not staged
    repo.write(FILE, good)
    assert repo.commit().returncode == 1

    # a defect that is not staged is nobody's business yet
    repo.git("add", FILE)
    repo.write("notes.yaml", "kind: note\n")
    repo.git("add", "notes.yaml")
    repo.write(FILE, bad)
    passed = repo.commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert (repo.root / FILE).read_text() == bad

    # named files are committed from an index of their own
    partial = repo.commit("--", FILE)
    assert partial.returncode == 1
    assert "CFG011" in partial.stdout + partial.stderr
    repo.write(FILE, good)

    # a file that goes away can do as much harm as one that changes
    repo.git("rm", "-q", "dev/cluster1/inst1/ibm-mas-instance-base.yaml")
    removed = repo.commit()
    assert removed.returncode == 1, removed.stdout + removed.stderr
    assert "CFG022" in removed.stdout + removed.stderr


def test_the_hook_reads_a_config_repo_in_a_subdirectory(hooked: Callable[..., Hooked]) -> None:
    repo = hooked("platform/config")
    first = repo.commit()
    assert first.returncode == 0, first.stdout + first.stderr
    file = f"platform/config/{FILE}"
    repo.write(file, (repo.root / file).read_text().replace(RIGHT, WRONG))
    repo.git("add", file)
    refused = repo.commit()
    assert refused.returncode == 1
    assert f"{file}:1:" in refused.stdout + refused.stderr


def test_the_hook_takes_arguments(hooked: Callable[..., Hooked]) -> None:
    repo = hooked("platform/config", "        args: [--ignore, CFG011, platform/config]\n")
    file = f"platform/config/{FILE}"
    repo.write(file, (repo.root / file).read_text().replace(RIGHT, WRONG))
    repo.git("add", "-A")
    passed = repo.commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr
