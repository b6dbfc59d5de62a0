"""Parts of a fleet that are kept between runs: always the report of a run without them, and only what changed is judged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Shape, files, plant, write
from masgitops_lint.app import Request, lint
from masgitops_lint.engine import cache_key
from masgitops_lint.engine.kept_parts import KeptParts
from masgitops_lint.engine.parts import PartResult, Parts
from masgitops_lint.mas import parts
from masgitops_lint.repo import child_process
from masgitops_lint.report import RenderOptions, render
from masgitops_lint.settings import result_store

SHAPE = Shape(accounts=2, clusters=3, instances=2)
SLS = Path("fleet02/ocp02-03/m020302/ibm-sls.yaml")
SECRET = "hunter2-very-secret"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two accounts of three clusters with four instances each, a few defects, and a secret that must never be kept."""
    out = tmp_path_factory.mktemp("fleet") / "repo"
    write(str(out), plant(files(SHAPE), SHAPE, 8, []))
    with (out / SLS).open("a") as stream:
        stream.write(f"  password: {SECRET}\n")
    return out


@pytest.fixture
def fleet(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parts, "PART_SIZE", 4)
    # a checkout may be edited while its tests run
    monkeypatch.setattr(cache_key, "_program", lambda: iter(("this program",)))
    return Path(shutil.copytree(model, tmp_path / "repo"))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the parts that this process judges."""
    numbers: list[int] = []
    real = Parts.work

    def work(self: Parts, number: int, judge: Any) -> PartResult:
        numbers.append(number)
        return real(self, number, judge)

    monkeypatch.setattr(Parts, "work", work)
    return numbers


def report(fleet: Path, *, cache: bool = True, jobs: int = 1, **more: Any) -> str:
    found = lint(
        Request(str(fleet), isolated=True, jobs=jobs, cache=cache, cache_dir=str(fleet.parent / "cache"), **more)
    )
    return render("json", found, RenderOptions())


def entries(fleet: Path) -> Iterator[Path]:
    folder = fleet.parent / "cache"
    return (path for path in folder.rglob("*") if path.is_file() and len(path.name) == 64)


def contents(fleet: Path) -> list[bytes]:
    return [content for path in entries(fleet) if (content := result_store._opened(path.read_bytes())) is not None]


def comment(fleet: Path) -> None:
    (fleet / SLS).write_text("# a word\n" + (fleet / SLS).read_text())


def new_defect(fleet: Path) -> None:
    (fleet / SLS).write_text((fleet / SLS).read_text() + "  no_chart_reads_this: true\n")


def foreign_secret(fleet: Path) -> None:
    text = (fleet / SLS).read_text()
    assert "fleet02/ocp02-03/m020302/" in text
    (fleet / SLS).write_text(text.replace("fleet02/ocp02-03/m020302/", "fleet02/ocp02-02/m020201/"))


def syntax_error(fleet: Path) -> None:
    (fleet / SLS).write_text("merge-key: [\n")


def other_merge_key(fleet: Path) -> None:
    (fleet / SLS).write_text((fleet / SLS).read_text().replace("m020302", "m020301", 1))


def suppression(fleet: Path) -> None:
    (fleet / SLS).write_text("# mas-lint: ignore-file[VAL010] on purpose\n" + (fleet / SLS).read_text())


def removed(fleet: Path) -> None:
    (fleet / SLS).unlink()


def misplaced(fleet: Path) -> None:
    (fleet / SLS).rename(fleet / SLS.parent.parent / SLS.name)


def new_instance(fleet: Path) -> None:
    shutil.copytree((fleet / SLS).parent, (fleet / SLS).parent.parent / "m999")


def unread_file(fleet: Path) -> None:
    (fleet / "notes.txt").write_text("x")


INSIDE = (comment, new_defect, foreign_secret, suppression)
ELSEWHERE = (syntax_error, other_merge_key, removed, misplaced, new_instance, unread_file)


@pytest.mark.parametrize("change", [*INSIDE, *ELSEWHERE], ids=lambda change: change.__name__)
def test_after_a_change_the_report_is_that_of_a_run_without_cache(
    fleet: Path, judged: list[int], change: Callable[[Path], None]
) -> None:
    before = report(fleet)
    everything = len(judged)
    assert everything > 3
    judged.clear()
    change(fleet)
    after = report(fleet)
    if change in INSIDE:
        assert len(judged) == 1
    assert after == report(fleet, cache=False)
    assert before != after or change in (comment, unread_file)


def test_a_part_is_judged_again_when_it_is_asked_about_something_else(fleet: Path, judged: list[int]) -> None:
    report(fleet)
    everything = len(judged)
    for more in ({"ignore": ("VAL",)}, {"argocd_version": "2.8"}):
        judged.clear()
        assert report(fleet, **more) == report(fleet, cache=False, **more)
        # half of them without the cache
        assert len(judged) == 2 * everything
    (fleet / ".mas-lint.yaml").write_text("version: 1\n")
    judged.clear()
    report(fleet)
    assert len(judged) == everything


@pytest.mark.forks
def test_children_keep_parts_and_take_kept_ones(fleet: Path, judged: list[int]) -> None:
    expected = report(fleet, cache=False)
    assert report(fleet, jobs=2) == expected
    judged.clear()
    comment(fleet)
    assert report(fleet, jobs=2) == report(fleet, jobs=1) == report(fleet, cache=False)
    new_defect(fleet)
    judged.clear()
    changed = report(fleet, jobs=2)
    # a child judges it, unless this process has read all the others before
    assert len(judged) <= 1
    assert changed == report(fleet, cache=False)


@pytest.mark.forks
def test_a_child_is_at_work_while_kept_parts_are_read(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(fleet)
    new_defect(fleet)
    expected = report(fleet, cache=False)
    events: list[str] = []
    read = KeptParts.read
    monkeypatch.setattr(child_process, "start", lambda produce: events.append("start"))
    monkeypatch.setattr(KeptParts, "read", lambda self, number: (events.append("read"), read(self, number))[1])
    assert report(fleet, jobs=2) == expected
    assert events[:2] == ["start", "read"]
    assert events.count("start") == 1


def test_what_is_damaged_is_judged_again(fleet: Path, judged: list[int]) -> None:
    expected = report(fleet)
    everything = len(judged)
    # well sealed and yet nothing of ours
    for content in (b"[]", b"{}", b"null", b'{"scopes": 1}', b"\xff", b"{"):
        for path in entries(fleet):
            path.write_bytes(result_store._sealed(content))
        judged.clear()
        assert report(fleet) == expected
        assert len(judged) == everything
    for path in entries(fleet):
        path.write_bytes(path.read_bytes()[:-5])
    judged.clear()
    assert report(fleet) == expected
    assert len(judged) == everything


def test_nothing_is_kept_of_a_part_that_was_edited_while_it_was_judged(
    fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Parts.work

    def work(self: Parts, number: int, judge: Any) -> PartResult:
        result = real(self, number, judge)
        if str(SLS) in self.configs[number].read_paths:
            new_defect(fleet)
        return result

    text = (fleet / SLS).read_text()
    monkeypatch.setattr(Parts, "work", work)
    report(fleet)
    monkeypatch.setattr(Parts, "work", real)
    (fleet / SLS).write_text(text)
    assert report(fleet) == report(fleet, cache=False)


def test_a_crash_is_not_kept(fleet: Path, judged: list[int]) -> None:
    rules = fleet.parent / "rules"
    rules.mkdir()
    (rules / "own900.py").write_text(
        '"""A rule that crashes."""\nfrom masgitops_lint.sdk import Context, Drafts, Rule\n'
        'RULE = Rule(code="OWN900", name="crash", severity="error", local=True)\nBAD = GOOD = ()\n\n\n'
        "def check(context: Context) -> Drafts:\n    raise ZeroDivisionError('oops')\n    yield\n"
    )
    for _ in range(2):
        judged.clear()
        found = lint(
            Request(
                str(fleet),
                isolated=True,
                jobs=1,
                cache=True,
                cache_dir=str(fleet.parent / "cache"),
                rules=(str(rules),),
            )
        )
        assert found.crashes
        assert judged


def test_entries_hold_no_values(fleet: Path) -> None:
    report(fleet)
    kept = contents(fleet)
    assert len(kept) > 3
    assert any(b"m020302" in content for content in kept)
    assert not any(SECRET.encode() in content for content in kept)
