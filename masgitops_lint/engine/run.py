"""Run rules over a context and turn their drafts into findings with concrete positions."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from masgitops_lint.model.finding import Draft, Finding, Related
from masgitops_lint.model.place import Place, Span
from masgitops_lint.model.report import Crash
from masgitops_lint.sdk import Context

from .rules import LoadedRule


def resolve(context: Context, place: Place) -> Span:
    """The span a symbolic place stands for. A file that only the base snapshot has is resolved there."""
    if place.span is not None:
        return place.span
    repository = context.repository
    if place.path not in repository.path_set and context.base is not None:
        repository = context.base.repository
    if place.path not in repository.path_set or not place.keys:
        return Span()
    return repository.document(place.path).span(place.keys, place.part, place.document)


def finding_from(context: Context, draft: Draft) -> Finding:
    """The finding a draft stands for, every place resolved."""
    return Finding(
        rule=draft.rule,
        name=draft.name,
        severity=draft.severity,
        message=draft.message,
        path=draft.place.path,
        span=resolve(context, draft.place),
        keys=draft.place.keys,
        related=tuple(Related(p.path, resolve(context, p), message) for p, message in draft.related),
        affects=draft.affects,
        help=draft.help,
        fix=draft.fix,
    )


def run_rules(context: Context, rules: Iterable[LoadedRule]) -> tuple[list[Finding], list[Crash]]:
    """Findings in stable order, and the rules that raised. A crash never hides what the rule had found before."""
    findings: dict[tuple[object, ...], Finding] = {}
    crashes: list[Crash] = []
    for loaded in rules:
        if loaded.rule.needs_base and context.base is None:
            continue
        if loaded.rule.generic and not context.has_units:
            continue
        try:
            for draft in loaded.check(context):
                finding = finding_from(context, draft)
                findings.setdefault((finding.rule, finding.path, finding.span, finding.message), finding)
        except Exception as error:
            crashes.append(
                Crash(loaded.rule.code, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
            )
    return sorted(findings.values(), key=lambda finding: finding.sort_key), crashes
