"""The plan as Markdown, for comments and job summaries: the summary first, and never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Iterator

from ...plan.model import ABSENT, Change, Deletion
from ..markdown import SIZE_LIMIT, prose
from ..text import count, listed, one_line
from .text import stake_name
from .view import PlanView, dotted, literal

_SIGNS = {"pruned": "🗑️", "orphaned": "👻", "kept": "📌", "blocked": "⛔"}


def render(view: PlanView, limit: int = SIZE_LIMIT) -> str:
    """The plan in at most `limit` characters; what does not fit is counted. Nothing when nothing changes."""
    if view.silent:
        return ""
    head = [f"**mas-lint plan:** {prose(view.summary().removeprefix('Plan: '))}", ""]
    room = limit - sum(len(line) + 1 for line in head) - 300
    body: list[str] = []
    left = 0
    for block in _blocks(view):
        size = sum(len(line) + 1 for line in block)
        if left or size > room:
            left += 1
            continue
        room -= size
        body += block
    if left:
        body += ["", f"… and {count(left, 'more entry', 'more entries')}: the full plan is in the output of the run."]
    return "\n".join([*head, *body]).rstrip("\n") + "\n"


def _blocks(view: PlanView) -> Iterator[list[str]]:
    plan = view.plan
    for blocked in plan.blocked:
        yield [f"> ⛔ **{prose(blocked.name)}** {prose(blocked.reason)} ({_code(view.where(blocked.place))})", ""]
    order = ("pruned", "orphaned", "blocked", "kept")
    tops = sorted(plan.tops, key=lambda one: (order.index(one.effect), one.application.name))
    if tops:
        yield ["### Removed", ""]
    for top in tops:
        yield list(_removal(view, top))
    for one in plan.dangling:
        yield [f"- ⚠️ {prose(one.message)} ({_code(view.where(one.place))})"]
    if plan.changed:
        yield ["", "### Changed", ""]
    for change in plan.changed:
        yield list(_change(view, change))
    if plan.added:
        yield ["", "### Added", ""]
    for added in plan.added:
        note = f" (was {_code(added.moved_from)}: created anew)" if added.moved_from else ""
        yield [
            f"- {_code(added.application.name)}{note}"
            + (f" — not yet: {prose(added.blocked)}" if added.blocked else "")
        ]
    if view.findings:
        yield ["", "### Findings", "", "| | Rule | Where | What |", "|---|---|---|---|"]
    for finding in sorted(view.findings, key=lambda one: -one.severity.rank):
        where = f"{finding.path}:{finding.span.line}"
        message = prose(finding.message)
        yield [f"| {finding.severity.value} | {finding.rule} {finding.name} | {_code(where, cell=True)} | {message} |"]


def _removal(view: PlanView, top: Deletion) -> Iterator[str]:
    part = "" if top.whole else " (in part)"
    approved = view.approved.get(top.application.name)
    where = _code(view.where(top.place, top.side))
    yield f"- {_SIGNS[top.effect]} {_code(top.application.name)}{part}: **{top.effect}** ({where})"
    yield f"  {prose(top.reason)}"
    if top.moved_to and top.whole:
        yield f"  Its content moves to {_code(top.moved_to)}: a deletion and a creation, nothing is carried over."
    for note in top.notes:
        yield f"  {prose(note)}"
    children = view.children(top)
    for one in (top, *children):
        for stake in one.stakes:
            lost = one.deletes and not stake.protected
            yield f"  - {'**' if lost else ''}{prose(stake_name(stake))}{'**' if lost else ''}: " + (
                prose(stake.loss) if lost else one.effect
            )
    if children:
        yield f"  - with it: {prose(listed([child.application.name for child in children], 20))}"
    if approved:
        yield f"  - approved: {prose(approved)}"


def _change(view: PlanView, change: Change) -> Iterator[str]:
    yield f"- {_code(change.application.name)}" + (f" — not yet: {prose(change.blocked)}" if change.blocked else "")
    for field in change.fields:
        yield f"  - {field.name}: {_code(literal(field.before, ()))} → {_code(literal(field.after, ()))}"
    for key in change.keys[:10]:
        before = literal(key.before, key.keys, key.before is ABSENT)
        after = literal(key.after, key.keys, key.after is ABSENT)
        yield f"  - {_code(dotted(key.keys))}: {_code(before)} → {_code(after)}"
    if len(change.keys) > 10:
        yield f"  - and {count(len(change.keys) - 10, 'more value')}"


def _code(text: str, *, cell: bool = False) -> str:
    safe = one_line(text).replace("`", "'")
    if cell:
        safe = safe.replace("|", "\\|")
    return f"`{safe}`" if safe else ""
