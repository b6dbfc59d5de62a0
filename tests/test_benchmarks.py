"""The benchmark's config repos are what they claim to be, and its table and picture are well-formed. Nothing is timed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.content import EXTRA_APPS
from benchmarks.defects import DEFECTS, Planted
from benchmarks.generate import Shape, files, main, plant, shape_of, write
from masgitops_lint.app import Request, lint


def test_the_same_arguments_give_the_same_files() -> None:
    shape = Shape(2, 2, 2)
    assert list(files(shape, 3)) == list(files(shape, 3))
    assert list(files(shape, 3)) != list(files(shape, 4))


def test_a_small_repo_is_a_part_of_a_large_one() -> None:
    large = dict(files(Shape(2, 3, 4)))
    assert dict(files(Shape(1, 2, 3))).items() <= large.items()


def test_five_files_a_cluster_and_nine_to_fifteen_an_instance() -> None:
    counts: dict[str, int] = {}
    sizes = []
    for path, text in files(Shape(2, 5, 5)):
        directory = path.rpartition("/")[0]
        counts[directory] = counts.get(directory, 0) + 1
        sizes.append(len(text))
    clusters = [count for directory, count in counts.items() if directory.count("/") == 1]
    instances = [count for directory, count in counts.items() if directory.count("/") == 2]
    assert clusters == [5] * 10
    assert len(instances) == 50
    assert min(instances) == 9
    assert 9 < max(instances) <= 9 + len(EXTRA_APPS)
    assert 2_900 < sum(sizes) / len(sizes) < 3_700


@pytest.mark.parametrize("total", [1, 3, 7, 100, 1_000, 10_000])
def test_a_shape_for_every_number_of_instances(total: int) -> None:
    assert shape_of(total).total == total


def test_instances_differ() -> None:
    texts = [text for path, text in files(Shape(1, 1, 5)) if path.endswith("ibm-db2u-databases.yaml")]
    without_ids = {text.replace(f"m01010{number}", "") for number, text in enumerate(texts, 1)}
    assert len(without_ids) == 5


def test_a_generated_repo_has_no_findings(tmp_path: Path) -> None:
    write(str(tmp_path), files(Shape(2, 2, 3)))
    report = lint(Request(path=str(tmp_path)))
    assert [(finding.rule, finding.message) for finding in report.findings] == []


def test_planted_defects_are_what_is_found(tmp_path: Path) -> None:
    shape, planted = Shape(1, 2, 5), list[Planted]()
    write(str(tmp_path), plant(files(shape), shape, len(DEFECTS), planted))
    report = lint(Request(path=str(tmp_path)))
    found = sorted((finding.path, finding.rule) for finding in report.findings)
    assert found == sorted((defect.path, defect.code) for defect in planted)


def test_no_more_defects_than_instances() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        list(plant(files(Shape()), Shape(), 2, []))


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "repo")
    assert main([out, "--clusters", "2", "--instances", "1", "--defects", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"fleet01/ocp01-01/m010101/{DEFECTS[0].file}: {DEFECTS[0].code}",
        f"2 instances, {len(list((tmp_path / 'repo').rglob('*.yaml')))} files, 0.1 MB",
    ]
    assert main([out]) == 2
    assert "not empty" in capsys.readouterr().err
