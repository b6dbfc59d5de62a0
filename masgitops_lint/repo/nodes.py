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
from typing import Any

from yaml.error import YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .scalars import NUMBER_START, WORDS, Resolution, resolve_number

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


_word = WORDS.get


def _resolve(kind: type[Node], value: str | None, implicit: Any) -> Resolution | type[Node] | None:
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
    parser = GoParser(raw)
    roots: list[Node] = []
    try:
        while parser.check_node():
            roots.append(parser.get_node())
    except YAMLError as error:
        if "found duplicate anchor" in str(error):
            return compose_events(raw)
        return roots, error
    return roots, None


def compose_events(raw: bytes) -> tuple[list[Node], YAMLError | None]:
    """`compose` for files that define an anchor twice, which Go allows and PyYAML's composer refuses."""
    from yaml.composer import ComposerError
    from yaml.events import (
        AliasEvent,
        CollectionEndEvent,
        DocumentStartEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceStartEvent,
    )

    parser = GoParser(raw)
    roots: list[Node] = []
    open_nodes: list[Node] = []
    pending: list[Node | None] = []
    anchors: dict[str, Node] = {}
    try:
        while parser.check_event():
            event = parser.get_event()
            node: Node
            if isinstance(event, DocumentStartEvent):
                anchors = {}
                continue
            if isinstance(event, CollectionEndEvent):
                open_nodes.pop().end_mark = event.end_mark
                pending.pop()
                if not open_nodes:
                    roots.append(done)
                continue
            if isinstance(event, AliasEvent):
                if event.anchor not in anchors:
                    raise ComposerError(None, None, f"found undefined alias {event.anchor!r}", event.start_mark)
                node = anchors[event.anchor]
            elif isinstance(event, ScalarEvent):
                tag = event.tag
                if tag is None or tag == "!":
                    tag = _resolve(ScalarNode, event.value, event.implicit)
                node = ScalarNode(tag, event.value, event.start_mark, event.end_mark, event.style)
            elif isinstance(event, SequenceStartEvent | MappingStartEvent):
                kind = MappingNode if isinstance(event, MappingStartEvent) else SequenceNode
                node = kind(event.tag or kind, [], event.start_mark, event.end_mark, event.flow_style)
            else:
                continue
            anchor = getattr(event, "anchor", None)
            if anchor is not None:
                anchors[anchor] = node
            if open_nodes:
                _append(open_nodes[-1], pending, node)
            elif isinstance(node, ScalarNode):
                roots.append(node)
            else:
                done = node
            if not isinstance(event, AliasEvent) and not isinstance(node, ScalarNode):
                open_nodes.append(node)
                pending.append(None)
    except YAMLError as error:
        return roots, error
    return roots, None


def _append(parent: Node, pending: list[Node | None], node: Node) -> None:
    if isinstance(parent, SequenceNode):
        parent.value.append(node)
    elif pending[-1] is None:
        pending[-1] = node
    else:
        parent.value.append((pending[-1], node))
        pending[-1] = None
