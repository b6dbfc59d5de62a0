"""The benchmark's config repos are what they claim to be, and its table and picture are well-formed. Nothing is timed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.cases import busy_cases, own_cases, peer_cases, schema_batches, start_cases
from benchmarks.content import EXTRA_APPS
from benchmarks.defects import DEFECTS, Planted
from benchmarks.generate import Shape, files, main, plant, shape_of, write
from benchmarks.measure import Usage, middle, run, together
from benchmarks.plot import Line, Panel, svg
from benchmarks.results import Row, Section, goals, growth, page, seconds
from benchmarks.rules import Cost, costs
from benchmarks.run import continued, file_system
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


def test_every_rule_has_its_cost(tmp_path: Path) -> None:
    write(str(tmp_path), files(Shape(1, 1, 1)))
    rows = costs(str(tmp_path))
    assert len(rows) == len({row.code for row in rows}) > 60
    assert all(row.findings == 0 and row.own >= 0 for row in rows)


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


# measuring


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the benchmark needs wait4")
def test_a_process_is_accounted_for() -> None:
    usage = run((sys.executable, "-c", "x = bytearray(40_000_000)"), os.environ)
    assert usage.trouble == ""
    assert 40_000_000 < usage.peak < 200_000_000
    assert 0 < usage.cpu < 30
    assert 0 < usage.wall < 60


def test_the_file_system_is_named() -> None:
    assert file_system("/proc") == ("proc" if os.path.exists("/proc/mounts") else "unknown")


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the benchmark needs wait4")
def test_an_unexpected_exit_code_is_trouble() -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('it broke')")
    assert run(command, os.environ).trouble == "exit code 1: it broke"
    assert run(command, os.environ, (1,)).trouble == ""
    with pytest.raises(OSError, match="cannot be started"):
        run(("/does/not/exist",), os.environ)


def test_usages_add_up_and_have_a_middle() -> None:
    some = [Usage(1, 2, 30), Usage(3, 1, 10), Usage(9, 9, 20, "exit code 2")]
    assert together(some) == Usage(13, 12, 30, "exit code 2")
    assert middle(some[:2]) == Usage(2, 1.5, 20)
    assert middle(some) == Usage(3, 2, 20, "exit code 2")


def test_a_straight_line_continues_two_measured_sizes() -> None:
    row = Row("x", "x", Usage(2, 4, 50), 3)
    longer = continued(row, (Usage(1, 2, 40), 10), (Usage(2, 4, 50), 110), 1_010)
    assert longer.usage == Usage(11, 22, 50)
    assert longer.runs == 0
    assert "10 and 110 files" in longer.note
    missing = Row("x", "x", None, note="not installed")
    assert continued(missing, (None, 10), (None, 110), 1_010) is missing


def test_every_generated_file_has_its_schema(tmp_path: Path) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    wanted = {f"./{schemas.name}/{name}.schema.json": [f"{depth}{name}.yaml"] for depth, name in _KINDS}
    (schemas / "settings.json").write_text(json.dumps({"yaml.schemas": wanted}))
    repo = tmp_path / "repo"
    count, _ = write(str(repo), files(Shape(1, 1, 3)))
    batches = list(schema_batches(str(repo), str(schemas)))
    assert sum(len(found) for _, found in batches) == count
    assert all(schema.endswith(f"{Path(found[0]).stem}.schema.json") for schema, found in batches)


_KINDS = sorted({("*/*/*/" if path.count("/") == 3 else "*/*/", Path(path).stem) for path, _ in files(Shape(1, 20, 5))})


def test_cases_have_keys_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"yaml.schemas": {}}')
    file = str(tmp_path / "x.yaml")
    cases = [
        *start_cases("repo"),
        *own_cases("repo", str(tmp_path), file),
        *own_cases("repo", str(tmp_path), file, "charts"),
        *busy_cases("checkout", file, "faulty"),
        *peer_cases(str(tmp_path), str(tmp_path)),
    ]
    assert len({case.key for case in cases}) == len(cases)
    assert all(command[0] for case in cases for command in case.commands)


def test_a_change_is_a_new_value_every_time(tmp_path: Path) -> None:
    file = tmp_path / "ibm-mas-workspaces.yaml"
    file.write_text("a:\n  - name: Workspace main\n")
    case = next(case for case in own_cases("repo", "c", str(file)) if case.key == "changed")
    for number in (1, 2):
        case.prepare()
        assert file.read_text() == f"a:\n  - name: Workspace main revision {number}\n"
        # cases in between are about the repo as it was
        case.finish()
        assert file.read_text() == "a:\n  - name: Workspace main\n"


# what is written

START = Section(
    1,
    14,
    30_000,
    (
        Row("click", "click", Usage(0.04, 0.04, 14_000_000), 5),
        Row("version", "--version", Usage(0.05, 0.05, 14_000_000), 5),
    ),
)
FLEET = Section(
    1_000,
    10_000,
    33_000_000,
    (
        Row("compose", "parsing", Usage(2, 2, 18_000_000), 3),
        Row("cold", "mas-lint, cold cache", Usage(5, 9, 300_000_000), 3, 350_000_000),
        Row("warm", "mas-lint, warm cache", Usage(0.5, 0.5, 60_000_000), 3),
        Row("yamllint", "yamllint", None, note="not installed"),
        Row("schemas", "check-jsonschema", Usage(50, 50, 40_000_000), 0, note="from 14 and 1,060 files"),
    ),
)


def test_tables_are_rectangular_and_say_everything() -> None:
    text = page(START, [FLEET], {"date": "2026-11-21"}, [Cost("CFG001", "yaml-syntax", 90, 12.5, 0)], ["a note"])
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 4
    for table in tables:
        assert len({line.count("|") for line in table}) == 1
    assert "| mas-lint, cold cache | 5.00 | 9.00 | 300 | 350 | 500 | 2.50 x | 4.50 x | 1.00 x | 3 |" in text
    assert "| yamllint | - | - | - | - | - | - | - | - | not installed |" in text
    assert "| CFG001 yaml-syntax | 12.5 | 90.0 | 0 |" in text
    assert "| continued; from 14 and 1,060 files |" in text
    assert "## 1,000 instances: 10,000 files, 33.0 MB" in text


def test_goals_are_judged() -> None:
    judged = {goal: verdict for goal, _, _, verdict in goals(START, [FLEET])}
    assert judged["1,000 instances, cold"] == "**missed**"
    assert judged["1,000 instances, cold, beside parsing"] == "met"
    assert judged["1,000 instances, cold, beside check-jsonschema"] == "met"
    assert "1,000 instances, cold, beside yamllint" not in judged


@pytest.mark.parametrize(
    ("value", "text"), [(0.0432, "0.043"), (1.254, "1.25"), (12.54, "12.5"), (125.4, "125"), (1254, "1,254")]
)
def test_seconds(value: float, text: str) -> None:
    assert seconds(value) == text


def test_the_picture_is_svg_with_a_point_for_every_size() -> None:
    small = Section(1, 14, 30_000, FLEET.rows)
    root = ElementTree.fromstring(growth([small, FLEET]))
    assert root.tag.endswith("}svg")
    circles = [element for element in root.iter() if element.tag.endswith("}circle")]
    assert len(circles) == 2 * 3 * 2
    for circle in circles:
        assert 0 < float(circle.attrib["cx"]) < float(root.attrib["width"])
        assert 0 < float(circle.attrib["cy"]) < float(root.attrib["height"])


def test_a_picture_without_points_and_one_with_one() -> None:
    lines = (Line("a < b & c", ((100.0, 0.5),)), Line("none", ()))
    text = svg([Panel("one", "s", lines), Panel("nothing", "s", ())], "size", "about")
    assert "a &lt; b &amp; c" in text
    ElementTree.fromstring(text)
