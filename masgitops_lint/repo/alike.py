"""Files that differ from a parsed one in nothing but values: they are read without a parser.

The instances of a fleet are written by one template. Where each line in which two files differ is a value of its own,
in a form that leaves no doubt about what YAML makes of it, the one has the structure of the other. Whatever is less
clear is parsed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain, compress, count
from operator import ne
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, ScalarNode

from .nodes import Node, children, nodes_below, scalars_below
from .scalars import Resolution, resolve_plain

_FIRST = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/<")
"""What a value without quotes starts with here: no indicator of YAML, no sign, no dot."""

_NO_START = frozenset(("", " "))
"""What the first line of a block does not start with: where it begins is told by that line."""

_NOWHERE = -1
"""In place of a collection's number: outside of all of them, or not in the data."""

_UNCLEAR = object()
"""In place of a value that only the parser can tell."""

_VARIANTS = 8
"""Patterns of one name and length: files differ in more than values where a template leaves something out."""

_COST = 3
_CREDIT = 30
"""To make a pattern takes as long as to parse a few files, so that there may be more where they spare the parser."""

_MOST_NAMES = 4_000
"""Files of more names than that are hardly those of a template."""


class _Slot(NamedTuple):
    """A line that ends in a value, one line of a literal block, or a comment.

    `before` stands in front of what may differ: key and opening quote, or the block's indentation. `style` is that of
    the scalar, `#` for a comment. A block has the lines from `first` up to `end`; `after` ends it.
    """

    holder: int
    key: Any
    style: str
    before: str
    first: int = 0
    end: int = 0
    after: str = ""


class Content(NamedTuple):
    """What is known of a file that Argo CD reads: the data of its documents.

    `remarkable`: there may be something to say about it; `repeats`: a mapping writes a key twice. `pattern`: the file
    that it was read by.
    """

    documents: tuple[Any, ...]
    remarkable: bool
    repeats: bool
    pattern: Pattern | None = None


class Pattern:
    """A parsed file: its lines, where what differs may stand, and its content."""

    def __init__(self, lines: list[str], roots: Sequence[Node], content: Content) -> None:
        self._content = content._replace(pattern=self)
        self._lines = lines
        # every collection, documents first: the number of the one around it, its key there, and itself
        self._holders: list[tuple[int, Any, Any]] = [(_NOWHERE, None, data) for data in content.documents]
        self._slots: dict[int, _Slot] = {}
        starts = [0, *accumulate([len(line) + 1 for line in lines])]
        for holder, key, node in self._scalars(roots):
            offset = node.start_mark.index
            number = bisect_right(starts, offset) - 1
            self._note(holder, key, node, number, lines[number][: offset - starts[number]])
        self._note_comments(roots, starts)

    def _scalars(self, roots: Sequence[Node]) -> Iterator[tuple[int, Any, Node]]:
        """Values outside of brackets and without a tag: the number of their collection, their key there, the node."""
        todo = [(root, number) for number, root in enumerate(roots)]
        while todo:
            node, number = todo.pop()
            if isinstance(node, ScalarNode) or node.flow_style:
                continue
            for key, value in self._entries(node, number):
                # of a key that is written twice the last counts: what stands at the others is not in the data
                holder = _NOWHERE if key is None else number
                if isinstance(value, ScalarNode):
                    if value.tag is None or isinstance(value.tag, Resolution):
                        yield holder, key, value
                elif holder == _NOWHERE:
                    todo.append((value, _NOWHERE))
                else:
                    todo.append((value, len(self._holders)))
                    self._holders.append((number, key, self._holders[number][2][key]))

    def _entries(self, node: Node, number: int) -> list[tuple[Any, Node]]:
        """Key and value of a collection's entries; no key where the value is not in the data."""
        is_mapping = isinstance(node, MappingNode)
        if number == _NOWHERE:
            return [(None, entry[1] if is_mapping else entry) for entry in node.value]
        if not is_mapping:
            return list(enumerate(node.value))
        last = {key.value: value for key, value in node.value}
        if last.keys() != self._holders[number][2].keys():
            return []  # merged, or keys that are not what is written
        return [(key.value if last[key.value] is value else None, value) for key, value in node.value]

    def _note(self, holder: int, key: Any, node: Node, number: int, before: str) -> None:
        """Take a scalar for a slot if it is as simple as the values that are to take its place."""
        line, text, style = self._lines[number], node.value, node.style or ""
        if style in ("'", '"'):
            if line == f"{before}{style}{text}{style}":
                self._slots[number] = _Slot(holder, key, style, before + style)
        elif not style:
            if text and before.endswith(" ") and line == before + text:
                self._slots[number] = _Slot(holder, key, style, before)
        elif style == "|":
            body = text.rstrip("\n")
            first, end = number + 1, number + 2 + body.count("\n")
            lines = self._lines[first:end]
            blanks = lines[0][: len(lines[0]) - len(lines[0].lstrip(" "))] if lines else ""
            if blanks and _block(lines, blanks) == body:
                slot = _Slot(holder, key, style, blanks, first, end, text[len(body) :])
                self._slots.update(dict.fromkeys(range(first, end), slot))

    def _note_comments(self, roots: Sequence[Node], starts: list[int]) -> None:
        """Take lines for slots that hold a comment only and lie in no scalar.

        A line with characters of another kind may be several to YAML.
        """
        comments = {
            number
            for number, line in enumerate(self._lines)
            if line.lstrip(" ").startswith("#") and line.isascii() and line.isprintable()
        }
        if not comments:
            return
        for node in chain.from_iterable(map(scalars_below, roots)):
            first = bisect_right(starts, node.start_mark.index) - 1
            comments.difference_update(range(first, bisect_right(starts, node.end_mark.index)))
        for number in comments:
            blanks, sign, _ = self._lines[number].partition("#")
            self._slots[number] = _Slot(_NOWHERE, None, sign, blanks + sign)

    @cached_property
    def text(self) -> str:
        """The parsed file."""
        return "\n".join(self._lines)

    def is_fixed(self, number: int, column: int) -> bool:
        """Whether all files like this one have the same in a line up to a column; both are counted from 0."""
        slot = self._slots.get(number)
        return slot is None or column <= len(slot.before)

    def is_end(self, number: int, column: int) -> bool:
        """Whether the text of a line ends at a column, blanks left out."""
        return column == len(self._lines[number].rstrip())

    def content_of(self, lines: list[str]) -> Content | None:
        """The content of a file with as many lines; None if it may be otherwise than this one."""
        copies: dict[int, Any] = {}
        slots = self._slots
        block = None
        for number in compress(count(), map(ne, lines, self._lines)):
            slot = slots.get(number)
            if slot is None:
                return None
            if slot is block:
                continue
            if slot.end:
                block, body = slot, _block(lines[slot.first : slot.end], slot.before)
                value = _UNCLEAR if body is None else body + slot.after
            else:
                value = _value(lines[number], slot)
            if value is _UNCLEAR:
                return None
            if slot.holder != _NOWHERE:
                self._copy(slot.holder, copies)[slot.key] = value
        if not copies:
            return self._content
        documents = [copies.get(number, data) for number, data in enumerate(self._content.documents)]
        return self._content._replace(documents=tuple(documents))

    def _copy(self, number: int, copies: dict[int, Any]) -> Any:
        """A collection of the other file, in its place in those around it. What does not differ is shared."""
        known = copies.get(number)
        if known is None:
            around, key, held = self._holders[number]
            known = copies[number] = held.copy()
            if around != _NOWHERE:
                self._copy(around, copies)[key] = known
        return known


