"""A fleet in parts, in shards, by account, on several processes: always the report of one run over everything."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Shape, files, plant, write
from masgitops_lint.app import Request, UsageError, lint, open_session
from masgitops_lint.engine.parts import PartResult, Parts
from masgitops_lint.mas import parts
from masgitops_lint.model.report import Report
from masgitops_lint.repo import yaml as reading
from masgitops_lint.repo.alike import Family
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import Snapshot
from masgitops_lint.repo.yaml import Document
from masgitops_lint.report import RenderOptions, render
from masgitops_lint.report.merge import merge_reports
from masgitops_lint.report.read_json import read_report

from .conftest import MakeRepo

SHAPE = Shape(accounts=2, clusters=3, instances=3)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two accounts of three clusters with nine instances each, a defect in most of them."""
    out = tmp_path_factory.mktemp("fleet") / "repo"
    write(str(out), plant(files(SHAPE), SHAPE, 15, []))
    # that a secret is another cluster's is seen by nobody who looks at one cluster only
    reader = out / "fleet01" / "ocp01-01" / "m010101" / "ibm-sls.yaml"
    text = reader.read_text()
    assert "fleet01/ocp01-01/m010101/" in text
    reader.write_text(text.replace("fleet01/ocp01-01/m010101/", "fleet01/ocp01-02/m010201/"))
    return out


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_SIZE", 4)


def json_of(report: Report) -> str:
    return render("json", report, RenderOptions())


def whole(fleet: Path) -> str:
    return json_of(lint(Request(str(fleet), isolated=True, jobs=1)))


def merged(fleet: Path, requests: Iterable[Request]) -> str:
    """The reports as they come from other machines: through JSON."""
    texts = [json_of(lint(request)) for request in requests]
    named = [(f"{number}.json", read_report(f"{number}.json", text)) for number, text in enumerate(texts)]
    outcome = merge_reports(named)
    assert outcome.missing == ()
    return json_of(outcome.report)


def test_there_is_something_to_find(fleet: Path) -> None:
    report = lint(Request(str(fleet), isolated=True, jobs=1))
    assert report.summary.instances >= 15
    assert len(report.findings) >= 15
    assert len({finding.rule for finding in report.findings}) >= 8


def test_parts_are_alike_and_the_last_ones_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(str(tmp_path), files(Shape(accounts=2, clusters=12, instances=1)))
    monkeypatch.setattr(parts, "PART_SIZE", 8)
    mas = open_session(Request(str(tmp_path), isolated=True)).context.mas
    found = parts.split(mas)
    sizes = [len(part.meant) for part in found]
    assert sizes == [8, 8, 6, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2]
    assert {id(scope) for part in found for scope in part.meant} == {id(scope) for scope in mas.meant}


