"""The plan as JSON. Version 1, described by `data/schemas/plan.schema.json`. Keys are only ever added."""

from __future__ import annotations

from typing import Any

from ...model.application import Application, Resource
from ...model.place import Place
from ...plan.model import ABSENT, Added, Change, Deletion, Side
from ..json_report import finding_object
from ..json_text import indented
from ..text import encodable
from .view import PlanView, dotted, shown

VERSION = 1


def render(view: PlanView) -> str:
    """One indented object, in ASCII."""
    return indented(plan_object(view))


def plan_object(view: PlanView) -> dict[str, Any]:
    """The plan as plain values, in the order in which they are written."""
    plan = view.plan
    return {
        "version": VERSION,
        "summary": {
            "text": "" if view.silent else view.summary(),
            "added": len(plan.added),
            "changed": len(plan.changed),
            "removed": sum(one.whole for one in plan.removed),
            "effects": {
                name: sum(one.effect == name for one in plan.removed)
                for name in ("pruned", "orphaned", "kept", "blocked")
            },
        },
        "added": [_added(one, view) for one in plan.added],
        "removed": [
            {**_application(one.application), "moved_to": one.moved_to or None} for one in plan.removed if one.whole
        ],
        "changed": [_changed(one, view) for one in plan.changed],
        "deletions": [_deletion(one, view) for one in plan.removed],
        "dangling": [
            {
                "what": one.what,
                "message": encodable(one.message),
                "source": _source(one.place, view, "head"),
                "applications": list(one.applications),
                "users": [_source(place, view, "head") for place in one.users],
            }
            for one in plan.dangling
        ],
        "blocked": [
            {"name": one.name, "reason": encodable(one.reason), "source": _source(one.place, view, "head")}
            for one in plan.blocked
        ],
        "files": [encodable(path) for path in plan.paths],
        "charts": {"base": plan.charts[0], "head": plan.charts[1]},
        "findings": [finding_object(finding) for finding in view.findings],
    }


def _application(one: Application) -> dict[str, Any]:
    return {
        "name": encodable(one.name),
        "parent": one.parent,
        "wave": one.wave,
        "path": one.path,
        "server": one.server,
        "namespace": one.namespace,
        "account": one.account,
        "cluster": one.cluster,
        "instance": one.instance,
        "tenant": one.tenant,
    }


def _source(place: Place, view: PlanView, side: Side) -> dict[str, Any] | None:
    if not place.path:
        return None
    span = view.locate(place, side)
    return {
        "path": encodable(place.path),
        "key": encodable(dotted(place.keys)),
        "line": span.line,
        "column": span.column,
        "side": side,
    }


def _added(one: Added, view: PlanView) -> dict[str, Any]:
    return {
        **_application(one.application),
        "moved_from": one.moved_from or None,
        "blocked": one.blocked or None,
        "source": _source(one.place, view, "head"),
    }


def _changed(one: Change, view: PlanView) -> dict[str, Any]:
    return {
        **_application(one.application),
        "fields": [
            {"name": field.name, "before": _plain(field.before), "after": _plain(field.after)} for field in one.fields
        ],
        "values": [
            {
                "key": encodable(dotted(change.keys)),
                "before": shown(change.before, change.keys),
                "after": shown(change.after, change.keys),
                "action": "add" if change.before is ABSENT else "remove" if change.after is ABSENT else "change",
                "source": _source(change.place, view, change.side),
            }
            for change in one.keys
        ],
        "added_resources": [_resource(each) for each in one.added_resources],
        "removed_resources": [_resource(each) for each in one.removed_resources],
        "blocked": one.blocked or None,
        "source": _source(one.place, view, "head"),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _resource(one: Resource) -> dict[str, Any]:
    return {"group": one.group, "kind": one.kind, "namespace": one.namespace, "name": encodable(one.name)}


def _deletion(one: Deletion, view: PlanView) -> dict[str, Any]:
    return {
        "application": encodable(one.application.name),
        "effect": one.effect,
        "stateful": sorted({stake.kind for stake in one.stakes}),
        "reason": encodable(one.reason),
        "source": _source(one.place, view, one.side),
        "whole": one.whole,
        "cause": one.cause,
        "moved_to": one.moved_to or None,
        "stakes": [
            {
                "kind": stake.kind,
                "name": encodable(stake.name),
                "namespace": stake.namespace,
                "loss": stake.loss,
                "known_from": stake.source,
                "protected": stake.protected,
            }
            for stake in one.stakes
        ],
        "notes": list(one.notes),
        "approved": view.approved.get(one.application.name),
    }
