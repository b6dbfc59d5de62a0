"""What a run's report depends on, as one key: the same key means the same report.

In it: this program (its version and its files), the rules, the effective settings, what the caller asked for, today's
date, every file that may be read, real charts and the Helm that renders them, and the few facts from outside of the
repo that rules look at.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masgitops_lint.repo.content_digest import content_of, contents_of, times_of
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings.this_program import program_files as _program
from masgitops_lint.version import __version__

from .rules import bundled_directory

if TYPE_CHECKING:
    from masgitops_lint.context import Context
    from masgitops_lint.settings import Settings
    from masgitops_lint.settings.seen_files import SeenFiles

FORMAT = 1
"""Of the key and of what is kept under it."""

_FEW_OTHERS = 5000


@dataclass(frozen=True, slots=True)
class RunKey:
    """The key of a run, and what tells that a working tree was edited while the run went on.

    `basis` stands for all that the run depends on but the files of the repo and what the caller wants of the report.
    """

    text: str
    basis: str
    _files: tuple[tuple[Repository, bytes], ...] = ()

    def still_holds(self) -> bool:
        """Whether the files still are what the key was made of."""
        return all(
            times_of(repository.snapshot, repository.paths) == times for repository, times in self._files if times
        )


def run_key(
    context: Context,
    wanted: Iterable[object],
    rules_directories: Iterable[str],
    baseline: str | None,
    seen: SeenFiles,
) -> RunKey | None:
    """The key of a run over a context; None for a run whose report must not be kept.

    `wanted` is whatever the caller decides by (its `repr` counts), `baseline` the file of accepted findings, `seen`
    what earlier runs have seen in files.
    """
    repositories = [context.repository, *((context.base.repository,) if context.base is not None else ())]
    charts = _charts(context, seen)
    if charts is None or context.build_options is not None or not all(map(_worth_reading, repositories)):
        return None
    basis = digest_of(
        (
            f"{FORMAT} {__version__} {sys.version_info[:3]} {sys.platform}",
            *_program(),
            *_rules([bundled_directory(), *rules_directories]),
            repr(context.settings),
            *charts,
            *_surroundings(context),
        )
    )
    for repository in repositories:
        if isinstance(repository.snapshot, WorkingTree):
            seen.look_at(contents_of(repository.snapshot), repository.paths)
    contents = [content_of(repository.snapshot, repository.paths) for repository in repositories]
    text = digest_of(
        (
            basis,
            repr(tuple(wanted)),
            _file(baseline) if baseline else "",
            *(f"{content.digest} {one.skipped!r}" for one, content in zip(repositories, contents, strict=True)),
        )
    )
    return RunKey(text, basis, tuple((one, content.times) for one, content in zip(repositories, contents, strict=True)))


def digest_of(texts: Iterable[str]) -> str:
    """One digest over several texts, in their order."""
    state = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        state.update(b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()


def _worth_reading(repository: Repository) -> bool:
    """Whether reading every file costs less than a run, which looks at few that are no YAML."""
    total = len(repository.paths)
    return total - len(repository.yaml_paths) <= max(_FEW_OTHERS, len(repository.yaml_paths))


def _rules(directories: Iterable[str]) -> Iterator[str]:
    for directory in directories:
        try:
            names = sorted(os.listdir(directory))
        except OSError:  # loading the rules says so
            names = []
        yield directory
        for name in names:
            if name.endswith(".py"):
                yield f"{name} {_file(os.path.join(directory, name))}"


def _file(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError as error:
        return f"cannot be read: {error.errno}"


def _charts(context: Context, seen: SeenFiles) -> list[str] | None:
    """What stands for the charts that the settings name: content, and Helm's version; None where they cannot be had."""
    named = _named_charts(context.settings)
    if not named:
        return []
    from masgitops_lint.charts.choose import is_profile_file
    from masgitops_lint.deployment.build import opened_source, real_charts

    root = context.repository.snapshot.root
    found = [_file(one) for one in named if is_profile_file(one)]
    sources = [real for one in named if (real := real_charts(one, root)) is not None]
    if not sources:
        return found
    from masgitops_lint.charts.helm.engine import HelmMissingError
    from masgitops_lint.charts.helm.late_engine import late_engine
    from masgitops_lint.charts.source import SourceError

    try:
        engine = late_engine()
        for source in (opened_source(context.repository, one) for one in dict.fromkeys(sources)):
            seen.look_at(source.contents, source.paths)
            found += (source.label, source.digest)
    except (HelmMissingError, SourceError):  # the run says so
        return None
    return [*found, engine.identity]


def _named_charts(settings: Settings) -> list[str]:
    named = [settings.source.charts, *(account.charts for account in settings.accounts.values())]
    return [one for one in named if one]


def _surroundings(context: Context) -> Iterator[str]:
    """Facts that are in no file of the repo: its remotes, and the messages of the commits that are judged."""
    from masgitops_lint.kubernetes.origin import remotes

    yield context.repository.snapshot.root
    yield repr(remotes(context.repository.snapshot.root))
    if context.base is not None:
        from masgitops_lint.repo.history import messages_between

        yield context.base.repository.snapshot.label
        yield repr(messages_between(context.base.repository.snapshot, context.repository.snapshot))
