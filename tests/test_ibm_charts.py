"""The same questions to IBM's own charts, when MAS_LINT_CHARTS names a checkout of ibm-mas/gitops.

The release is that of the checkout's tag, or MAS_LINT_CHARTS_RELEASE.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import yaml

from masgitops_lint.charts.profile import load, releases
from masgitops_lint.deployment.build import build_deployment
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.exact import ExactOptions, build_exact
from masgitops_lint.deployment.value_trace import trace_value
from masgitops_lint.settings import Settings, SourceSettings

from . import generated_config
from .conftest import CLEAN
from .shop import context_of, deploy

CHECKOUT = Path(os.environ.get("MAS_LINT_CHARTS", ""))
pytest.importorskip("helm_python")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("MAS_LINT_CHARTS"), reason="MAS_LINT_CHARTS names no checkout"),
]
IDS = ("account", "cluster", "instance", "tenant", "merge-key", "ibm_sls_standalone")


def release() -> str:
    named = os.environ.get("MAS_LINT_CHARTS_RELEASE", "") or CHECKOUT.name
    if named in releases():
        return named
    done = subprocess.run(
        ["git", "-C", str(CHECKOUT), "describe", "--tags", "--exact-match"], capture_output=True, check=False
    )
    return done.stdout.decode().strip()


def exact(repo: Path, **options: Any) -> Deployment:
    return deploy(repo, ExactOptions(**options), CHECKOUT)


def by_profile(repo: Path) -> Deployment:
    if release() not in releases():
        pytest.skip(f"no bundled profile for the release {release()!r}")
    return build_deployment(context_of(repo, Settings(source=SourceSettings(charts=release()))))


def facts(deployment: Deployment, rejected: Collection[str] = ()) -> list[str]:
    """What both ways must agree on. `rejected` are names that the API server refuses: a profile does not look at them."""
    gone = set(rejected)
    for app in deployment.applications:
        if app.parent in gone:
            gone.add(app.name)
    return sorted(
        str((a.kind, a.name, a.parent, a.wave, a.path, a.server, a.namespace, a.prune, sorted(a.finalizers), a.plugin))
        for a in deployment.applications
        if a.name not in gone
    )


def test_ibms_example() -> None:
    found = exact(CHECKOUT / "example-config")
    applications = [app for app in found.applications if app.kind == "Application"]
    assert len(applications) in (23, 24)
    assert len(found.applications) - len(applications) == 4
    assert found.frozen == ()
    (error,) = found.errors
    assert error.place.path == "dev/cluster1/instance1/ibm-mas-suite-configs.yaml"
    assert error.place.keys == ("ibm_mas_suite_configs", 1, "mas_config_chart")
    assert sum(len(resources) for resources in found.resources.values()) > 140


def test_a_clean_repo_renders(tmp_path: Path) -> None:
    if release() != releases()[0]:
        pytest.skip("the clean example is written for the newest release")
    found = exact(CLEAN)
    assert found.errors == ()
    assert found.frozen == ()


@pytest.mark.parametrize("name", ["example-config", "clean"])
def test_the_profile_says_the_same(name: str) -> None:
    repo = CLEAN if name == "clean" else CHECKOUT / name
    assert facts(by_profile(repo)) == facts(exact(repo, resources=False))


@pytest.mark.parametrize("seed", range(40))
def test_the_profile_says_the_same_of_made_up_repos(tmp_path: Path, seed: int) -> None:
    if release() not in releases():
        pytest.skip(f"no bundled profile for the release {release()!r}")
    made = generated_config.full_repo(load(release()))
    what = "as it is"
    if seed:
        made, what = generated_config.mutate(made, random.Random(seed))
        if any(f"'{name}'" in what for name in IDS) or what.endswith(("= []", "= {}", "['x']", "[None]", "{'x': 'y'}")):
            pytest.skip("what a directory is called and what it says it is are two things")
    for path, text in generated_config.files(made).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = exact(tmp_path, resources=False)
    rejected = {error.application for error in found.errors if error.kind == "name"}
    assert facts(by_profile(tmp_path), rejected) == facts(found), what


@pytest.mark.skipif(shutil.which("helm") is None, reason="there is no helm program")
def test_both_engines_say_the_same(tmp_path: Path) -> None:
    from masgitops_lint.charts.helm.engine import open_engine
    from masgitops_lint.charts.source import ChartSource

    context = context_of(CHECKOUT / "example-config")
    source = ChartSource(str(CHECKOUT), "charts")
    one, other = (
        build_exact(context.mas, lambda _: source, context.account, open_engine(choice)) for choice in ("sdk", "binary")
    )
    assert one == other


def _mutations() -> list[tuple[str, tuple[Any, ...], bool]]:
    found = []
    root = CHECKOUT / "example-config"
    for path in sorted(root.rglob("*.yaml")):
        data = yaml.safe_load(path.read_text())
        for route in generated_config.routes(data):
            if len(route) <= 3:
                found += [
                    (path.relative_to(root).as_posix(), route, True),
                    (path.relative_to(root).as_posix(), route, False),
                ]
    return found


def test_no_missing_or_null_key_breaks_the_build_and_every_failure_has_a_place(tmp_path: Path) -> None:
    from masgitops_lint.charts.helm.engine import open_engine
    from masgitops_lint.charts.source import ChartSource

    engine, source = open_engine("sdk"), ChartSource(str(CHECKOUT), "charts")
    example = CHECKOUT / "example-config"
    for number, (path, route, delete) in enumerate(random.Random(1).sample(_mutations(), 60)):
        repo = tmp_path / str(number)
        shutil.copytree(example, repo)
        data = yaml.safe_load((repo / path).read_text())
        parent = data
        for key in route[:-1]:
            parent = parent[key]
        if delete:
            del parent[route[-1]]
        else:
            parent[route[-1]] = None
        (repo / path).write_text(yaml.safe_dump(data))
        context = context_of(repo)
        found = build_exact(context.mas, lambda _: source, context.account, engine)
        for error in found.errors:
            assert error.place.path in context.repository.path_set, (path, route, delete)
            assert error.lost, (path, route, delete)
        for frozen in found.frozen:
            assert frozen.places, (path, route, delete)


def test_a_channel_is_followed_to_its_subscription() -> None:
    from masgitops_lint.charts.helm.engine import open_engine
    from masgitops_lint.charts.source import ChartSource
    from masgitops_lint.deployment.exact import unfinished

    context = context_of(CHECKOUT / "example-config")
    engine, source = open_engine("sdk"), ChartSource(str(CHECKOUT), "charts")
    trace = trace_value(
        context.mas,
        "dev/cluster1/instance1/ibm-mas-suite.yaml",
        ("ibm_mas_suite", "mas_channel"),
        lambda mas: unfinished(mas, lambda _: source, context.account, engine),
    )
    assert ("suite.cluster1.instance1", "Subscription ibm-mas-operator", "spec.channel") in {
        (one.application, one.resource, one.field) for one in trace.destinations
    }
