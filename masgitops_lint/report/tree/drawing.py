"""The tree as Mermaid and as DOT."""

from __future__ import annotations

from collections.abc import Iterator

from masgitops_lint.model.application import Application

from .view import TreeView


def _nodes(view: TreeView) -> Iterator[tuple[str, Application, str]]:
    """Identifier, object and parent's identifier ("" for a root)."""
    numbers = {id(app): f"n{index}" for index, app in enumerate(view.applications)}
    parents: dict[int, str] = {}
    for app in view.applications:
        for child in view.children(app):
            parents.setdefault(id(child), numbers[id(app)])
    for app in view.applications:
        yield numbers[id(app)], app, parents.get(id(app), "")


def _wave(app: Application) -> str:
    return "?" if app.wave is None else str(app.wave)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def render_mermaid(view: TreeView) -> str:
    """A Mermaid flowchart, top to bottom; ApplicationSets are rounded, what fails is red."""
    lines = ["flowchart LR"]
    broken: list[str] = []
    for name, app, parent in _nodes(view):
        label = app.name.replace('"', "#quot;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
        shape = ("([", "])") if app.kind == "ApplicationSet" else ("[", "]")
        lines.append(f'  {name}{shape[0]}"{label}<br/>wave {_wave(app)}"{shape[1]}')
        if parent:
            lines.append(f"  {parent} --> {name}")
        if app.name in view.failures or app.name in view.freezes:
            broken.append(name)
    if broken:
        lines.append("  classDef broken stroke:#c00,stroke-width:2px")
        lines.append(f"  class {','.join(broken)} broken")
    return "\n".join(lines) + "\n"


def render_dot(view: TreeView) -> str:
    """A Graphviz digraph, left to right."""
    lines = ["digraph applications {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for name, app, parent in _nodes(view):
        label = _quoted(app.name)[:-1] + f'\\nwave {_wave(app)}"'
        style = ", style=rounded" if app.kind == "ApplicationSet" else ""
        color = ", color=red" if app.name in view.failures or app.name in view.freezes else ""
        lines.append(f"  {name} [label={label}{style}{color}];")
        if parent:
            lines.append(f"  {parent} -> {name};")
    return "\n".join([*lines, "}"]) + "\n"
