"""Set up and run: `python3 dev.py examples`, `python3 dev.py test`, `python3 dev.py static`. Needs Python and Git only.

The first call makes a virtual environment in `.venv` and installs mas-lint with its development tools into it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "installed-from"

STATIC = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


def run(*command: str | Path, check: bool = True) -> int:
    """Run a command in the checkout, its output shown; stop with its exit code when it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    if check and code:
        sys.exit(code)
    return code


def set_up() -> None:
    """Make the virtual environment, unless the one that is there was made from this `pyproject.toml`."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest() + sys.version
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    print("Setting up .venv (once) ...", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    install = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*install, "--upgrade", "pip>=25.1")
    run(*install, "--editable", ".[helm]", "--group", "dev")
    STAMP.write_text(wanted)


def examples() -> None:
    """Lint the bundled example repos: one with planted defects, one without."""
    print("== examples/broken", flush=True)
    run(BIN / "mas-lint", "examples/broken", "--fail-on", "never")
    print("== examples/clean", flush=True)
    run(BIN / "mas-lint", "examples/clean")


def test(arguments: list[str]) -> None:
    """Run every test."""
    run(PYTHON, "-m", "pytest", "-n", str(os.cpu_count() or 2), *arguments)


def static() -> None:
    """Types, style, import contracts, and generated files that must not have drifted."""
    for command in STATIC:
        print("==", *command, flush=True)
        run(BIN / command[0], *command[1:])
    print("== generated files", flush=True)
    run(PYTHON, "-m", "tools.generate", "--check")


def main(arguments: list[str]) -> None:
    """Run one of the three tasks."""
    if not arguments or arguments[0] not in ("examples", "test", "static"):
        sys.exit(__doc__)
    set_up()
    if arguments[0] == "test":
        test(arguments[1:])
    elif arguments[0] == "static":
        static()
    else:
        examples()


if __name__ == "__main__":
    main(sys.argv[1:])
