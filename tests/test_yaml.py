"""YAML as Argo CD reads it: the recorded answers of its parser, positions, comments and problems."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from masgitops_lint.model.place import Span
from masgitops_lint.repo.scalars import number_text
from masgitops_lint.repo.yaml import Document, parse, unreadable

from .fuzz_loader import same

VECTORS = json.loads((Path(__file__).parent / "data" / "yaml_vectors.json").read_text(encoding="utf-8"))


def read(text: str) -> Document:
    return parse("file.yaml", text.encode())


def at(document: Document, span: Span) -> str:
    """The text of a span."""
    lines = document.text.splitlines(keepends=True)
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    return "".join([lines[span.line - 1][span.column - 1 :], *middle, lines[span.end_line - 1][: span.end_column - 1]])


def kinds(document: Document) -> list[str]:
    return [problem.kind for problem in document.problems]


@pytest.mark.parametrize("vector", VECTORS["scalars"], ids=lambda vector: repr(vector["text"]))
def test_scalar_means_what_argo_cd_makes_of_it(vector: dict[str, Any]) -> None:
    document = read(f"k: {vector['text']}\n")
    if "error" in vector:
        assert not document.ok
        assert kinds(document) == ["syntax"]
    else:
        assert document.ok
        assert same(document.data, {"k": vector["value"]})


@pytest.mark.parametrize("vector", VECTORS["documents"], ids=lambda vector: vector["name"])
def test_document_means_what_argo_cd_makes_of_it(vector: dict[str, Any]) -> None:
    document = read(vector["yaml"])
    if "error" not in vector:
        assert document.ok
        assert same(document.data or {}, vector["value"])
    elif "cannot unmarshal" in vector["error"]:
        assert document.ok
        assert not isinstance(document.data, dict)
    else:
        assert not document.ok
        assert document.data is None


def test_every_vector_was_asked() -> None:
    assert (len(VECTORS["scalars"]), len(VECTORS["documents"])) == (868, 58)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".5_0", 0.5),
        (".5_", ".5_"),
        (".5e1_0", 5000000000),
        ("+.5", 0.5),
        ("-0x1F", -31),
        ("+0b11", 3),
        ("0B11", 3),
        ("0O17", 15),
        ("1e400", "1e400"),
        ("1e-400", 0),
        ("0x1p4", "0x1p4"),
        ("1_0.5_0", 10.5),
        ("1__.5", 1.5),
        ("0_x1", 1),
        ("-9223372036854775809", -9223372036854776000),
        ("0b" + "1" * 65, "0b" + "1" * 65),
        ("! 12", "12"),
        ("!!int '12'", 12),
        ("!!float 1", 1),
        ("!!null ''", None),
        ("!!timestamp 2001-01-01", "2001-01-01"),
        ("!!binary '/w=='", "\ufffd"),
        ("!!merge <<", "<<"),
        ("!!seq {a: 1}", {"a": 1}),
        ("!!python/name:os 1", "1"),
        ("1\u0663", "1\u0663"),
    ],
)
def test_corners_of_scalars(text: str, value: object) -> None:
    assert same(read(f"a: {text}\n").data, {"a": value})


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("3.14159265", "3.1415927"),
        ("1e6", "1e+06"),
        ("1000000.5", "1.0000005e+06"),
        ("1e39", ".inf"),
        (".nan", ".nan"),
        ("-0.0", "-0"),
        ("123456.5", "123456.5"),
        ("0.00001234", "1.234e-05"),
        ("16777217.0", "1.6777216e+07"),
        ("!!binary aGk=", "hi"),
        ("012", "10"),
        ("off", "false"),
    ],
)
def test_keys_become_text_as_sigs_yaml_prints_them(key: str, name: str) -> None:
    assert read(f"{key}: x\n").data == {name: "x"}


@pytest.mark.parametrize(
    "text",
    [
        "~: 1",
        "9223372036854775808: 1",
        "{a: 1}: 1",
        "<<: 1",
        "<<: [1]",
        "l: &l [{x: 1}]\na: {<<: *l}",
        "a: &x [*x]",
        "a: &x {<<: *x}",
        "a: !!int 1.5",
        "a: !!bool x",
        "a: !!null x",
        "a: !!timestamp x",
        "a: !!binary '@@'",
        "a: .NaN",
        "%YAML 1.2\n---\na: 1",
        'a: "\\/"',
        "a: [http://host/?x=1]",
        "a: {b?: 1}",
    ],
)
def test_what_argo_cd_refuses_although_it_parses(text: str) -> None:
    document = read(f"b: 1\n{text}\n" if not text.startswith("%") else text)
    assert kinds(document) == ["syntax"]
    assert not document.ok


def test_numbers_print_as_json_prints_them() -> None:
    data = read("[1.0, 9.10, 1e3, 123456789012345678901, 1e21, 0.00001, 1e-7, 0.5]").data
    assert [str(value) for value in data[:5]] == ["1", "9.1", "1000", "123456789012345680000", "1e+21"]
    assert [number_text(value) for value in data[4:]] == ["1e+21", "0.00001", "1e-7", "0.5"]


def test_all_documents_are_parsed_and_the_first_is_the_data() -> None:
    document = read("a: 1\n---\nb: 2\n---\n- c\n")
    assert document.data == {"a": 1}
    assert document.documents == ({"a": 1}, {"b": 2}, ["c"])
    assert at(document, document.span(("b",), "value", 1)) == "2"
    assert at(document, document.span((0,), "value", 2)) == "c"
    assert document.span((), document=2)[:2] == (5, 1)


POSITIONS = """\
# head
plain: value  # comment
"quoted key": "double \\"x\\" # no"
single: 'it''s'
multi: one
  two
