"""Files read by their likeness to another are what the parser makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.model.place import Keys
from masgitops_lint.repo.alike import Family
from masgitops_lint.repo.tree import Part
from masgitops_lint.repo.yaml import Document, parse

PARTS: tuple[Part, ...] = ("key", "value", "both")

BASE = """\
merge-key: "fleet/ocp1/inst1"
# a comment: of "its own"
suite:
  mas_domain: inst1.example.com
  replicas: 3
  ratio: 0.5
  manual: true
  nothing:
  channel: '8.11.x'
  license: "<path:arn:aws:secretsmanager:us-east-1:1:secret:fleet/ocp1/license#file>"
  certificate: |
    -----BEGIN CERTIFICATE-----
    MIIEpjCCL/MRzn6FeZJjNQi7LWExezL6
    -----END CERTIFICATE-----
  kept: |+
    one
    two

  hash: |
    # no comment

    but: text
  folded: >-
    # no comment either
    one
    two
  long: one
    two
  flow: {a: 1, b: [u, v], c: "z"}
  items:
    - name: first
      size: 20Gi
    - plain
    - - nested
  anchored: &here there
twice: {a: 1}
merged: &merged
  a: 1
twice:
  b: yes
twice:
  c: no
last: end
---
# of the second: document
second: value
list:
- one
--- # a third
text
"""


def read_twice(base: str, other: str) -> tuple[Document, bool]:
    """The other file, read with `base` as its pattern, and whether the parser was spared."""
    family = Family()
    for _ in range(2):
        parse("a/base.yaml", base.encode(), family)
    spared = family.content_of(other.split("\n")) is not None
    return parse("b/base.yaml", other.encode(), family), spared


def assert_as_parsed(document: Document, raw: bytes) -> None:
    alone = parse(document.path, raw)
    assert typed(document.documents) == typed(alone.documents)
    for name in ("text", "encoding", "ok", "repeats", "fatal", "problems"):
        assert getattr(document, name) == getattr(alone, name)
    for number, data in enumerate(alone.documents):
        for keys in routes(data):
            assert places(document, keys, number) == places(alone, keys, number)


def routes(data: Any, above: Keys = ()) -> Iterator[Keys]:
    """Every route into the data, and behind each a key that is not there."""
    yield above
    yield (*above, "absent")
    for key, value in data.items() if isinstance(data, dict) else enumerate(data if isinstance(data, list) else ()):
        yield from routes(value, (*above, key))


def places(document: Document, keys: Keys, number: int) -> tuple[Any, ...]:
    """All that a document tells about where a route stands."""
    spans = [document.span(keys, part, number) for part in PARTS]
    offsets = [document.offsets(keys, part, number) for part in PARTS]
    return (spans, offsets, document.scalar_text(keys, number), document.scalar_style(keys, number))


def typed(data: Any) -> Any:
    """Data with the types that `==` does not tell apart, and mappings in their order."""
    if isinstance(data, dict):
        return [(key, typed(value)) for key, value in data.items()]
    if isinstance(data, (list, tuple)):
        return [typed(value) for value in data]
    return (type(data), data)


SPARED = [
    ("inst1.example.com", "inst2.example.com"),
    ("inst1.example.com", "two words, and (more)#of them"),
    ("inst1.example.com", "<path:a/b#c>"),
    ("replicas: 3", "replicas: 12"),
    ("replicas: 3", "replicas: three"),
    ("manual: true", "manual: false"),
    ("manual: true", "manual: null"),
    ('"fleet/ocp1/inst1"', '"fleet/ocp2/inst2: # no comment"'),
    ('"fleet/ocp1/inst1"', '""'),
    ("'8.11.x'", "' \"8\" '"),
    ("MIIEpjCCL/MRzn6FeZJjNQi7LWExezL6", "# another: 'one' "),
    ("- plain", "- other"),
    ("- - nested", "- - other"),
    ("size: 20Gi", "size: 50Gi"),
    ("last: end", "last: 7"),
    ("b: yes", "b: other"),
    ("second: value", "second: other"),
    ("- one", "- two"),
    ("# of the second: document", "# [of the second"),
    ("c: no", "c: other"),
    ('# a comment: of "its own"', "# another: {"),
    ("    -----BEGIN", "    # -----BEGIN"),
    ("    MIIEpjCCL", "      MIIEpjCCL"),
    ("    MIIEpjCCL/MRzn6FeZJjNQi7LWExezL6", ""),
]
"""What is replaced and by what, so that the file has other values and the same structure."""

PARSED = [
    ("inst1.example.com", "a: b"),
    ("inst1.example.com", "b:"),
    ("inst1.example.com", "b "),
    ("inst1.example.com", "b #c"),
    ("inst1.example.com", "b\tc"),
    ("inst1.example.com", '"b"'),
    ("inst1.example.com", "[b]"),
    ("inst1.example.com", "*b"),
    ("inst1.example.com", "!b"),
    ("inst1.example.com", "|"),
    ("inst1.example.com", "- b"),
    ("inst1.example.com", "@b"),
    ("inst1.example.com", "\u00e9"),
    ("inst1.example.com", ""),
    ("replicas: 3", "replicas:3"),
    ("replicas: 3", "replicas: 0x3"),
    ("replicas: 3", "other: 3"),
    ("replicas: 3", " replicas: 3"),
    ("manual: true", "manual: yes"),
    ("nothing:", "nothing: something"),
    ("nothing:", "nothing:something"),
    ('"fleet/ocp1/inst1"', '"fleet/ocp2"/inst2"'),
    ('"fleet/ocp1/inst1"', '"fleet/ocp2/inst2'),
    ('"fleet/ocp1/inst1"', '"fleet\\tocp2"'),
    ('"fleet/ocp1/inst1"', '"fleet/ocp2" # why'),
    ('merge-key: "fleet/ocp1/inst1"', 'merge-key: "'),
    ("'8.11.x'", "'8''11'"),
    ("    MIIEpjCCL", "   MIIEpjCCL"),
    ("    -----BEGIN", "     -----BEGIN"),
    ("    -----END CERTIFICATE-----", "      "),
    ("    -----END CERTIFICATE-----", ""),
    ("certificate: |", "certificate: >"),
    ("    two\n\n", "    two\n    \n"),
    ("b: [u, v]", "b: [u, w]"),
    ("\ntext\n", "\nother\n"),
    ("--- # a third", "--- # third"),
    ("--- # a third", "---"),
    ("\nlist:\n- one", "\nlist:\n-  one"),
    ("anchored: &here there", "anchored: &here where"),
    ("    two\n  flow", "    three\n  flow"),
    ('# a comment: of "its own"', "a: comment"),
    ("    # no comment either", "    # nor this"),
    ("  manual: true\n", "  manual: true\n  more: 1\n"),
]
"""What is replaced and by what, so that it may mean something else."""


@pytest.mark.parametrize(
    ("old", "new", "spares"), [(*pair, True) for pair in SPARED] + [(*pair, False) for pair in PARSED]
)
def test_only_a_file_with_mere_other_values_needs_no_parser(old: str, new: str, spares: bool) -> None:
    other = BASE.replace(old, new)
    assert other != BASE
    document, spared = read_twice(BASE, other)
    assert spared == spares
    assert_as_parsed(document, other.encode())


WORDS = ["a", "b2", "3", "0x1F", "1e3", "yes", "~", "null", "<<", ":", "#", "- ", " ", "'", '"', "\\", "|", ">", "&a",
         "*a", "!", "!!int 3", "{", "}", "[", "]", ",", "?", "%", "@", "`", "\t", "\r", "\u00e9", "\u0085", "\u2028",
         "\ufeff", "\x00", ".inf", ".5", "-1", "---", "...", "<path:a#b>", "<<<<<<< x", "\\'", "\\/"]  # fmt: skip


@given(st.data())
def test_whatever_differs_the_result_is_what_the_parser_gives(data: st.DataObject) -> None:
    lines = BASE.split("\n")
    family = Family()
    for number in range(6):
        changed = list(lines)
        for at in data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=4)):
            cut = data.draw(st.integers(0, len(changed[at])))
            end = data.draw(st.sampled_from(["", "'", '"', changed[at][cut:]]))
            changed[at] = changed[at][:cut] + "".join(data.draw(st.lists(st.sampled_from(WORDS), max_size=3))) + end
        raw = "\n".join(changed).encode()
        assert_as_parsed(parse(f"{number}/base.yaml", raw, family), raw)


def test_a_pattern_is_not_changed_by_what_it_is_taken_for() -> None:
    family = Family()
    texts = [f'merge-key: "a/{number}"\nlist:\n  - name: n{number}\n    same: 1\n' for number in range(5)]
    documents = [parse("x.yaml", text.encode(), family) for text in texts]
    for document, text in zip(documents, texts, strict=True):
        assert_as_parsed(document, text.encode())


@pytest.mark.parametrize("end", ["\r", "\u0085", "\u2028", "\u2029"])
def test_a_comment_may_end_within_a_line(end: str) -> None:
    document, spared = read_twice(f"a: 1\n# b{end}c: 2\n", "a: 1\n# b\n")
    assert not spared
    assert document.data == {"a": 1}


def test_variants_of_one_template_are_all_known() -> None:
    family = Family()
    texts = [f"key: v\nkind{number % 3}: {number}\n" for number in range(30)]
    for text in texts[:9]:
        parse("x.yaml", text.encode(), family)
    assert all(family.content_of(text.split("\n")) is not None for text in texts)


def test_files_that_are_never_alike_are_soon_only_parsed() -> None:
    family = Family()
    for number in range(100):
        parse("x.yaml", f"key{number}: v\n".encode(), family)
    assert family.content_of(["key99: v", ""]) is None
