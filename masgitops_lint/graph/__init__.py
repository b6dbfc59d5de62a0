"""The dependency graph: what is made from what, what reads and writes which secret, and what waits for what.

Rules ask `Graph`, which answers from plain dictionaries. `network` holds the same as a networkx graph, for export and
for whoever wants networkx's algorithms; nothing else imports networkx (its import costs more than a whole lint run).
"""

from .build import Subject, build_graph
from .cycles import CYCLE_LIMIT, Cycle, Hop
from .needs import Need, Relation
from .query import Graph, ReadyAfter

__all__ = ["CYCLE_LIMIT", "Cycle", "Graph", "Hop", "Need", "ReadyAfter", "Relation", "Subject", "build_graph"]
