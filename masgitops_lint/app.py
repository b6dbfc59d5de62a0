"""The stream from a path to a report: the public API of mas-lint."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from masgitops_lint.model.finding import Finding, Severity
from masgitops_lint.model.report import Report, Skipped, Summary

if TYPE_CHECKING:
    from masgitops_lint.repo.snapshot import Snapshot
    from masgitops_lint.sdk import Context
    from masgitops_lint.settings import Settings


class UsageError(Exception):
    """The request cannot be carried out as given: the command line exits 2 with this sentence."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how.

    `path` is a directory (or a file in one), `revision` a Git revision or `:index` instead of the working tree, `base`
    a Git revision or directory to compare with. `today` decides whether a suppression has expired.
    """

    path: str = "."
    revision: str | None = None
    base: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: str | None = None
    isolated: bool = False
    baseline: str | None = None
    rules: tuple[str, ...] = ()
    charts: str | None = None
    argocd_version: str | None = None
    accounts: tuple[str, ...] = ()
    jobs: int | None = None
    cache_dir: str | None = None
    use_cache: bool = True
    no_suppressions: bool = False
    today: date = field(default_factory=date.today)
    progress: Callable[[str], None] | None = None


def open_snapshot(path: str, revision: str | None = None) -> Snapshot:
    """The working tree at `path`, one of its Git revisions, or (`:index`) what is staged."""
    from masgitops_lint.repo.snapshot import GitIndex, GitRevision, WorkingTree

    if revision is None:
        return WorkingTree(path)
    return GitIndex(path) if revision == ":index" else GitRevision(path, revision)


def lint(request: Request) -> Report:
    """Lint what the request names. Raises `UsageError` for a request that makes no sense."""
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.engine.run import run_rules
    from masgitops_lint.engine.selection import Selection
    from masgitops_lint.layout import locate

    target = locate(request.path)
    settings = load_settings(request, target.root)
    context = open_context(request, target.root, settings)
    rules = load_rules(request.rules)
    selection = Selection.build(rules, settings, request.select, request.ignore)
    findings, crashes = run_rules(context, selection.rules(rules))
    findings = [f for f in selection.apply(findings) if target.covers(f.path)]
    return finish(request, context, settings, rules, findings, crashes)
