"""Files that differ from a parsed one in nothing but values: they are read without a parser.

The instances of a fleet are written by one template. Where each line in which two files differ is a value of its own,
in a form that leaves no doubt about what YAML makes of it, the one has the structure of the other. Whatever is less
clear is parsed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, compress, count
from operator import ne
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, ScalarNode

from .nodes import Node
from .scalars import Resolution, resolve_plain

_FIRST = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/<")
"""What a value without quotes starts with here: no indicator of YAML, no sign, no dot."""

_NO_START = frozenset(("", " "))

_VARIANTS = 8
"""Patterns of one name and length: files differ in more than values where a template leaves something out."""

_PATIENCE = 24
"""After so many files in a row that are like none before, those of their name and length are only parsed."""

_MOST_NAMES = 500


class _Slot(NamedTuple):
    """A line that ends in a value, or one line of a literal block.

    `before` stands in front of what may differ: key and opening quote, or the block's indentation. `style` is that of
    the scalar. A block has the lines from `first` up to `end`, and `after` them the line breaks that belong to it.
    """

    holder: int
    key: Any
    style: str
    before: str
    first: int = 0
    end: int = 0
    after: str = ""


class _Pattern:
    """A parsed file: its lines, where what differs may stand, and its data."""

    def __init__(self, lines: list[str], root: Node, data: Any) -> None:
        self._lines = lines
        # every collection: the number of the one around it, its key there, and itself
        self._holders: list[tuple[int, Any, Any]] = [(-1, None, data)]
        self._slots: dict[int, _Slot] = {}
        starts = [0, *accumulate([len(line) + 1 for line in lines])]
        for holder, key, node in self._scalars(root):
            offset = node.start_mark.index
            number = bisect_right(starts, offset) - 1
            self._note(holder, key, node, number, lines[number][: offset - starts[number]])

    def _scalars(self, root: Node) -> Iterator[tuple[int, Any, Node]]:
        """Values outside of brackets and without a tag: the number of their collection, their key there, the node."""
        todo = [(root, 0)]
        while todo:
            node, number = todo.pop()
            if node.flow_style:
                continue
            held = self._holders[number][2]
            values = [pair[1] for pair in node.value] if isinstance(node, MappingNode) else node.value
            for key, value in zip(held if isinstance(node, MappingNode) else count(), values, strict=False):
                if not isinstance(value, ScalarNode):
                    todo.append((value, len(self._holders)))
                    self._holders.append((number, key, held[key]))
                elif value.tag is None or isinstance(value.tag, Resolution):
                    yield number, key, value

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

    def data_of(self, lines: list[str]) -> Any:
        """The data of a file with as many lines; None if it may be otherwise than this one."""
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
                block, value = slot, _block(lines[slot.first : slot.end], slot.before)
                if value is None:
                    return None
                self._copy(slot.holder, copies)[slot.key] = value + slot.after
                continue
            line, before = lines[number], slot.before
            if not (line.startswith(before) and line.isascii() and line.isprintable()):
                return None
            if slot.style:
                value = line[len(before) : -1]
                if line[-1] != slot.style or len(line) == len(before) or slot.style in value or "\\" in value:
                    return None
            else:
                value = line[len(before) :]
                if not _is_clear(value):
                    return None
                found = resolve_plain(value)
                if found is not None:
                    if found.note:
                        return None
                    value = found.value
            self._copy(slot.holder, copies)[slot.key] = value
        return copies[0] if copies else self._holders[0][2]

    def _copy(self, number: int, copies: dict[int, Any]) -> Any:
        """A collection of the other file, in its place in those around it. What does not differ is shared."""
        known = copies.get(number)
        if known is None:
            around, key, held = self._holders[number]
            known = copies[number] = held.copy()
            if around >= 0:
                self._copy(around, copies)[key] = known
        return known


def _is_clear(value: str) -> bool:
    """Whether printable ASCII after a key is a value without quotes, and nothing else, whatever stands below it."""
    return value[:1] in _FIRST and value[-1] not in " :" and ": " not in value and " #" not in value


def _block(lines: list[str], blanks: str) -> str | None:
    """The text of a literal block of simple lines, the last line break left out; None for lines of another kind."""
    column = len(blanks)
    inside = [line[column:] for line in lines if line.startswith(blanks)]
    if len(inside) < len(lines) or any(line[:1] in _NO_START for line in inside):
        return None
    text = "\n".join(inside)
    return text if text.isascii() and "".join(inside).isprintable() else None


class Patterns:
    """What files of a repo are like: which of those that were parsed could stand for others."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], list[_Pattern]] = {}
        self._missed: dict[tuple[str, int], int] = {}

    def data_of(self, name: str, lines: list[str]) -> Any:
        """The data of a file of a name; None if it has to be parsed."""
        kind = name, len(lines)
        patterns = self._known.get(kind)
        if patterns is not None:
            for position, pattern in enumerate(patterns):
                data = pattern.data_of(lines)
                if data is not None:
                    if position:
                        patterns.insert(0, patterns.pop(position))
                    self._missed[kind] = 0
                    return data
        return None

    def learn(self, name: str, lines: list[str], root: Node, data: Any) -> None:
        """Take a file that was parsed for a pattern, from the second of a name and length on."""
        kind = name, len(lines)
        missed = self._missed.get(kind)
        if missed is None:
            if len(self._missed) < _MOST_NAMES:
                self._missed[kind] = 0
        elif missed == _PATIENCE:
            self._known.pop(kind, None)
        else:
            self._missed[kind] = missed + 1
            patterns = self._known.setdefault(kind, [])
            patterns.insert(0, _Pattern(lines, root, data))
            del patterns[_VARIANTS:]
