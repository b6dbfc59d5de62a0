"""Comments that speak to mas-lint: what is read, what is refused, and that nothing breaks the reader."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.engine.directives import FileDirectives, Ignore, parse_directives


def only(text: str) -> Ignore:
    found = parse_directives("a.yaml", text)
    assert not found.malformed
    (ignore,) = found.ignores
    return ignore


def refused(text: str) -> tuple[str, int]:
    found = parse_directives("a.yaml", text)
    assert not found.ignores
    assert not found.allowed_deletions
    (problem,) = found.malformed
    return problem.message, problem.span.line


def test_a_trailing_directive_speaks_of_its_line() -> None:
    ignore = only("a: 1\nb: 2  # mas-lint: ignore[CFG003, some-name] known, CHG-12 until=2027-01-31\nc: 3\n")
    assert [token.text for token in ignore.tokens] == ["CFG003", "some-name"]
    assert ignore.lines == (2, 2)
    assert ignore.reason == "known, CHG-12"
    assert ignore.until == date(2027, 1, 31)


def test_one_alone_speaks_of_the_next_line_that_holds_something() -> None:
    assert only("a: 1\n# mas-lint: ignore[CFG003] why\n\n# more\nb:\n  - c\n").lines == (2, 5)
    assert only("# mas-lint: ignore[CFG003] why\n---\nb: 1\n").lines == (1, 3)
    assert only("a: 1\n# mas-lint: ignore[CFG003] why\n").lines == (2, 2)
    assert only("\ufeff# mas-lint: ignore[CFG003] why\nb: 1\n").lines == (1, 2)


def test_the_file_form_speaks_of_every_line() -> None:
    assert only("a: 1\n# mas-lint: ignore-file[CFG003] why\n").lines is None


def test_tokens_know_their_columns() -> None:
    text = "é: 1 # mas-lint: ignore[ CFG003 ,b-c] why"
    for token in only(text).tokens:
        assert text[token.span.column - 1 : token.span.end_column - 1] == token.text


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("because of #12", "because of #12"),
        ("-- because", "because"),
        (": because", "because"),
        ("until=2027-01-31 because", "because"),
        ("because (until=2027-01-31)", "because"),
        ("because, until=2027-01-31", "because"),
        ("because  #! CFG003", "because"),
    ],
)
def test_reasons(rest: str, reason: str) -> None:
    assert only(f"a: 1 # mas-lint: ignore[CFG003] {rest}").reason == reason


@pytest.mark.parametrize("spelling", ["#mas-lint:ignore[CFG003] why", "##  mas-lint:  ignore [CFG003]  why"])
def test_spacing_is_free(spelling: str) -> None:
    assert only(f"a: 1 {spelling}").reason == "why"


def test_a_directive_may_follow_another_comment() -> None:
    assert only("a: 1 # noqa # mas-lint: ignore[CFG003] why").reason == "why"


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("ignore[CFG003]", "without a reason"),
        ("ignore[CFG003] until=2027-01-01", "without a reason"),
        ("ignore[CFG003] --", "without a reason"),
        ("ignore CFG003 why", "in brackets"),
        ("ignore why", "in brackets"),
        ("ignore[] why", "in brackets"),
        ("ignore[CFG003 why", "in brackets"),
        ("ignore-file[ , ] why", "in brackets"),
        ("ignore[CFG003] why until=2027-02-30", "is not a date"),
        ("ignore[CFG003] why until=tomorrow", "is not a date"),
        ("ignore[CFG003] why until=20270130", "is not a date"),
        ("ignore[CFG003] why until 2027-01-30", "not read as an end date"),
        ("ignroe[CFG003] why", "not a directive"),
        ("disable[CFG003] why", "not a directive"),
        ("ignores CFG003", "not a directive"),
        ("allow-delete", "needs the name"),
        ("allow-delete db2w", "needs the name"),
    ],
)
def test_what_cannot_be_followed_is_told(comment: str, said: str) -> None:
    message, line = refused(f"x: 0\na: 1 # mas-lint: {comment}\n")
    assert said in message
    assert line == 2


@pytest.mark.parametrize(
    "text",
    [
        "# mas-lint: see the docs",
        "# uses mas-lint: good",
        "a: 'mas-lint:'",
        "a: x#mas-lint: ignore[CFG003] y",
        "# mas-lint:",
    ],
)
def test_prose_is_left_alone(text: str) -> None:
    assert parse_directives("a.yaml", text) == FileDirectives("a.yaml")


def test_a_directive_inside_a_value_is_told() -> None:
    found = parse_directives("a.yaml", "a: |\n  x # mas-lint: ignore[CFG003] why\n", comment_lines=set())
    assert not found.ignores
    assert "part of a value" in found.malformed[0].message


@pytest.mark.parametrize(
    "form", ["allow-delete db2w moved away until=2027-01-31", "allow-delete[db2w] moved away until=2027-01-31"]
)
def test_allowed_deletions(form: str) -> None:
    (allowed,) = parse_directives("a.yaml", f"# mas-lint: {form}\n").allowed_deletions
    assert (allowed.name, allowed.reason, allowed.until) == ("db2w", "moved away", date(2027, 1, 31))
    assert allowed.holds(date(2027, 1, 31))
    assert not allowed.holds(date(2027, 2, 1))


_pieces = st.lists(
    st.sampled_from(
        [
            "# mas-lint:",
            " ignore",
            "-file",
            "[",
            "]",
            "CFG003",
            ",",
            " why",
            " until=",
            "2027-01-31",
            "\n",
            "\r\n",
            " ",
            "a: |",
            "é",
        ]
    )
    | st.text(max_size=3),
    max_size=25,
).map("".join)


@given(_pieces)
def test_no_text_breaks_the_reader_and_positions_are_true(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = parse_directives("a.yaml", text)
    for ignore in found.ignores:
        line = lines[ignore.span.line - 1]
        assert line[ignore.span.column - 1 :].startswith("#")
        assert ignore.reason.strip()
        assert ignore.tokens
        for token in ignore.tokens:
            assert line[token.span.column - 1 : token.span.end_column - 1] == token.text
        start, end = ignore.removal
        assert text[start:end].strip().startswith("#")
        assert len(parse_directives("a.yaml", text[:start] + text[end:]).ignores) == len(found.ignores) - 1
    for problem in found.malformed:
        assert lines[problem.span.line - 1][problem.span.column - 1 :].startswith("#")


_codes = st.lists(st.sampled_from(["CFG003", "CFG010", "merge-key-missing"]), min_size=1, max_size=3, unique=True)
_words = st.from_regex(r"[a-z#]{1,8}( [a-z0-9:,]{1,6}){0,3}", fullmatch=True).filter(lambda text: text.strip("#: ,-"))


@given(_codes, _words, st.none() | st.dates(), st.booleans())
def test_what_is_written_is_read_back(codes: list[str], reason: str, until: date | None, alone: bool) -> None:
    comment = f"# mas-lint: ignore[{', '.join(codes)}] {reason}" + (f" until={until.isoformat()}" if until else "")
    ignore = only(f"{comment}\na: 1\n" if alone else f"a: 1 {comment}\n")
    assert [token.text for token in ignore.tokens] == codes
    assert ignore.reason == reason.strip(" -:,")
    assert ignore.until == until
    assert ignore.lines == ((1, 2) if alone else (1, 1))
