"""The dependency graph: order, cycles, what is affected, and the formats it is written in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.app import Request, lint, open_session
from masgitops_lint.cli import group
from masgitops_lint.graph import Graph
from masgitops_lint.graph.tree import Tree
from masgitops_lint.graph.walk import knotted, reachable, shortest_way
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .conftest import CLEAN, ROOT, MakeRepo

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/"


def graph_of(path: Path) -> Graph:
    return open_session(Request(path=str(path), isolated=True)).context.graph


def named(graph: Graph, name: str) -> Application:
    return next(one for one in graph.applications if one.name == name)


def changed(make_repo: MakeRepo, *edits: tuple[str, str, str]) -> Path:
    root = make_repo()
    for path, old, new in edits:
        file = root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))
    return root


# -- order


def application(name: str, parent: str | None, wave: int | None, kind: str = "Application") -> Application:
    return Application(kind, name, parent, wave, "", None, None, None, (), Place("a.yaml"), "dev")  # type: ignore[arg-type]


def sample() -> Tree:
    return Tree(
        [
            application("root", None, 0),
            application("early", "root", 0),
            application("late", "root", 30),
            application("set", "root", 99, "ApplicationSet"),
            application("one", "set", 0),
            application("one-job", "one", 10),
            application("two", "set", 0),
            application("two-job", "two", 10),
            application("last", "root", 200),
            application("beside", "root", 30),
            application("unordered", "root", None),
        ]
    )


@pytest.mark.parametrize(
    ("reader", "writer", "relation"),
    [
        ("late", "early", "before"),
        ("early", "late", "never"),
        ("late", "beside", "same-wave"),
        ("late", "late", "self"),
        ("one-job", "late", "before"),
        ("late", "one-job", "never"),
        ("one-job", "two-job", "loose"),
        # an ApplicationSet is healthy once its Applications exist: what they do is not waited for, nor waits it
        ("last", "one-job", "loose"),
        ("one-job", "last", "loose"),
        ("early", "unordered", "loose"),
    ],
)
def test_which_comes_first(reader: str, writer: str, relation: str) -> None:
    tree = sample()
    assert tree.relation(tree.index["", reader], tree.index["", writer]) == relation


def test_a_parent_that_is_its_own_child_hangs_nothing() -> None:
    tree = Tree([application("a", "a", 0), application("b", "c", 0), application("c", "b", 0)])
    assert [list(tree.way_up(number)) for number in range(3)] == [[0], [1], [2, 1]]


edges = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


@given(edges)
def test_knots_are_what_lies_on_a_cycle(pairs: list[tuple[int, int]]) -> None:
    adjacency: dict[int, list[int]] = {}
    for source, target in pairs:
        adjacency.setdefault(source, []).append(target)
    on_cycle = {
        node for node in range(10) if any(node in reachable(adjacency, [target]) for target in adjacency.get(node, ()))
    }
    parts = knotted(adjacency)
    assert {node for part in parts for node in part} == on_cycle
    for part in parts:
        for node in part:
            assert set(part) <= set(reachable(adjacency, [node]))
            assert shortest_way(adjacency, node, part[0], set(part))


# -- questions


def test_the_clean_example_has_needs_and_no_cycle() -> None:
    graph = graph_of(CLEAN)
    assert {need.relation for need in graph.needs} == {"before"}
    assert graph.cycles == ()


def test_who_reads_and_writes_and_when_it_is_there() -> None:
    graph = graph_of(CLEAN)
    path = "dev/cluster1/dro"
    assert [writer.application.name for writer in graph.writers_of(path) if writer.application] == ["dro.cluster1"]
    readers = {reader.name for use in graph.readers_of(path) for reader in use.readers}
    assert "inst1-bas-system.cluster1" in readers
    ready = graph.first_wave_ready(path)
    assert ready is not None
    assert (ready.parent, ready.wave) == ("cluster.cluster1", 30)
    assert graph.first_wave_ready("dev/cluster1/aws") is None
    assert graph.writers_of("nowhere") == ()


def test_what_stands_above_before_and_behind() -> None:
    graph = graph_of(CLEAN)
    manage = named(graph, "main.manage.cluster1.inst1")
    assert [one.name for one in graph.ancestors(manage)][:3] == [
        "instance.cluster1.inst1",
        "instance-appset.cluster1",
        "cluster.cluster1",
    ]
    before = {one.name for one in graph.awaited_by(manage)}
    assert {"manage.cluster1.inst1", "suite.cluster1.inst1", "dro.cluster1", "sls.cluster1.inst1"} <= before
    assert not any("inst2" in name or "cluster2" in name for name in before)
    behind = graph.affected_by([named(graph, "dro.cluster1")])
    assert "instance.cluster1.inst2" in behind
    assert not any("cluster2" in name for name in behind)


def test_a_lint_run_needs_no_networkx() -> None:
    code = (
        "import sys; from masgitops_lint.app import Request, lint; "
        f"lint(Request(path={str(ROOT / 'examples' / 'broken')!r})); assert 'networkx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# -- defects


CYCLE = (
    ("dev/cluster1/inst1/ibm-sls.yaml", "inst1/license#license_file", "inst2/sls#registration_key"),
    ("dev/cluster1/inst2/ibm-sls.yaml", "inst2/license#license_file", "inst1/sls#registration_key"),
)
RING = (
    ("dev/cluster1/inst1/ibm-mas-suite-configs.yaml", "inst1/sls#", "inst2/sls#"),
    ("dev/cluster1/inst2/ibm-mas-suite-configs.yaml", "inst2/sls#", "inst1/sls#"),
)
CLUSTERS = (
    ("dev/cluster1/ibm-dro.yaml", "cluster1/ibm_entitlement#entitlement_key", "cluster2/dro#dro_api_token"),
    ("dev/cluster2/ibm-dro.yaml", "cluster2/ibm_entitlement#entitlement_key", "cluster1/dro#dro_api_token"),
)


@pytest.mark.parametrize("edits", [CYCLE, RING, CLUSTERS])
def test_a_cycle_is_told_once_with_every_hop(make_repo: MakeRepo, edits: tuple[tuple[str, str, str], ...]) -> None:
    report = lint(Request(path=str(changed(make_repo, *edits)), isolated=True))
    (found,) = report.findings
    assert (found.rule, found.path, found.severity) == ("WAV003", edits[0][0], "error")
    assert [one.path for one in found.related] == [edits[1][0]]
    assert found.span.line > 1
    assert found.related[0].span.line > 1


def test_a_cycle_through_waves(make_repo: MakeRepo) -> None:
    """The first instance's licence service waits for the second's database, which waits for the first's catalogue of waves."""
    root = changed(
        make_repo,
        ("dev/cluster1/inst1/ibm-sls.yaml", "inst1/license#license_file", "inst2/sls#registration_key"),
        (
            "dev/cluster1/inst2/ibm-sls.yaml",
            "inst2/license#license_file",
            "inst1/jdbc/db2wh-inst1-manage/config#jdbc_connection_url",
        ),
    )
    findings = [one for one in lint(Request(path=str(root), isolated=True)).findings if one.rule == "WAV003"]
    assert len(findings) == 1
    assert any("wave 120" in one.message and "wave 100" in one.message for one in findings[0].related)


