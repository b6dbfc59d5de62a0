"""The whole graph as typed nodes and edges, for export and for people: the one list behind every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .durations import minutes

if TYPE_CHECKING:
    from masgitops_lint.deployment.secrets import Secret
    from masgitops_lint.mas.scope import Scope

    from .query import Graph

NodeKind: TypeAlias = str
"""account, cluster, instance, file, ApplicationSet, Application, wave, resource, hook or secret; in a generic repo also
Kustomization, HelmRelease and kustomization."""
EdgeKind: TypeAlias = Literal[
    "contains", "merges-into", "generates", "renders", "reads", "writes", "waits-for", "refers-to", "deletes"
]
"""An edge points from what acts to what it acts on: `reads` and `writes` from the Application to the secret,
`waits-for` from what waits to what it waits for (by way of one node a wave), `refers-to` from a configuration to what
it names."""


@dataclass(frozen=True, slots=True)
class Node:
    """`id` is `kind:name` and unique; `place` the config that makes it; `data` JSON values, never a secret's value."""

    id: str
    kind: NodeKind
    label: str
    place: Place | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """`place` is the config that makes the edge, where it is one line's doing; `label` a word for it ("" for none)."""

    source: str
    target: str
    kind: EdgeKind
    place: Place | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """Nodes in the order of the tree, parents first; edges in the order of their sources."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def parts_of(graph: Graph) -> Parts:
    """Every node and edge; ids that several objects share are told apart by number."""
    builder = _Builder(graph)
    builder.scopes()
    builder.applications()
    builder.waves()
    builder.secrets()
    builder.references()
    return Parts(tuple(builder.nodes.values()), tuple(dict.fromkeys(builder.edges)))


class _Builder:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.ids = graph.ids

    def add(self, node: Node) -> None:
        self.nodes.setdefault(node.id, node)

    def link(self, source: str, target: str, kind: EdgeKind, place: Place | None = None, label: str = "") -> None:
        self.edges.append(Edge(source, target, kind, place, label))

    def scopes(self) -> None:
        tree = self.graph.tree
        roots = {
            one.scope: number
            for number, one in enumerate(self.graph.applications)
            if tree.parents[number] >= 0 and tree.is_set(tree.parents[number])
        }
        for scope in self.graph.subject.mas.scopes:
            above = f"account:{scope.account}"
            self.add(Node(above, "account", scope.account, None, {"account": scope.account}))
            own = _scope_id(scope)
            kind: NodeKind = "cluster" if scope.level == "cluster" else "instance"
            place = Place(scope.base.path) if scope.base is not None else None
            self.add(Node(own, kind, scope.directory, place, {**_ids(scope), "level": scope.level}))
            self.link(above if scope.parent is None else _scope_id(scope.parent), own, "contains")
            for file in scope.files:
                node = f"file:{file.path}"
                self.add(Node(node, "file", file.name, Place(file.path), _ids(scope)))
                self.link(own, node, "contains")
                root = roots.get(scope.directory)
                if root is not None:
                    self.link(node, self.ids[root], "merges-into", Place(file.path))

    def applications(self) -> None:
        tree = self.graph.tree
        resources = self.graph.subject.deployment.resources
        for number, one in enumerate(self.graph.applications):
            own = self.ids[number]
            place = one.source if one.source.path else None
            self.add(Node(own, one.kind, one.name, place, _data(one)))
            parent = tree.parents[number]
            if parent >= 0:
                self.link(self.ids[parent], own, "generates" if tree.is_set(parent) else "renders", place)
            for resource in resources.get(one.name, ()):
                named = f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name
                node = f"resource:{one.name}:{resource.kind}:{named}"
                data = {"wave": resource.wave, "hooks": list(resource.hooks), "template": resource.template}
                self.add(Node(node, "hook" if resource.hooks else "resource", f"{resource.kind} {named}", None, data))
                self.link(own, node, "renders")

    def waves(self) -> None:
        """A node for each wave of each parent: done once its Applications are healthy. They wait for the one before."""
        tree = self.graph.tree
        for parent, children in tree.children.items():
            if parent < 0 or tree.is_set(parent):
                continue
            by_wave: dict[int, list[int]] = {}
            for child in children:
                wave = self.graph.applications[child].wave
                if wave is not None:
                    by_wave.setdefault(wave, []).append(child)
            before = ""
            for wave in sorted(by_wave):
                own = f"wave:{self.ids[parent].partition(':')[2]}:{wave:03d}"
                one = self.graph.applications[parent]
                self.add(Node(own, "wave", f"{wave:03d}", None, {"wave": wave, "parent": self.ids[parent], **_of(one)}))
                for child in by_wave[wave]:
                    self.link(own, self.ids[child], "waits-for")
                    if before:
                        self.link(self.ids[child], before, "waits-for")
                before = own

    def secrets(self) -> None:
        tree = self.graph.tree
        for path, secret in sorted(self.graph.secrets.secrets.items()):
            own = f"secret:{path}"
            self.add(Node(own, "secret", path, None, _about(secret)))
            for use in secret.uses:
                for reader in use.readers:
                    self.link(self.ids[tree.find(reader)], own, "reads", use.reference.place, use.reference.field)
            for read in secret.runtime_reads:
                self.link(self.ids[tree.find(read.application)], own, "reads", None, ", ".join(read.fields))
            for writer in secret.writers:
                if writer.application is not None and writer.runs:
                    place = writer.application.source
                    self.link(self.ids[tree.find(writer.application)], own, "writes", place, ", ".join(writer.fields))
            for deleter in secret.deleters:
                self.link(self.ids[tree.find(deleter.application)], own, "deletes", deleter.application.source)

    def references(self) -> None:
        for need in self.graph.needs:
            if need.kind == "install":
                self.link(self.ids[need.reader], self.ids[need.writer], "refers-to", need.place, need.path)


def application_ids(graph: Graph) -> Iterator[str]:
    """Node ids in the order of the deployment; objects of one name are told apart by number."""
    seen: dict[str, int] = {}
    for one in graph.applications:
        name = f"{one.kind}:{one.account}/{one.name}" if one.account else f"{one.kind}:{one.name}"
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _scope_id(scope: Scope) -> str:
    return f"{'cluster' if scope.level == 'cluster' else 'instance'}:{scope.directory}"


def _ids(scope: Scope) -> dict[str, str]:
    ids = {"account": scope.account, "cluster": scope.cluster, "instance": scope.instance, "tenant": scope.tenant}
    return {"scope": scope.directory, **{name: value for name, value in ids.items() if value}}


def _of(one: Application) -> dict[str, str]:
    ids = {"account": one.account, "cluster": one.cluster, "instance": one.instance, "tenant": one.tenant}
    return {"scope": one.scope, **{name: value for name, value in ids.items() if value}}


def _data(one: Application) -> dict[str, Any]:
    known: dict[str, Any] = {
        **_of(one),
        "wave": one.wave,
        "chart": one.path,
        "namespace": one.namespace,
        "server": one.server,
        "prune": one.prune,
        "minutes": minutes(one),
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def _about(secret: Secret) -> dict[str, Any]:
    """What is known of a secret: how it comes to be and which fields are read, never what is in it."""
    data: dict[str, Any] = {"status": secret.status, "fields": list(secret.fields)}
    if secret.status == "by-hand" and secret.pre_created is not None:
        data["by"] = secret.pre_created.by
    if secret.status == "declared" and secret.declared is not None:
        data["by"] = getattr(secret.declared, "created_by", "") or "declared in .mas-lint.yaml"
    reasons = [unmet.text for writer in secret.writers if not writer.runs for unmet in writer.unmet]
    if secret.status == "off" and reasons:
        data["off"] = reasons[0]
    return data
