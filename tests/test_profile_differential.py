"""A profile compiled from charts says the same as rendering them: a small source repo of our own, many config repos."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from masgitops_lint.charts.compile.build import build, dump
from masgitops_lint.charts.profile import ReleaseProfile, load_file
from masgitops_lint.deployment import from_profile
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.leaf_failures import leaf_failures
from masgitops_lint.mas.config import MasConfig

from . import generated_config
from .shop import CHARTS, CONFIG, context_of, deploy, lay_config

pytest.importorskip("helm_python")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> ReleaseProfile:
    """The small source repo's profile, by way of its file."""
    file = tmp_path_factory.mktemp("profile") / "shop.json"
    file.write_text(dump(build(str(CHARTS), "1.0.0")))
    return load_file(str(file))


def by_profile(repo: Path, profile: ReleaseProfile) -> Deployment:
    context = context_of(repo)
    mas = MasConfig(context.repository, lambda _: profile.applicationsets, profile.file_names)
    return from_profile.build(mas, lambda _: profile, context.account)


def facts(deployment: Deployment) -> list[str]:
    return sorted(
        str((a.kind, a.name, a.parent, a.wave, a.path, a.server, a.namespace, a.prune, a.finalizers, a.source.keys))
        for a in deployment.applications
    )


def test_what_the_profile_knows(profile: ReleaseProfile) -> None:
    assert [(spec.level, spec.parent, spec.prefix) for spec in profile.applicationsets] == [
        ("cluster", "account", "{account}/*"),
        ("instance", "cluster", "{account}/{cluster}/*"),
    ]
    assert profile.chart_paths >= {"instance-applications/100-database", "cluster-applications/020-certs"}
    assert "auto_delete" in profile.parameters("cluster")


def test_the_same_tree(tmp_path: Path, profile: ReleaseProfile) -> None:
    repo = lay_config(tmp_path)
    assert facts(by_profile(repo, profile)) == facts(deploy(repo))


@pytest.mark.parametrize("seed", range(60))
def test_the_same_tree_after_a_mutation(tmp_path: Path, profile: ReleaseProfile, seed: int) -> None:
    parsed: dict[str, Any] = {path: yaml.safe_load(text) for path, text in CONFIG.items()}
    mutated, what = generated_config.mutate(parsed, random.Random(seed))
    if any(f"'{name}'" in what for name in ("account", "cluster", "instance", "merge-key")):
        pytest.skip("what a directory is called and what it says it is are two things")
    for path, text in generated_config.files(mutated).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    exact, own = deploy(tmp_path), by_profile(tmp_path, profile)
    rejected = {error.application for error in exact.errors if error.kind == "name"}
    if rejected:
        pytest.skip("the API server refuses a name: a profile does not look at names")
    assert facts(own) == facts(exact), what
    roots = {error.application for error in exact.errors if error.root}
    assert {error.application for error in own.errors} == roots, what
    leaves = {error.application for error in exact.errors if not error.root and error.kind != "chart"}
    assert {error.application for error in leaf_failures(own, lambda _: profile)} == leaves, what
