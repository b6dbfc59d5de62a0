"""`tree`, `graph`, `secrets`, `plan`, `detect` and `check` on a Flux repo with an Argo CD part, from the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from masgitops_lint.cli import group

from .conftest import lay
from .unit_repos import SYNC, application, config_map, flux_kustomization

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.net/web:1.0.0
          env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: web-token, key: token}}}]
"""
EXTERNAL = """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web-token, namespace: shop}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  data: [{secretKey: token, remoteRef: {key: shop/web, property: token}}]
"""
FILES = {
    "clusters/one/sync.yaml": SYNC,
    "clusters/one/shop.yaml": flux_kustomization("shop", "./apps/shop", "  dependsOn: [{name: base}]\n"),
    "clusters/one/base.yaml": flux_kustomization("base", "./apps/base"),
    "apps/base/a.yaml": config_map("a", "base"),
    "apps/shop/web.yaml": DEPLOYMENT,
    "apps/shop/token.yaml": EXTERNAL,
    "argo/one.yaml": application("one", "services/one"),
    "services/one/b.yaml": config_map("b"),
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAS_LINT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return lay(tmp_path / "repo", FILES, base=None)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def test_tree(repo: Path) -> None:
    result = run("tree", repo, "--output-format", "json", "--resources")
    assert result.exit_code == 0, result.output
    text = result.output
    assert all(f'"{name}"' in text for name in ("shop", "base", "one", "web"))
    plain = run("tree", repo)
    assert plain.exit_code == 0, plain.output
    assert "shop" in plain.output
    assert "apps/shop" in plain.output


def test_graph(repo: Path) -> None:
    result = run("graph", repo, "--output-format", "json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert {"shop", "base", "one"} <= {node["label"] for node in data["nodes"]}


def test_secrets(repo: Path) -> None:
    result = run("secrets", repo)
    assert result.exit_code == 0, result.output
    assert "shop/web  token" in result.output
    assert "shop/web-token" in result.output
    result = run("secrets", repo, "--output-format", "json")
    found = {entry["path"]: entry for entry in json.loads(result.output)["secrets"]}
    assert (found["shop/web"]["origin"], found["shop/web"]["readers"][0]["path"]) == ("by hand", "apps/shop/token.yaml")
    assert found["shop/web-token"]["origin"] == "at runtime"


@pytest.mark.parametrize(("export", "missing"), [("shop/web\n", False), ("shop/other\n", True)])
def test_secrets_of_a_store(repo: Path, tmp_path: Path, export: str, missing: bool) -> None:
    (tmp_path / "store.txt").write_text(export, encoding="utf-8")
    result = run("secrets", repo, "--store", tmp_path / "store.txt")
    assert ("SEC040" in result.output) is missing, result.output
    assert "web-token" not in result.output


def test_detect(repo: Path) -> None:
    result = run("detect", repo, "--explain")
    assert result.exit_code == 0, result.output
    assert "argocd     argo " in result.output
    assert "1 argocd Application" in result.output
    assert "3 flux Kustomization" in result.output
    assert "clusters/one" in result.output


def test_check_is_quiet_and_then_not(repo: Path) -> None:
    result = run("check", repo)
    assert result.exit_code == 0, result.output
    broken = FILES["clusters/one/shop.yaml"].replace("./apps/shop", "./apps/shops")
    (repo / "clusters/one/shop.yaml").write_text(broken, encoding="utf-8")
    result = run("check", repo)
    assert result.exit_code == 1, result.output
    assert "clusters/one/shop.yaml:8:9" in result.output
    assert "FLX001" in result.output


def test_plan(repo: Path) -> None:
    git = ["git", "-C", str(repo), "-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "base"], check=True)
    (repo / "clusters/one/shop.yaml").unlink()
    result = run("plan", repo, "--base", "HEAD")
    assert "shop" in result.output, result.output
    assert "base" not in result.output.splitlines()[-1]


def test_a_plan_in_which_nothing_changes_is_no_refusal(repo: Path) -> None:
    result = run("plan", repo, "--base", str(repo))
    assert result.exit_code == 0, result.output
    assert "nothing to plan" not in result.output
