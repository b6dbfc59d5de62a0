"""An upgrade of the charts for people and programs: the work in order, then what will happen."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from masgitops_lint.model.finding import Finding
from masgitops_lint.model.place import Place, Span
from masgitops_lint.plan.upgrade import PHASES, Step, Upgrade, keys_text

from .json_report import finding_object
from .json_text import indented

if TYPE_CHECKING:
    from masgitops_lint.report.plan.view import PlanView

VERSION = 1
_SHOWN = 12
Locate = Callable[[Place], Span]


def render(
    format_name: str, upgrade: Upgrade, findings: Sequence[Finding], gone: int, locate: Locate, view: PlanView
) -> str:
    """`text`, `json` or `markdown`. `findings` are new with the new charts, `gone` counts those that vanish."""
    if format_name == "json":
        return indented(_data(upgrade, findings, gone, locate, view), ensure_ascii=False)
    return _text(upgrade, findings, gone, locate, markdown=format_name == "markdown")


def _data(upgrade: Upgrade, findings: Sequence[Finding], gone: int, locate: Locate, view: PlanView) -> dict[str, Any]:
    from masgitops_lint.report.plan import render_plan

    return {
        "version": VERSION,
        "from": upgrade.before,
        "to": upgrade.after,
        "steps": [_step(step, locate) for step in upgrade.steps],
        "findings": [finding_object(one) for one in findings],
        "findings_gone": gone,
        "plan": json.loads(render_plan("json", view)),
    }


def _step(step: Step, locate: Locate) -> dict[str, Any]:
    places = []
    for place in step.places:
        span = locate(place)
        places.append({"path": place.path, "key": keys_text(place.keys), "line": span.line, "column": span.column})
    return {
        "phase": step.phase,
        "work": step.work,
        "text": step.text,
        "help": step.help,
        "since": step.since or None,
        "source": step.source or None,
        "places": places,
        "applications": list(step.names),
    }


def _text(upgrade: Upgrade, findings: Sequence[Finding], gone: int, locate: Locate, *, markdown: bool) -> str:
    if upgrade.empty and not findings:
        return ""
    plan = upgrade.plan
    work = sum(step.work for step in upgrade.steps) + len(findings)
    lines = [
        f"{'## ' if markdown else ''}Charts {upgrade.before} to {upgrade.after}: {_count(work, 'thing')} to do, "
        f"{len(plan.added)} Applications added, {len(plan.changed)} changed, {len(plan.removed)} removed",
    ]
    for phase, title in PHASES.items():
        steps = [step for step in upgrade.steps if step.phase == phase]
        if phase == "applications" and findings:
            lines += _findings(findings, markdown=markdown)
        if steps:
            lines += ["", f"### {title[0].upper()}{title[1:]}" if markdown else f"{title[0].upper()}{title[1:]}:"]
            if markdown:
                lines.append("")
            for step in steps:
                lines += _step_text(step, locate, markdown=markdown)
    if gone:
        lines += ["", f"{_count(gone, 'finding')} of today would be gone."]
    return "\n".join(lines) + "\n"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _step_text(step: Step, locate: Locate, *, markdown: bool) -> list[str]:
    since = f" (since {step.since})" if step.since else ""
    bullet = "- [ ] " if markdown and step.work else "- "
    lines = [f"{'' if markdown else '  '}{bullet}{step.text}{since}"]
    indent = "  " if markdown else "    "
    if step.help:
        lines.append(f"{indent}{'- ' if markdown else ''}{step.help}")
    spots = dict.fromkeys(
        f"{place.path}:{span.line}:{span.column}" for place in step.places for span in (locate(place),)
    )
    shown = list(spots)[:_SHOWN] if step.work else list(step.names)[:6] or list(spots)[:6]
    total = len(spots) if step.work or not step.names else len(step.names)
    if shown:
        more = f" and {total - len(shown)} more" if total > len(shown) else ""
        if step.work:
            mark = "- " if markdown else ""
            lines += [f"{indent}{mark}{f'`{one}`' if markdown else one}" for one in shown]
            if more:
                lines.append(f"{indent}{mark}{more.strip()}")
        else:
            lines.append(f"{indent}{'- ' if markdown else ''}{', '.join(shown)}{more}")
    return lines


def _findings(findings: Sequence[Finding], *, markdown: bool) -> list[str]:
    lines = ["", "### Findings with the new charts" if markdown else "Findings with the new charts:"]
    if markdown:
        lines.append("")
    for one in findings:
        place = f"{one.path}:{one.span.line}:{one.span.column}"
        if markdown:
            lines.append(f"- [ ] `{place}` {one.severity.value} {one.rule}: {one.message}")
        else:
            lines.append(f"  {place}: {one.severity.value} {one.rule} {one.name}: {one.message}")
    return lines
