"""Mutate real-looking files and hold the loader to its promises: `python -m tests.fuzz_loader` (`make fuzz`).

For every input: parsing, problems, comments and positions do not raise and do not take long; every scalar's span holds
its source text; comments lie outside scalars and can be emptied without changing the data. Where helm-python-sdk is
installed, what is accepted and what it means is compared with the parser that Argo CD uses.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from masgitops_lint.repo.nodes import scalars_below
from masgitops_lint.repo.tree import tree_of
from masgitops_lint.repo.yaml import Document, parse

ROOT = Path(__file__).resolve().parent.parent

SNIPPETS = (
    "base: &base {x: 1, y: 2}\nmerged:\n  <<: *base\n  x: 9\nlate:\n  x: 9\n  <<: *base\n",
    "list:\n  base: &base {x: 1, y: 2}\n  <<: [*base, {z: 3}]\n  <<: {w: *base}\n",
    "a: &x [1, 2]\nb: *x\nc: &x z\nd: *x\n? *x\n: key\n",
    "text: |\n  a # no comment\n   b\n\n  c\nkeep: |+\n  x\n\n\nnext: |2-\n    y\n # c\n",
    "folded: >-\n  one\n  two\n\n  three # no comment\nend: > # comment\n  x\n# comment\n",
    'flow: {a: [1, \'two\', "three\\n"], b: {c: d, "e":f}, g: [h: i]}\n# comment\nplain: a b\n  c d # tail\n',
    "- - - a\n  - b\n-\n  - c: d\n    e: f\n- {}\n- []\n-\n- ~\n",
    "on: 1\nyes: no\nv: 9.10\no: 0777\nh: 0x1F\nf: 1e3\nu: 1_000\n",
    "n: .5\ni: +12\nd: 2020-01-01\nt: 12:30:45\nb: !!str 12\n",
    "%YAML 1.1\n---\na: !!int '12'\nb: !foo bar\nc: !!binary aGk=\nd: ! 12\n...\n---\nsecond: document\n",
    "p: <path:arn:aws:secretsmanager:us-east-1:1:secret:a/b#c>\nu: http://x:80/a#b\n",
    "q: 'it''s # not'\nw: \"a # b\\\"\"\nx: {u: http://x/y?z=1, v: [a?]}\n",
    "a: \"multi\n  line # text\n\n  quoted\" # comment\nb: 'x\n  y'\n",
    "? complex\n: value\n? |\n  block key\n: - in\n  - it\n",
    "\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n\r\nc: caf\u00e9 \U0001f600 # \u00e9\r\n",
)

KNOWN = re.compile(r"![^\s]*[\[\]{},]")
"""libyaml ends a tag at a bracket or a comma, go-yaml takes them in."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

PIECES = (
    *"-?:,[]{}#&*!|>'\"%@`\\/<=~ \t\n\r_.+0123456789abnyoxeE\u00e9\u0085\u00a0\u2028\ufeff\0\x07\U0001f600",
    *(
        "- ",
        "? ",
        ": ",
        "\n  ",
        "\n- ",
        "\n",
        "  ",
        "---\n",
        "...\n",
        "--- ",
        "<<: ",
        "*x",
        "&x ",
        "*a",
        "&a ",
        "!!str ",
    ),
    *(
        "!!int ",
        "!!float ",
        "!!null ",
        "!!binary ",
        "!!map ",
        "!foo ",
        "! ",
        "%YAML 1.2\n---\n",
        "%TAG ! tag:x,1:\n---\n",
    ),
    *("yes", "no", "on", "off", "y", "n", "true", "null", "~", ".inf", "-.inf", ".nan", "0o17", "0x1F", "0b11", "1e3"),
    *(
        "1.0",
        "9.10",
        "1_000",
        "012",
        "08",
        "+5",
        "-0",
        "1e400",
        "2020-01-01",
        "12:30:45",
        "<<",
        "=",
        "#",
        " #",
        "# c\n",
    ),
    *(
        "|\n",
        ">\n",
        "|+\n",
        ">-\n",
        "|2\n",
        "{a: 1}",
        "[1, 2]",
        "{",
        "}",
        "''",
        '""',
        '"\\/"',
        '"\\\'"',
        '"\\x41"',
        '"\\u00e9"',
    ),
    *(
        "<<<<<<< HEAD\n",
        "=======\n",
        ">>>>>>> x\n",
        "{{ .Values.x }}",
        "${X}",
        "\\",
        "\r\n",
        "\t",
        " \n",
        "a: ",
        "a: b\n",
    ),
)


