"""Rendered roots kept between runs: the same deployment, whatever was changed, and nothing of the config in clear."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint.charts.helm.engine import one_by_one
from masgitops_lint.charts.helm.late_engine import late_engine
from masgitops_lint.charts.helm.sdk import SdkEngine
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.deployment import keeping, leaf_runner, warming
from masgitops_lint.deployment.build import BuildOptions, build_deployment
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.kept_values import KeptValues, extract, placeholders_in, told_of
from masgitops_lint.deployment.root_chart import RootRenderer
from masgitops_lint.repo.content_digest import content_of, contents_of
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings import AccountSettings, Settings, SourceSettings
from masgitops_lint.settings.result_store import ResultStore

from .shop import CHARTS, CONFIG, context_of

pytest.importorskip("helm_python")

Renders = list[str]


def lay_fleet(directory: Path) -> Path:
    """Two clusters with two instances each."""
    for cluster in ("c1", "c2"):
        for instance in ("i1", "i2"):
            for path, text in CONFIG.items():
                place = directory / path.replace("/c1/", f"/{cluster}/").replace("/i1/", f"/{instance}/")
                place.parent.mkdir(parents=True, exist_ok=True)
                text = text.replace("c1", cluster).replace("dev/c1/i1", f"dev/{cluster}/i1")
                place.write_text(text.replace("i1", instance))
    return directory


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return lay_fleet(tmp_path / "repo")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Renders:
    """The names of the roots that are rendered, "" for an account's."""
    names: Renders = []
    original = RootRenderer.render

    def render(self: RootRenderer, root: Any, *rest: Any, **named: Any) -> Any:
        names.append(root.name)
        return original(self, root, *rest, **named)

    monkeypatch.setattr(RootRenderer, "render", render)
    return names


def build(repo: Path, cache: Path | None, charts: Path = CHARTS, settings: Settings | None = None) -> Deployment:
    settings = (settings or Settings())._replace(source=SourceSettings(charts=str(charts)))
    options = BuildOptions(processes=1, cached=cache is not None, cache_directory=str(cache) if cache else None)
    return build_deployment(context_of(repo, settings), options)


def assert_same(kept: Deployment, anew: Deployment) -> None:
    """Everything but values, which are compared by what the secrets graph asks."""
    bare = tuple(one._replace(values={}) for one in kept.applications)
    assert bare == tuple(one._replace(values={}) for one in anew.applications)
    assert list(kept.resources.items()) == list(anew.resources.items())
    assert replace(kept, applications=(), resources={}) == replace(anew, applications=(), resources={})
    for one, other in zip(kept.applications, anew.applications, strict=True):
        assert placeholders_in(one.values) == placeholders_in(other.values)
        assert extract(told_of(one.values)) == extract(other.values)


def edit(repo: Path, path: str, old: str, new: str) -> None:
    text = (repo / path).read_text()
    assert old in text
    (repo / path).write_text(text.replace(old, new))


def entries(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file() and len(path.name) == 64]