def test_an_own_rule_asks_it(tmp_path: Path) -> None:
    """The rule in docs/graph.md, run; and every question in its table is one that can be asked."""
    text = (ROOT / "docs" / "graph.md").read_text()
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "acm001_late_and_wanted.py").write_text(text.partition("```python\n")[2].partition("```")[0])
    report = lint(Request(path=str(CLEAN), isolated=True, rules=(str(rules),), select=("ACM",)))
    assert not report.crashes, report.crashes[0].traceback
    found = report.findings[0]
    assert (found.path, found.rule) == ("dev/cluster1/inst1/ibm-mas-suite-configs.yaml", "ACM001")
    assert "main.manage.cluster1.inst1" in found.affects.names
    for name in re.findall(r"`graph\.(\w+)", text):
        assert hasattr(Graph, name), name


def test_relations_are_of_one_graph() -> None:
    graph = graph_of(CLEAN)
    sls, dro, other = (named(graph, name) for name in ("sls.cluster1.inst1", "dro.cluster1", "sls.cluster1.inst2"))
    assert [graph.relation(sls, dro), graph.relation(dro, sls), graph.relation(sls, other)] == [
        "before",
        "never",
        "loose",
    ]
    with pytest.raises(ValueError, match="no stranger"):
        graph.relation(application("stranger", None, 0), sls)


def test_two_readers_of_a_cluster_secret_are_fine() -> None:
    assert lint(Request(path=str(CLEAN), select=("WAV",), isolated=True)).findings == ()


def test_one_placeholder_is_one_finding(make_repo: MakeRepo) -> None:
    root = changed(
        make_repo,
        (
            "dev/cluster1/inst1/ibm-mas-instance-base.yaml",
            "cluster1/aws#sm_aws_access_key_id",
            "cluster1/inst1/sls#ca_b64",
        ),
    )
    findings = lint(Request(path=str(root), select=("WAV",), isolated=True)).findings
    assert [one.rule for one in findings] == ["WAV001"]
    assert findings[0].affects.applications > 5


# -- formats


