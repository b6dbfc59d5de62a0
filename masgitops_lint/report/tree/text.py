"""The tree as text: one line an object, with its wave, chart and destination, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from masgitops_lint.deployment.deployment import RenderFailure
from masgitops_lint.model.application import Application, Resource

from ..style import Style
from .json_tree import dotted, shown
from .view import TreeView


def render(view: TreeView, *, color: bool = False) -> str:
    """The trees, what was assumed about each account, the failures, and a line of totals."""
    paint = Style(color)
    lines: list[str] = []
    for account, parameters in sorted(view.deployment.assumed.items()):
        if any(app.account == account or app.scope == account for app in view.applications):
            lines += [
                paint("bold", f"account {account}"),
                *(paint("dim", f"  {p.name} = {shown(p)} ({_origin(p.origin)})") for p in parameters),
            ]
    if lines:
        lines.append("")
    for root in view.roots():
        lines += _branch(root, view, "", "", paint, top=True)
    lines += _failures(view, paint)
    lines += ["", _totals(view)]
    return "\n".join(lines) + "\n"


def _origin(origin: str) -> str:
    return {"manifest": "Account Root Application", "settings": ".mas-lint.yaml", "defaults": "documented default"}.get(
        origin, origin
    )


def _branch(app: Application, view: TreeView, lead: str, below: str, paint: Style, *, top: bool) -> Iterator[str]:
    yield lead + _line(app, view, paint)
    rows: list[Application | Resource] = list(view.children(app))
    if view.resources and app.kind != "ApplicationSet":
        rows = [*view.resources_of(app), *rows]
    for index, row in enumerate(rows):
        last = index == len(rows) - 1
        branch, follow = ("└─ ", "   ") if last else ("├─ ", "│  ")
        if isinstance(row, Resource):
            yield below + branch + _resource(row, paint)
        else:
            yield from _branch(row, view, below + branch, below + follow, paint, top=False)


def _line(app: Application, view: TreeView, paint: Style) -> str:
    wave = "  ?" if app.wave is None else f"{app.wave:03d}"
    words = [paint("dim", wave), paint("bold", app.name) if app.kind == "ApplicationSet" else app.name]
    about: list[str] = []
    if app.kind != "Application":
        about.append(app.kind)
    if app.path:
        about.append(app.path)
    if app.namespace and app.kind != "ApplicationSet":
        about.append(f"-> {app.namespace}")
    if app.prune:
        about.append("prune")
    if about:
        words.append(paint("dim", "  ".join(about)))
    failures = view.failures.get(app.name, ())
    if failures:
        words.append(paint("error", "does not render"))
    if app.name in view.freezes:
        words.append(paint("error", "frozen"))
    return "  ".join(words)


def _resource(resource: Resource, paint: Style) -> str:
    name = f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name
    marks = [*resource.hooks, *(f"[{policy}]" for policy in resource.delete_policies), *resource.sync_options]
    if resource.secrets:
        marks.append(f"{len(resource.secrets)} secret reference{'' if len(resource.secrets) == 1 else 's'}")
    tail = "  " + paint("dim", " ".join(marks)) if marks else ""
    return f"{paint('dim', f'{resource.wave:03d}')}  {resource.kind} {name}{tail}"


def _failures(view: TreeView, paint: Style) -> Iterator[str]:
    for error in view.errors:
        yield ""
        yield paint("error", f"{error.application or error.scope}: {error.message}")
        yield "  at " + _where(error, view)
        if error.template:
            expression = f" <{error.expression}>" if error.expression else ""
            yield f"  in {error.chart}/templates/{error.template}:{error.line}{expression}"
        elif error.chart:
            yield f"  in {error.chart}"
        yield "  " + _lost(len(error.lost), "lost")
    for frozen in view.frozen:
        yield ""
        yield paint("error", f"{frozen.name}: {frozen.reason}")
        for place in frozen.places:
            span = view.locate(place)
            yield f"  at {place.path}:{span.line}:{span.column}" + (f" {dotted(place.keys)}" if place.keys else "")
        yield "  Argo CD creates, updates and deletes nothing for this ApplicationSet: " + _lost(
            len(frozen.lost), "frozen"
        )


def _where(error: RenderFailure, view: TreeView) -> str:
    if not error.place.path:
        return "(outside the config repo)"
    span = view.locate(error.place)
    key = dotted(error.place.keys)
    return f"{error.place.path}:{span.line}:{span.column}" + (f" {key}" if key else "")


def _lost(number: int, word: str) -> str:
    return f"{number} Application{'' if number == 1 else 's'} {word}"


def _totals(view: TreeView) -> str:
    kinds = Counter(app.kind for app in view.applications)
    shown = sorted(kinds) if set(kinds) - {"Application", "ApplicationSet"} else ["Application", "ApplicationSet"]
    parts = [f"{kinds[kind]} {kind}{'' if kinds[kind] == 1 else 's'}" for kind in shown]
    if view.resources:
        number = sum(len(view.deployment.resources.get(app.name, ())) for app in view.applications)
        parts.append(f"{number} resources")
    if view.errors:
        parts.append(f"{len(view.errors)} that do not render" if len(view.errors) > 1 else "1 that does not render")
    if view.frozen:
        parts.append(f"{len(view.frozen)} frozen")
    how = "rendered from" if view.deployment.exact else "from the release profile of"
    return ", ".join(parts) + (f" ({how} {view.deployment.charts})" if view.deployment.charts else "")