def _value(line: str, slot: _Slot) -> Any:
    """The value that a line ends in, which stands where the slot's does, whatever comes below it; or `_UNCLEAR`."""
    before, style = slot.before, slot.style
    if not (line.startswith(before) and line.isascii() and line.isprintable()):
        return _UNCLEAR
    value = line[len(before) :]
    if style == "#":
        return None
    if style:
        return value[:-1] if value[-1:] == style and style not in value[:-1] and "\\" not in value else _UNCLEAR
    if value[:1] not in _FIRST or value[-1] in " :" or ": " in value or " #" in value:
        return _UNCLEAR
    found = resolve_plain(value)
    if found is None:
        return value
    return _UNCLEAR if found.note else found.value


def _block(lines: list[str], blanks: str) -> str | None:
    """The text of a literal block, the last line break left out; None where only the parser knows it.

    The first line tells where a block begins; in others more blanks are part of the text. Empty lines may stand
    between others.
    """
    column = len(blanks)
    inside = [line[column:] for line in lines if not line or line.startswith(blanks)]
    if len(inside) < len(lines) or inside[0][:1] in _NO_START or not inside[-1].strip():
        return None
    text = "\n".join(inside)
    return text if text.isascii() and "".join(inside).isprintable() else None


class Family:
    """Files of one name, in a repo or among what a chart renders to."""

    def __init__(self) -> None:
        self._patterns: dict[int, list[Pattern]] = {}
        self._lengths: set[int] = set()
        self._credit = _CREDIT

    def content_of(self, lines: list[str]) -> Content | None:
        """The content of a file, given without byte order mark and NUL; None if it has to be parsed."""
        patterns = self._patterns.get(len(lines), [])
        for position, pattern in enumerate(patterns):
            content = pattern.content_of(lines)
            if content is not None:
                if position:
                    patterns.insert(0, patterns.pop(position))
                self._credit += 1
                return content
        return None

    def learn(self, lines: list[str], roots: Sequence[Node], content: Content) -> None:
        """Take a file that was parsed for a pattern, from the second of a length on."""
        length = len(lines)
        if length not in self._lengths:
            self._lengths.add(length)
        elif self._credit >= _COST and (not any("&" in line for line in lines) or all(map(_is_tree, roots))):
            self._credit -= _COST
            patterns = self._patterns.setdefault(length, [])
            patterns.insert(0, Pattern(lines, roots, content))
            del patterns[_VARIANTS:]


class Families:
    """Files by their name."""

    def __init__(self) -> None:
        self._known: dict[str, Family] = {}

    def named(self, name: str) -> Family | None:
        """The files of a name; None beyond the names that are looked at."""
        known = self._known.get(name)
        if known is None and len(self._known) < _MOST_NAMES:
            known = self._known[name] = Family()
        return known


def _is_tree(root: Node) -> bool:
    """Whether no alias repeats anything."""
    nodes = list(nodes_below(root))
    return sum(len(children(node)) for node in nodes) == len(nodes) - 1
