"""JSON in the node-link form that networkx, d3 and others read, with the findings beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from masgitops_lint.graph.network import Locate, edge_data, node_data
from masgitops_lint.graph.parts import Parts
from masgitops_lint.model.finding import Finding

from ..json_text import indented

Values = Mapping[str, Sequence[tuple[str, str]]]


def document(
    parts: Parts, locate: Locate, findings: Iterable[Finding] = (), about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`{"version", "directed", "multigraph", "graph", "nodes", "links"}`; `graph` holds findings and provenance."""
    return {
        "version": 1,
        "directed": True,
        "multigraph": True,
        "graph": {**(about or {}), "findings": [_finding(one) for one in findings]},
        "nodes": [{"id": node.id, **node_data(node, locate)} for node in parts.nodes],
        "links": [{"source": one.source, "target": one.target, **edge_data(one, locate)} for one in parts.edges],
    }


def render(
    parts: Parts, locate: Locate, findings: Iterable[Finding] = (), about: Mapping[str, Any] | None = None
) -> str:
    """The document as text."""
    return indented(document(parts, locate, findings, about), indent=1, ensure_ascii=False)


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "name": one.name,
        "severity": one.severity.value,
        "message": one.message,
        "help": one.help,
        "path": one.path,
        "line": one.span.line,
        "column": one.span.column,
        "key": ".".join(str(key) for key in one.keys),
        "related": [{"path": r.path, "line": r.span.line, "message": r.message} for r in one.related],
        "affects": list(one.affects.names),
    }
