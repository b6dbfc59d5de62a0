"""Whom a finding concerns: when its rule names nobody, and when it stands for several places."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.app import Request, lint
from masgitops_lint.context import Context
from masgitops_lint.engine.reach import Reach
from masgitops_lint.model.place import Keys, Place
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings import Settings

from .conftest import CLEAN, MakeRepo, lay

INSTANCE = "dev/cluster1/inst1"
APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: none, namespace: argocd}
spec:
  generators: [{list: {elements: []}}]
  template:
    metadata: {name: a}
    spec: {project: default, destination: {name: a}, source: {repoURL: https://git.example.net/a.git, path: a}}
"""


def reach(root: Path) -> Reach:
    return Reach(Context(Repository(WorkingTree(str(root))), Settings()))


@pytest.mark.parametrize(
    ("path", "keys", "names"),
    [
        (f"{INSTANCE}/ibm-sls.yaml", ("ibm_sls", "unknown"), {"sls.cluster1.inst1"}),
        (f"{INSTANCE}/ibm-mas-suite-configs.yaml", ("ibm_mas_suite_configs", 0, "x"), {"inst1-bas-system.cluster1"}),
        (f"{INSTANCE}/ibm-sls.yaml", (), {"sls.cluster1.inst1"}),
        # a key that makes nothing: the root that merges it
        (f"{INSTANCE}/ibm-sls.yaml", ("auto_delete",), {"instance.cluster1.inst1"}),
        ("dev/cluster1/ibm-rbac.yaml", (), {"cluster.cluster1"}),
    ],
)
def test_config(path: str, keys: Keys, names: set[str], make_repo: MakeRepo) -> None:
    root = make_repo({"dev/cluster1/ibm-rbac.yaml": "merge-key: dev/cluster1\n"})
    assert set(reach(root).concerned(Place(path, keys))) == names


def test_a_text_that_stands_in_several_entries_concerns_what_each_of_them_makes(make_repo: MakeRepo) -> None:
    path = f"{INSTANCE}/ibm-mas-suite-configs.yaml"
    text = (CLEAN / path).read_text().replace(":123456789012:", ":xxxxxxxxxxxx:")
    report = lint(Request(path=str(make_repo({path: text})), select=("CFG050",), isolated=True))
    assert [(one.path, set(one.affects.names)) for one in report.findings] == [
        (path, set(Context(Repository(WorkingTree(str(CLEAN))), Settings()).deployment.names_from(path)))
    ]
    assert report.findings[0].affects.applications > 1


def test_a_base_file_concerns_everything_of_its_directory(make_repo: MakeRepo) -> None:
    names = reach(make_repo()).concerned(Place(f"{INSTANCE}/ibm-mas-instance-base.yaml", ("sm", "aws_access_key_id")))
    assert {"sls.cluster1.inst1", "suite.cluster1.inst1"} <= set(names)
    assert not any(name.endswith("inst2") for name in names)


def test_a_file_that_freezes_its_set_concerns_all_that_the_set_makes(make_repo: MakeRepo) -> None:
    root = make_repo({"dev/cluster1/ibm-dro.yaml": "merge-key: [\n"})
    assert "dro.cluster2" in reach(root).concerned(Place("dev/cluster1/ibm-dro.yaml"))


def test_manifests(tmp_path: Path) -> None:
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    root = lay(
        tmp_path,
        {"apps/web.yaml": APP, "apps/set.yaml": SET, "web/a.yaml": config_map, "b.yaml": config_map},
        base=None,
    )
    found = reach(root)
    assert found.concerned(Place("web/a.yaml", ("metadata", "name"))) == ("Application web",)
    assert found.concerned(Place("apps/web.yaml", ("spec",))) == ("Application web",)
    assert found.concerned(Place("apps/set.yaml", ("spec",))) == ("ApplicationSet none",)
    assert found.concerned(Place("nowhere/c.yaml")) == ()