def seeds(directories: list[Path]) -> list[str]:
    """The texts to start from: every YAML file below the directories, and snippets for what such files lack."""
    files = sorted(path for directory in directories for path in directory.rglob("*.y*ml") if path.is_file())
    return [*SNIPPETS, *(path.read_bytes().decode("utf-8", "replace") for path in files)]


def mutate(text: str, other: str, rng: random.Random) -> str:
    """A text with one to six changes: pieces put in or taken out, lines moved, doubled, indented or borrowed."""
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randint(0, len(text))
        kind = rng.randrange(8)
        if kind <= 2:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind == 3:
            text = text[:at] + text[at + rng.choice((1, 1, 2, 5, 20)) :]
        elif kind == 4:
            text = text[:at] + rng.choice(PIECES) + text[at + 1 :]
        else:
            lines = text.split("\n")
            row = rng.randrange(len(lines))
            if kind == 5:
                lines[row] = rng.choice(("", " ", "  ", "- ", "\t", "# ")) + lines[row].lstrip(rng.choice((" ", "")))
            elif kind == 6:
                lines.insert(rng.randint(0, len(lines)), lines[row])
            else:
                lines[row : row + rng.randint(0, 2)] = [rng.choice(other.split("\n"))]
            text = "\n".join(lines)
    return text


def inputs(count: int, seed: int, directories: list[Path]) -> Iterator[str]:
    """Mutated texts, always the same ones for a seed. Long files are cut, so that changes meet each other."""
    rng = random.Random(seed)
    texts = seeds(directories)
    for _ in range(count):
        text = rng.choice(texts if rng.random() < 0.6 else SNIPPETS)
        if len(text) > 1500:
            lines = text.split("\n")
            start = rng.randrange(len(lines))
            text = "\n".join(lines[start : start + rng.randint(5, 40)])
        yield mutate(text, rng.choice(texts), rng)


def check(text: str) -> Document:
    """Hold the loader to its promises on one text. Raises AssertionError."""
    raw = text.encode("utf-8", "surrogatepass")
    started = time.process_time()
    document = parse("file.yaml", raw)
    for problem in document.problems:
        assert problem.message
        assert_inside(document, problem.span)
        assert problem.span[:2] <= problem.span[2:], problem
    comments = document.comments()
    check_routes(document)
    check_spans(document)
    if document.ok:
        check_comments(document, comments)
    else:
        assert any(problem.fatal for problem in document.problems)
        assert document.data is None
    assert time.process_time() - started < 2, "too slow"
    return document


def assert_inside(document: Document, span: tuple[int, int, int, int]) -> None:
    """A span lies in the text: its line exists, its column is at most one behind the end of the line."""
    lines = document.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line, column in (span[:2], span[2:]):
        assert 1 <= line <= len(lines), span
        # the break of a \r\n has two columns
        assert 1 <= column <= len(lines[line - 1]) + 2, span


def check_routes(document: Document) -> None:
    """Every route into the data has a position."""
    for index, data in enumerate(document.documents):
        for number, keys in enumerate(routes(data)):
            if number > 60:
                break
            assert document.offsets(keys, "both", index) is not None, keys
            for part in ("key", "value", "both"):
                assert_inside(document, document.span(keys, part, index))  # type: ignore[arg-type]
            document.span((*keys, "no such key", 0), "value", index)
            document.scalar_text(keys, index)


def routes(
    data: Any, above: tuple[str | int, ...] = (), seen: frozenset[int] = frozenset()
) -> Iterator[tuple[str | int, ...]]:
    """Every route into plain data, the empty one left out."""
    pairs: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield (*above, key)
        yield from routes(value, (*above, key))


