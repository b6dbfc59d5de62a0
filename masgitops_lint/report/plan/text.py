"""The plan as text: the summary line first, removals next, then moves, changes and additions."""

from __future__ import annotations

from collections.abc import Iterator

from ...plan.model import ABSENT, Change, Deletion, Stake
from ..style import Style
from ..text import count, listed, one_line
from .view import PlanView, dotted, literal

_MOST_KEYS = 12
_MOST_NAMES = 8


def render(view: PlanView, *, color: bool = False) -> str:
    """The plan, or nothing when nothing changes."""
    if view.silent:
        return ""
    style = Style(color)
    lines = [style("bold", view.summary()), ""]
    for blocked in view.plan.blocked:
        lines += [f"  ! {blocked.name}: {one_line(blocked.reason)}", f"      {view.where(blocked.place)}", ""]
    for top in view.plan.tops:
        lines += _removal(view, top, style)
    for one in view.plan.dangling:
        lines += [style("warning", f"  ? {one_line(one.message)}"), f"      {view.where(one.place)}", ""]
    for change in view.plan.changed:
        lines += _change(view, change, style)
    for added in view.plan.added:
        name = one_line(added.application.name)
        text = f"  + {name}" + (f"  (what was {added.moved_from}, created anew)" if added.moved_from else "")
        lines.append(text)
        if added.blocked:
            lines.append(f"      not yet: {one_line(added.blocked)}")
    if view.findings:
        lines += ["", style("bold", count(len(view.findings), "finding"))]
        for finding in view.findings:
            where = f"{one_line(finding.path)}:{finding.span.line}:{finding.span.column}"
            severity = style.severity(finding.severity.value, finding.severity.value)
            lines.append(f"  {where}: {severity} {finding.rule} {one_line(finding.message)}")
            if finding.help:
                lines.append(f"      {one_line(finding.help)}")
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _removal(view: PlanView, top: Deletion, style: Style) -> Iterator[str]:
    severity = {"pruned": "error", "orphaned": "warning"}.get(top.effect, "note")
    sign = "-" if top.whole else "~"
    part = "" if top.whole else " (in part)"
    yield style(severity, f"  {sign} {one_line(top.application.name)}{part}: {top.effect}")
    yield f"      {one_line(top.reason)}"
    if top.moved_to and top.whole:
        yield f"      its content moves to {top.moved_to}: a deletion and a creation, nothing is carried over"
    for note in top.notes:
        yield f"      {one_line(note)}"
    children = view.children(top)
    yield from _stakes((top, *children), style)
    if children:
        names = [child.application.name for child in children]
        yield f"      with it: {listed(names, _MOST_NAMES)}"
        for effect in ("orphaned", "kept", "blocked"):
            different = [one for one in children if one.effect == effect != top.effect]
            if different:
                names = [one.application.name for one in different]
                yield f"      {effect}: {listed(names, _MOST_NAMES)}: {one_line(different[0].reason)}"
    approved = view.approved.get(top.application.name)
    if approved:
        yield f"      approved: {one_line(approved)}"
    if top.place.path:
        yield f"      {view.where(top.place, top.side)}" + (" (removed)" if top.side == "base" else "")
    yield ""


def _stakes(deletions: tuple[Deletion, ...], style: Style) -> Iterator[str]:
    for one in deletions:
        for stake in one.stakes:
            mark = "kept" if stake.protected or one.effect == "kept" else one.effect
            text = f"      ! {stake_name(stake)}: {stake.loss}" if one.deletes and not stake.protected else ""
            yield style("error", text) if text else f"      = {stake_name(stake)}: {mark}"


def stake_name(stake: Stake) -> str:
    """`Db2uInstance db2wh-inst1-manage in db2u-inst1`."""
    name = "" if stake.name in ("", "?") else f" {one_line(stake.name)}"
    return f"{stake.kind}{name}" + (f" in {stake.namespace}" if stake.namespace not in ("", "?") else "")


def _change(view: PlanView, change: Change, style: Style) -> Iterator[str]:
    yield f"  ~ {one_line(change.application.name)}"
    for field in change.fields:
        yield f"      {field.name}: {literal(field.before, ())} -> {literal(field.after, ())}"
    for key in change.keys[:_MOST_KEYS]:
        before = literal(key.before, key.keys, key.before is ABSENT)
        after = literal(key.after, key.keys, key.after is ABSENT)
        yield f"      {one_line(dotted(key.keys))}: {before} -> {after}  {view.where(key.place, key.side)}"
    if len(change.keys) > _MOST_KEYS:
        yield f"      and {count(len(change.keys) - _MOST_KEYS, 'more value')}"
    for sign, objects in (("-", change.removed_resources), ("+", change.added_resources)):
        if objects:
            names = [f"{one.kind}/{one.name}" for one in objects]
            yield f"      {sign} {listed(names, _MOST_NAMES)}"
    if change.blocked:
        yield f"      not yet: {one_line(change.blocked)}"
    yield ""