def run(*arguments: str) -> str:
    result = CliRunner().invoke(group, ["graph", *arguments, "--isolated", str(CLEAN)])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_is_what_networkx_reads() -> None:
    import networkx

    data = json.loads(run("--output-format", "json"))
    graph = networkx.node_link_graph(data, edges="links")
    assert {kind for _, kind in graph.nodes(data="kind")} == {
        "account", "cluster", "instance", "file", "ApplicationSet", "Application", "wave", "secret",
    }  # fmt: skip
    kinds = {kind for _, _, kind in graph.edges(data="kind")}
    assert {"contains", "merges-into", "generates", "renders", "reads", "writes", "waits-for", "refers-to"} <= kinds
    assert networkx.is_directed_acyclic_graph(
        networkx.MultiDiGraph((a, b) for a, b, kind in graph.edges(data="kind") if kind == "waits-for")
    )
    reads = next(one for one in data["links"] if one["kind"] == "reads" and one["target"] == "secret:dev/cluster1/dro")
    assert reads["file"].endswith("ibm-mas-suite-configs.yaml")
    assert reads["line"] > 1


def test_files_merge_into_the_root_that_reads_them() -> None:
    parts = graph_of(CLEAN).parts
    targets = {edge.target for edge in parts.edges if edge.kind == "merges-into"}
    assert "Application:dev/instance.cluster1.inst1" in targets
    assert all(target.startswith(("Application:dev/cluster.", "Application:dev/instance.")) for target in targets)


def test_graphml_is_xml() -> None:
    root = ElementTree.fromstring(run("--output-format", "graphml"))
    assert root.tag.endswith("graphml")


def test_diagrams() -> None:
    assert run("--output-format", "mermaid").startswith("flowchart LR\n")
    dot = run("--output-format", "dot", "--cluster", "cluster2")
    assert dot.startswith("digraph")
    assert "dro.cluster2" in dot
    assert "dro.cluster1" not in dot


def test_a_part_of_the_graph_has_what_leads_to_it_and_no_more() -> None:
    def labels(*arguments: str) -> tuple[set[str], list[dict[str, object]]]:
        result = CliRunner().invoke(group, ["graph", "--isolated", "--output-format", "json", *arguments, str(CLEAN)])
        assert result.exit_code == 0, result.output
        document = json.loads(result.output)
        return {node["label"] for node in document["nodes"]}, document["graph"]["findings"]

    shown, _ = labels("--instance", "inst1")
    assert {"cluster-appset.dev", "dro.cluster1", "sls.cluster1.inst1", "dev/cluster1/dro"} <= shown
    assert not any("cluster2" in label or "inst2" in label for label in shown)
    shown, _ = labels("--cluster", "cluster2")
    assert {"dro.cluster2", "sls.cluster2.inst3"} <= shown
    assert not any("cluster1" in label for label in shown)
    nothing = CliRunner().invoke(group, ["graph", "--isolated", "--instance", "nosuch", str(CLEAN)])
    assert nothing.exit_code == 2
    assert "nothing in this repo" in nothing.output


def test_a_part_has_its_own_findings_only(make_repo: MakeRepo) -> None:
    root = make_repo({f"dev/{one}/ibm-rbac.yaml": f'merge-key: "dev/{one}"\n' for one in ("cluster1", "cluster2")})
    result = CliRunner().invoke(
        group, ["graph", "--isolated", "--output-format", "json", "--cluster", "cluster2", str(root)]
    )
    assert [one["path"] for one in json.loads(result.output)["graph"]["findings"]] == ["dev/cluster2/ibm-rbac.yaml"]


def test_nothing_to_draw(tmp_path: Path) -> None:
    assert CliRunner().invoke(group, ["graph", str(tmp_path)]).exit_code == 3


def test_durations(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["tree", "--durations", "--isolated", str(CLEAN)])
    assert result.exit_code == 0
    assert "estimate" in result.output
    assert "main.manage.cluster1.inst1 (4 h)" in result.output
    data = json.loads(
        CliRunner().invoke(group, ["tree", "--durations", "--isolated", "--output-format", "json", str(CLEAN)]).output
    )
    plan = next(one for one in data["durations"]["roots"] if one["root"] == "instance.cluster1.inst1")
    assert plan["minutes"] == sum(minutes for _, minutes in plan["critical"])
    assert plan["waves"][0]["waiting_minutes"] == plan["minutes"]


def test_a_thousand_instances_take_well_under_a_second() -> None:
    """The order alone: a cluster with 1,000 instances of 25 Applications."""
    objects = [application("root", None, 0), application("set", "root", 99, "ApplicationSet")]
    for instance in range(1000):
        objects.append(application(f"i{instance}", "set", 0))
        objects += [application(f"i{instance}-{wave}", f"i{instance}", wave) for wave in range(0, 600, 25)]
    started = time.perf_counter()
    tree = Tree(objects)
    for number in range(2, len(tree), 5):
        tree.relation(number, 0 if number % 2 else number - 1)
    assert time.perf_counter() - started < 2
