"""Jobs that wrote a secret before a change, and do not after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masgitops_lint.deployment.secrets import SecretsBuilder, Writer

from .model import Plan

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import Subject


def stopped_writers(plan: Plan, base: Subject, head: Subject) -> tuple[Writer, ...]:
    """The writers of the base that the change takes away or switches off, one a path.

    Only Applications that the plan names are looked at: every other one writes what it wrote.
    """
    older, newer = _builder(base), _builder(head)
    going = [one.application for one in plan.removed if one.whole] + [one.before for one in plan.changed]
    coming = [one.application for one in plan.added] + [one.application for one in plan.changed]
    before = {writer.path: writer for one in reversed(going) for writer in older.running(one)}
    after = {writer.path for one in coming for writer in newer.running(one)}
    return tuple(writer for path, writer in before.items() if path not in after)


def _builder(subject: Subject) -> SecretsBuilder:
    return SecretsBuilder(subject.mas, subject.settings, subject.profile, subject.account)
