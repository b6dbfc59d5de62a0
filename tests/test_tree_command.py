"""`mas-lint tree`, `why` and `charts` from the command line, and the tree's formats."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from masgitops_lint.cli import group
from masgitops_lint.cli.keys import parse_keys

from .shop import CHARTS, CONFIG, lay_config

pytest.importorskip("helm_python")

APPS = "dev/c1/i1/ibm-mas-suite-configs.yaml"
CATALOG = "dev/c1/ibm-operator-catalog.yaml"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAS_LINT_CACHE_DIR", str(tmp_path / "cache"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def tree(repo: Path, *arguments: object, charts: object = CHARTS) -> Result:
    return run("tree", repo, "--charts", charts, "--helm-engine", "sdk", *arguments)


def test_text(tmp_path: Path) -> None:
    result = tree(lay_config(tmp_path / "repo"))
    assert result.exit_code == 0, result.output
    assert "account dev\n  auto_delete = false (documented default)" in result.output
    assert "   ├─ 010  operator.c1  cluster-applications/010-operator  -> operators" in result.output
    assert result.output.rstrip().endswith("7 Applications, 2 ApplicationSets (rendered from charts)")
    assert "\x1b[" not in result.output
    assert "\x1b[" in tree(tmp_path / "repo", "--color", "always").output


def test_text_says_what_fails_and_where(tmp_path: Path) -> None:
    changes = {APPS: CONFIG[APPS].replace("200-app", "nope"), "dev/c1/x/ibm-operator-catalog.yaml": CONFIG[CATALOG]}
    result = tree(lay_config(tmp_path / "repo", changes))
    assert "clusters.dev  ApplicationSet  frozen" in result.output
    assert (
        "Argo CD creates, updates and deletes nothing for this ApplicationSet: 7 Applications frozen" in result.output
    )
    result = tree(lay_config(tmp_path / "other", {APPS: changes[APPS]}))
    assert "shop.c1  instance-applications/nope  -> apps  does not render" in result.output
    assert f"at {APPS}:4:21 ibm_mas_suite_configs[0].mas_config_chart" in result.output


def test_json(tmp_path: Path) -> None:
    data = json.loads(tree(lay_config(tmp_path / "repo"), "--output-format", "json", "--resources").output)
    assert (data["version"], data["exact"]) == (1, True)
    operator = next(app for app in data["applications"] if app["name"] == "operator.c1")
    assert list(operator)[:10] == [
        "kind", "name", "wave", "parent", "path", "server", "namespace", "prune", "finalizers", "source",
    ]  # fmt: skip
    assert operator["source"] == {"path": CATALOG, "key": "ibm_operator_catalog", "line": 2, "column": 1}
    assert {one["kind"] for one in operator["resources"]} == {"Subscription", "Secret"}
    assert {one["origin"] for one in data["assumed"]["dev"]} == {"defaults"}
    plain = json.loads(tree(tmp_path / "repo", "--format", "json").output)
    assert "resources" not in plain["applications"][0]


def test_narrowing_keeps_the_way_from_the_root(tmp_path: Path) -> None:
    lay_config(tmp_path / "repo")
    other = {path.replace("c1", "c2"): text.replace("c1", "c2") for path, text in CONFIG.items()}
    lay_config(tmp_path / "repo", other)
    data = json.loads(tree(tmp_path / "repo", "--format", "json", "--cluster", "c2", "--instance", "i1").output)
    assert [app["name"] for app in data["applications"]][:4] == [
        "clusters.dev",
        "cluster.c2",
        "instances.c2",
        "instance.c2.i1",
    ]
    assert "operator.c2" not in {app["name"] for app in data["applications"]}
    text = tree(tmp_path / "repo", "--account", "nope").output
    assert "0 Applications" in text


def test_drawings(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo", {APPS: CONFIG[APPS].replace("200-app", "nope")})
    mermaid = tree(repo, "--format", "mermaid").output
    assert mermaid.startswith("flowchart LR\n")
    assert 'n0(["clusters.dev<br/>wave 0"])' in mermaid
    assert "classDef broken" in mermaid
    dot = tree(repo, "--format", "dot").output
    assert dot.startswith("digraph")
    assert dot.count(" -> ") == 8


def test_output_file(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo")
    assert tree(repo, "-o", tmp_path / "tree.txt").output == ""
    assert "operator.c1" in (tmp_path / "tree.txt").read_text()
    assert tree(repo, "-o", tmp_path / "no" / "tree.txt").exit_code == 2


def test_nothing_to_show(tmp_path: Path) -> None:
    result = tree(tmp_path)
    assert result.exit_code == 3
    assert "no MAS GitOps config" in result.output


def test_charts_that_are_not_there(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo")
    result = tree(repo, charts="./nowhere")
    assert result.exit_code == 2
    assert "there are no charts at './nowhere'" in result.output
    (tmp_path / "empty").mkdir()
    assert "holds no charts" in tree(repo, charts=tmp_path / "empty").output


def test_without_helm_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "helm_python", None)
    monkeypatch.setenv("PATH", "")
    result = run("tree", lay_config(tmp_path / "repo"), "--charts", CHARTS)
    assert result.exit_code == 2
    assert "masgitops-lint[helm]" in result.output


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=directory,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    import shutil

    directory = tmp_path / "charts"
    shutil.copytree(CHARTS, directory)
    git(directory, "init", "-q")
    git(directory, "add", ".")
    git(directory, "commit", "-qm", "one")
    git(directory, "tag", "1.2.3")
    shutil.rmtree(directory / "root-applications")
    git(directory, "commit", "-qam", "two")
    return directory


@pytest.mark.slow
def test_charts_of_a_git_revision_and_fetched_ones(tmp_path: Path, clone: Path) -> None:
    repo = lay_config(tmp_path / "repo")
    result = tree(repo, charts=f"{clone}@1.2.3")
    assert "rendered from charts 1.2.3" in result.output
    assert "holds no charts" in tree(repo, charts=f"{clone}@HEAD").output
    assert "has no Git revision" in tree(repo, charts=f"{clone}@nope").output
    fetched = run("charts", "fetch", clone.as_uri(), "1.2.3")
    assert fetched.exit_code == 0, fetched.output
    assert "1.2.3  real charts in the cache" in run("charts", "list").output
    assert "7 Applications" in tree(repo, charts="1.2.3").output
    assert run("charts", "fetch", clone.as_uri(), "--upload-pack=x").exit_code == 2
    assert run("charts", "fetch", "-x").exit_code == 2
    assert run("charts", "fetch", clone.as_uri(), "nope").exit_code == 2


def test_charts_from_the_settings(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo")
    (repo / ".mas-lint.yaml").write_text(f"source:\n  charts: {CHARTS}\n")
    assert "rendered from charts" in run("tree", repo).output


def why(repo: Path, *arguments: object) -> Result:
    return run("why", *arguments[:1], repo, "--charts", CHARTS, *arguments[1:])


def test_an_unchanged_second_run_renders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {APPS: CONFIG[APPS].replace("secret: plain", "secret: hunter2"), "dev/c1/x/ibm-operator-catalog.yaml": ""}
    repo = lay_config(tmp_path / "repo", secret)
    arguments = ("--format", "json", "--resources")
    first = tree(repo, *arguments).output
    kept = [path.read_text() for path in (tmp_path / "cache").rglob("*.json")]
    assert kept
    assert not any("hunter2" in text for text in kept)

    def unexpected(*_: Any, **__: Any) -> Any:
        raise AssertionError("rendered although nothing changed")

    monkeypatch.setattr("masgitops_lint.charts.helm.sdk.SdkEngine.render", unexpected)
    assert tree(repo, *arguments).output == first
    assert isinstance(tree(repo, "--no-cache").exception, AssertionError)
    (repo / CATALOG).write_text(CONFIG[CATALOG] + "# more\n")
    assert isinstance(tree(repo).exception, AssertionError)


def test_where_a_value_goes(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo")
    result = why(repo, f"{CATALOG}:ibm_operator_catalog.version")
    assert result.exit_code == 0, result.output
    assert "operator.c1  (cluster-applications/010-operator)" in result.output
    assert "Subscription op-operatorapp: spec.channel  (templates/subscription.yaml)" in result.output
    assert "v9maslint" not in result.output
    title = why(repo, f"{APPS}:ibm_mas_suite_configs[0].title").output
    assert "ConfigMap app: data.title" in title
    namespace = why(repo, f"{CATALOG}:ibm_operator_catalog.namespace").output
    assert "the Application itself: spec.destination.namespace" in namespace


def test_a_value_that_nothing_reads(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo", {CATALOG: CONFIG[CATALOG] + "  unread: 5\n"})
    assert "is read by nothing" in why(repo, f"{CATALOG}:ibm_operator_catalog.unread").output


def test_a_cluster_value_that_reaches_the_instances(tmp_path: Path) -> None:
    base = "dev/c1/ibm-mas-cluster-base.yaml"
    repo = lay_config(tmp_path / "repo", {base: CONFIG[base] + "devops: {mongo_uri: mongo}\n"})
    result = why(repo, f"{base}:devops.mongo_uri", "--format", "json")
    found = {(one["application"], one["resource"], one["effect"]) for one in json.loads(result.output)["destinations"]}
    assert ("instances.c1", "", "set") in found


def test_who_else_sets_a_value(tmp_path: Path) -> None:
    changes = {CATALOG: CONFIG[CATALOG] + "sm: {region: other}\n"}
    repo = lay_config(tmp_path / "repo", changes)
    result = why(repo, "dev/c1/ibm-mas-cluster-base.yaml:sm.region")
    assert "set by, the last one wins" in result.output
    assert f"{CATALOG}:6:6 (wins)" in result.output


@pytest.mark.parametrize(
    ("application", "key", "lines"),
    [
        ("operator.c1", "version", [f"from override file  {CATALOG}:4:3"]),
        ("operator.c1", "region", ["from base file  dev/c1/ibm-mas-cluster-base.yaml:4:6"]),
        ("operator.c1", "replicas", ["from chart default  cluster-applications/010-operator/values.yaml:1  replicas"]),
        ("db.c1.i1.two", "storage.class", ["from override file  dev/c1/i1/ibm-db2u-databases.yaml:11:13"]),
        ("db.c1.i1.one", "reporter.uri", ["from Helm parameter  root-applications/shop-cluster-root/templates/099-instances.yaml", "else chart default  root-applications/shop-cluster-root/values.yaml:8"]),
        ("instance.c1.i1", "sm.region", ["from base file", "else chart default  root-applications/shop-instance-root/values.yaml:4"]),
        ("shop.c1", "lines[1].text.body", [f"from override file  {APPS}:10:14"]),
    ],
)  # fmt: skip
def test_where_a_value_comes_from(tmp_path: Path, application: str, key: str, lines: list[str]) -> None:
    result = why(lay_config(tmp_path / "repo"), key, "--application", application)
    assert result.exit_code == 0, result.output
    for line in lines:
        assert line in result.output


def test_secrets_are_masked_in_answers(tmp_path: Path) -> None:
    repo = lay_config(tmp_path / "repo", {APPS: CONFIG[APPS].replace("secret: plain", "secret: hunter2")})
    result = why(repo, "secret", "--application", "shop.c1")
    assert "from override file" in result.output
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["key"], 2, "write FILE:KEY"),
        (["nope.yaml:a"], 2, "there is no file"),
        ([f"{CATALOG}:nope"], 2, "has no key nope"),
        ([f"{CATALOG}:a..b"], 2, "is no key"),
        (["x", "--application", "operator.c2"], 2, "did you mean operator.c1?"),
        (["nope", "--application", "operator.c1"], 1, "is not set"),
    ],
)
def test_questions_without_an_answer(tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    result = why(lay_config(tmp_path / "repo"), *arguments)
    assert result.exit_code == code
    assert message in result.output


def test_why_needs_charts(tmp_path: Path) -> None:
    result = run("why", f"{CATALOG}:merge-key", lay_config(tmp_path / "repo"))
    assert result.exit_code == 2
    assert "--charts" in result.output


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a", ("a",)),
        ("a.b[2].c", ("a", "b", 2, "c")),
        ('a."b.c"', ("a", "b.c")),
        ("merge-key", ("merge-key",)),
        ("[0]", (0,)),
    ],
)
def test_keys(text: str, keys: Any) -> None:
    assert parse_keys(text) == keys