def check_spans(document: Document) -> None:
    """A scalar's span holds the scalar: as it is if it is plain, with its quotes or its indicator if not."""
    tree = tree_of(document.text)
    for root in tree.roots:
        for node in scalars_below(root):
            source = document.text[tree.start(node) : tree.end(node)]
            if not node.style:
                assert source == node.value or len(source.splitlines()) > 1, (source, node.value)
            elif node.style in ("|", ">"):
                assert source[0] == node.style, source
            else:
                assert source[0] == source[-1] == node.style, source
                again = parse("scalar.yaml", f"[{source}\n]".encode("utf-8", "replace"))
                assert not again.ok or again.data == [node.value], (source, node.value)


def check_comments(document: Document, comments: Any) -> None:
    """Comments are no part of any scalar, and emptied they leave the data as it is."""
    text = document.text
    for comment in reversed(comments):
        assert text.startswith(comment.text, comment.offset)
        assert comment.text[0] == "#"
        text = text[: comment.offset + 1] + text[comment.offset + len(comment.text) :]
    if comments:
        emptied = parse("emptied.yaml", text.encode(document.encoding, "replace"))
        assert emptied.ok
        assert same(emptied.documents, document.documents), "comments changed the data"
        assert [comment.text for comment in emptied.comments()] == ["#"] * len(comments)


def same(ours: Any, theirs: Any) -> bool:
    """Whether two pieces of data are the same; unlike in Python `true` is not 1. The order of keys does not count."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, float) or isinstance(theirs, float):
        return not isinstance(ours, str) and not isinstance(theirs, str) and math.isclose(ours, theirs, rel_tol=1e-15)
    return bool(ours == theirs) and type(ours) is type(theirs)


class Oracle:
    """Helm's reading of a values file: sigs.k8s.io/yaml, the same parser that Argo CD uses."""

    def __init__(self) -> None:
        import helm_python

        self._read = helm_python.values_from_yaml

    def difference(self, document: Document) -> str:
        """How our reading differs from Helm's, "" if it does not."""
        if "\0" in document.text or document.text.startswith("\ufeff"):
            return ""  # cannot be passed to it
        if KNOWN.search(document.text):
            return ""
        refusal = "" if document.ok else document.problems[0].message
        if "needs a space after it" in refusal:
            return ""  # `{a:, b: 1}`: go-yaml takes `a:` for a key
        if "cannot be a key" in refusal or "JSON does not have" in refusal:
            return ""  # possibly below a key that a later one of the same name replaces
        if refusal and CONTROL.search(document.text):
            return ""  # go-yaml reads in small pieces and does not see one far behind the first document
        try:
            theirs = self._read(document.text)
        except Exception as error:
            message = str(error)
            if "cannot unmarshal" in message:
                return (
                    ""
                    if document.ok and not isinstance(document.data, dict)
                    else f"ours is a mapping or fails: {message}"
                )
            if document.ok and "\ufeff" in document.text:
                return ""  # go-yaml drops one that happens to start its read buffer, and the next characters with it
            if document.ok and any(problem.document for problem in document.problems):
                return ""  # go-yaml looks one token beyond the first document
            if document.ok:
                return f"we accept, Helm says: {message}"
            return ""
        if not document.ok:
            return f"we refuse, Helm accepts: {refusal}"
        if any(problem.kind == "duplicate-key" for problem in document.problems):
            return ""  # `true: 1` next to `"true": 2` comes out of a Go map in any order
        if not same(document.data if document.data is not None else {}, theirs):
            return f"ours {document.data!r}, Helm's {theirs!r}"
        return ""


def main() -> int:
    """Run the fuzz; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="*", type=Path, default=[ROOT / "examples"], help="files to start from")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        oracle: Oracle | None = Oracle()
    except ImportError:
        oracle = None
    failures = accepted = 0
    for number, text in enumerate(inputs(options.count, options.seed, options.directories), start=1):
        try:
            document = check(text)
            accepted += document.ok
            found = oracle.difference(document) if oracle is not None else ""
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            failures += 1
            print(f"--- {found}\n{json.dumps(text)}", flush=True)
        if number % 10_000 == 0:
            print(f"{number} inputs, {accepted} of them valid, {failures} failures", file=sys.stderr, flush=True)
    compared = "compared with Helm" if oracle is not None else "not compared with Helm (helm-python-sdk is missing)"
    print(f"{options.count} inputs from seed {options.seed}, {accepted} valid, {compared}: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
