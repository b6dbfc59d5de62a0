"""Tables by column: what comes out is what went in, through JSON, and what repeats is there once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.settings.columns import column_of, values_of


@given(st.lists(st.none() | st.sampled_from(["a", "b"]) | st.text(), max_size=30))
def test_what_comes_out_is_what_went_in(column: list[str | None]) -> None:
    assert list(values_of(json.loads(json.dumps(column_of(column))))) == column


@pytest.mark.parametrize("column", [["a long text"] * 50, ["a long text", "another one"] * 25])
def test_what_repeats_is_there_once(column: list[str]) -> None:
    text = json.dumps(column_of(column))
    assert text.count("a long text") == 1
    assert len({id(value) for value in values_of(json.loads(text))}) == len(set(column))


def test_each_different_value_is_made_once() -> None:
    seen: list[Any] = []

    def make(value: Any) -> tuple[Any, ...]:
        seen.append(value)
        return tuple(value)

    column = [("x", 0), ("y", 1)] * 3
    assert list(values_of(json.loads(json.dumps(column_of(column))), make)) == column
    assert seen == [["x", 0], ["y", 1]]
