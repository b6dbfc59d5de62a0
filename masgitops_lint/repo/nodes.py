"""From bytes to YAML nodes: libyaml's parser with Go's idea of scalars in place of Python's.

go-yaml v2 is a port of libyaml, so both read the same grammar; what differs is checked in `hostile.py` and
`construct.py`. The tag of a node tells what it is:

- `None`: a string (quoted, or plain without another meaning);
- a `Resolution`: a plain scalar with another meaning;
- `MappingNode` or `SequenceNode`, the class itself: a collection;
- text: an explicit tag, not yet judged.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, TypeAlias

from yaml.composer import ComposerError
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.scanner import ScannerError

from .scalars import NUMBER_START, WORDS, resolve_number

Node: TypeAlias = Any
"""A node of PyYAML. Its type would say that the tag is text, which does not hold here."""

try:
    from yaml._yaml import CParser as _Base

    C_SPEED = True
except ImportError:  # PyYAML without libyaml: the same grammar, forty times slower
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    C_SPEED = False

    class _Base(Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]
        def __init__(self, stream: bytes) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


_BOM = "\ufeff".encode()
_QUOTE = b"\\'"
_ESCAPES = (("e", "\x1b"), ("a", "\x07"), ("v", "\x0b"), ("f", "\x0c"), ("b", "\x08"))
_MAX_SCANNED = 10_000_000
_word = WORDS.get


def _resolve(kind: Any, value: str | None, implicit: Any) -> Any:
    """The tag of a node without one. `implicit[0]` says that a scalar is plain."""
    if value is None:
        return kind
    if implicit[0]:
        known = _word(value)
        if known is not None:
            return known
        if value[0] in NUMBER_START:
            return resolve_number(value)
    return None


class GoParser(_Base):
    """A parser whose nodes carry resolutions instead of tags."""

    resolve = staticmethod(_resolve)
    # the parser calls both for every node; nothing here needs them, and builtins are the cheapest way to say so
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(bool)


def compose(raw: bytes) -> tuple[list[Node], YAMLError | None]:
    """The root node of every document, and the error that ended the stream early if one did."""
    # a single byte is found ten times as fast as two
    if (_BOM[:1] not in raw or _BOM not in raw) and (_QUOTE[:1] not in raw or _QUOTE not in raw):
        return _compose(raw)
    raw, stand_ins = prepare(raw)
    roots, error = _compose(raw)
    for root in roots if stand_ins else ():
        for node in scalars_below(root):
            for stand_in, original in stand_ins:
                node.value = node.value.replace(stand_in, original)
    return roots, error


def as_input(text: str) -> bytes:
    """A text as `compose` takes it."""
    return text.encode("utf-8", "replace")


def prepare(raw: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Input that libyaml reads as go-yaml reads `raw`, and the characters that stand in for others in its values.

    Inside a text go-yaml takes a byte order mark for a character, where libyaml drops it at the start of a line; and
    it knows the escape `\\'` in double quotes. No position changes.
    """
    stand_ins: list[tuple[str, str]] = []
    if _BOM in raw:
        text = raw.decode("utf-8", "replace")
        stand_in = next(character for character in map(chr, range(0xE000, 0xF900)) if character not in text)
        raw = text.replace("\ufeff", stand_in).encode("utf-8", "replace")
        stand_ins.append((stand_in, "\ufeff"))
    if _QUOTE in raw:
        raw, stand_in = _without_escaped_quotes(raw)
        if stand_in:
            stand_ins.append((stand_in, "'"))
    return raw, stand_ins


