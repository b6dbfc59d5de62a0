"""Which part of the graph is written: some kinds of nodes, some clusters and instances."""

from __future__ import annotations

from collections.abc import Collection

from masgitops_lint.graph.parts import Node, Parts

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

    def chosen(node: Node) -> bool:
        return all(
            not wanted or node.data.get(name) in wanted or name not in node.data
            for name, wanted in (("account", accounts), ("cluster", clusters), ("instance", instances))
        )

    kept = {node.id: node for node in parts.nodes if node.kind != "secret" and chosen(node)}
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
