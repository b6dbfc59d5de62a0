"""The tree as JSON: the contract other programs build on (`version` changes when a field changes its meaning)."""

from __future__ import annotations

from typing import Any

from masgitops_lint.deployment.deployment import AssumedParameter, FrozenSet, RenderFailure
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Keys, Place

from ..json_text import indented
from ..masking import masked
from .view import TreeView

VERSION = 1


def render(view: TreeView) -> str:
    """`{"version", "exact", "charts", "applications", "errors", "frozen", "assumed"}`."""
    return indented(tree_data(view), ensure_ascii=False, allow_nan=False, default=str)


def tree_data(view: TreeView) -> dict[str, Any]:
    """What `render` writes, as plain data."""
    deployment = view.deployment
    return {
        "version": VERSION,
        "exact": deployment.exact,
        "charts": deployment.charts,
        "applications": [_application(app, view) for app in view.applications],
        "errors": [_failure(error, view) for error in view.errors],
        "frozen": [_frozen(one, view) for one in view.frozen],
        "assumed": {
            account: [_parameter(one, view) for one in parameters]
            for account, parameters in sorted(deployment.assumed.items())
        },
    }


def dotted(keys: Keys) -> str:
    """A route as text: `ibm_mas_suite_configs[1].mas_config_chart`."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text


def place_data(place: Place | None, view: TreeView) -> dict[str, Any] | None:
    """A place with its line and column; None where there is none."""
    if place is None or not place.path:
        return None
    span = view.locate(place)
    return {"path": place.path, "key": dotted(place.keys), "line": span.line, "column": span.column}


def _application(app: Application, view: TreeView) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": app.kind,
        "name": app.name,
        "wave": app.wave,
        "parent": app.parent,
        "path": app.path,
        "server": app.server,
        "namespace": app.namespace,
        "prune": app.prune,
        "finalizers": list(app.finalizers),
        "source": place_data(app.source, view),
        "scope": app.scope,
        "account": app.account,
        "cluster": app.cluster,
        "instance": app.instance,
        "tenant": app.tenant,
        "revision": app.revision,
        "template": app.template,
        "sync_options": list(app.sync_options),
    }
    if view.resources and app.kind != "ApplicationSet":
        known = app.name in view.deployment.resources
        data["resources"] = [_resource(one) for one in view.resources_of(app)] if known else None
    return data


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "kind": resource.kind,
        "group": resource.group,
        "name": resource.name,
        "namespace": resource.namespace,
        "wave": resource.wave,
        "hooks": list(resource.hooks),
        "delete_policies": list(resource.delete_policies),
        "sync_options": list(resource.sync_options),
        "template": resource.template,
        "secrets": list(resource.secrets),
    }


def _failure(error: RenderFailure, view: TreeView) -> dict[str, Any]:
    return {
        "application": error.application,
        "scope": error.scope,
        "chart": error.chart,
        "template": error.template,
        "line": error.line,
        "kind": error.kind,
        "message": error.message,
        "expression": error.expression,
        "place": place_data(error.place, view),
        "lost": list(error.lost),
    }


def _frozen(one: FrozenSet, view: TreeView) -> dict[str, Any]:
    return {
        "name": one.name,
        "scope": one.scope,
        "reason": one.reason,
        "places": [place_data(place, view) for place in one.places],
        "lost": list(one.lost),
    }


def shown(parameter: AssumedParameter) -> str:
    """A parameter's value as text, masked where its name looks like a secret's."""
    value = parameter.value
    text = ("true" if value else "false") if isinstance(value, bool) else "null" if value is None else str(value)
    key = parameter.name.rpartition(".")[2]
    return masked([f"{key}: {text}"], 0).removeprefix(f"{key}: ")


def _parameter(one: AssumedParameter, view: TreeView) -> dict[str, Any]:
    text = shown(one)
    value = (
        one.value if isinstance(one.value, bool | int | float) or one.value is None or str(one.value) == text else text
    )
    return {"name": one.name, "value": value, "origin": one.origin, "place": place_data(one.place, view)}