def _without_escaped_quotes(raw: bytes) -> tuple[bytes, str]:
    """Another escape in place of each `\\'` that libyaml stops at; which other it is must not occur otherwise."""
    text = raw.decode("utf-8", "replace")
    lower = text.lower()
    for letter, stand_in in _ESCAPES:
        code = f"{ord(stand_in):02x}"
        if f"\\{letter}" not in text and not any(f"\\{kind}{code}" in lower for kind in ("x", "u00", "u000000")):
            break
    else:
        return raw, ""
    replaced = False
    for _ in range(max(3, min(50, _MAX_SCANNED // len(raw)))):
        at = _unknown_escape(text.encode("utf-8", "replace"))
        if at is None or text[at : at + 2] != "\\'":
            break
        text = f"{text[:at]}\\{letter}{text[at + 2 :]}"
        replaced = True
    return text.encode("utf-8", "replace"), stand_in if replaced else ""


def _unknown_escape(raw: bytes) -> int | None:
    """Where the scanner meets an escape that it does not know, if that is what stops it."""
    try:
        parser: Any = GoParser(raw)
        while parser.check_token():
            parser.get_token()
    except ScannerError as error:
        mark: Any = error.problem_mark
        if (error.problem or "").startswith("found unknown escape character") and mark is not None:
            return int(mark.index)
    except YAMLError:
        pass
    return None


def _compose(raw: bytes) -> tuple[list[Node], YAMLError | None]:
    roots: list[Node] = []
    try:
        parser: Any = GoParser(raw)
        while parser.check_node():
            roots.append(parser.get_node())
    except ComposerError as error:
        if error.context is not None and error.context.startswith("found duplicate anchor"):
            return _EventComposer().compose(raw)
        return roots, error
    except YAMLError as error:
        return roots, error
    return roots, None


def nodes_below(root: Node) -> Iterator[Node]:
    """Every node of a document, keys and the root included, once, in no special order."""
    todo: list[Node] = [root]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        todo.extend(children(node))


def children(node: Node) -> list[Node]:
    """A collection's nodes in the order of the text, keys and values in turn; nothing for a scalar."""
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def scalars_below(root: Node) -> Iterator[Node]:
    """Every scalar of a document, keys included, once, in no special order."""
    return (node for node in nodes_below(root) if isinstance(node, ScalarNode))


def flow_children(root: Node) -> Iterator[Node]:
    """Every node directly inside `[]` or `{}`."""
    for node in nodes_below(root):
        if not isinstance(node, ScalarNode) and node.flow_style:
            yield from children(node)


class _EventComposer:
    """Composes files that define an anchor twice, which Go allows and PyYAML's composer refuses. Needs no stack."""

    def __init__(self) -> None:
        self._roots: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._open: list[list[Node]] = []
        """The collections that are open, innermost last: the node, then its children so far."""

    def compose(self, raw: bytes) -> tuple[list[Node], YAMLError | None]:
        """As the function `compose`."""
        try:
            parser: Any = GoParser(raw)
            while parser.check_event():
                event = parser.get_event()
                if isinstance(event, NodeEvent):
                    self._node(event)
                elif isinstance(event, CollectionEndEvent):
                    self._close(event)
                elif isinstance(event, DocumentStartEvent):
                    self._anchors = {}
        except YAMLError as error:
            return self._roots, error
        return self._roots, None

    def _node(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchors:
                mark: Any = event.start_mark
                raise ComposerError(None, None, f"found undefined alias {event.anchor!r}", mark)
            self._add(self._anchors[event.anchor])
            return
        make: Any
        if isinstance(event, ScalarEvent):
            tag = _resolve(ScalarNode, event.value, event.implicit) if event.tag in (None, "!") else event.tag
            make = ScalarNode
            node = make(tag, event.value, event.start_mark, event.end_mark, event.style)
        else:
            make = MappingNode if isinstance(event, MappingStartEvent) else SequenceNode
            node = make(event.tag or make, [], event.start_mark, event.end_mark, event.flow_style)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        if isinstance(node, ScalarNode):
            self._add(node)
        else:
            self._open.append([node])

    def _close(self, event: Any) -> None:
        node, *children = self._open.pop()
        node.end_mark = event.end_mark
        if isinstance(node, MappingNode):
            node.value.extend(zip(children[::2], children[1::2], strict=True))
        else:
            node.value.extend(children)
        self._add(node)

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1].append(node)
        else:
            self._roots.append(node)