def test_an_unchanged_repo_renders_nothing_and_loads_no_helm(
    repo: Path, tmp_path: Path, rendered: Renders, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(repo, tmp_path / "cache")
    assert len(rendered) == 7
    rendered.clear()

    def unexpected(*_: Any) -> Any:
        raise AssertionError("Helm was loaded")

    monkeypatch.setattr("masgitops_lint.charts.helm.late_engine.open_engine", unexpected)
    again = build(repo, tmp_path / "cache")
    assert rendered == []
    assert_same(again, first)
    assert len(again.applications) == 25
    assert all(isinstance(one.values, KeptValues) for one in again.applications if one.path and one.plugin)


CASES: list[tuple[str, Callable[[Path], None], set[str]]] = [
    (
        "one instance",
        lambda repo: edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market"),
        {"", "cluster.c1", "instance.c1.i2"},
    ),
    (
        "a comment",
        lambda repo: edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "title: Shop", "title: Shop # so"),
        {"", "cluster.c1", "instance.c1.i2"},
    ),
    (
        "the order of lines",
        lambda repo: edit(repo, "dev/c2/i1/ibm-db2u-databases.yaml", "ibm_db2u", "\n\nibm_db2u"),
        {"", "cluster.c2", "instance.c2.i1"},
    ),
    ("one cluster", lambda repo: edit(repo, "dev/c2/redhat-cert-manager.yaml", "stable", "fast"), {"", "cluster.c2"}),
    ("a file less", lambda repo: (repo / "dev/c1/i1/ibm-db2u-databases.yaml").unlink(), {"", "cluster.c1"}),
    (
        "an instance more",
        lambda repo: edit(
            Path(shutil.copytree(repo / "dev/c1/i1", repo / "dev/c1/i3")).parents[2],
            "dev/c1/i3/ibm-mas-instance-base.yaml",
            "i1",
            "i3",
        ),
        {"", "cluster.c1"},
    ),
    ("a cluster less", lambda repo: shutil.rmtree(repo / "dev/c1"), {""}),
    (
        "a chart that is not there",
        lambda repo: edit(repo, "dev/c1/i1/ibm-mas-suite-configs.yaml", "200-app", "300-none"),
        {"", "cluster.c1", "instance.c1.i1"},
    ),
    ("no such thing", lambda repo: (repo / "dev/c1/notes.yaml").write_text("a: 1\n"), set()),
    (
        "another merge key",
        lambda repo: edit(repo, "dev/c2/i2/ibm-db2u-databases.yaml", "dev/c2/i2", "dev/c2/i1"),
        {"", "cluster.c2"},
    ),
    ("a broken file", lambda repo: (repo / "dev/c2/i2/ibm-db2u-databases.yaml").write_text("a: [\n"), {""}),
    (
        "a copy below",
        lambda repo: shutil.copytree(repo / "dev/c1/i1", repo / "dev/c1/i1/old"),
        {"", "cluster.c1"},
    ),
]


