"""The graph as a networkx graph: for GraphML, and for algorithms that nobody here needs to write again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from masgitops_lint.model.place import Place, Span

from .parts import Edge, Node, Parts

if TYPE_CHECKING:
    import networkx

Locate = Callable[[Place], Span]


def node_data(node: Node, locate: Locate | None = None) -> dict[str, Any]:
    """A node's attributes: kind, label, its file and line where it has one, and what is known of it."""
    return {"kind": node.kind, "label": node.label, **_where(node.place, locate), **node.data}


def edge_data(edge: Edge, locate: Locate | None = None) -> dict[str, Any]:
    """An edge's attributes: kind, label, and the file and line that make it."""
    return {"kind": edge.kind, **({"label": edge.label} if edge.label else {}), **_where(edge.place, locate)}


def _where(place: Place | None, locate: Locate | None) -> dict[str, Any]:
    if place is None or not place.path:
        return {}
    found: dict[str, Any] = {"file": place.path}
    if locate is not None:
        found["line"] = locate(place).line
    if place.keys:
        found["key"] = ".".join(str(key) for key in place.keys)
    return found


def network(parts: Parts, locate: Locate | None = None) -> networkx.MultiDiGraph[str]:
    """All nodes and edges with their attributes."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for node in parts.nodes:
        graph.add_node(node.id, **node_data(node, locate))
    for edge in parts.edges:
        graph.add_edge(edge.source, edge.target, **edge_data(edge, locate))
    return graph


def graphml(parts: Parts, locate: Locate | None = None) -> str:
    """GraphML; lists become text, since the format has none."""
    import networkx

    graph = network(parts, locate)
    for _, data in graph.nodes(data=True):
        _flatten(data)
    lines: Iterable[str] = networkx.generate_graphml(graph, named_key_ids=True)
    return "\n".join(lines) + "\n"


def _flatten(data: dict[str, Any]) -> None:
    for name, value in list(data.items()):
        if value is None:
            del data[name]
        elif isinstance(value, list):
            data[name] = ", ".join(str(one) for one in value)
