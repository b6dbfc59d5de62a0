"""Mermaid and DOT: Applications in boxes, secrets as cylinders, waves as groups."""

from __future__ import annotations

from collections.abc import Iterable

from masgitops_lint.graph.parts import Edge, Node, Parts

from .selection import DIAGRAM, narrowed

_MAX_ARROWS = 500
_MAX_TEXT = 50_000
_ARROWS = {"reads": "-.->", "writes": "==>", "refers-to": "-.->", "deletes": "-.->"}
_STYLES = {
    "reads": 'style=dashed, color="#1d4ed8"',
    "writes": 'style=bold, color="#15803d"',
    "refers-to": 'style=dashed, color="#6b7280"',
    "deletes": 'style=dotted, color="#b91c1c"',
}


def mermaid(parts: Parts) -> str:
    """A Mermaid flowchart, left to right."""
    shown = narrowed(parts, kinds=DIAGRAM)
    names = {node.id: f"n{number}" for number, node in enumerate(shown.nodes)}
    lines = ["flowchart LR"]
    for number, (scope, nodes) in enumerate(_groups(shown.nodes)):
        indent = "  "
        if scope:
            lines.append(f'  subgraph s{number}["{_quoted(scope)}"]')
            indent = "    "
        lines += [f"{indent}{names[node.id]}{_shape(node)}" for node in nodes]
        if scope:
            lines.append("  end")
    for edge in _distinct(shown.edges):
        source, target = _direction(edge)
        lines.append(f"  {names[source]} {_ARROWS.get(edge.kind, '-->')}|{edge.kind}| {names[target]}")
    return "\n".join(lines) + "\n"


def too_much_for_mermaid(text: str) -> str:
    """Why Mermaid refuses a flowchart with its default settings (maxEdges, maxTextSize), or ""."""
    arrows = sum(line.startswith("  n") and line.count("|") == 2 for line in text.split("\n"))
    if arrows > _MAX_ARROWS:
        return f"{arrows} arrows, and Mermaid draws {_MAX_ARROWS} unless `maxEdges` is raised"
    if len(text) > _MAX_TEXT:
        return f"{len(text)} characters, and Mermaid reads {_MAX_TEXT} unless `maxTextSize` is raised"
    return ""


def dot(parts: Parts) -> str:
    """A Graphviz digraph; each scope is a cluster, each object tells its wave."""
    shown = narrowed(parts, kinds=DIAGRAM)
    lines = [
        "digraph mas {",
        '  graph [rankdir=LR, fontname="sans-serif"];',
        '  node [fontname="sans-serif", shape=box, style=rounded];',
        '  edge [fontname="sans-serif"];',
    ]
    for number, (scope, nodes) in enumerate(_groups(shown.nodes)):
        indent = "  "
        if scope:
            lines += [f"  subgraph cluster_{number} {{", f'    label="{_escaped(scope)}";']
            indent = "    "
        for node in nodes:
            shape = {"secret": ", shape=cylinder, style=solid", "ApplicationSet": ", shape=folder, style=solid"}
            lines.append(f'{indent}"{_escaped(node.id)}" [label="{_escaped(_label(node))}"{shape.get(node.kind, "")}];')
        if scope:
            lines.append("  }")
    for edge in _distinct(shown.edges):
        source, target = _direction(edge)
        style = _STYLES.get(edge.kind, 'color="#374151"')
        lines.append(f'  "{_escaped(source)}" -> "{_escaped(target)}" [label="{edge.kind}", {style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _distinct(edges: Iterable[Edge]) -> Iterable[Edge]:
    """One arrow for several fields or places."""
    return {(edge.source, edge.target, edge.kind): edge for edge in edges}.values()


def _direction(edge: Edge) -> tuple[str, str]:
    """Arrows follow the secret: from its writer to it, and from it to its readers."""
    return (edge.target, edge.source) if edge.kind == "reads" else (edge.source, edge.target)


def _groups(nodes: Iterable[Node]) -> list[tuple[str, list[Node]]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault("" if node.kind == "secret" else str(node.data.get("scope", "")), []).append(node)
    return list(found.items())


def _label(node: Node) -> str:
    wave = node.data.get("wave")
    return f"{wave:03d}  {node.label}" if isinstance(wave, int) else node.label


def _shape(node: Node) -> str:
    text = _quoted(_label(node))
    if node.kind == "secret":
        return f'[("{text}")]'
    return f'[["{text}"]]' if node.kind == "ApplicationSet" else f'["{text}"]'


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
