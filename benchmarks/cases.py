"""What is measured: the commands of mas-lint and of the programs it is held against."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .measure import Usage, run, together
from .results import COLD, PARSE, WARM

Command = tuple[str, ...]
_FILES_PER_COMMAND = 4_000
_HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True, slots=True)
class Case:
    """Commands that do one thing. `before` and `after` run around every measured run, untimed.

    `store` is mas-lint's cache directory: `emptied` before every run, or `filled` by an untimed one before the first.
    `missing` says why the case cannot be measured.
    """

    key: str
    label: str
    commands: tuple[Command, ...] = ()
    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None
    store: str = ""
    emptied: bool = False
    filled: bool = False
    parallel: bool = False
    missing: str = ""

    def around(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The environment with this case's cache directory, for what has no option for it."""
        return {**environment, "MAS_LINT_CACHE_DIR": self.store} if self.store else environment

    def prepare(self) -> None:
        """What must be so in front of every run."""
        if self.emptied:
            shutil.rmtree(self.store, ignore_errors=True)
        if self.before is not None:
            self.before()

    def finish(self) -> None:
        """Leave the repo as it was."""
        if self.after is not None:
            self.after()

    def measure(self, environment: Mapping[str, str]) -> Usage:
        """One run of all the commands."""
        self.prepare()
        try:
            return together([run(command, self.around(environment)) for command in self.commands])
        finally:
            self.finish()


def program(name: str) -> str | None:
    """A program beside this Python, else on PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), name)
    return beside if os.access(beside, os.X_OK) else shutil.which(name)


def own_program() -> Command:
    """How mas-lint is started: as installed beside this Python, else from the checkout."""
    found = program("mas-lint")
    return (found,) if found else (sys.executable, "-c", "from masgitops_lint.cli import main; main()")


def start_cases(repo: str) -> Iterator[Case]:
    """The time before anything happens; `repo` has one instance."""
    own = own_program()
    yield Case("nothing", "`python -c pass`", ((sys.executable, "-c", "pass"),))
    yield Case("click", '`python -c "import click"`', ((sys.executable, "-c", "import click"),))
    yield Case("version", "`mas-lint --version`", ((*own, "--version"),))
    yield Case("explain", "`mas-lint explain CFG001`", ((*own, "explain", "CFG001"),))
    yield Case("one", "`mas-lint` on one instance, no cache", ((*own, "check", repo, "--no-cache"),))


def parse_cases(repo: str) -> Iterator[Case]:
    """The floor."""
    floor = os.path.join(_HERE, "floor.py")
    yield Case(PARSE, "parsing (PyYAML's C parser, positions)", ((sys.executable, floor, "compose", repo),))
    yield Case("load", "parsing (`yaml.CSafeLoader`, no positions)", ((sys.executable, floor, "load", repo),))


def own_cases(repo: str, caches: str, changing: str, charts: str | None = None) -> Iterator[Case]:
    """mas-lint on `repo`; `caches` is a directory for caches, `changing` a file to write a new value into.

    With `charts` (a checkout of the source repo) in exact mode.
    """
    more = ("--charts", charts) if charts else ()
    key, label = ("exact ", "mas-lint with real charts") if charts else ("", "mas-lint")
    check = (*own_program(), "check", repo, *more)

    def case(name: str, text: str, *options: str, edit: Edit | None = None, filled: bool = False) -> Case:
        store = os.path.join(caches, key + name)
        command = (*check, *(options or ("--cache-dir", store)))
        return Case(
            f"{key}{name}",
            f"{label}, {text}",
            (command,),
            before=edit.change if edit else None,
            after=edit.undo if edit else None,
            store=store,
            emptied=not filled,
            filled=filled,
            parallel=name != "single",
        )

    yield case(COLD, "cold cache")
    yield case("none", "no cache", "--no-cache")
    yield case("single", "no cache, one process", "--no-cache", "--jobs", "1")
    yield case(WARM, "warm cache", filled=True)
    yield case("changed", "warm cache, one file changed", edit=Edit(changing), filled=True)


def busy_cases(checkout: str, changing: str, faulty: str) -> Iterator[Case]:
    """mas-lint where there is more to say: in a pull request, and about a repo with findings.

    `checkout` is a Git repository with everything committed, `changing` a file in it to write a new value into;
    `faulty` has a defect in every instance.
    """
    options = ("--no-cache", "--fail-on", "never")
    edit = Edit(changing)
    yield Case(
        "compared",
        "mas-lint, no cache, one file changed since `--base`",
        ((*own_program(), "check", checkout, "--base", "HEAD", *options),),
        before=edit.change,
        after=edit.undo,
        parallel=True,
    )
    yield Case(
        "faulty",
        "mas-lint, no cache, a defect in every instance",
        ((*own_program(), "check", faulty, *options),),
        parallel=True,
    )


class Edit:
    """A change of one file that is another each time, and is undone for the cases that come in between."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._number = 0
        self._original = b""

    def change(self) -> None:
        """Give the last value of the file a number, one higher than before."""
        self._number += 1
        with open(self._file, "rb") as stream:
            self._original = stream.read()
        self._write(b"%s revision %d\n" % (self._original.rstrip(b"\n"), self._number))

    def undo(self) -> None:
        """The file as it was before the change."""
        self._write(self._original)

    def _write(self, content: bytes) -> None:
        with open(self._file, "wb") as stream:
            stream.write(content)


def peer_cases(repo: str, schemas: str) -> Iterator[Case]:
    """The other programs; `schemas` is what `mas-lint schema export` wrote."""
    yamllint, argocd, jsonschema = map(program, ("yamllint", "argocd-source-lint", "check-jsonschema"))
    label = "yamllint (`-d relaxed`)"
    if yamllint:
        yield Case("yamllint", label, ((yamllint, "-d", "relaxed", repo),))
    else:
        yield _missing("yamllint", label)
    if argocd:
        yield Case("argocd", "argocd-source-lint", ((argocd, repo),))
    else:
        yield _missing("argocd", "argocd-source-lint")
    label = "check-jsonschema, exported schemas"
    if jsonschema:
        commands = tuple(
            (jsonschema, "--schemafile", schema, *files) for schema, files in schema_batches(repo, schemas)
        )
        yield Case("schemas", label, commands)
    else:
        yield _missing("schemas", label)


def _missing(key: str, label: str) -> Case:
    return Case(key, label, missing='not installed: `pip install ".[bench]"`')


def schema_batches(repo: str, schemas: str) -> Iterator[tuple[str, list[str]]]:
    """Schema file and the files of `repo` it is for, no more at a time than a command line takes."""
    with open(os.path.join(schemas, "settings.json"), encoding="utf-8") as stream:
        wanted: dict[str, list[str]] = json.load(stream)["yaml.schemas"]
    paths = [
        os.path.relpath(os.path.join(parent, name), repo).replace(os.sep, "/")
        for parent, _, names in os.walk(repo)
        for name in names
    ]
    for schema, patterns in wanted.items():
        depths = {pattern.count("/") for pattern in patterns}
        files = sorted(
            os.path.join(repo, path)
            for path in paths
            if path.count("/") in depths and any(fnmatchcase(path, pattern) for pattern in patterns)
        )
        name = os.path.join(schemas, *schema.split("/")[-2:])
        for start in range(0, len(files), _FILES_PER_COMMAND):
            yield name, files[start : start + _FILES_PER_COMMAND]
