"""How charts use values: a look at all files together finds what a look at each does."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.deployment.value_use import _delicate_uses, _is_misused, _watched
from masgitops_lint.mas.values import ConfigValues

_KEYS = st.sampled_from(["a", "b", "c", "*"])
_READS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.sampled_from([{"": "p"}, {"": "t"}, {"": "tc"}, {"": "pw"}, {"": "pt"}]),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=3).map(lambda node: {"": "t", **node}),
    max_leaves=8,
)
_VALUES = st.recursive(
    st.sampled_from([None, "", "false", " No", "text", "0", 3, 12345678, 1e9, True, False]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(_READS, st.lists(st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=3))
def test_delicate_values_of_some_file_are_seen_in_all(reads: dict[str, Any], files: list[dict[str, Any]]) -> None:
    watched = _watched(reads)
    seen = _is_misused(ConfigValues([(str(number), data) for number, data in enumerate(files)]).root, watched)
    assert seen or not any(list(_delicate_uses(data, watched)) for data in files)


def test_words_that_are_compared_and_collections_printed_as_yaml_are_fine() -> None:
    watched = _watched({"a": {"": "tc"}, "b": {"": "pw"}, "c": {"": "t"}, "d": {"": "p"}})
    assert list(_delicate_uses({"a": "no", "b": {"x": 1}, "c": True, "d": 5}, watched)) == []
    assert list(_delicate_uses({"c": "No ", "d": [1]}, watched)) == [
        (("c",), "No ", "tested"),
        (("d",), [1], "printed"),
    ]
