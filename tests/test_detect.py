"""What a repository is said to be."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from masgitops_lint.cli import group
from masgitops_lint.kubernetes.detect import detect
from masgitops_lint.settings.values import Settings

from .conftest import CLEAN, lay
from .unit_repos import SYNC, application, config_map, flux_kustomization, units

MIXED = {
    "flux/clusters/one/flux-system/gotk-sync.yaml": SYNC.replace("./clusters/one", "./flux/clusters/one"),
    "flux/clusters/one/apps.yaml": flux_kustomization("apps", "./flux/apps"),
    "flux/apps/a.yaml": config_map("a", "shop"),
    "argo/web.yaml": application("web", "argo/web"),
    "argo/web/a.yaml": config_map("a"),
    "plain/kustomization.yaml": "resources: [a.yaml]\n",
    "plain/a.yaml": config_map("a"),
    "docs/example.yaml": application("example", "nowhere"),
}


def test_several_styles_in_one_repository(tmp_path: Path) -> None:
    found = detect(units(tmp_path, MIXED))
    assert [(one.directory, one.style) for one in found.subtrees] == [
        ("argo", "argocd"),
        ("flux", "flux"),
        ("plain", "kustomize"),
    ]
    assert {root.engine for root in found.roots} == {"argocd", "flux"}
    assert found.unreached == 1


def test_the_settings_decide(tmp_path: Path) -> None:
    settings = Settings(layouts={"argo/**": "ignore", "docs": "argocd"})
    found = detect(units(tmp_path, MIXED, settings))
    assert [(one.directory, one.style) for one in found.subtrees] == [
        ("docs", "argocd"),
        ("flux", "flux"),
        ("plain", "kustomize"),
    ]


def test_a_mas_repository_costs_one_look() -> None:
    from masgitops_lint.kubernetes.scan import any_sign
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.repo.snapshot import WorkingTree

    repository = Repository(WorkingTree(str(CLEAN)))
    known = {path.rsplit("/", 1)[-1] for path in repository.yaml_paths}
    assert not any_sign(repository, known)


def test_the_command(tmp_path: Path) -> None:
    root = lay(tmp_path / "repo", MIXED, base=None)
    result = CliRunner().invoke(group, ["detect", str(root), "--isolated", "--output-format", "json"])
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["styles"] == ["argocd", "flux", "kustomize"]
    assert data["roots"][0]["line"] >= 1
    text = CliRunner().invoke(group, ["detect", str(root), "--isolated", "--explain"]).output
    assert "declares the Kustomization that Flux starts with" in text


def test_nothing_is_exit_three(tmp_path: Path) -> None:
    root = lay(tmp_path / "repo", {"a.txt": "x"}, base=None)
    assert CliRunner().invoke(group, ["detect", str(root), "--isolated"]).exit_code == 3