@pytest.mark.parametrize(("change", "touched"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_change_renders_what_it_touches(
    repo: Path, tmp_path: Path, rendered: Renders, change: Callable[[Path], None], touched: set[str]
) -> None:
    build(repo, tmp_path / "cache")
    change(repo)
    rendered.clear()
    kept = build(repo, tmp_path / "cache")
    done = set(rendered)
    assert touched <= done
    if len(touched) > 1:
        # what is untouched: the other cluster, and all its instances
        other = next(one for one in ("c1", "c2") if f"cluster.{one}" not in touched)
        assert not any(f".{other}" in name for name in done)
    else:
        assert bool(done) == bool(touched)
    assert_same(kept, build(repo, None))
    rendered.clear()
    assert_same(build(repo, tmp_path / "cache"), kept)


def test_values_are_there_for_whoever_asks(repo: Path, tmp_path: Path) -> None:
    first = build(repo, tmp_path / "cache")
    again = build(repo, tmp_path / "cache")
    assert any(isinstance(one.values, KeptValues) for one in again.applications)
    assert [dict(one.values) for one in again.applications] == [dict(one.values) for one in first.applications]
    assert again.applications == first.applications


def test_what_decides_all_renders_all(repo: Path, tmp_path: Path, rendered: Renders) -> None:
    cache, charts = tmp_path / "cache", tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    settings = Settings(accounts={"dev": AccountSettings(auto_delete=True)})
    build(repo, cache, charts)
    for changed in (settings, Settings(argocd_version="2.7.0"), Settings(globbing="strict")):
        rendered.clear()
        assert_same(build(repo, cache, charts, changed), build(repo, None, charts, changed))
        assert len(rendered) == 14
    template = charts / "instance-applications" / "200-app" / "templates"
    one = next(template.iterdir())
    one.write_text(one.read_text() + "\n# another\n")
    rendered.clear()
    assert_same(build(repo, cache, charts), build(repo, None, charts))
    assert len(rendered) == 14


def test_another_version_renders_anew(repo: Path, tmp_path: Path, rendered: Renders, monkeypatch: Any) -> None:
    build(repo, tmp_path / "cache")
    monkeypatch.setattr(keeping, "this_program", lambda: "another")
    rendered.clear()
    build(repo, tmp_path / "cache")
    assert len(rendered) == 7


def test_leaves_of_changed_roots_are_rendered_once(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(repo, tmp_path / "cache")
    edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    rendered: list[str] = []
    original = leaf_runner.render_leaf
    monkeypatch.setattr(
        leaf_runner, "render_leaf", lambda job, *rest: (rendered.append(job.chart), original(job, *rest))[1]
    )
    build(repo, tmp_path / "cache")
    assert rendered == ["instance-applications/200-app"]


def test_no_value_is_kept(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masgitops_lint.settings.result_store._WORTH_PACKING", 1 << 40)
    edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "secret: plain", "secret: hunter2")
    edit(repo, "dev/c1/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: Correct horse")
    build(repo, tmp_path / "cache")
    stored = b"".join(path.read_bytes() for path in entries(tmp_path / "cache"))
    assert b"instance.c1.i2" in stored
    assert b"<path:dev/c1#key>" in stored
    for text in (b"hunter2", b"Correct horse", b"large", b"gold", b"from-base"):
        assert text not in stored


def test_a_message_that_quotes_a_value_is_not_kept(
    repo: Path, tmp_path: Path, rendered: Renders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masgitops_lint.settings.result_store._WORTH_PACKING", 1 << 40)
    edit(repo, "dev/c2/i1/ibm-db2u-databases.yaml", "name: one", "name: forbidden")
    first = build(repo, tmp_path / "cache")
    assert any("the database name forbidden is reserved" in error.message for error in first.errors)
    stored = b"".join(path.read_bytes() for path in entries(tmp_path / "cache"))
    assert b"reserved" not in stored
    rendered.clear()
    leaves: list[str] = []
    original = leaf_runner.render_leaf
    monkeypatch.setattr(
        leaf_runner, "render_leaf", lambda job, *rest: (leaves.append(job.chart), original(job, *rest))[1]
    )
    assert_same(build(repo, tmp_path / "cache"), first)
    # the leaf that fails is tried again, and nothing else
    assert leaves == ["instance-applications/100-database"]
    assert not any("c1" in name for name in rendered)


def test_a_chart_that_does_not_render(repo: Path, tmp_path: Path, rendered: Renders) -> None:
    charts = tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    (charts / "instance-applications" / "200-app" / "templates" / "bad.yaml").write_text("{{ .Values.a.b.c }}")
    first = build(repo, tmp_path / "cache", charts)
    assert len(first.errors) == 4
    rendered.clear()
    assert_same(build(repo, tmp_path / "cache", charts), first)
    assert rendered == []
    shutil.rmtree(charts / "instance-applications" / "200-app")
    assert_same(build(repo, tmp_path / "cache", charts), build(repo, None, charts))


def test_a_chart_that_is_not_there(repo: Path, tmp_path: Path, rendered: Renders) -> None:
    charts = tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "200-app", "300-none")
    first = build(repo, tmp_path / "cache", charts)
    assert [error.kind for error in first.errors] == ["chart"]
    rendered.clear()
    assert_same(build(repo, tmp_path / "cache", charts), first)
    assert rendered == []
    shutil.copytree(charts / "instance-applications" / "200-app", charts / "instance-applications" / "300-none")
    found = build(repo, tmp_path / "cache", charts)
    assert not found.errors
    assert_same(found, build(repo, None, charts))


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"mas-lint result 1\n0000000000000000" + b"0{}"])
def test_a_damaged_entry_is_rendered_again(repo: Path, tmp_path: Path, rendered: Renders, damage: bytes) -> None:
    first = build(repo, tmp_path / "cache")
    for entry in entries(tmp_path / "cache"):
        entry.write_bytes(damage)
    rendered.clear()
    assert_same(build(repo, tmp_path / "cache"), first)
    assert len(rendered) == 7


@pytest.mark.parametrize("foreign", [b"[]", b"1", b'{"a": 1}', b'{"a": ["x", [], [[]]]}', b"{", b"\xff"])
def test_a_foreign_entry_is_rendered_again(repo: Path, tmp_path: Path, monkeypatch: Any, foreign: bytes) -> None:
    monkeypatch.setattr(ResultStore, "get", lambda *_: foreign)
    assert_same(build(repo, tmp_path / "cache"), build(repo, None))


def test_roots_that_do_not_fit_are_rendered_again(repo: Path, tmp_path: Path, monkeypatch: Any) -> None:
    build(repo, tmp_path / "cache")
    edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")

    def stale(*_: Any) -> Any:
        raise keeping.StaleError

    monkeypatch.setattr(keeping.KeepingBuilder, "_found_again", stale)
    assert_same(build(repo, tmp_path / "cache"), build(repo, None))


def test_a_cache_that_cannot_be_written(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_same(build(repo, tmp_path / "file" / "below"), build(repo, None))


def test_an_edit_while_it_renders_is_not_kept(repo: Path, tmp_path: Path, monkeypatch: Any) -> None:
    original = RootRenderer.render
    edited: list[str] = []

    def render(self: RootRenderer, root: Any, *rest: Any, **named: Any) -> Any:
        if not edited and root.name == "instance.c2.i2":
            edited.append("")
            edit(repo, "dev/c1/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
        return original(self, root, *rest, **named)

    monkeypatch.setattr(RootRenderer, "render", render)
    build(repo, tmp_path / "cache")
    assert entries(tmp_path / "cache") == []


def test_two_runs_at_once(repo: Path, tmp_path: Path) -> None:
    expected = build(repo, None)
    found: list[Deployment] = []
    threads = [threading.Thread(target=lambda: found.append(build(repo, tmp_path / "cache"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in (*found, build(repo, tmp_path / "cache")):
        assert_same(one, expected)


@pytest.mark.parametrize("seed", range(4))
def test_many_changes_one_after_the_other(repo: Path, tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    texts = {path: path.read_text() for path in sorted(repo.rglob("*.yaml"))}
    edits = [
        ("i1", "i2"), ("c1", "c2"), ("large", "small"), ("one", "forbidden"), ("dev/c", "dev/ c"),
        ("- name", "- nome"), ("id: dev", "id: [dev]"), ("title: Shop", "title: '{{ x }}'"), ("merge-key", "merge_key"),
        ("200-app", "999-none"), ("stable", "stable # <path:a/b#c>"), ("channel: stable", "channel: <path:a/b#c>"),
    ]  # fmt: skip
    for _ in range(8):
        path = choose.choice(list(texts))
        old, new = choose.choice(edits)
        text = path.read_text() if path.exists() else texts[path]
        how = choose.random()
        if how < 0.15 and path.exists():
            path.unlink()
        elif how < 0.4:
            path.write_text(texts[path])
        else:
            path.write_text(text.replace(old, new, choose.choice((1, -1))))
        assert_same(build(repo, tmp_path / "cache"), build(repo, None))


def test_a_late_engine_is_told_apart_by_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = late_engine()
    assert engine.identity.startswith("sdk\n")
    assert "helm_python" in engine.identity
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    first = late_engine("binary").identity
    assert first.startswith("binary\n")
    program.write_text("#!/bin/sh\n# another\n")
    assert late_engine("binary").identity != first


def test_two_config_repos_in_one_tree(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    lay_fleet(repo / "a")
    lay_fleet(repo / "b")
    anew = build(repo, None)
    build(repo, tmp_path / "cache")
    assert_same(build(repo, tmp_path / "cache"), anew)
    assert ChartSource(str(CHARTS), "").digest


@pytest.mark.parametrize("failing", [False, True])
def test_roots_that_nothing_is_known_of_are_shared_out(
    tmp_path: Path, rendered: Renders, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    repo = tmp_path / "repo"
    lay_fleet(repo / "a")
    lay_fleet(repo / "b")
    if failing:
        # leaves that fail are kept with their roots, whether that was known before they were rendered or not
        edit(repo, "a/dev/c1/i2/ibm-mas-suite-configs.yaml", "200-app", "300-none")
        edit(repo, "b/dev/c2/i1/ibm-mas-suite-configs.yaml", "text: {body: again}", "texts: {body: again}")
    cache = tmp_path / "cache"
    context = context_of(repo, Settings(source=SourceSettings(charts=str(CHARTS))))
    for number in range(3):
        # what a worker process does
        warming._render_share(
            warming._Work(
                type(context),
                str(repo),
                frozenset(context.repository.paths),
                {},
                context.settings,
                BuildOptions(processes=1, cache_directory=str(cache)),
                number=number,
                shares=3,
            )
        )
    assert len(entries(cache)) == 6
    rendered.clear()
    found = build(repo, cache)
    assert rendered == []
    assert_same(found, build(repo, None))


@pytest.mark.slow
def test_processes_render_the_roots_of_a_fleet(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "WORTH", 2)
    settings = Settings(source=SourceSettings(charts=str(CHARTS)))
    options = BuildOptions(processes=2, cache_directory=str(tmp_path / "cache"))
    edit(repo, "dev/c2/i1/ibm-db2u-databases.yaml", "name: one", "name: forbidden")
    found = build_deployment(context_of(repo, settings), options)
    assert_same(found, build(repo, None))

    def unexpected(*_: Any) -> Any:
        raise AssertionError("processes were started")

    monkeypatch.setattr("multiprocessing.get_context", unexpected)
    assert_same(build_deployment(context_of(repo, settings), options), found)


def test_siblings_are_rendered_in_one_call_and_as_if_by_themselves(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(repo, "dev/c2/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: [")
    jobs: list[int] = []
    original = SdkEngine.render_many

    def render_many(self: SdkEngine, chart: Any, wanted: Any) -> Any:
        jobs.append(len(wanted))
        return original(self, chart, wanted)

    monkeypatch.setattr(SdkEngine, "render_many", render_many)
    together = build(repo, None)
    assert max(jobs) > 1
    assert_same(build(repo, tmp_path / "cache"), together)
    monkeypatch.setattr(SdkEngine, "render_many", one_by_one)
    assert_same(build(repo, None), together)
    monkeypatch.setattr(RootRenderer, "render_ahead", lambda self, roots: None)
    assert_same(build(repo, None), together)


def test_only_what_is_stale_is_rendered_ahead(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead: list[str] = []
    original = RootRenderer.render_ahead

    def render_ahead(self: RootRenderer, roots: Any) -> None:
        ahead.extend(root.name for root in roots)
        original(self, roots)

    monkeypatch.setattr(RootRenderer, "render_ahead", render_ahead)
    build(repo, tmp_path / "cache")
    assert len(ahead) == len(set(ahead)) > 2
    ahead.clear()
    build(repo, tmp_path / "cache")
    assert ahead == []
    edit(repo, "dev/c1/ibm-mas-cluster-base.yaml", "region: {id: eu}", "region: {id: us}")
    assert_same(build(repo, tmp_path / "cache"), build(repo, None))
    ahead.clear()
    build(repo, tmp_path / "cache")
    assert ahead == []


def test_a_file_edited_before_a_process_looks_at_it_is_not_kept(repo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    context = context_of(repo, Settings(source=SourceSettings(charts=str(CHARTS))))
    tree = context.repository.snapshot
    assert isinstance(tree, WorkingTree)
    content_of(tree, context.repository.yaml_paths)
    work = warming._Work(
        type(context),
        str(repo),
        frozenset(context.repository.paths),
        contents_of(tree).found,
        context.settings,
        BuildOptions(processes=1, cache_directory=str(cache)),
        number=0,
        shares=1,
    )
    edit(repo, "dev/c1/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    warming._render_share(work)
    # the other cluster's, and not the account's
    assert len(entries(cache)) == 1
    assert_same(build(repo, cache), build(repo, None))


def test_what_is_found_again_is_rendered_together(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead: list[list[str]] = []
    original = RootRenderer.render_ahead

    def render_ahead(self: RootRenderer, roots: Any) -> None:
        ahead.append([root.name for root in roots])
        original(self, roots)

    build(repo, tmp_path / "cache")
    monkeypatch.setattr(RootRenderer, "render_ahead", render_ahead)
    for instance in ("i1", "i2"):
        edit(repo, f"dev/c1/{instance}/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    # what always fails is not kept
    for instance in ("i1", "i2"):
        edit(repo, f"dev/c2/{instance}/ibm-db2u-databases.yaml", "name: one", "name: forbidden")
    failing = [["instance.c2.i1", "instance.c2.i2"]]
    changed = [["cluster.c1", "cluster.c2"], ["instance.c1.i1", "instance.c1.i2"], *failing], failing
    for turn in range(2):
        ahead.clear()
        kept = build(repo, tmp_path / "cache")
        together = [names for names in ahead if len(names) > 1]
        assert together == changed[turn]
        assert_same(kept, build(repo, None))


def test_a_tree_without_values_takes_over_what_is_kept(repo: Path, tmp_path: Path, rendered: Renders) -> None:
    settings = Settings(source=SourceSettings(charts=str(CHARTS)))
    options = BuildOptions(processes=2, values=False, cache_directory=str(tmp_path / "cache"))
    assert_same(build_deployment(context_of(repo, settings), options), build(repo, None))
    edit(repo, "dev/c1/i2/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    rendered.clear()
    found = build_deployment(context_of(repo, settings), options)
    assert set(rendered) == {"", "cluster.c1", "instance.c1.i2"}
    assert_same(found, build(repo, None))
    assert_same(build(repo, tmp_path / "cache"), found)
