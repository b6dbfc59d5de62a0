"""Files that mean harm or are no YAML at all end in a problem at a line, quickly and in little memory."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time

import pytest

from masgitops_lint.model.place import Span
from masgitops_lint.repo.hostile import MAX_BYTES
from masgitops_lint.repo.yaml import Document, parse

DEEP = 100_000


def first(raw: bytes) -> tuple[str, int]:
    started = time.process_time()
    document = parse("x", raw)
    problem = document.problems[0]
    ask(document)
    assert time.process_time() - started < 5
    assert not document.ok
    assert document.data is None
    return problem.kind, problem.span.line


def ask(document: Document) -> None:
    """Everything that a rule or a report could ask of any document."""
    document.comments()
    assert document.span(("a", 0, "b"), "both", 2) is not None
    document.offsets(("a",))
    document.scalar_text(("a", "b"))
    document.scalar_style((0,))


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "-   ", "- ? ", "[{a: ", "{", "[[", '{"a":'], ids=repr)
def test_nesting_without_end(unit: str) -> None:
    kind, line = first(unit.encode() * DEEP)
    assert kind in ("too-deep", "syntax")
    assert line == 1


@pytest.mark.parametrize("row", ["a:", "-", "?", "- a:"])
def test_nesting_by_indentation(row: str) -> None:
    lines = b"".join(b" " * (2 * level) + row.encode() + b"\n" for level in range(1500))
    kind, line = first(lines)
    assert kind == "too-deep"
    assert 100 < line <= 251


@pytest.mark.parametrize(
    "before", ['"\\\'": 1\na: ', "a: 1\n\ufeff]: ", "a: &a 1\nb: &a ", "? \ufeff@\n: ", "%YAML 1.1\n---\n"]
)
def test_nothing_before_the_nesting_hides_it(before: str) -> None:
    assert not parse("x", before.encode() + b"[" * DEEP).ok


def test_nesting_as_deep_as_people_go_is_read() -> None:
    for raw in (b"[" * 80 + b"]" * 80, b"".join(b" " * level + b"a:\n" for level in range(200)), b"- " * 200 + b"x"):
        document = parse("x", raw)
        assert document.problems == ()
        ask(document)


def test_alias_bomb() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert first("\n".join(rows).encode()) == ("alias-bomb", 3)


def test_aliases_as_chains() -> None:
    lists = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000))]
    assert first("\n".join(lists).encode())[0] == "too-deep"
    merges = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: *a{n - 1}}}" for n in range(1, 5000))]
    document = parse("x", "\n".join(merges).encode())
    assert [problem.kind for problem in document.problems] == ["alias-bomb"]
    assert document.span(("a4999", "x")) is not None


def test_aliases_within_reason_are_read() -> None:
    rows = ["base: &base", *(f"  k{n}: v" for n in range(50)), *(f"c{n}: *base" for n in range(50))]
    document = parse("x", "\n".join(rows).encode())
    assert document.problems == ()
    assert len(document.data["c49"]) == 50


@pytest.mark.parametrize(
    "raw",
    [b"a: b\n" * 10_000_000, b"#" * (MAX_BYTES + 1), b"- a\n" * 1_200_000, b"[" + b"a," * 2_400_000 + b"a]"],
    ids=["50 MB", "5 MB and a byte", "a million items", "two million items in brackets"],
)
def test_too_large(raw: bytes) -> None:
    assert first(raw) == ("too-large", 1)


@pytest.mark.parametrize(
    ("raw", "kind", "span"),
    [
        (b"a: 1\nb: caf\xe9\n", "bad-utf8", Span(2, 7, 2, 8)),
        (b"a: \xc3\xa9\xff", "bad-utf8", Span(1, 5, 1, 6)),
        (b"a: \xed\xa0\x80", "bad-utf8", Span(1, 4, 1, 5)),
        (b"\xff\xfea\x00:", "bad-utf8", None),
        (b"a: 1\n\xc3\xa9b\0", "nul-byte", Span(2, 3, 2, 4)),
        ("a: 1".encode("utf-32"), "nul-byte", None),
        (b"a: 1\nb: \x07\n", "syntax", Span(2, 4, 2, 5)),
        (b"a:\n\tb: 1\n", "syntax", Span(2, 1, 2, 2)),
        (b"a:\n  b: 1\n\tc: 2\n", "syntax", Span(3, 1, 3, 2)),
        (bytes(range(1, 256)), "bad-utf8", None),
    ],
)
def test_no_text(raw: bytes, kind: str, span: Span | None) -> None:
    document = parse("x", raw)
    (problem,) = document.problems
    assert problem.kind == kind
    assert not document.ok
    assert span is None or problem.span == span
    ask(document)


@pytest.mark.parametrize(
    "raw",
    [
        b"'" * 1_000_001,
        b'a: "' + b"\\" * 1_000_000,
        b"a: " + b"1" * 1_000_000,
        b"a: " + b"1_" * 1_000_000,
        b"a: 1e" + b"9" * 1_000_000,
        b"a: 1 # x\n" * 30_000,
        b"<<<<<<< x\n" * 100_000,
        b"---\n" * 50_000,
        b"%YAML 1.1\n" * 10_000,
        b"&a " * 100_000,
        b"\n" * 1_000_000,
        b"y: y\n" * 30_000,
        b"? " * 200 + b"\n",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_much_of_one_thing(raw: bytes) -> None:
    started = time.process_time()
    document = parse("x", raw)
    assert len(document.problems) <= 2200
    ask(document)
    assert time.process_time() - started < 6


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="address space cannot be limited")
def test_hostile_files_fit_in_little_memory() -> None:
    script = """
        import resource
        from masgitops_lint.repo.yaml import parse
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
        for raw in ("\\n".join(bomb).encode(), b"[" * 5_000_000, b"- a\\n" * 1_200_000, b"a: b\\n" * 10_000_000):
            document = parse("x", raw)
            assert document.problems and not document.ok
            del document, raw
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "done\n", done.stderr
