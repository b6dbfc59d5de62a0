"""Which part of the graph is written: some kinds of nodes, some clusters and instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from masgitops_lint.graph.parts import Node, Parts
from masgitops_lint.model.finding import Finding

_LEVELS = ("account", "cluster", "instance")
DIAGRAM = ("ApplicationSet", "Application", "Kustomization", "HelmRelease", "kustomization", "secret")


def narrowed(
    parts: Parts,
    *,
    accounts: Collection[str] = (),
    clusters: Collection[str] = (),
    instances: Collection[str] = (),
    kinds: Collection[str] = (),
    without: Collection[str] = (),
) -> Parts:
    """The nodes of these accounts, clusters, instances and kinds (empty: all) but `without`, with secrets and edges."""

    levels = tuple(zip(_LEVELS, (accounts, clusters, instances), strict=True))
    kept = {
        node.id: node
        for node in parts.nodes
        if node.kind != "secret"
        and all(not wanted or node.data.get(name) in wanted or name not in node.data for name, wanted in levels)
    }
    if accounts or clusters or instances:
        kept = _with_something_chosen(kept, tuple(name for name, wanted in levels if wanted))
    touched = {edge.target for edge in parts.edges if edge.source in kept}
    everything = not (accounts or clusters or instances)
    for node in parts.nodes:
        if node.kind == "secret" and (everything or node.id in touched):
            kept[node.id] = node
    if without:
        kept = {name: node for name, node in kept.items() if node.kind not in without}
    if kinds:
        kept = {name: node for name, node in kept.items() if node.kind in kinds}
    edges = tuple(edge for edge in parts.edges if edge.source in kept and edge.target in kept)
    return Parts(tuple(node for node in parts.nodes if node.id in kept), edges)


def _with_something_chosen(kept: dict[str, Node], asked: tuple[str, ...]) -> dict[str, Node]:
    """Without the accounts and clusters that have none of what was asked for in them."""
    lowest = asked[-1]
    above = _LEVELS[: _LEVELS.index(lowest)]
    ways = {tuple(node.data.get(name) for name in above) for node in kept.values() if lowest in node.data}
    prefixes = {way[:length] for way in ways for length in range(len(way) + 1)}

    def leads(node: Node) -> bool:
        own = tuple(node.data[name] for name in above if name in node.data)
        return lowest in node.data or own in prefixes

    return {name: node for name, node in kept.items() if leads(node)} if ways else {}


def findings_in(parts: Parts, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings about the files, Applications and secrets of a part of the graph."""
    paths = {node.place.path for node in parts.nodes if node.place is not None}
    names = {node.label for node in parts.nodes if node.kind not in ("account", "file", "wave")}
    return tuple(one for one in findings if one.path in paths or not names.isdisjoint(one.affects.names))
