"""Code frames: carets stand under what is meant, and secret values are masked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.model.place import Span
from masgitops_lint.report.frame import frame
from masgitops_lint.report.masking import MASK, is_sensitive_key, masked
from masgitops_lint.report.text import width


def pointed(source: str, span: Span, **options: bool) -> tuple[str, str]:
    line = next(line for line in frame(source, span, **options) if line.carets)
    return line.text, line.carets


def test_carets_stand_under_wide_and_combining_characters() -> None:
    text, carets = pointed("ключ: 日本e\u0301 x\n", Span(1, 11, 1, 12))
    assert text == "ключ: 日本e\u0301 x"
    assert carets == " " * width("ключ: 日本e\u0301") + "^"


def test_tabs_and_controls_keep_the_carets_in_place() -> None:
    text, carets = pointed("a:\t\x1bx y\n", Span(1, 6, 1, 7))
    assert text == "a:    \\x1bx y"
    assert carets.index("^") == text.index(" y")


def test_a_span_of_several_lines_is_underlined_to_the_end_of_its_first() -> None:
    assert pointed("a: |\n  x\n  y\n", Span(1, 4, 3, 4)) == ("a: |", "   ^")


def test_an_empty_span_gets_one_caret() -> None:
    assert pointed("a:\n", Span(1, 3, 1, 3)) == ("a:", "  ^")


def test_a_long_line_is_cut_around_the_span() -> None:
    text, carets = pointed("k: " + "x" * 500 + "HERE" + "y" * 500, Span(1, 504, 1, 508))
    assert len(text) <= 110
    assert text[carets.index("^") :].startswith("HERE")


def test_a_span_outside_the_text_gives_no_frame() -> None:
    assert frame("a: 1\n", Span(9, 1, 9, 2)) == ()
    assert frame("", Span(2, 1, 2, 1)) == ()


@given(st.text(max_size=80), st.tuples(*[st.integers(1, 12)] * 4))
def test_no_text_breaks_a_frame(source: str, numbers: tuple[int, int, int, int]) -> None:
    line, column, end_line, end_column = numbers
    for hide in (False, True):
        for shown in frame(source, Span(line, column, max(line, end_line), end_column), hide=hide):
            assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown.text)


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2",
        "  - sm_aws_secret_access_key: 'hunter2'",
        "icr_cp_entitlement: hunter2",
        '"ldapBindPassword": "hunter2"',
        "apiKey: hunter2  # note",
        "url: https://user:hunter2@db.example.com/x",
        "jdbc_connection_url: 'db2://db.example.com:50001/BLUDB:user=u;password=hunter2;'",
        "url: https://db.example.com/x?a=b&token=hunter2",
    ],
)
def test_secret_values_are_masked(line: str) -> None:
    shown = masked([line], 0)
    assert "hunter2" not in shown
    assert MASK in shown
    assert line.split(":")[0] in shown


@pytest.mark.parametrize(
    "line",
    [
        "password: <path:arn:aws:secretsmanager:eu:1:secret:dev/c/x#password>",
        "secret_name: jdbc-credentials",
        "token: ''",
        "password: |",
        "password: ${PASSWORD}",
        "merge-key: dev/cluster1",
        "secretName: x",
        "use_secret: true",
        "  ibm_db2u_databases:",
    ],
)
def test_references_and_names_stay_readable(line: str) -> None:
    assert masked([line], 0) == line


def test_block_scalars_of_sensitive_keys_are_masked() -> None:
    lines = ["tls_private_key: |", "  aGVsbG8=", "", "  d29ybGQ=", "description: |", "  some text"]
    assert [masked(lines, i) for i in (1, 3, 5)] == ["  " + MASK, "  " + MASK, "  some text"]
    pem = ["cert: |", "  -----BEGIN PRIVATE KEY-----", "  MIIE", "  -----END PRIVATE KEY-----"]
    assert all("MIIE" not in masked(pem, i) for i in range(4))


def test_the_value_of_a_sensitive_name_is_masked() -> None:
    assert masked(["- name: DB_PASSWORD", "  value: hunter2"], 1) == "  value: " + MASK


def test_hide_masks_what_the_span_covers() -> None:
    assert pointed("note: hunter2 rest\n", Span(1, 7, 1, 14), hide=True) == (f"note: {MASK} rest", " " * 6 + "^" * 8)


def test_key_names() -> None:
    assert is_sensitive_key("bindPassword")
    assert not is_sensitive_key("merge-key")
    assert not is_sensitive_key("secretPath")
