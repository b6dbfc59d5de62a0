"""From nodes to plain data, as go-yaml v2's decoder and sigs.k8s.io/yaml build it."""

from __future__ import annotations

import re
from typing import Any

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from .nodes import Node
from .scalars import MERGE, REFUSED, RefusedError, Resolution, resolve_tagged

MAX_DEPTH = 250
"""Levels of nesting, aliases followed. Argo CD takes 10,000; nobody writes more than a few dozen."""


class UnfitError(Exception):
    """A document that parses but that Argo CD does not accept: `kind` of problem, what is wrong, and where."""

    def __init__(self, kind: str, message: str, node: Node) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.node = node


class _CarefulError(Exception):
    """The document holds something that the quick way does not know."""


LONE_TAG = re.compile(rb"![\s,\]}]|!\Z")
"""A `!` that may be a tag of its own, which only shows in the source text."""


def construct(root: Node, text: str, *, careful: bool) -> tuple[Any, bool, bool]:
    """The data below `root`, whether anything in it deserves a remark, and whether a mapping repeats a key.

    Raises `UnfitError`.

    `careful` says that the text may hold aliases or the tag `!`, which the quick way does not see.
    """
    if not careful:
        notes: list[Any] = []
        try:
            if root.tag not in _COLLECTIONS:
                return *_scalar_root(root), False
            data = _quick(root, notes)
            return data, bool(notes), any(note.tag is MappingNode for note in notes)
        except (_CarefulError, RecursionError):
            pass
    decoder = Decoder(text)
    return decoder.decode(root), True, decoder.repeats


_COLLECTIONS = (MappingNode, SequenceNode)


def _scalar_root(root: Node) -> tuple[Any, bool]:
    tag = root.tag
    if tag is None:
        return root.value, False
    if tag.__class__ is Resolution and tag.note != REFUSED:
        return tag.value, bool(tag.note)
    raise _CarefulError


def _quick(node: Node, notes: list[Any]) -> Any:
    """The common case in one tight loop: no alias, no tag, no merge, nothing that Argo CD refuses."""
    if node.tag is MappingNode:
        result: dict[str, Any] = {}
        pairs = node.value
        for key, value in pairs:
            name = key.value if key.tag is None else _quick_key(key, notes)
            tag = value.tag
            if tag is None:
                result[name] = value.value
            elif tag.__class__ is Resolution:
                if tag[1]:
                    if tag[1] == REFUSED:
                        raise _CarefulError
                    notes.append(value)
                result[name] = tag[0]
            else:
                result[name] = _quick(value, notes)
        if len(result) != len(pairs):
            notes.append(node)
        return result
    if node.tag is not SequenceNode:
        raise _CarefulError
    items: list[Any] = []
    for value in node.value:
        tag = value.tag
        if tag is None:
            items.append(value.value)
        elif tag.__class__ is Resolution:
            if tag[1]:
                if tag[1] == REFUSED:
                    raise _CarefulError
                notes.append(value)
            items.append(tag[0])
        else:
            items.append(_quick(value, notes))
    return items


def _quick_key(key: Node, notes: list[Any]) -> str:
    tag = key.tag
    if tag.__class__ is not Resolution or tag is MERGE or tag.key is None:
        raise _CarefulError
    if tag.key != key.value:
        notes.append(key)
    return str(tag.key)


def is_merge(key: Node) -> bool:
    """Whether a mapping key is `<<` in its special meaning."""
    return key.tag is MERGE or bool(key.tag == "tag:yaml.org,2002:merge" and key.value == "<<")


def has_lone_tag(node: Node, text: str) -> bool:
    """Whether a scalar has the tag `!`, which makes it a string in Go; libyaml reports such a scalar as untagged."""
    start: int = node.start_mark.index
    if text[start : start + 1] not in ("!", "&"):
        return False
    words = text[start : node.end_mark.index].split(None, 2)
    return "!" in words[:2]


def resolution_of(node: Node, text: str) -> Resolution | None:
    """What a scalar node stands for, None for a string. Raises `UnfitError`."""
    tag = node.tag
    if tag is None:
        return None
    if isinstance(tag, str):
        try:
            return resolve_tagged(tag, node.value)
        except RefusedError as error:
            raise UnfitError("syntax", str(error), node) from None
    if has_lone_tag(node, text):
        return None
    resolution: Resolution = tag
    return resolution


def key_text(key: Node, text: str) -> str:
    """A mapping key as the string that Argo CD makes of it. Raises `UnfitError` for a null, a list or a mapping."""
    if not isinstance(key, ScalarNode):
        source = text[key.start_mark.index : key.end_mark.index]
        if source.startswith("{"):
            message = "a value that starts with `{` is a YAML mapping, not text: put it in quotes"
        else:
            message = "a list or a mapping cannot be a key"
        raise UnfitError("syntax", message, key)
    resolution = resolution_of(key, text)
    if resolution is None:
        return str(key.value)
    if resolution.key is None:
        what = "null" if resolution.value is None else "a number beyond 64 bits with a sign"
        raise UnfitError("syntax", f"{what} cannot be a key of a mapping", key)
    return resolution.key


