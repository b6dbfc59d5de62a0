"""Deletions that somebody approved: by a comment in a file, or by a trailer of a commit.

    # mas-lint: allow-delete NAME reason until=2027-01-31
    Mas-Lint-Allow-Delete: NAME reason

NAME is an Application, a list entry's own name (`db2_instance_name` and the like), or the directory of an instance or
cluster. An approval of a root covers what goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from masgitops_lint.model.finding import Finding
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.report import Suppressed
from masgitops_lint.plan.model import Deletion, Plan

from .directives import FileDirectives

_TRAILER = late_pattern(r"(?im)^Mas-Lint-Allow-Delete:[ \t]*(?P<name>[^\s]+)[ \t]+(?P<reason>\S.*)$")


@dataclass(frozen=True, slots=True)
class Approval:
    """One deletion that is meant, why, and who says so: a place such as `dev/c1/i1/ibm-sls.yaml:3`, or "a commit"."""

    name: str
    reason: str
    said: str


def approvals(directives: Iterable[FileDirectives], messages: Iterable[str], today: date) -> tuple[Approval, ...]:
    """Every approval that still holds."""
    found = [
        Approval(one.name, one.reason, f"{one.path}:{one.span.line}")
        for entry in directives
        for one in entry.allowed_deletions
        if one.holds(today)
    ]
    for message in messages:
        found += [Approval(m["name"], m["reason"].strip(), "a commit message") for m in _TRAILER.finditer(message)]
    return tuple(dict.fromkeys(found))


def approval_of(deletion: Deletion, given: Iterable[Approval]) -> Approval | None:
    """The approval that covers a removal: its own name, one of its aliases, or what takes it along."""
    names = {deletion.application.name, deletion.cause, *deletion.aliases}
    return next((one for one in given if one.name.strip("/") in names), None)


def apply_approvals(
    findings: Iterable[Finding], plan: Plan, given: tuple[Approval, ...]
) -> tuple[list[Finding], list[Suppressed]]:
    """Findings about removals of which every one is approved are silenced; the rest stays."""
    if not given:
        return list(findings), []
    tops = {one.application.name: one for one in plan.removed if one.top}
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding in findings:
        concerned = [tops[name] for name in finding.affects.names if name in tops]
        said = [approval_of(one, given) for one in concerned]
        if finding.rule.startswith("PRN") and said and all(said):
            first = said[0]
            assert first is not None
            silenced.append(Suppressed(finding, "comment", f"{first.reason} ({first.said})"))
        else:
            kept.append(finding)
    return kept, silenced
