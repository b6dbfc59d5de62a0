"""What a change of a Flux or Argo CD repo adds, changes, deletes and orphans."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.plan.model import Plan
from masgitops_lint.plan.units import compare_units

from .unit_repos import SYNC, application, config_map, flux_kustomization, units

PVC = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {}\n"
FINALIZER = "  namespace: argocd\n  finalizers: [resources-finalizer.argocd.argoproj.io]\nspec:\n  project"
PRUNES = "  syncPolicy: {automated: {prune: true}}\n"


def plan(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> Plan:
    return compare_units(units(tmp_path / "before", before), units(tmp_path / "after", after))


def flux(extra: str = "", content: str = PVC) -> dict[str, str]:
    return {
        "clusters/one/sync.yaml": SYNC,
        "clusters/one/shop.yaml": flux_kustomization("shop", "./apps/shop", extra),
        "apps/shop/data.yaml": content,
        "apps/other/a.yaml": config_map("a", "other"),
    }


@pytest.mark.parametrize(
    ("extra", "effect"),
    [("", "pruned"), ("  deletionPolicy: Orphan\n", "orphaned"), ("  deletionPolicy: Delete\n", "pruned")],
)
def test_a_kustomization_that_goes(tmp_path: Path, extra: str, effect: str) -> None:
    before = flux(extra)
    after = {path: text for path, text in before.items() if path != "clusters/one/shop.yaml"}
    (removed,) = plan(tmp_path, before, after).removed
    assert (removed.application.name, removed.effect, removed.side) == ("shop", effect, "base")
    assert removed.place.path == "clusters/one/shop.yaml"
    assert [(stake.kind, stake.namespace, stake.name) for stake in removed.stakes] == [
        ("PersistentVolumeClaim", "shop", "data")
    ]


def test_one_without_prune_leaves_its_objects(tmp_path: Path) -> None:
    before = flux()
    before["clusters/one/shop.yaml"] = before["clusters/one/shop.yaml"].replace("prune: true", "prune: false")
    after = {path: text for path, text in before.items() if path != "clusters/one/shop.yaml"}
    assert [one.effect for one in plan(tmp_path, before, after).removed] == ["orphaned"]


def test_a_volume_claim_that_leaves_a_unit(tmp_path: Path) -> None:
    result = plan(tmp_path, flux(), flux(content=config_map("c", "shop")))
    (removed,) = result.removed
    assert (removed.whole, removed.effect, removed.stakes[0].name) == (False, "pruned", "data")
    (change,) = result.changed
    assert [resource.name for resource in change.added_resources] == ["c"]
    assert [resource.name for resource in change.removed_resources] == ["data"]


def test_a_claim_that_is_kept(tmp_path: Path) -> None:
    kept = PVC.replace("namespace: shop", "namespace: shop, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}")
    (removed,) = plan(tmp_path, flux(content=kept), flux(content=config_map("c", "shop"))).removed
    assert [stake.protected for stake in removed.stakes] == [True]


def test_a_rename_is_told(tmp_path: Path) -> None:
    after = flux()
    after["clusters/one/shop.yaml"] = flux_kustomization("store", "./apps/shop")
    result = plan(tmp_path, flux(), after)
    assert [(one.application.name, one.moved_to) for one in result.removed] == [("shop", "store")]
    assert [(one.application.name, one.moved_from) for one in result.added] == [("store", "shop")]


def test_no_change_is_no_plan(tmp_path: Path) -> None:
    result = plan(tmp_path, flux(), flux())
    assert (result.added, result.removed, result.changed) == ((), (), ())


@pytest.mark.parametrize(
    ("finalizer", "prunes", "effect"), [(True, True, "pruned"), (False, True, "orphaned"), (True, False, "kept")]
)
def test_a_child_of_an_app_of_apps(tmp_path: Path, finalizer: bool, prunes: bool, effect: str) -> None:
    child = application("one", "services/one")
    if finalizer:
        child = child.replace("  namespace: argocd\nspec:\n  project", FINALIZER)
    before = {
        "root.yaml": application("root", "apps", PRUNES if prunes else "", namespace="argocd"),
        "apps/one.yaml": child,
        "apps/two.yaml": application("two", "services/one"),
        "services/one/a.yaml": config_map("a"),
    }
    after = {path: text for path, text in before.items() if path != "apps/one.yaml"}
    assert [(one.application.name, one.effect) for one in plan(tmp_path, before, after).removed] == [("one", effect)]


@pytest.mark.parametrize(
    ("policy", "effect"),
    [
        ("{}", "pruned"),
        ("{preserveResourcesOnDeletion: true}", "orphaned"),
        ("{applicationsSync: create-update}", "kept"),
    ],
)
def test_a_child_of_an_applicationset(tmp_path: Path, policy: str, effect: str) -> None:
    generated = f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: services, namespace: argocd}}
spec:
  syncPolicy: {policy}
  generators:
    - git:
        repoURL: https://git.example.net/acme/fleet.git
        revision: main
        directories: [{{path: services/*}}]
  template:
    metadata: {{name: '{{{{path.basename}}}}'}}
    spec:
      project: default
      source: {{repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: '{{{{path}}}}'}}
      destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""
    before = {
        "set.yaml": generated,
        "services/one/a.yaml": config_map("a"),
        "services/two/b.yaml": PVC,
    }
    after = {path: text for path, text in before.items() if "two" not in path}
    (removed,) = plan(tmp_path, before, after).removed
    assert (removed.application.name, removed.effect, removed.stakes[0].name) == ("two", effect, "data")
