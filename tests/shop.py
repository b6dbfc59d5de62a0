"""A small source repo of our own with the shapes of the real one, and a config repo for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from masgitops_lint.charts.source import ChartSource
from masgitops_lint.context import Context
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.exact import ExactOptions, build_exact
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings import Settings

CHARTS = Path(__file__).resolve().parent / "data" / "charts"
IDS = "account: {id: dev}\nregion: {id: eu}\nsm: {region: from-base}\n"

CONFIG: Mapping[str, str] = {
    "dev/c1/ibm-mas-cluster-base.yaml": "merge-key: dev/c1\n" + IDS + "cluster: {id: c1, url: 'https://c1'}\n",
    "dev/c1/ibm-operator-catalog.yaml": (
        "merge-key: dev/c1\nibm_operator_catalog:\n  namespace: operators\n  version: v9\n  key: <path:dev/c1#key>\n"
    ),
    "dev/c1/redhat-cert-manager.yaml": "merge-key: dev/c1\nredhat_cert_manager:\n  channel: stable\n",
    "dev/c1/i1/ibm-mas-instance-base.yaml": (
        "merge-key: dev/c1/i1\n" + IDS + "cluster: {id: c1, url: 'https://c1'}\ninstance: {id: i1}\n"
        "settings: {namespace: db2u}\n"
    ),
    "dev/c1/i1/ibm-db2u-databases.yaml": (
        "merge-key: dev/c1/i1\nibm_db2u_databases:\n"
        "- name: one\n  size: large\n  storage: {class: gold}\n"
        "- name: ards\n  size: large\n  storage: {class: gold}\n"
        "- name: two\n  size: small\n  storage: {class: gold}\n"
    ),
    "dev/c1/i1/ibm-mas-suite-configs.yaml": (
        "merge-key: dev/c1/i1\nibm_mas_suite_configs:\n"
        "- mas_config_name: shop\n  mas_config_chart: 200-app\n  title: Shop\n  secret: plain\n"
        "  settings:\n    lines:\n    - text: {body: hello}\n    - text: {body: again}\n"
    ),
}


def lay_config(directory: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The config repo in a directory; a change replaces a file, None takes it away."""
    for path, text in {**CONFIG, **(changes or {})}.items():
        if text is None:
            continue
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
    return directory


def context_of(repo: Path, settings: Settings | None = None) -> Context:
    """The repo as rules see it."""
    return Context(Repository(WorkingTree(str(repo))), settings or Settings())


def deploy(
    repo: Path, options: ExactOptions | None = None, charts: Path = CHARTS, settings: Settings | None = None
) -> Deployment:
    """The exact deployment of a config repo."""
    from masgitops_lint.charts.helm.engine import open_engine

    pytest.importorskip("helm_python")
    context = context_of(repo, settings)
    source = ChartSource(str(charts), "shop")
    return build_exact(context.mas, lambda _: source, context.account, open_engine("sdk"), options or ExactOptions())
