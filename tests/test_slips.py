"""Slips of the pen, and the fields whose names they are looked for in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.charts.fields import may_be_misspelt, may_be_mistyped, misspelt_fields, mistyped_fields
from masgitops_lint.charts.formats import misfit
from masgitops_lint.charts.slips import slip_of
from masgitops_lint.mas.values import ConfigValues


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("maxnist", "maxinst"),
        ("maxinst", ""),
        ("maxins", "maxinst"),
        ("maxinstt", "maxinst"),
        ("mexinst", "maxinst"),
        ("Maxinst", "maxinst"),
        ("max_inst", "maxinst"),
        ("maxinst2", ""),
        ("minst", ""),
    ],
)
def test_a_slip_is_one_keystroke(word: str, right: str) -> None:
    assert slip_of(word, ["maxinst"]) == right


@pytest.mark.parametrize(("word", "right"), [("tcr", "crt"), ("ctr", "crt"), ("CRT", "crt"), ("cert", ""), ("cr", "")])
def test_short_words_are_only_swapped(word: str, right: str) -> None:
    assert slip_of(word, ["crt"]) == ("" if word == "tcr" else right)


SPEC = ("ibm_mas_masapp_configs", 0, "mas_appws_spec")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"bindngs": {"jdbc": "system"}}, [((*SPEC, "bindngs"), "bindings")]),
        ({"bindings": {"jdcb": "system"}}, [((*SPEC, "bindings", "jdcb"), "jdbc")]),
        ({"bindings": {"jdbc": "system", "jdcb": "system"}}, []),
        ({"settings": {"deployment": {"serverBundles": [{"nmae": "all"}]}}}, None),
        ({"settings": {"ours": 1}, "other": [1, None, {"a": 1}]}, []),
        ([], []),
        (None, []),
    ],
)
def test_fields_of_a_passed_on_spec(spec: Any, expected: list[Any] | None) -> None:
    found = list(misspelt_fields({"ibm_mas_masapp_configs": [{"mas_appws_spec": spec}, None]}))
    if expected is None:
        expected = [((*SPEC, "settings", "deployment", "serverBundles", 0, "nmae"), "name")]
    assert found == expected


def test_a_slip_of_a_usual_value_is_a_misfit() -> None:
    problem = misfit(("ibm_mas_suite", "icr_cp"), "cp.icr.io/c")
    assert problem is not None
    assert problem.meant == "cp.icr.io/cp"
    assert misfit(("ibm_mas_suite", "icr_cp"), "registry.example.com/cp") is None


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"settings": {"aio": {"install": "true"}}}, [((*SPEC, "settings", "aio", "install"), "boolean")]),
        ({"settings": {"aio": {"install": None}, "db": {}}}, []),
        ({"bindings": ["jdbc"]}, [((*SPEC, "bindings"), "mapping")]),
        ({"bindings": {"jdbc": "<path:a#b>"}}, []),
        ({"components": {"base": {"version": 1}}}, [((*SPEC, "components", "base", "version"), "text")]),
        (
            {"settings": {"languages": {"secondaryLangs": "FR"}}},
            [((*SPEC, "settings", "languages", "secondaryLangs"), "list")],
        ),
    ],
)
def test_types_of_fields_in_a_passed_on_spec(spec: Any, expected: list[Any]) -> None:
    assert list(mistyped_fields({"ibm_mas_masapp_configs": [{"mas_appws_spec": spec}]})) == expected


_WORDS = st.sampled_from(
    ["bindings", "bindngs", "settings", "jdbc", "jdcb", "aio", "db", "deployment", "serverBundles"]
)
_SCALARS = st.sampled_from([None, "", "x", "true", "<path:a#b>", 1, True])
_SPECS = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4), max_leaves=12
)


@given(st.lists(_SPECS, max_size=3))
def test_a_look_at_all_files_together_misses_no_field(specs: list[Any]) -> None:
    files = [
        (f"{number}.yaml", {"ibm_mas_masapp_configs": [{"mas_appws_spec": spec}]}) for number, spec in enumerate(specs)
    ]
    together = ConfigValues(files)
    assert may_be_misspelt(together) or not any(list(misspelt_fields(data)) for _, data in files)
    assert may_be_mistyped(together) or not any(list(mistyped_fields(data)) for _, data in files)


def test_sound_specs_are_not_looked_at_one_by_one() -> None:
    spec = {"bindings": {"jdbc": "system"}, "settings": {"aio": {"install": True}, "ours": {"a": [1]}}}
    together = ConfigValues([("f.yaml", {"ibm_mas_masapp_configs": [{"mas_appws_spec": spec}]})])
    assert not may_be_misspelt(together)
    assert not may_be_mistyped(together)
