"""The values of config files by key."""

from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.mas.values import ConfigValues, holding

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
    assert places(values.texts_where(lambda text: text == "x")) == [
        ("b.yaml", ("one", "name"), "x"),
        ("b.yaml", ("list", 0, "name"), "x"),
        ("b.yaml", ("list", 2), "x"),
    ]
    assert places(values.texts_holding(("y", "z"), lambda text: text != "z")) == [("b.yaml", ("list", 1, "name"), "y")]


@given(st.lists(st.text("abc<", max_size=6), max_size=12), st.lists(st.text("ab<", min_size=1, max_size=3), max_size=4))
def test_searching_all_texts_at_once_finds_what_searching_each_does(texts: list[str], parts: list[str]) -> None:
    expected = {text for text in texts if any(part in text for part in parts)}
    assert holding(texts, parts) == expected
    assert holding(texts, parts * 8) == expected
