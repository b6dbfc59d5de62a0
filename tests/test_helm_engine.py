"""Both Helm engines: rendering, parameters, dependencies and errors."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.charts.helm.binary import BinaryEngine, split_output
from masgitops_lint.charts.helm.chart import Chart, ChartError, directory_reader, load_chart
from masgitops_lint.charts.helm.engine import HelmEngine, HelmMissingError, open_engine
from masgitops_lint.charts.helm.failure import RenderError, render_error
from masgitops_lint.charts.helm.go_runtime import tuned_workers
from masgitops_lint.charts.helm.parameters import Parameter, ParameterError, apply_parameters, escape_commas

from .shop import CHARTS

HELM = shutil.which("helm")


def engines() -> list[Any]:
    needs_sdk = pytest.mark.skipif(not _sdk(), reason="helm-python-sdk is not installed")
    needs_program = pytest.mark.skipif(HELM is None, reason="there is no helm program")
    return [pytest.param("sdk", marks=needs_sdk), pytest.param("binary", marks=[needs_program, pytest.mark.slow])]


def _sdk() -> bool:
    try:
        import helm_python  # noqa: F401
    except ImportError:
        return False
    return True


@pytest.fixture(scope="module", params=engines())
def engine(request: pytest.FixtureRequest) -> HelmEngine:
    return open_engine(request.param)


def chart(template: str, values: str = "", **files: str) -> Chart:
    return Chart(
        "c",
        {
            "Chart.yaml": b"apiVersion: v2\nname: c\nversion: 0.0.1\n",
            "values.yaml": values.encode(),
            "templates/a.yaml": template.encode(),
            **{path: text.encode() for path, text in files.items()},
        },
    )


def test_values_parameters_and_defaults(engine: HelmEngine) -> None:
    one = chart(
        "a: {{ .Values.a }}\nb: {{ .Values.b.c }}\nd: {{ .Values.d | toJson }}\nr: {{ .Release.Name }}/{{ .Release.Namespace }}\n",
        "a: 1\nb: {c: 2}\nd: 3\n",
    )
    (made,) = engine.render(
        one,
        {"a": "values"},
        values_text=("a: text\nb: {c: text}\n", "a: later\n"),
        parameters=[Parameter("b.c", "5"), Parameter("d", "7", force_string=True)],
        release_name="rel",
        namespace="ns",
    )
    assert made.template == "c/templates/a.yaml"
    body = [line for line in made.text.splitlines() if ":" in line]
    assert body == ["a: later", "b: 5", 'd: "7"', "r: rel/ns"]


def test_no_value_is_printed_as_nothing_and_empty_files_are_left_out(engine: HelmEngine) -> None:
    one = chart("a: x{{ .Values.missing }}\n", **{"templates/b.yaml": "{{ if .Values.no }}b: 1{{ end }}\n"})
    (made,) = engine.render(one)
    assert "a: x" in made.text.splitlines()


@pytest.mark.parametrize(
    ("template", "kind", "message", "expression"),
    [
        ("\na: {{ .Values.a.b.c }}\n", "nil", "nil pointer evaluating interface {}.b", ".Values.a.b.c"),
        ('\na: {{ fail "no way" }}\n', "fail", "no way", ""),
        ('\na: {{ required "needed" .Values.q }}\n', "fail", "needed", ""),
        ("\na: {{ nosuch }}\n", "parse", 'function "nosuch" not defined', ""),
        ("\na: {{ .Values.s.x }}\n", "type", "can't evaluate field x", ".Values.s.x"),
        ("\na: {{ eq .Values.s 1 }}\n", "type", "incompatible types", "eq .Values.s 1"),
        (
            '\na: {{ index (split "." .Values.s) "_9" }}{{ index .Values.l 4 }}\n',
            "index",
            "out of range",
            "index .Values.l 4",
        ),
        ("\na: {{ range .Values.s }}{{ end }}\n", "type", "range can't iterate over the value given", ".Values.s"),
    ],
)
def test_errors_are_taken_apart(engine: HelmEngine, template: str, kind: str, message: str, expression: str) -> None:
    with pytest.raises(RenderError) as caught:
        engine.render(chart(template, "s: secret\nl: []\n"))
    error = caught.value
    assert (error.template, error.line, error.kind, error.expression) == ("c/templates/a.yaml", 2, kind, expression)
    assert message in error.message
    assert "secret" not in error.message or kind != "type"
    assert pickle.loads(pickle.dumps(error)).message == error.message


def test_an_error_inside_an_include_is_blamed_on_the_partial(engine: HelmEngine) -> None:
    one = chart('a: {{ include "p" . }}\n', **{"templates/_p.tpl": '{{ define "p" }}\n{{ .Values.x.y }}{{ end }}'})
    with pytest.raises(RenderError) as caught:
        engine.render(one)
    assert (caught.value.template, caught.value.line, caught.value.kind) == ("c/templates/_p.tpl", 2, "nil")
    assert caught.value.expression == ".Values.x.y"


def test_broken_values(engine: HelmEngine) -> None:
    with pytest.raises(RenderError):
        engine.render(chart("a: 1\n"), values_text=("a: [\n",))


def test_local_dependencies_are_rendered(engine: HelmEngine) -> None:
    database = load_chart("instance-applications/100-database", directory_reader(str(CHARTS)))
    assert "charts/reporter/templates/report.yaml" in database.files
    values = {"name": "n", "storage": {"class": "s"}, "reporter": {"uri": "x"}}
    made = [file.template for file in engine.render(database, values)]
    assert made == ["database/charts/reporter/templates/report.yaml", "database/templates/db.yaml"]


def test_values_are_parsed_as_helm_does(engine: HelmEngine) -> None:
    assert engine.parse_values("a: 010\nb: yes\nc: {d: 1.5}\n") == {"a": 8, "b": True, "c": {"d": 1.5}}
    assert engine.version.startswith("v")


def test_charts_that_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match="no chart here"):
        load_chart("nope", directory_reader(str(tmp_path)))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "Chart.yaml").write_text(
        "name: c\nversion: 1.0.0\ndependencies: [{name: x, version: 1.0.0, repository: 'https://example.com'}]\n"
    )
    with pytest.raises(ChartError, match="needs the network"):
        load_chart("c", directory_reader(str(tmp_path)))
    assert directory_reader(str(tmp_path / "c"))("..") == {}


def test_helmignore(tmp_path: Path) -> None:
    for name, text in {
        "Chart.yaml": "name: c\nversion: 1.0.0\n",
        ".helmignore": "*.bak\ntmp/\n!keep.bak\n",
        "a.bak": "",
        "keep.bak": "",
        "tmp/x": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert sorted(load_chart("", directory_reader(str(tmp_path))).files) == [".helmignore", "Chart.yaml", "keep.bak"]


def test_without_any_helm_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "helm_python", None)
    monkeypatch.setenv("PATH", os.devnull)
    for choice in ("auto", "sdk"):
        with pytest.raises(HelmMissingError, match=r"masgitops-lint\[helm\]"):
            open_engine(choice)  # type: ignore[arg-type]
    with pytest.raises(HelmMissingError, match="no helm program"):
        open_engine("binary")


@pytest.mark.parametrize(("own", "inside"), [(None, "400"), ("50", "50")])
def test_workers_begin_with_settings_for_go(monkeypatch: pytest.MonkeyPatch, own: str | None, inside: str) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    if own is not None:
        monkeypatch.setenv("GOGC", own)
    with tuned_workers():
        program = [sys.executable, "-c", "import os; print(os.environ['GOGC'])"]
        assert subprocess.run(program, capture_output=True, text=True, check=True).stdout.strip() == inside
    assert os.environ.get("GOGC") == own


def test_the_programs_output_is_split_by_source() -> None:
    text = "---\n# Source: c/templates/b.yaml\nb: 1\n---\n# Source: c/templates/a.yaml\na: 1\n---\n# Source: c/templates/b.yaml\nb: 2\n"
    assert [(file.template, file.text.count("b:")) for file in split_output(text)] == [
        ("c/templates/a.yaml", 0),
        ("c/templates/b.yaml", 2),
    ]


def test_helm_3_errors_are_read_too() -> None:
    error = render_error(
        'Error: template: c/templates/a.yaml:2:12: executing "c/templates/a.yaml" at <.Values.x.y>: nil pointer evaluating interface {}.y\n\nUse --debug flag to render out invalid YAML'
    )
    assert (error.template, error.line, error.expression, error.kind) == ("c/templates/a.yaml", 2, ".Values.x.y", "nil")
    error = render_error(
        "Error: YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: line 7: x\n\nUse --debug flag"
    )
    assert (error.template, error.line, error.kind) == ("c/templates/a.yaml", 7, "yaml")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("a.b", "1", {"a": {"b": 1}}), ("a", "true", {"a": True}), ("a", "null", {"a": None}), ("a", "012", {"a": "012"}),
        ("a", "0", {"a": 0}), ("a", "1.5", {"a": "1.5"}), ("a", "", {"a": ""}), ("a", "{x,1}", {"a": ["x", 1]}), ("a", "{}", {"a": [""]}),
        ("a", "x,y=z", {"a": "x,y=z"}), ("a[1].b", "x", {"a": [None, {"b": "x"}]}), (r"a\.b", "x", {"a.b": "x"}),
        ("a", "-7", {"a": -7}), ("a", "99999999999999999999", {"a": "99999999999999999999"}), ("a", "Yes", {"a": "Yes"}),
    ],
)  # fmt: skip
def test_parameters_are_helms_set(name: str, value: str, expected: dict[str, Any]) -> None:
    assert apply_parameters({}, [Parameter(name, value)]) == expected
    helm = pytest.importorskip("helm_python")
    if value:
        assert helm.parse_set_string(f"{name}={escape_commas(value)}") == expected


@given(st.text(alphabet="ab01.-+_ :", max_size=6))
def test_typed_values_agree_with_helm(value: str) -> None:
    helm = pytest.importorskip("helm_python")
    assert apply_parameters({}, [Parameter("a", value)]) == helm.parse_set_string(f"a={value}")


def test_parameters_set_into_existing_values() -> None:
    values = {"a": {"b": 1, "c": 2}, "l": [{"x": 1}]}
    assert apply_parameters(values, [Parameter("a.b", "9"), Parameter("l[0].y", "z"), Parameter("s", "5", force_string=True)]) == {
        "a": {"b": 9, "c": 2}, "l": [{"x": 1, "y": "z"}], "s": "5",
    }  # fmt: skip
    assert values["a"] == {"b": 1, "c": 2}
    with pytest.raises(ParameterError):
        apply_parameters({}, [Parameter("a[x]", "1")])


def test_the_binary_engine_fails_with_a_sentence(tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_text("#!/bin/sh\necho 'Error: execution error at (c/templates/a.yaml:3:4): no' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(RenderError, match="no") as caught:
        BinaryEngine(str(program)).render(chart("a: 1\n"))
    assert caught.value.kind == "fail"
    with pytest.raises(RenderError, match="cannot be run"):
        BinaryEngine(str(tmp_path / "nothing")).render(chart("a: 1\n"))
