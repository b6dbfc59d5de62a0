"""The nodes of a file, for whoever asks where something stands."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Span

from .alike import Pattern
from .construct import UnfitError, is_merge, key_text, merge_sources
from .lines import Lines
from .nodes import Node, as_input, children, compose
from .tokens import BREAKS, alias_offsets

_BLANK = f"[ \t{BREAKS}]"
_PROPERTIES = late_pattern(rf"(?:(?:&[0-9A-Za-z_-]+|!\S*)(?:{_BLANK}+(?:#[^{BREAKS}]*{_BLANK}*)*)?)+")

Part: TypeAlias = Literal["key", "value", "both"]


class Site(NamedTuple):
    """Character offsets of a node where a collection mentions it: its own text, or that of an alias to it."""

    start: int
    end: int


class Mark(NamedTuple):
    """A child of a collection, where the parser says it stands, and whether what stands there is an alias to it."""

    node: Node
    site: Site
    alias: bool


class Entry(NamedTuple):
    """A step of a route: a value, and the key it stands under (None in a list)."""

    key: Mark | None
    value: Mark


class Tree:
    """One text composed into nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.roots = compose(as_input(text))[0]
        # without aliases and merges a route is found without a look at the keys beside it
        self._plain = "*" not in text and "<<" not in text
        self._entries: dict[int, dict[str, Entry]] = {}
        self._marks: dict[int, list[Mark]] = {}
        self._offsets: dict[tuple[Keys, Part, int], Site | None] = {}

    @cached_property
    def _aliases(self) -> list[Site]:
        return [Site(start, end) for start, end in alias_offsets(self.text)] if "*" in self.text else []

    def site(self, mark: Mark) -> Site:
        """Where a child stands, without its tag and anchor and without what follows it."""
        return mark.site if mark.alias else Site(self.start(mark.node), self.end(mark.node))

    def marks(self, collection: Node) -> list[Mark]:
        """The children of a collection, keys and values in turn."""
        known = self._marks.get(id(collection))
        if known is not None:
            return known
        found = self._marks[id(collection)] = []
        cursor: int = collection.start_mark.index
        for child in children(collection):
            start, end = child.start_mark.index, child.end_mark.index
            # what an alias repeats stands further up
            alias = start < cursor or child is collection
            if alias:
                at = bisect_left(self._aliases, (cursor, 0))
                site = self._aliases[at] if at < len(self._aliases) else Site(cursor, cursor)
            else:
                site = Site(start, end)
            cursor = site.end
            found.append(Mark(child, site, alias))
        return found

    def start(self, node: Node) -> int:
        """Where a node's text starts, behind its tag and its anchor."""
        start: int = node.start_mark.index
        if self.text[start : start + 1] not in ("!", "&"):
            return start
        found = _PROPERTIES.match(self.text, start, node.end_mark.index)
        return found.end() if found else start

    def end(self, node: Node) -> int:
        """Where a node's text ends. libyaml lets block collections and block scalars reach up to the next token."""
        while not isinstance(node, ScalarNode) and node.value and not node.flow_style:
            if self._plain:
                node = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
                continue
            node, site, alias = self.marks(node)[-1]
            if alias:
                return site.end
        end: int = node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            start: int = node.start_mark.index
            return start + len(self.text[start:end].rstrip())
        return end

    def entries(self, mapping: Node) -> dict[str, Entry]:
        """A mapping's entries by the keys that Argo CD sees: the last of a key wins, `<<` counts where it stands."""
        known = self._entries.get(id(mapping))
        if known is not None:
            return known
        found: dict[str, Entry] = {}
        self._entries[id(mapping)] = found
        marks = self.marks(mapping)
        for index, (key, value) in enumerate(mapping.value):
            try:
                if is_merge(key):
                    for source in merge_sources(key, value):
                        found.update(self.entries(source))
                else:
                    name = key_text(key, self.text)
                    found[name] = Entry(marks[2 * index], marks[2 * index + 1])
            except UnfitError:
                continue
        return found

    def _entry(self, node: Node, key: str | int) -> Entry | None:
        if isinstance(node, SequenceNode):
            there = isinstance(key, int) and 0 <= key < len(node.value)
            return Entry(None, self.marks(node)[int(key)]) if there else None
        try:
            return self.entries(node).get(str(key)) if isinstance(node, MappingNode) else None
        except RecursionError:  # a chain of thousands of merges, which Argo CD refuses anyway
            return None

    def _plain_pair(self, node: Node, key: str | int) -> tuple[Node | None, Node] | None:
        """What `_entry` finds, as nodes, where nothing is an alias or a merge: without a look at what lies beside."""
        if isinstance(node, SequenceNode):
            return (None, node.value[key]) if isinstance(key, int) and 0 <= key < len(node.value) else None
        if not isinstance(node, MappingNode):
            return None
        found = None
        wanted = str(key)
        for name, value in node.value:
            if name.tag is not None:
                entry = self.entries(node).get(wanted)
                return None if entry is None or entry.key is None else (entry.key.node, entry.value.node)
            if name.value == wanted:
                found = (name, value)
        return found

    def follow(self, keys: Keys, document: int) -> tuple[Entry | None, bool]:
        """The last entry of a route that is there, None at its start, and whether that is the route's end."""
        if document >= len(self.roots):
            return None, False
        node = self.roots[document]
        if not self._plain:
            entry = None
            for key in keys:
                step = self._entry(node, key)
                if step is None:
                    return entry, False
                entry, node = step, step.value.node
            return entry, True
        last = None
        for key in keys:
            pair = self._plain_pair(node, key)
            if pair is None:
                break
            last, node = pair, pair[1]
        else:
            return last and _plain_entry(*last), True
        return last and _plain_entry(*last), False

    def offsets(self, keys: Keys, part: Part, document: int) -> Site | None:
        """Where a route that exists stands in the text."""
        wanted = (keys, part, document)
        if wanted not in self._offsets:
            self._offsets[wanted] = self._find(keys, part, document)
        return self._offsets[wanted]

    def _find(self, keys: Keys, part: Part, document: int) -> Site | None:
        entry, exists = self.follow(keys, document)
        if not exists:
            return None
        if entry is None:
            root = self.roots[document]
            return Site(self.start(root), self.end(root))
        key, value = entry
        if key is None or part == "value":
            return self.site(value)
        if part == "key":
            return self.site(key)
        start, end = self.site(key)
        return Site(start, max(end, self.site(value).end))

    def nearest(self, keys: Keys, document: int) -> Site | None:
        """The key, or the first line of the list item, at the end of a route's longest existing prefix."""
        entry, _ = self.follow(keys, document)
        if entry is None:
            if document == 0 or document >= len(self.roots):
                return None
            start = self.start(self.roots[document])
            return Site(start, min(self.lines.line_end(start), self.end(self.roots[document])))
        key, value = entry
        if key is not None:
            return self.site(key)
        start, end = self.site(value)
        return Site(start, min(end, self.lines.line_end(start)))

    def span(self, keys: Keys, part: Part, document: int) -> Span | None:
        """Where a route stands, or the key at the end of its longest existing prefix."""
        site = self.offsets(keys, part, document) or self.nearest(keys, document)
        return None if site is None else self.lines.span(*site)

    def scalar(self, keys: Keys, document: int) -> tuple[Site, str] | None:
        """Where the scalar at a route stands, and its style as PyYAML names it; None if there is no scalar."""
        entry, exists = self.follow(keys, document)
        if not exists:
            return None
        node = self.roots[document] if entry is None else entry.value.node
        return (Site(self.start(node), self.end(node)), node.style or "") if isinstance(node, ScalarNode) else None


