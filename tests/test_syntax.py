"""A syntax error is reported where the mistake is, not where the parser gave up."""

from __future__ import annotations

import pytest

from masgitops_lint.repo.yaml import parse


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('a: "b\nc: "d"\ne: f\n', 1, 4, "quote that opens here"),
        ('a: "b\nc: d\n', 1, 4, "never closed"),
        ("x:\n  a: 'b\n  c: d\n  e: 'f'\ng: 1\n", 2, 6, "on line 4"),
        ('a: "b\n\nc:\n  d: "e"\n', 1, 4, "on line 4"),
        ("a: 'it's'\nb: 1\n", 1, 8, "closing `'`"),
        ('a: "x" y\n', 1, 8, 'closing `"`'),
        ("a: {{ b }}-x\n", 1, 11, "closing `}`"),
        ("a: {{ .Values.b }}\n", 1, 5, "put it in quotes"),
        ("a:1\nb: 2\n", 1, 1, "space is missing"),
        ("x:\n  b: 2\n  a:1\n", 3, 3, "space is missing"),
        ("x:\n  b: 2\n  a 1\n  c: 1\n", 3, 3, "neither a key"),
        ("x:\n  a 1\n  b: 2\n", 2, 3, "neither a key"),
        ("a: 1\n  b: 2\n", 2, 4, "indented deeper"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "indented unlike"),
        ("a:\n  - x: 1\n   y: 2\n", 3, 4, "does not start with `-`"),
        ("a: 1\n- b\n", 2, 1, "list item"),
        ("a: [1, 2\nb: 1\n", 1, 4, "`[` that opens here"),
        ("a: [1, 2\nb: [3]\n", 1, 4, "`[` that opens here"),
        ("a: {x: 1\nb: 1\n", 1, 4, "`{` that opens here"),
        ("a: {x: 1\n", 1, 4, "`{` that opens here"),
        ("a: {\n x: 1\n y: 2\n}\n", 2, 5, "`,` is missing"),
        ('a: [x, "y" z]\n', 1, 12, "`,` or `]` is missing"),
        ("a: ]\n", 1, 4, "cannot start with `]`"),
        ("a: @x\n", 1, 4, "cannot start with `@`"),
        ("a: %x\n", 1, 4, "cannot start with `%`"),
        ("a: *.foo\n", 1, 5, "starts an alias"),
        ("a: &\n", 1, 5, "starts an anchor"),
        ("a: *b\n", 1, 4, "not defined above"),
        ("a: b: c\n", 1, 5, "second `: `"),
        ("a: - b\n", 1, 4, "list item cannot start here"),
        ("a: 1\n\tb: 2\n", 2, 1, "tab"),
        ('a: "\\q"\n', 1, 5, "escape"),
        ("a: {b:, c: d}\n", 1, 6, "needs a space"),
        ("a: \x01\n", 1, 4, "U+0001"),
        ("a: .inf\n", 1, 4, "JSON does not have"),
        ("a:\n  b: 1\n<<<<<<< HEAD\n  c: 1\n", 3, 1, "neither a key"),
    ],
)
def test_place_and_words(text: str, line: int, column: int, words: str) -> None:
    problem = parse("x", text.encode()).problems[0]
    assert problem.kind == "syntax"
    assert (problem.span.line, problem.span.column) == (line, column), problem.message
    assert words in problem.message


def test_values_are_not_quoted_in_messages() -> None:
    for text in ("a: 1\nhunter2 hunter3\nb: 1\n", "a: [hunter2\nb: 1\n", 'a: "hunter2\nb: "c"\n', "a: !!int hunter2\n"):
        problem = parse("x", text.encode()).problems[0]
        assert "hunter" not in problem.message


def test_where_a_broken_construct_starts_is_related() -> None:
    (problem,) = parse("x", b"a:\n  b: 1\n c: 2\n").problems
    assert problem.related is not None
    assert problem.related.line == 1