class Decoder:
    """The careful way: aliases, merges, tags, and Go's own limits on what aliases may expand to."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._built: dict[int, Any] = {}
        self._sizes: dict[int, int] = {}
        self._depths: dict[int, int] = {}
        self._open: set[int] = set()
        # go-yaml counts the document as the first decoding
        self._decoded = 1
        self._aliased = 0
        self.repeats = False
        """Whether a mapping that was read writes a key twice."""

    def decode(self, root: Node) -> Any:
        """The data below `root`. Raises `UnfitError`."""
        return self._value(root, 0)

    def _value(self, node: Node, level: int) -> Any:
        identity = id(node)
        if identity in self._open:
            raise UnfitError("syntax", "an alias stands inside the value that it repeats", node)
        if identity in self._sizes:
            self._repeat(node, identity, level)
            if identity not in self._built:
                self._built[identity] = self._scalar(node)
            return self._built[identity]
        before = self._decoded
        self._decoded += 1
        if isinstance(node, ScalarNode):
            value, depth = self._scalar(node), 0
        else:
            if level >= MAX_DEPTH:
                raise UnfitError("too-deep", f"nested more than {MAX_DEPTH} levels deep", node)
            self._open.add(identity)
            if isinstance(node, MappingNode):
                value, depth = self._mapping(node, level)
            else:
                value, depth = self._sequence(node, level)
            self._open.discard(identity)
        self._built[identity] = value
        self._sizes[identity] = self._decoded - before
        self._depths[identity] = depth
        return value

    def _repeat(self, node: Node, identity: int, level: int) -> None:
        size = self._sizes[identity]
        self._decoded += 1 + size
        self._aliased += size
        if level + self._depths[identity] > MAX_DEPTH:
            raise UnfitError("too-deep", f"nested more than {MAX_DEPTH} levels deep, aliases followed", node)
        if self._aliased > 100 and self._decoded > 1000 and self._aliased / self._decoded > _allowed(self._decoded):
            raise UnfitError("alias-bomb", "aliases repeat so much that Argo CD refuses the document", node)

    def _key(self, key: Node, level: int) -> None:
        """Count a key. As a key even infinity is accepted, so it is not looked at as a value."""
        if not isinstance(key, ScalarNode):
            self._value(key, level)
        elif id(key) in self._sizes:
            self._repeat(key, id(key), level)
        else:
            self._decoded += 1
            self._sizes[id(key)] = 1
            self._depths[id(key)] = 0

    def _scalar(self, node: Node) -> Any:
        resolution = resolution_of(node, self._text)
        if resolution is None:
            return node.value
        if resolution.note == REFUSED:
            raise UnfitError("syntax", f"`{node.value}` is a number that JSON does not have: put it in quotes", node)
        return resolution.value

    def _mapping(self, node: Node, level: int) -> tuple[dict[str, Any], int]:
        result: dict[str, Any] = {}
        depth = 0
        written: set[str] = set()
        for key, value in node.value:
            if is_merge(key):
                for source in merge_sources(key, value):
                    result.update(self._value(source, level))
                    depth = max(depth, self._depths[id(source)])
                continue
            self._key(key, level + 1)
            name = key_text(key, self._text)
            self.repeats = self.repeats or name in written
            written.add(name)
            result[name] = self._value(value, level + 1)
            depth = max(depth, 1 + self._depths[id(value)])
        return result, depth

    def _sequence(self, node: Node, level: int) -> tuple[list[Any], int]:
        result: list[Any] = []
        depth = 0
        for item in node.value:
            result.append(self._value(item, level + 1))
            depth = max(depth, 1 + self._depths[id(item)])
        return result, depth


def merge_sources(key: Node, value: Node) -> list[Node]:
    """The mappings that `<<: value` copies, in the order in which Go does: the last one wins. Raises `UnfitError`."""
    if isinstance(value, MappingNode):
        return [value]
    # an alias to a list is refused; what an alias repeats stands further up
    written_here = value.start_mark.index > key.start_mark.index
    if isinstance(value, SequenceNode) and written_here and all(isinstance(i, MappingNode) for i in value.value):
        return list(reversed(value.value))
    raise UnfitError("syntax", "`<<` merges a mapping or a list of mappings, and this is neither", key)


def _allowed(decoded: int) -> float:
    """The share of values that may come from aliases (go-yaml v2 `decode.go`, allowedAliasRatio)."""
    low, high = 400_000, 4_000_000
    if decoded <= low:
        return 0.99
    return 0.10 if decoded >= high else 0.99 - 0.89 * (decoded - low) / (high - low)
