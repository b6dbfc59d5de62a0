"""The values of config files by key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.argocd import many_texts
from masgitops_lint.argocd.many_texts import by_kind, holding
from masgitops_lint.mas.values import ConfigValues

FILES = (
    ("b.yaml", {"one": {"size": 1, "name": "x"}, "list": [{"name": "x"}, {"name": "y", "on": True}, "x"]}),
    ("a.yaml", {"one": {"size": True, "name": "z"}, "list": []}),
)


def places(found: object) -> list[tuple[str, tuple[str | int, ...], object]]:
    return [(one.place.path, one.place.keys, one.value) for one in found]  # type: ignore[attr-defined]


def test_a_judge_is_asked_once_for_each_different_value_at_a_route() -> None:
    asked = []

    def pick(route: object) -> object:
        return asked.append if route == ("list", 0, "name") else None

    assert ConfigValues(FILES).where(pick) == []  # type: ignore[arg-type]
    assert sorted(asked) == ["x", "y"]


def test_hits_come_in_the_order_of_files_and_text_with_their_own_indexes() -> None:
    found = ConfigValues(FILES).where(lambda route: (lambda value: value in ("x", "z")) if "name" in route else None)
    assert places(found) == [
        ("b.yaml", ("one", "name"), "x"),
        ("b.yaml", ("list", 0, "name"), "x"),
        ("a.yaml", ("one", "name"), "z"),
    ]


def test_a_number_is_no_boolean() -> None:
    found = ConfigValues(FILES).where(lambda route: lambda value: value is True)
    assert places(found) == [("b.yaml", ("list", 1, "on"), True), ("a.yaml", ("one", "size"), True)]


def test_texts_are_found_wherever_they_stand() -> None:
    values = ConfigValues(FILES)
    assert places(values.texts_found_by(lambda texts: {"x"}.intersection(texts.clear))) == [
        ("b.yaml", ("one", "name"), "x"),
        ("b.yaml", ("list", 0, "name"), "x"),
        ("b.yaml", ("list", 2), "x"),
    ]
    assert places(values.texts_holding(("y", "z"), lambda text: text != "z")) == [("b.yaml", ("list", 1, "name"), "y")]


@given(st.lists(st.text("abc<", max_size=6), max_size=12), st.lists(st.text("ab<", min_size=1, max_size=3), max_size=4))
def test_searching_all_texts_at_once_finds_what_searching_each_does(texts: list[str], parts: list[str]) -> None:
    expected = {text for text in texts if any(part in text for part in parts)}
    assert holding(texts, tuple(parts)) == expected
    assert holding(texts, tuple(parts * 8)) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many_texts, "_LONG", 0)
        assert holding(texts, tuple(parts * 8)) == expected


def test_the_kinds_of_texts_leave_none_out() -> None:
    texts = ["a", "<path:a/b#c>", "<path:a/b#c> d", "A" * 300, ""]
    kinds = by_kind(texts)
    assert sorted((*kinds.encoded, *kinds.placeholders, *kinds.clear)) == sorted(texts)
    assert kinds.placeholders == ("<path:a/b#c>",)
    assert kinds.encoded == ("A" * 300,)


_SCALARS = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "x", "y", "1"])
_TREES = st.recursive(
    _SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), _TREES, max_size=3), max_size=4))
def test_every_scalar_is_known_at_its_route(files: list[dict[str, object]]) -> None:
    def scalars(value: object, route: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
        if isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            return [one for key, below in pairs for one in scalars(below, (*route, key))]
        return [(route, value)]

    found = ConfigValues((str(number), data) for number, data in enumerate(files)).where(lambda route: lambda _: True)
    expected = [(str(number), *one) for number, data in enumerate(files) for one in scalars(data)]
    assert [(one.place.path, one.place.keys, one.value) for one in found] == expected