class LikeTree:
    """Where things stand in a text that was read by its likeness to another: at the same places of the same lines."""

    def __init__(self, text: str, pattern: Pattern) -> None:
        self._text = text
        self._pattern = pattern
        self._known = tree_of(pattern.text)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self._text)

    @cached_property
    def _texts(self) -> list[str]:
        # few ask for offsets, for which `lines` has to count
        return self._text.split("\n")

    @property
    def _own(self) -> Tree:
        """The tree of the text itself, for what cannot be told by likeness."""
        return tree_of(self._text)

    def span(self, keys: Keys, part: Part, document: int) -> Span | None:
        """Where a route stands, or the key at the end of its longest existing prefix."""
        site = self._known.offsets(keys, part, document) or self._known.nearest(keys, document)
        if site is None:
            return None
        start, end = self._position(site.start), self._position(site.end)
        if start is None or end is None:
            return self._own.span(keys, part, document)
        return Span(*start, *max(start, end))

    def offsets(self, keys: Keys, part: Part, document: int) -> Site | None:
        """Where a route that exists stands in the text."""
        site = self._known.offsets(keys, part, document)
        if site is None:
            return None
        return self._moved(site) or self._own.offsets(keys, part, document)

    def scalar(self, keys: Keys, document: int) -> tuple[Site, str] | None:
        """Where the scalar at a route stands, and its style as PyYAML names it; None if there is no scalar."""
        found = self._known.scalar(keys, document)
        if found is None:
            return None
        site = self._moved(found[0])
        return self._own.scalar(keys, document) if site is None else (site, found[1])

    def _moved(self, site: Site) -> Site | None:
        start, end = self._position(site.start), self._position(site.end)
        if start is None or end is None:
            return None
        starts = self.lines.starts
        return Site(starts[start[0] - 1] + start[1] - 1, starts[end[0] - 1] + end[1] - 1)

    def _position(self, known: int) -> tuple[int, int] | None:
        """Line and column, both from 1, of what stands at an offset in the pattern; None where it cannot be told."""
        line, column = self._known.lines.position(known)
        if self._pattern.is_fixed(line - 1, column - 1):
            return line, column
        if self._pattern.is_end(line - 1, column - 1):
            return line, len(self._texts[line - 1].rstrip()) + 1
        return None


def _plain_entry(key: Node | None, value: Node) -> Entry:
    return Entry(None if key is None else _mark(key), _mark(value))


def _mark(node: Node) -> Mark:
    """A child that is no alias."""
    return Mark(node, Site(node.start_mark.index, node.end_mark.index), False)


_Made = TypeVar("_Made", Tree, LikeTree)


class _Kept(Generic[_Made]):
    """The trees of the latest texts, of a limited length together: about what rules look at one after the other."""

    LIMIT = 2_000_000

    def __init__(self) -> None:
        # a plain dict walks over all that it has dropped to find its oldest entry
        self._trees: OrderedDict[str, _Made] = OrderedDict()
        self._length = 0

    def tree(self, text: str, make: Callable[[str], _Made]) -> _Made:
        """The tree of a text."""
        known = self._trees.pop(text, None)
        if known is None:
            known = make(text)
            self._length += len(text)
            while self._length > self.LIMIT and self._trees:
                self._length -= len(self._trees.popitem(last=False)[0])
        self._trees[text] = known
        return known


_trees: _Kept[Tree] = _Kept()
_like_trees: _Kept[LikeTree] = _Kept()


def tree_of(text: str) -> Tree:
    """The tree of a text."""
    return _trees.tree(text, Tree)


def like_tree_of(text: str, pattern: Pattern) -> LikeTree:
    """The tree of a text that was read by its likeness to a pattern."""
    return _like_trees.tree(text, lambda own: LikeTree(own, pattern))
