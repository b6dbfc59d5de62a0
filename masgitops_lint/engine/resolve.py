"""From drafts to findings: symbolic places become positions."""

from __future__ import annotations

from typing import Any

from masgitops_lint.context import Context
from masgitops_lint.model.finding import Draft, Edit, Finding, Fix, Related, Replacement
from masgitops_lint.model.place import Keys, Place, Span

from .reach import Reach


def resolve(context: Context, place: Place) -> Span:
    """The span a symbolic place stands for. A file that only the base snapshot has is resolved there."""
    if place.span is not None:
        return place.span
    repository = context.repository
    if place.path not in repository.path_set and context.base is not None:
        repository = context.base.repository
    if place.path not in repository.path_set or not place.keys:
        return Span()
    document = repository.document(place.path)
    span = document.span(place.keys, place.part, place.document)
    if place.within and span.line != span.end_line:
        return document.find(place.within, span) or span
    return span


def finding_from(context: Context, draft: Draft, reach: Reach) -> Finding:
    """The finding a draft stands for, every place resolved; `reach` fills in whom it concerns."""
    path, keys = draft.place.path, draft.place.keys
    return Finding(
        rule=draft.rule,
        name=draft.name,
        severity=draft.severity,
        message=draft.message,
        path=path,
        span=resolve(context, draft.place),
        keys=keys,
        related=tuple(Related(p.path, resolve(context, p), message) for p, message in draft.related),
        affects=reach.affects(draft),
        help=draft.help,
        fix=_edits(context, draft.fix) if isinstance(draft.fix, Replacement) else draft.fix,
        on_scalar=reach.is_config(path) and is_scalar(context.repository.document(path).data, keys),
    )


def is_scalar(data: Any, keys: Keys) -> bool:
    """Whether there is a scalar or an empty collection at a route, or nothing: the route of a missing key."""
    value = data
    if not isinstance(value, dict | list):
        return False
    for key in keys:
        if isinstance(value, dict) and key not in value:
            return True
        try:
            value = value[key]  # type: ignore[index]
        except (LookupError, TypeError):
            return False
    return not keys or not isinstance(value, dict | list) or not value


def _edits(context: Context, wanted: Replacement) -> Fix | None:
    """The edits that a replacement stands for; None where one of its texts is not there, or more than once."""
    edits: dict[Edit, None] = {}
    for place, old, new in wanted.changes:
        document = context.repository.document(place.path)
        first, end = document.offsets(place.keys, "value", place.document) or (0, 0)
        start = document.text.find(old, first, end)
        if start < 0 or document.text.find(old, start + 1, end) >= 0:
            return None
        edits[Edit(place.path, start, start + len(old), new)] = None
    return Fix(wanted.description, tuple(edits))
