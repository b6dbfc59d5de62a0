"""Merging parameter sets: mergo's rules, keys that clash, keys that are missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.argocd.merge import (
    MergeError,
    ParamSet,
    TemplatedValues,
    combine,
    merge_key,
    merge_param_sets,
    merge_values,
)


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [1]}, {"a": []}, {"a": []}),
        ({"a": "x"}, {"a": ""}, {"a": ""}),
        ({"a": True}, {"a": False}, {"a": False}),
        ({"a": 5}, {"a": 0}, {"a": 0}),
        ({"a": {"x": 1}}, {"a": None}, {"a": None}),
        ({"a": {"x": 1}}, {"a": {}}, {"a": {"x": 1}}),
        ({"a": "text"}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": "text"}, {"a": "text"}),
        ({"a": [1]}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": None}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({}, {"a": {"x": None}}, {"a": {"x": None}}),
    ],
)
def test_values_merge_as_mergo_does(base: Any, over: Any, expected: Any) -> None:
    assert merge_values(base, over) == expected


def test_old_argocd_keeps_a_scalar_under_a_map() -> None:
    assert merge_values({"a": "text"}, {"a": {"x": 1}}, keep_scalars=True) == {"a": "text"}


def sets(*values: dict[str, Any]) -> list[ParamSet]:
    return [ParamSet(value, (f"{index}.yaml",)) for index, value in enumerate(values)]


def test_only_base_keys_come_out_and_later_children_win() -> None:
    merged = merge_param_sets(
        [sets({"k": "1", "v": "a"}, {"k": "2"}), sets({"k": "1", "v": "b"}, {"k": "9"}), sets({"k": "1", "v": "c"})],
        ["k"],
        go_template=True,
    )
    assert [one.values for one in merged] == [{"k": "1", "v": "c"}, {"k": "2"}]
    assert merged[0].files == ("0.yaml", "0.yaml", "0.yaml")


def test_a_missing_key_is_null_and_merges_with_another_missing_key() -> None:
    merged = merge_param_sets([sets({"a": 1}), sets({"b": 2})], ["k"], go_template=True)
    assert merged[0].values == {"a": 1, "b": 2}


@pytest.mark.parametrize("child", [0, 1])
def test_equal_keys_in_one_child_are_an_error(child: int) -> None:
    children = [sets({"k": "1"}), sets({"k": "1"})]
    children[child] = sets({"k": "1"}, {"k": "1"})
    with pytest.raises(MergeError, match="were not unique by the given mergeKeys") as caught:
        merge_param_sets(children, ["k"], go_template=True)
    assert caught.value.files == ("0.yaml", "1.yaml")


def test_key_identity_is_typed_json() -> None:
    assert merge_key({"k": 1}, ["k"]) != merge_key({"k": "1"}, ["k"])
    assert merge_key({"k": True}, ["k"]) != merge_key({"k": "true"}, ["k"])
    assert merge_key({"k": 1}, ["k"]) == merge_key({"k": 1.0}, ["k"])
    assert merge_key({}, ["k"]) == merge_key({"k": None}, ["k"])


@pytest.mark.parametrize(
    ("children", "keys", "message"),
    [([sets({})], ["k"], "found less than two generators"), ([sets({}), sets({})], [], "no merge keys were specified")],
)
def test_malformed_merge_generators(children: list[list[ParamSet]], keys: list[str], message: str) -> None:
    with pytest.raises(MergeError, match=message):
        merge_param_sets(children, keys, go_template=True)


def test_own_values_and_a_values_map_from_a_file_panic() -> None:
    base = [ParamSet({"k": "1", "values": TemplatedValues(a="b")})]
    with pytest.raises(MergeError, match="panics"):
        merge_param_sets([base, sets({"k": "1", "values": {"a": 1}})], ["k"], go_template=True)
    merge_param_sets([sets({"k": "1", "values": {"a": 1}}), base], ["k"], go_template=True)


def test_flat_parameters_are_laid_over_each_other() -> None:
    merged = merge_param_sets(
        [sets({"k": "1", "l.0": "a", "l.1": "b"}), sets({"k": "1", "l.0": "c"})], ["k"], go_template=False
    )
    assert merged[0].values == {"k": "1", "l.0": "c", "l.1": "b"}


def test_a_matrix_cell_by_version() -> None:
    first, second = ParamSet({"a": "", "m": {"x": 1}}), ParamSet({"a": "b", "m": {"x": 2, "y": 3}})
    assert combine(first, second, go_template=True).values == {"a": "", "m": {"x": 1, "y": 3}}
    assert combine(first, second, go_template=True, version=(2, 8, 0)).values["a"] == "b"
    with pytest.raises(MergeError, match="found duplicate key a with different value"):
        combine(ParamSet({"a": "1"}), ParamSet({"a": "2"}), go_template=False)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda v: st.dictionaries(st.text(max_size=2), v, max_size=3),
    )
)
def test_merging_nothing_changes_nothing(value: Any) -> None:
    if isinstance(value, dict):
        assert merge_values(value, {}) == value
        assert merge_values({}, value) == value
        assert merge_values(value, value) == value
