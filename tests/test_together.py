"""Many renders in one call of Helm: what comes out is what Helm gives for each by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from masgitops_lint.charts.helm.chart import Chart
from masgitops_lint.charts.helm.engine import RenderJob, one_by_one, open_engine
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.parameters import Parameter
from masgitops_lint.charts.helm.together import Together, together

pytest.importorskip("helm_python")

DEFAULTS = """\
big: 1000000
fraction: 1.50
nothing: null
map: {a: 1, b: null, c: {d: 2}}
yes: true
list: [1, 2.5, 1e3, {x: null}]
text: "a"
"""
TEMPLATE = """\
all: {{ .Values | toJson }}
context: {{ keys . | sortAlpha | toJson }} {{ .Release | toJson }} {{ .Chart | toJson }} {{ .Template | toJson }}
missing: {{ .Values.missing }}{{ .Values.map }} {{ $.Values.big }} {{ kindOf .Values }} {{ .Capabilities | toJson }}
files: {{ .Files.Get "more.txt" }} {{ tpl "{{ .Values.text }}" . }} {{ include "part" . }}
nested: {{ range $key, $value := .Values.map }}{{ $key }}{{ $.Release.Name }}{{ end }}
lines: {{ "\\u0085\\u2028<no value>" | quote }}
"""


def chart(**files: str) -> Chart:
    given = {
        "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.0.1\n",
        "values.yaml": DEFAULTS,
        "more.txt": "more",
        "templates/a.yaml": TEMPLATE,
        "templates/_part.tpl": '{{ define "part" }}<{{ .Values.text }} {{ .Release.Namespace }}>{{ end }}',
        "templates/below/z.yaml": "{{ if .Values.yes }}below: true{{ end }}\n",
        "templates/NOTES.txt": "see {{ .Values.text }}",
        **files,
    }
    return Chart("charts/shop", {path: text.encode() for path, text in given.items()})


JOBS = [
    RenderJob({}, release_name="one", namespace="first"),
    RenderJob({"nothing": None, "text": None, "map": {"a": None, "z": None, "c": None}, "big": None}),
    RenderJob({"list": None, "map": {"c": {"d": {"e": [None, {}]}}}, "yes": False, "own": 10**7, "wide": 10**23}),
    RenderJob(None, ("text: b\nlist: []\n",), (Parameter("map.a", "7"), Parameter("x.y[1]", "z")), "two", "second"),
]


def test_the_same_as_one_by_one() -> None:
    engine = open_engine("sdk")
    assert together(chart()) is not None
    assert engine.render_many(chart(), JOBS) == one_by_one(engine, chart(), JOBS)


def test_templates_that_change_what_they_are_given_run_in_helms_order() -> None:
    files = {
        f"templates/{name}.yaml": f'{name[-1]}: {{{{ set .Values "text" (print .Values.text "{name}") }}}}'
        for name in ("a", "b", "x/c", "x/y/d", "B")
    }
    changing = chart(**files)
    engine = open_engine("sdk")
    assert together(changing) is not None
    assert engine.render_many(changing, JOBS) == one_by_one(engine, changing, JOBS)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**20) | st.floats(-1e30, 1e30).filter(bool) | st.text(),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["a", "c", "d", "x"]), below, max_size=3)
    ),
    max_leaves=8,
)
SETS = st.lists(st.dictionaries(st.sampled_from(["big", "map", "text", "list", "own"]), VALUES, max_size=4), max_size=4)


@hypothesis_settings(max_examples=40)
@given(SETS)
def test_any_values(sets: list[dict[str, Any]]) -> None:
    printing = Chart("p", {**chart().files, "templates/a.yaml": b"{{ .Values | toJson }} {{ .Values }}"})
    engine = open_engine("sdk")
    jobs = [RenderJob(values) for values in sets]
    assert outcomes(engine.render_many(printing, jobs)) == outcomes(one_by_one(engine, printing, jobs))


def outcomes(rendered: Any) -> list[Any]:
    return [str(one) if isinstance(one, RenderError) else one for one in rendered]


@pytest.mark.parametrize(
    "files",
    [
        {"templates/b.yaml": "a: {{ typeOf .Values }}"},
        {"templates/b.yaml": 'a: {{ printf "%T" .Values }}'},
        {"templates/b.yaml": "a: {{ .Values.YAML }}"},
        {"templates/b.yaml": '{{ define "part" }}other{{ end }}'},
        {"templates/b.yaml": '{{ include (print $.Template.BasePath "/a.yaml") . }}'},
        {"templates/_part.tpl": '{{ define "part" }}{{ typeIs "map" .Values }}{{ end }}'},
        {"values.schema.json": '{"type": "object"}'},
        {"crds/a.yaml": "kind: CustomResourceDefinition"},
        {"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.0.1\n"},
        {"Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.0.1\ndependencies: [{name: sub, version: 0.0.1}]\n"},
    ],
)
def test_charts_that_could_tell_the_difference_are_left_alone(files: dict[str, str]) -> None:
    assert together(chart(**files)) is None


@pytest.mark.parametrize(
    "template", ["{{ .Values.map.c.d }}", '{{ fail "no" }}', '{{ include "shop/templates/a.yaml" . }}']
)
def test_what_fails_is_rendered_by_itself(template: str) -> None:
    failing = chart(**{"templates/b.yaml": template})
    engine = open_engine("sdk")
    jobs = [RenderJob({"map": {"c": 1}}), RenderJob({}), RenderJob({"text": "c"})]
    for _ in range(7):
        assert outcomes(engine.render_many(failing, jobs)) == outcomes(one_by_one(engine, failing, jobs))


def test_an_answer_that_does_not_fit_is_refused() -> None:
    made = Together(chart(), ("shop/a", "shop/b"))
    assert made.read('#["1", "<no value>2"]\nother\n') == [{"shop/a": "1", "shop/b": "2"}]
    for text in ('#["1"]\n', "#[\n"):
        with pytest.raises(ValueError, match=r"shorter|Expecting"):
            made.read(text)
