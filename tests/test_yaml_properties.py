"""Properties of the loader over generated input: it never raises, and its positions and comments are true."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masgitops_lint.repo.yaml import parse

from .fuzz_loader import PIECES, SNIPPETS, Oracle, check, inputs, mutate, same

KEYS = st.text("abkxyz-_. 019éñ", min_size=1, max_size=8).map(str.strip).filter(bool)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=12),
    st.sampled_from(["y", "no", "012", "1.0"]),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    document = parse("x", raw)
    assert document.ok == (not any(problem.fatal and problem.document == 0 for problem in document.problems))
    document.comments()
    document.span(("a", 0, "b"), "both")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=400)
def test_no_arrangement_of_yaml_pieces_breaks_a_promise(text: str) -> None:
    check(text)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("value", ["b", "'b'", '"b"', "&x b", "|\n  b\n", "\xa0b"])
def test_a_value_may_stand_below_its_tag_or_anchor(line_break: str, value: str) -> None:
    for before in ("!", "!t", "&a", "!t &a", "&a !t"):
        check(f"a: {before} # c #{line_break} {value}\n")
        check(f"- {before} #{line_break}  # d{line_break} {value}")


@given(st.sampled_from(SNIPPETS), st.sampled_from(SNIPPETS), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_no_mutation_breaks_a_promise(text: str, other: str, rng: Any) -> None:
    check(mutate(text, other, rng))


def dump(value: Any, style: str, indent: str) -> list[str]:
    """A value as lines of YAML, every scalar quoted in one style, JSON where there is nothing to lay out."""
    if isinstance(value, dict) and value:
        lines = []
        for key, below in value.items():
            first, *rest = dump(below, style, indent)
            name = quoted(key, style)
            if isinstance(below, dict | list) and below:
                lines += [f"{name}:  # comment", *(indent + line for line in (first, *rest))]
            else:
                lines.append(f"{name}: {first}  # comment")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = dump(item, style, indent)
            lines += [f"- {first}", *("  " + line for line in rest)]
        return lines
    return [quoted(value, style) if isinstance(value, str) else plain(value)]


def plain(value: Any) -> str:
    return (
        {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def quoted(text: str, style: str) -> str:
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'


def leaves(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for key, below in value.items() for leaf in leaves(below, (*above, key))]
    if isinstance(value, list):
        return [leaf for index, below in enumerate(value) for leaf in leaves(below, (*above, index))]
    return [(above, value)]


@given(DATA, st.sampled_from("'\""), st.sampled_from(["  ", " ", "      "]), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=200)
def test_what_was_written_is_read_and_found_again(data: Any, style: str, indent: str, end: str) -> None:
    text = end.join(dump({"root": data}, style, indent)) + end
    document = parse("x", text.encode("utf-8", "surrogatepass"))
    if any("\ud800" <= character <= "\udfff" for character in text):
        return  # a lone surrogate cannot be written in UTF-8
    assert same(document.data, {"root": data}), document.problems
    assert document.problems == ()
    for keys, value in leaves({"root": data}):
        source = document.scalar_text(keys)
        if source is None:
            assert value in ({}, [])
            continue
        assert source == (quoted(value, style) if isinstance(value, str) else plain(value))
        offsets = document.offsets(keys)
        assert offsets is not None
        assert document.text[slice(*offsets)] == source
        span = document.span(keys)
        line = document.text.split("\n")[span.line - 1]
        assert line[span.column - 1 : span.end_column - 1] == source
        if isinstance(keys[-1], str):
            key = document.offsets(keys, "key")
            assert key is not None
            assert document.text[slice(*key)] == quoted(keys[-1], style)


def test_the_loader_agrees_with_helm() -> None:
    pytest.importorskip("helm_python")
    oracle = Oracle()
    for text in inputs(4000, 7, []):
        assert oracle.difference(check(text)) == "", repr(text)
