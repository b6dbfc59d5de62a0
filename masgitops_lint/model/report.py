"""The outcome of one run, as the report writers and the exit code see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from .finding import Finding

Charts: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""What stands for the charts (a release profile, real charts), each with the accounts it serves."""


class Skipped(NamedTuple):
    """A file that was not checked, and why."""

    path: str
    reason: str


class Suppressed(NamedTuple):
    """A finding that was silenced on purpose: by a comment, a per-file ignore or the baseline, and the reason given."""

    finding: Finding
    by: Literal["comment", "file-comment", "per-file-ignore", "baseline"]
    reason: str = ""


class Crash(NamedTuple):
    """A rule that raised: reported, and the run exits 2."""

    rule: str
    error: str
    traceback: str = ""


class Summary(NamedTuple):
    """What was seen: never a green tick on nothing."""

    accounts: int = 0
    clusters: int = 0
    instances: int = 0
    applications: int = 0
    files: int = 0
    skipped: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    suppressed: int = 0


class RuleInfo(NamedTuple):
    """What a report needs to know of a rule: its page goes into SARIF and `explain`."""

    code: str
    name: str
    severity: str
    title: str
    page: str
    tags: tuple[str, ...] = ()
    since: str = "0.1.0"


class Part(NamedTuple):
    """The part of a fleet that a run was about: some accounts (() for all of them), one shard (`(3, 8)`), or both.

    `charts` says what serves which accounts, so that reports of several parts can be joined.
    """

    accounts: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    charts: Charts = ()


class Report(NamedTuple):
    """Findings in stable order, what was seen, and enough about the rules to write any format.

    `part` is None for a run that was about everything. `sources` maps a path to its decoded text for the files that
    have findings (for code frames); it is empty where the text cannot be shown.
    """

    findings: tuple[Finding, ...]
    summary: Summary
    rules: tuple[RuleInfo, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    crashes: tuple[Crash, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the footer: which release profile was used for which account, what was assumed."""
    part: Part | None = None
    root: str = "."
    sources: Mapping[str, str] = {}
