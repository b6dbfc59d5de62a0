"""A fleet with real charts, part by part: the report of the whole, whatever was changed and whatever is known."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint.app import Request, lint
from masgitops_lint.deployment.keeping import KeepingBuilder
from masgitops_lint.engine import run
from masgitops_lint.engine.parts import Parts
from masgitops_lint.engine.report_rows import to_rows
from masgitops_lint.known_report import KnownReport

from .shop import CHARTS
from .test_hook_trouble import AFTER, DATABASE, FINALIZER, ROOT, account, job
from .test_keeping import CASES, edit, lay_fleet

pytest.importorskip("helm_python")

MISREAD = "argocd.argoproj.io/sync-wave: last"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("masgitops_lint.mas.parts.PART_SIZE", 2)
    monkeypatch.setattr(KnownReport, "read", lambda _: None)
    return lay_fleet(tmp_path / "repo")


def request(repo: Path, cache: Path | None, charts: Path = CHARTS) -> Request:
    return Request(
        path=str(repo),
        isolated=True,
        charts=str(charts),
        jobs=1,
        cache=cache is not None,
        cache_dir=None if cache is None else str(cache),
    )


def whole(asked: Request) -> Any:
    """The report of a run that looks at everything at once and keeps nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "in_parts", lambda _: False)
        return to_rows(lint(replace(asked, cache=False, cache_dir=None)))


def spoil(repo: Path) -> None:
    """Findings in one cluster, in the other, and across."""
    edit(repo, "dev/c2/i1/ibm-db2u-databases.yaml", "name: one", "name: forbidden")
    edit(repo, "dev/c1/i1/ibm-mas-suite-configs.yaml", "title: Shop", f"title: Shop\n  annotations: {{{MISREAD}}}")
    edit(repo, "dev/c1/i2/ibm-db2u-databases.yaml", "name: two", "nome: two")


@pytest.mark.parametrize("change", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_parts_give_the_report_of_the_whole(repo: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    spoil(repo)
    asked = request(repo, tmp_path / "cache")
    before = to_rows(lint(asked))
    assert before == whole(asked)
    assert before == to_rows(lint(asked))
    change(repo)
    expected = whole(asked)
    for _ in range(2):
        assert to_rows(lint(asked)) == expected


def test_what_is_known_is_neither_judged_nor_rendered(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(repo, tmp_path / "cache")
    lint(asked)
    judged: list[int] = []
    original = Parts.work
    monkeypatch.setattr(
        Parts, "work", lambda self, number, judge: (judged.append(number), original(self, number, judge))[1]
    )

    def unexpected(*_: Any) -> Any:
        raise AssertionError("somebody looked at all values")

    monkeypatch.setattr(KeepingBuilder, "values", unexpected)
    lint(asked)
    assert judged == []
    edit(repo, "dev/c2/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    lint(asked)
    assert len(judged) == 1


def test_a_change_of_an_account_reaches_every_part(repo: Path, tmp_path: Path) -> None:
    asked = request(repo, tmp_path / "cache")
    lint(asked)
    manifest = repo / "account.yaml"
    manifest.write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root.dev}\nspec:\n  source:\n"
        "    path: root-applications/ibm-mas-account-root\n    targetRevision: main\n"
        "    helm:\n      values: |\n        account: {id: dev}\n        auto_delete: true\n"
    )
    assert to_rows(lint(asked)) == whole(asked)
    manifest.write_text(manifest.read_text().replace("auto_delete: true", "auto_delete: false"))
    assert to_rows(lint(asked)) == whole(asked)


def test_a_defect_of_a_chart_is_told_once(repo: Path, tmp_path: Path) -> None:
    charts = tmp_path / "charts"
    shutil.copytree(CHARTS, charts)
    (charts / "instance-applications" / "200-app" / "templates" / "late.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: late\n  annotations: {argocd.argoproj.io/sync-wave: last}\n"
    )
    asked = request(repo, tmp_path / "cache", charts)
    found = lint(asked)
    assert len([one for one in found.findings if one.rule == "WAV009"]) == 1
    assert to_rows(found) == whole(asked)
    assert to_rows(lint(asked)) == whole(asked)


def troubled(directory: Path, name: str = "") -> Path:
    """Charts with defects of several kinds, in one object, between two, and between two Applications."""
    shutil.copytree(CHARTS, directory)
    (directory / DATABASE / "job.yaml").write_text(
        '{{ if eq .Values.size "large" }}'
        + account().replace("  name: cleaner\n", "  name: cleaner\n  namespace: db2u\n")
        + "{{ else }}---\n"
        + job(AFTER, "cleaner")
        + "{{ end }}\n"
    )
    (directory / "instance-applications" / "200-app" / "templates" / "early.yaml").write_text(
        job("argocd.argoproj.io/hook: PreSync", "cleaner") + account("argocd.argoproj.io/sync-wave: last")
    )
    root = directory / ROOT / "100-databases.yaml"
    text = root.read_text().replace("  annotations:\n", f"{FINALIZER}  annotations:\n")
    root.write_text(text.replace("db.{{ $.Values.cluster.id }}", name) if name else text)
    return directory


# databases of one name in two clusters: what an Application brings is then known of the last one only
@pytest.mark.parametrize("name", ["", "db"], ids=["apart", "alike"])
def test_defects_of_charts_are_told_in_the_order_of_the_whole(repo: Path, tmp_path: Path, name: str) -> None:
    asked = request(repo, tmp_path / "cache", troubled(tmp_path / "charts", name))
    found = lint(asked)
    assert len([one for one in found.findings if one.rule == "WAV009"]) >= 3
    assert to_rows(found) == whole(asked) == to_rows(lint(asked))
    edit(repo, "dev/c2/i1/ibm-db2u-databases.yaml", "size: large", "size: small")
    for _ in range(2):
        assert to_rows(lint(asked)) == whole(asked)


@pytest.mark.parametrize("shard", [(1, 2), (2, 2)])
def test_a_shard_has_its_own(repo: Path, tmp_path: Path, shard: tuple[int, int]) -> None:
    spoil(repo)
    asked = replace(request(repo, tmp_path / "cache"), shard=shard)
    found = lint(asked)
    assert found.summary.clusters == 1
    assert to_rows(lint(asked)) == to_rows(found)


def test_revisions_are_told_apart_by_content(repo: Path, tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(repo), *words], check=True, capture_output=True)

    git("init", "-q")
    git("config", "user.email", "a@example.com")
    git("config", "user.name", "A")
    git("add", ".")
    git("commit", "-qm", "one")
    edit(repo, "dev/c2/i1/ibm-mas-suite-configs.yaml", "title: Shop", "title: Market")
    spoil(repo)
    git("commit", "-qam", "two")
    for revision in ("HEAD", "HEAD~1", "HEAD", None):
        asked = replace(request(repo, tmp_path / "cache"), revision=revision)
        assert to_rows(lint(asked)) == whole(asked)
