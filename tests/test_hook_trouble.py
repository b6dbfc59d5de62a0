"""Hooks and waves inside rendered charts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from masgitops_lint.deployment.exact import ExactOptions
from masgitops_lint.deployment.hook_trouble import ChartTrouble, found_troubles, told_once
from masgitops_lint.deployment.leaf_runner import DirectoryCache

from .shop import CHARTS, deploy, lay_config

DATABASE = "instance-applications/100-database/templates"
ROOT = "root-applications/shop-instance-root/templates"
FINALIZER = "  finalizers: [resources-finalizer.argocd.argoproj.io]\n"


def troubles(tmp_path: Path, **parts: str) -> tuple[ChartTrouble, ...]:
    """What is told of the charts: `job` is added to the database's chart, `app` to its Application's metadata."""
    charts = tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    (charts / DATABASE / "job.yaml").write_text(parts.get("job", ""))
    root = charts / ROOT / "100-databases.yaml"
    wave = parts.get("wave", '{{ if eq $db.size "large" }}120{{ else }}100{{ end }}')
    text = root.read_text().replace(
        "  annotations:\n", f"{FINALIZER if parts.get('cascade', 'yes') else ''}  annotations:\n"
    )
    root.write_text(text.replace('{{ if eq $db.size "large" }}120{{ else }}100{{ end }}', wave))
    options = ExactOptions(cache=DirectoryCache(str(tmp_path / "cache")))
    found = [told_once(found_troubles(deploy(lay_config(tmp_path / "repo"), options, charts), {})) for _ in range(2)]
    # what comes out of the cache says the same
    assert found[0] == found[1]
    return found[0]


def job(annotations: str, account: str = "", name: str = "late") -> str:
    return (
        f"apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n    {annotations}\n"
        f"spec:\n  template:\n    spec:\n      serviceAccountName: {account or 'elsewhere'}\n      containers: []\n"
    )


def account(annotations: str = "") -> str:
    meta = f"  annotations:\n    {annotations}\n" if annotations else ""
    return f"---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cleaner\n{meta}"


AFTER = "argocd.argoproj.io/hook: PostDelete"


def test_the_charts_as_they_are(tmp_path: Path) -> None:
    assert troubles(tmp_path) == ()


@pytest.mark.parametrize(
    ("annotation", "effect", "meant"),
    [
        ("argocd.argoproj.io/hook: postsync", "never", "PostSync"),
        ("argocd.argoproj.io/hook: PostSynced", "never", "PostSync"),
        ("argocd.argoproj.io/hook: PostSync,presync", "part", "PreSync"),
        ("argocd.argoproj.io/sync-wave: first", "wave", ""),
        ("argocd.argoproj.io/sync-wave: 5", "text", ""),
        ("helm.sh/hook: post_instal", "never", "post-install"),
    ],
)
def test_annotations(annotation: str, effect: str, meant: str, tmp_path: Path) -> None:
    (one,) = troubles(tmp_path, job=job(annotation))
    assert one.misread is not None
    assert (one.kind, one.misread.effect, one.misread.meant) == ("misread", effect, meant)
    assert one.applications == ("db.c1.i1.one", "db.c1.i1.two")
    assert one.place.path == "dev/c1/i1/ibm-db2u-databases.yaml"
    assert one.template == "templates/job.yaml"


def test_a_delete_policy(tmp_path: Path) -> None:
    (one,) = troubles(
        tmp_path, job=job("argocd.argoproj.io/hook: PostSync\n    argocd.argoproj.io/hook-delete-policy: HookSucceded")
    )
    assert one.misread is not None
    assert (one.misread.effect, one.misread.meant) == ("policy", "HookSucceeded")


def test_the_wave_of_an_application(tmp_path: Path) -> None:
    (one,) = troubles(tmp_path, wave="soon")
    assert one.misread is not None
    assert (one.misread.effect, one.chart, one.template) == ("wave", "", "100-databases.yaml")
    assert len(one.applications) == 2


def test_an_account_that_goes_before_its_hook(tmp_path: Path) -> None:
    (one,) = troubles(tmp_path, job=job(AFTER, "cleaner") + account())
    assert (one.kind, one.needed) == ("late", "ServiceAccount db2u/cleaner")


@pytest.mark.parametrize(
    "text",
    [
        job(AFTER, "cleaner") + account(AFTER),
        job(AFTER, "cleaner") + account("argocd.argoproj.io/sync-options: Delete=false"),
        job(AFTER),
        job("argocd.argoproj.io/hook: PostSync", "cleaner") + account(),
        job("argocd.argoproj.io/hook: PreSync", "cleaner") + account("argocd.argoproj.io/hook: PreSync"),
    ],
)
def test_accounts_that_are_there(text: str, tmp_path: Path) -> None:
    assert troubles(tmp_path, job=text) == ()


def test_a_pre_sync_hook_before_its_account(tmp_path: Path) -> None:
    (one,) = troubles(tmp_path, job=job("argocd.argoproj.io/hook: PreSync", "cleaner") + account())
    assert one.kind == "early"


def test_an_application_whose_objects_stay(tmp_path: Path) -> None:
    (one,) = troubles(tmp_path, job=job(AFTER, "cleaner") + account(), cascade="")
    assert one.kind == "kept"


def test_an_account_of_a_later_wave(tmp_path: Path) -> None:
    # the database of wave 120 brings the account that the other one's hook, wave 100, needs after it
    late = '{{ if eq .Values.size "large" }}' + account().replace(
        "  name: cleaner\n", "  name: cleaner\n  namespace: db2u\n"
    )
    late += "{{ else }}---\n" + job(AFTER, "cleaner") + "{{ end }}\n"
    (one,) = troubles(tmp_path, job=late)
    assert (one.kind, one.other, one.applications) == ("elsewhere", "db.c1.i1.one", ("db.c1.i1.two",))


def test_a_hook_that_an_old_argo_cd_does_not_know(tmp_path: Path) -> None:
    charts = tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    (charts / DATABASE / "job.yaml").write_text(job("argocd.argoproj.io/hook: PreDelete"))
    deployment = deploy(lay_config(tmp_path / "repo"), None, charts)
    (one,) = told_once(found_troubles(deployment, {}, {"dev": ["PreDelete"]}))
    assert (one.kind, one.needed, len(one.applications)) == ("unknown", "PreDelete", 2)
    assert told_once(found_troubles(deployment, {}, {"dev": ["PostDelete"]})) == ()