@pytest.mark.parametrize("held", [0, 3, 40])
def test_part_by_part_is_the_whole(fleet: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    expected = whole(fleet)
    small_parts(monkeypatch)
    monkeypatch.setattr("masgitops_lint.engine.parts.HELD", held)
    assert whole(fleet) == expected


def test_a_sound_fleet_is_read_once_and_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(str(tmp_path), files(SHAPE))
    small_parts(monkeypatch)
    monkeypatch.setattr("masgitops_lint.engine.parts.HELD", 0)
    parsed: Counter[str] = Counter()
    held: list[int] = []
    parse, forget = reading.parse, Repository.forget

    def counted(path: str, raw: bytes, family: Family) -> Document:
        parsed[path] += 1
        return parse(path, raw, family)

    def noted(self: Repository, paths: Iterable[str]) -> None:
        forget(self, paths)
        held.append(len(self._documents))

    monkeypatch.setattr(reading, "parse", counted)
    monkeypatch.setattr(Repository, "forget", noted)
    report = lint(Request(str(tmp_path), isolated=True, jobs=1))
    assert report.findings == ()
    assert set(parsed.values()) == {1}
    assert len(held) > 2
    assert max(held) < report.summary.files / 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_comparison_is_the_same_in_parts_and_whatever_both_sides_share(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    write(str(tmp_path), files(SHAPE))
    for path in ("ocp01-01/ibm-dro.yaml", "ocp01-02/m010201/ibm-sls.yaml"):
        (tmp_path / "fleet01" / path).rename(tmp_path / "fleet01" / path.replace("ibm-", "old-"))
    real = Repository.__init__

    def without_twin(self: Repository, snapshot: Snapshot, excluded: Any = None, twin: Any = None) -> None:
        real(self, snapshot, excluded)

    for base, head in ((tmp_path, fleet), (fleet, tmp_path)):
        request = Request(str(head), isolated=True, jobs=jobs, base=str(base))
        report = lint(request)
        assert any(finding.rule.startswith("PRN") for finding in report.findings)
        with monkeypatch.context() as patch:
            patch.setattr(Repository, "__init__", without_twin)
            assert json_of(lint(request)) == json_of(report)
        with monkeypatch.context() as patch:
            small_parts(patch)
            assert json_of(lint(request)) == json_of(report)


def test_what_cannot_be_read_concerns_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A conflict in one cluster's file stops the ApplicationSet of all of them."""
    write(str(tmp_path), files(SHAPE))
    broken = tmp_path / "fleet01" / "ocp01-02" / "ibm-dro.yaml"
    broken.write_text(f"<<<<<<< ours\n{broken.read_text()}=======\na: 1\n>>>>>>> theirs\n")
    report = lint(Request(str(tmp_path), isolated=True, jobs=1))
    (finding,) = report.findings
    assert {name.split(".")[1] for name in finding.affects.names} >= {"ocp01-01", "ocp01-03"}
    small_parts(monkeypatch)
    shards = [Request(str(tmp_path), isolated=True, jobs=1, shard=(index, 3)) for index in (1, 2, 3)]
    assert whole(tmp_path) == merged(tmp_path, shards) == json_of(report)


def test_findings_have_no_file_read_that_is_not_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a finding concerns is told by its part: a child that looked at the whole fleet would read all of it."""
    write(str(tmp_path), files(SHAPE))
    for path in tmp_path.rglob("ibm-sls.yaml"):
        path.write_text(path.read_text() + "unknown_block: {}\n")
    small_parts(monkeypatch)
    read: dict[int, set[str]] = {}
    real, work = reading.parse, Parts.work
    at = [-1]

    def noted(path: str, raw: bytes, family: Family) -> Document:
        read.setdefault(at[0], set()).add(path.split("/")[1])
        return real(path, raw, family)

    def numbered(self: Parts, number: int, judge: Any) -> PartResult:
        at[0] = number
        return work(self, number, judge)

    monkeypatch.setattr(reading, "parse", noted)
    monkeypatch.setattr(Parts, "work", numbered)
    assert len(lint(Request(str(tmp_path), isolated=True, jobs=1)).findings) == 18
    assert len(read) > 3
    assert all(len(clusters) == 1 for number, clusters in read.items() if number >= 0)


@pytest.mark.forks
def test_two_processes_are_one(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = whole(fleet)
    small_parts(monkeypatch)
    assert json_of(lint(Request(str(fleet), isolated=True, jobs=2))) == expected


@pytest.mark.forks
def test_a_child_that_dies_leaves_its_parts_to_the_parent(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = whole(fleet)
    small_parts(monkeypatch)
    parent, real = os.getpid(), Parts.work

    def work(self: Parts, number: int, judge: Any) -> PartResult:
        if os.getpid() != parent:
            os._exit(1)
        return real(self, number, judge)

    monkeypatch.setattr(Parts, "work", work)
    assert json_of(lint(Request(str(fleet), isolated=True, jobs=3))) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 11])
def test_shards_add_up(fleet: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    expected = whole(fleet)
    small_parts(monkeypatch)
    shards = [Request(str(fleet), isolated=True, jobs=1, shard=(index, count)) for index in range(1, count + 1)]
    assert merged(fleet, shards) == expected


def test_an_account_is_looked_at_alone(fleet: Path) -> None:
    everything = lint(Request(str(fleet), isolated=True, jobs=1))
    for account in ("fleet01", "fleet02"):
        report = lint(Request(str(fleet), isolated=True, jobs=1, accounts=(account,)))
        assert report.summary.accounts == 1
        assert report.findings == tuple(one for one in everything.findings if one.path.startswith(f"{account}/"))


def test_the_files_of_other_accounts_are_not_read(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    real = Repository.document

    def noted(self: Repository, path: str) -> Document:
        read.add(path.split("/")[0])
        return real(self, path)

    monkeypatch.setattr(Repository, "document", noted)
    lint(Request(str(fleet), isolated=True, jobs=1, accounts=("fleet02",)))
    assert read == {"fleet02"}


def test_an_account_that_is_not_there(fleet: Path) -> None:
    with pytest.raises(UsageError, match="there is no account `fleet1`: did you mean `fleet01`"):
        lint(Request(str(fleet), isolated=True, accounts=("fleet1",)))
    with pytest.raises(UsageError, match="there are fleet01, fleet02"):
        lint(Request(str(fleet), isolated=True, accounts=("x",)))


def test_a_shard_speaks_of_the_suppressions_in_its_own_files(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unused suppression is told once, and none is called unused because another shard holds what it silences."""
    small_parts(monkeypatch)
    report = lint(Request(str(fleet), isolated=True, jobs=1))
    first = report.findings[0]
    path = fleet / first.path
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    lines[first.span.line - 1] = (
        lines[first.span.line - 1].rstrip("\n") + f"  # mas-lint: ignore[{first.rule}] the test says so\n"
    )
    lines.append("# mas-lint: ignore-file[CFG050] nothing of the kind is here\n")
    try:
        path.write_text("".join(lines))
        expected = whole(fleet)
        assert expected.count('"LNT001"') >= 1
        shards = [Request(str(fleet), isolated=True, jobs=1, shard=(index, 3)) for index in (1, 2, 3)]
        assert merged(fleet, shards) == expected
    finally:
        path.write_text(text)


def test_a_repo_without_config_is_judged_by_the_first_shard(make_repo: MakeRepo) -> None:
    manifest = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: [a\n"
    root = make_repo({"apps/web.yaml": manifest}, base=None)
    expected = json_of(lint(Request(str(root), isolated=True)))
    assert merged(root, [Request(str(root), isolated=True, shard=(index, 2)) for index in (1, 2)]) == expected