block: |
  line # 1
  line 2

folded: >-
  a
  b
flow: {a: [1, "two"], "b": {c: d}}
list:
  - x
  - name: n
    port: 80
  -
    - deep
anchor: &anchor
  k: v
  w: 1
alias: *anchor
merged:
  <<: *anchor
  w: 2
tagged: !!str 12
null here:
"""


@pytest.mark.parametrize(
    ("keys", "part", "text"),
    [
        (("plain",), "key", "plain"),
        (("plain",), "value", "value"),
        (("plain",), "both", "plain: value"),
        (("quoted key",), "key", '"quoted key"'),
        (("quoted key",), "value", '"double \\"x\\" # no"'),
        (("single",), "value", "'it''s'"),
        (("multi",), "value", "one\n  two"),
        (("block",), "value", "|\n  line # 1\n  line 2"),
        (("folded",), "value", ">-\n  a\n  b"),
        (("flow", "a", 1), "value", '"two"'),
        (("flow", "b", "c"), "key", "c"),
        (("flow", "b", "c"), "both", "c: d"),
        (("flow", "b"), "value", "{c: d}"),
        (("flow",), "value", '{a: [1, "two"], "b": {c: d}}'),
        (("list", 0), "value", "x"),
        (("list", 1), "value", "name: n\n    port: 80"),
        (("list", 1), "key", "name: n\n    port: 80"),
        (("list", 1, "port"), "both", "port: 80"),
        (("list", 2, 0), "value", "deep"),
        (("list",), "value", "- x\n  - name: n\n    port: 80\n  -\n    - deep"),
        (("anchor",), "value", "k: v\n  w: 1"),
        (("alias",), "value", "*anchor"),
        (("alias",), "both", "alias: *anchor"),
        (("alias", "w"), "both", "w: 1"),
        (("merged", "k"), "both", "k: v"),
        (("merged", "w"), "both", "w: 2"),
        (("merged",), "value", "<<: *anchor\n  w: 2"),
        (("tagged",), "value", "12"),
        (("null here",), "value", ""),
        (("null here",), "both", "null here:"),
    ],
)
def test_positions(keys: tuple[str | int, ...], part: Any, text: str) -> None:
    document = read(POSITIONS)
    assert at(document, document.span(keys, part)) == text
    offsets = document.offsets(keys, part)
    assert offsets is not None
    assert document.text[slice(*offsets)] == text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("list", 1, "nope"), "name: n"),
        (("list", 9), "list"),
        (("plain", "below"), "plain"),
        (("flow", "b", "x", "y"), '"b"'),
        (("alias", "nope"), "alias"),
    ],
)
def test_a_route_that_does_not_exist_gives_its_longest_prefix(keys: tuple[str | int, ...], text: str) -> None:
    document = read(POSITIONS)
    assert at(document, document.span(keys)) == text
    assert document.offsets(keys) is None
    assert document.scalar_text(keys) is None


def test_a_missing_top_level_key_is_line_one() -> None:
    assert read(POSITIONS).span(("nope",)) == Span(1, 1, 1, 1)
    assert read("").span(("nope",), "key", 3) == Span()


def test_the_last_of_repeated_keys_is_where_the_value_is() -> None:
    assert read("a: 1\nb: 2\na: 3\n").span(("a",))[:2] == (3, 4)


@pytest.mark.parametrize(
    ("keys", "text", "style"),
    [
        (("plain",), "value", "plain"),
        (("single",), "'it''s'", "single"),
        (("quoted key",), '"double \\"x\\" # no"', "double"),
        (("block",), "|\n  line # 1\n  line 2", "literal"),
        (("folded",), ">-\n  a\n  b", "folded"),
        (("tagged",), "12", "plain"),
        (("merged", "k"), "v", "plain"),
        (("flow",), None, None),
    ],
)
def test_scalar_text_and_style(keys: tuple[str | int, ...], text: str | None, style: str | None) -> None:
    document = read(POSITIONS)
    assert document.scalar_text(keys) == text
    assert document.scalar_style(keys) == style


def test_escapes_that_only_go_knows() -> None:
    document = read("a: \"it\\'s\"\nb: [ \"\\e\\'\", x ]\nc: |\n  sed \\'s\nd: 1 # \\'\n")
    assert document.data == {"a": "it's", "b": ["\x1b'", "x"], "c": "sed \\'s\n", "d": 1}
    assert document.scalar_text(("a",)) == '"it\\\'s"'
    assert at(document, document.span(("b", 1))) == "x"
    assert [comment.line for comment in document.comments()] == [5]
    assert not read('a: "\\\'" b').ok
    assert not read('a: "\\\'\\q"').ok


def test_aliases_in_lists_stand_where_they_are_written() -> None:
    document = read("a: &x 1\nb: [*x, 2, *x]\nc:\n  - &y {k: v}\n  - *y\n  - z\n")
    assert document.data == {"a": 1, "b": [1, 2, 1], "c": [{"k": "v"}, {"k": "v"}, "z"]}
    assert document.span(("b", 0)) == Span(2, 5, 2, 7)
    assert document.span(("b", 1)) == Span(2, 9, 2, 10)
    assert document.span(("b", 2)) == Span(2, 12, 2, 14)
    assert at(document, document.span(("c", 0))) == "{k: v}"
    assert document.span(("c", 1)) == Span(5, 5, 5, 7)
    assert at(document, document.span(("c", 1, "k"))) == "v"
    assert at(document, document.span(("c", 2))) == "z"


def test_columns_count_code_points_and_lines_as_editors_do() -> None:
    document = read("a: \U0001f600 # x\r\nb: 'caf\u00e9\u2028x'\r\nc: d\r\n")
    assert document.span(("b",)) == Span(2, 4, 2, 12)
    assert document.span(("c",)) == Span(3, 4, 3, 5)
    assert document.comments()[0][:3] == (1, 6, "# x")


def test_anchors_may_be_defined_again() -> None:
    document = read("a: &x 1\nb: *x\nc: &x [2]\nd: *x\ne: {&x k: *x}\n")
    assert document.data == {"a": 1, "b": 1, "c": [2], "d": [2], "e": {"k": "k"}}
    assert document.span(("d",))[:2] == (4, 4)


def test_merges_of_go() -> None:
    document = read("b: &b {x: 1, z: 2}\nc:\n  x: 9\n  <<: *b\n  z: 3\nd: {<<: [{a: 1}, {a: 2, b: 3}]}\n")
    assert document.data["c"] == {"x": 1, "z": 3}
    assert document.data["d"] == {"a": 1, "b": 3}
    (late,) = document.problems
    assert (late.kind, late.keys, late.span, late.related) == (
        "late-merge",
        ("c", "x"),
        Span(4, 3, 4, 5),
        Span(3, 3, 3, 4),
    )


@pytest.mark.parametrize("text", ["b: &b {x: 1}\nc:\n  <<: *b\n  x: 2\n", "b: &b {x: 1}\nc:\n  x: 1\n  <<: *b\n"])
def test_a_merge_that_changes_nothing_is_no_problem(text: str) -> None:
    assert read(text).problems == ()


def test_late_merge_tells_true_from_one() -> None:
    assert kinds(read("b: &b {x: 1}\nc:\n  x: true\n  <<: *b\n")) == ["late-merge"]


def test_duplicate_keys() -> None:
    document = read("a: 1\nx:\n  - {k: 1, 'k': 2, k: 3}\na: 2\ntrue: 1\n'true': 2\n")
    found = [(p.keys, p.span[:2], p.related and p.related[:2]) for p in document.problems]
    assert found == [
        (("x", 0, "k"), (3, 12), (3, 6)),
        (("x", 0, "k"), (3, 20), (3, 6)),
        (("a",), (4, 1), (1, 1)),
        (("true",), (6, 1), (5, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        *((word, "true") for word in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")),
        *((word, "false") for word in ("n", "N", "no", "No", "NO", "off", "Off", "OFF")),
        ("0777", "511"),
        ("0o17", "15"),
        ("0x1F", "31"),
        ("0b11", "3"),
        ("1_000", "1000"),
        ("9.10", "9.1"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("+5", "5"),
        ("08", "8"),
        ("123456789012345678", "123456789012345680"),
    ],
)
def test_surprising_scalars(text: str, resolved: str) -> None:
    document = read(f"a:\n  - b: {text}\n")
    (problem,) = document.problems
    assert (problem.kind, problem.keys, problem.text, problem.resolved) == (
        "surprising-scalar",
        ("a", 0, "b"),
        text,
        resolved,
    )
    assert at(document, problem.span) == text
    assert document.ok


@pytest.mark.parametrize(
    "text",
    ["true", "False", "null", "~", "", "12", "-1", "0", "0.5", "9.1", "yEs", "1.2.3", "2020-01-01", "12:30", "'y'"],
)
def test_what_reads_as_it_looks(text: str) -> None:
    assert read(f"a: {text}\nb: [{text or 'x'}]\n").problems == ()


def test_surprising_keys() -> None:
    document = read("on: 1\nx:\n  012: 2\n  1: 3\n  true: 4\n")
    found = [(p.kind, p.keys, p.text, p.resolved, at(document, p.span)) for p in document.problems]
    assert found == [
        ("surprising-key", ("true",), "on", "true", "on"),
        ("surprising-key", ("x", "10"), "012", "10", "012"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "document"),
    [
        ("a: 1\n---\nb: 2\n", 2, 1),
        ("---\na: 1\n--- # x\n---\nb: 2\n", 4, 2),
        ("# x\n---\n---\na: 1\n", 3, 1),
        ("a: 1\n...\nb: 2\n", 3, 1),
        ("  a: 1\nb: 2\n", 2, 1),
        ("{a: 1}\nb: 2\n", 2, 1),
    ],
)
def test_several_documents(text: str, line: int, document: int) -> None:
    found = [problem for problem in read(text).problems if problem.kind == "multiple-documents"]
    assert [(problem.span.line, problem.document) for problem in found] == [(line, document)]
    assert read(text).ok


@pytest.mark.parametrize(
    "text", ["---\na: 1\n", "a: 1\n---\n", "a: 1\n...\n", "a: 1\n---\n# x\n", "%YAML 1.1\n---\na: 1\n"]
)
def test_one_document_only(text: str) -> None:
    assert read(text).problems == ()
    assert read(text).data == {"a": 1}


@pytest.mark.parametrize("text", ["", "\n", "# x\n", "---\n", "\ufeff", "--- # x\n...\n"])
def test_empty(text: str) -> None:
    document = read(text)
    assert kinds(document) == ["empty"]
    assert document.ok
    assert document.data is None


def test_an_error_in_a_later_document_leaves_the_first() -> None:
    document = read("a: 1\n---\nb: [\n")
    assert document.ok
    assert document.data == {"a": 1}
    assert [(p.kind, p.document, p.span.line) for p in document.problems] == [("syntax", 1, 3)]
    refused = read("a: 1\n---\nb: .inf\n---\nc: 1\n")
    assert refused.ok
    assert refused.documents == ({"a": 1}, None, {"c": 1})
    assert kinds(refused) == ["syntax", "multiple-documents"]


def test_conflict_markers() -> None:
    document = read("a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> branch\n")
    found = [(p.kind, p.span) for p in document.problems if p.kind == "conflict-marker"]
    assert [span.line for _, span in found] == [2, 4, 6]
    assert found[0][1] == Span(2, 1, 2, 13)
    assert not document.ok
    assert kinds(read("a: |\n  <<<<<<< HEAD\n  =======\n")) == []
    assert kinds(read("a: 1\n# =======\n")) == []


def test_comments() -> None:
    document = read(
        "# one\na: 'x # no' # two\nb: \"#no\" #three\nc: |  # four\n  # no\n # five\nd: x#no\n"
        "e: [a, # six\n  b]\nf: a\n  b # seven\ng: >-\n\n  # no\n  x\n# eight"
    )
    texts = [comment.text for comment in document.comments()]
    assert texts == ["# one", "# two", "#three", "# four", "# five", "# six", "# seven", "# eight"]
    for line, column, text, offset in document.comments():
        assert at(document, Span(line, column, line, column + len(text))) == text
        assert document.text.startswith(text, offset)


def test_comments_of_a_broken_file_are_those_before_the_error() -> None:
    assert [comment.line for comment in read("# a\nb: ] # c\n").comments()] == [1, 2]
    assert parse("x", b"# a\n\0").comments() == ()


def test_a_byte_order_mark_is_silent_at_the_start_and_a_problem_inside() -> None:
    raw = b"\xef\xbb\xbfa: 1\n"
    document = parse("x", raw)
    assert document.data == {"a": 1}
    assert document.problems == ()
    assert document.span(("a",), "key") == Span(1, 1, 1, 2)
    assert document.text.encode(document.encoding) == raw
    inside = read("a: 1\n\ufeffb: 2\n")
    assert inside.data == {"a": 1, "\ufeffb": 2}
    assert [(p.kind, p.span) for p in inside.problems] == [("stray-bom", Span(2, 1, 2, 2))]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_a_byte_order_mark_is_read(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    document = parse("x", mark + "a: \u00e9\n".encode(encoding))
    assert document.data == {"a": "\u00e9"}
    assert document.problems == ()


@pytest.mark.slow
def test_without_libyaml_the_pure_parser_serves() -> None:
    script = """
        import sys
        sys.modules["yaml._yaml"] = None
        from masgitops_lint.repo.nodes import C_SPEED
        from masgitops_lint.repo.yaml import parse
        document = parse("x", b"on: 1_000\\na: &x [1]\\nb: {<<: {c: *x}} # d\\nd: &x 2\\n")
        assert document.data == {"true": 1000, "a": [1], "b": {"c": [1]}, "d": 2}, document.problems
        assert [p.kind for p in document.problems] == ["surprising-key", "surprising-scalar"]
        assert document.span(("b", "c"))[:2] == (3, 13)
        assert not parse("x", b"a: \\x01").ok
        assert not parse("x", b"[" * 100000).ok
        print(C_SPEED, len(document.comments()))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert done.stdout == "False 1\n", done.stderr


def test_unreadable() -> None:
    document = unreadable("x", "Permission denied")
    assert not document.ok
    assert kinds(document) == ["unreadable"]
    assert document.span(("a",)) == Span()
    assert (document.data, document.comments(), document.scalar_text(("a",))) == (None, (), None)
