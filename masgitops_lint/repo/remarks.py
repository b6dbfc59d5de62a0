"""What a reader of a file that parses should know: repeated keys, late merges, surprising scalars, lost documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from yaml.nodes import MappingNode, ScalarNode

from masgitops_lint.model.place import Keys

from .construct import Decoder, UnfitError, is_merge, key_text, merge_sources, resolution_of
from .nodes import Node
from .problem import Problem
from .scalars import SURPRISING, Resolution, number_text
from .tokens import document_starts
from .tree import Site, Tree

MAX_REMARKS = 1000
"""A file gets no more remarks than this."""


def remarks(tree: Tree, failed: frozenset[int]) -> tuple[Problem, ...]:
    """The remarks about a text, in its order. `failed` are the documents that could not be read."""
    found: list[Problem] = []
    for index, root in enumerate(tree.roots):
        if index not in failed:
            found.extend(islice(_walk(tree, root, index), MAX_REMARKS - len(found)))
    found.extend(islice(_marks(tree), MAX_REMARKS))
    found.extend(_documents(tree, 0 not in failed))
    return tuple(sorted(found, key=lambda problem: (problem.span, problem.kind)))


def _walk(tree: Tree, root: Node, document: int) -> Iterator[Problem]:
    todo: list[tuple[Node, Keys]] = [(root, ())]
    seen: set[int] = set()
    while todo:
        node, keys = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            resolution = _resolution(tree, node)
            if resolution is not None and resolution.note == SURPRISING:
                yield _surprise(tree, node, keys, document, resolution)
        elif isinstance(node, MappingNode):
            yield from _mapping(tree, node, keys, document)
            for key, value in reversed(node.value):
                name = _name(tree, key)
                todo.append((value, keys if name is None or is_merge(key) else (*keys, name)))
        else:
            items = [(item, (*keys, index)) for index, item in enumerate(node.value)]
            todo.extend(reversed(items))


def _resolution(tree: Tree, node: Node) -> Resolution | None:
    try:
        return resolution_of(node, tree.text)
    except UnfitError:
        return None


def _name(tree: Tree, key: Node) -> str | None:
    try:
        return key_text(key, tree.text)
    except UnfitError:
        return None


def _surprise(tree: Tree, node: Node, keys: Keys, document: int, resolution: Resolution) -> Problem:
    span = tree.lines.span(tree.start(node), tree.end(node))
    shown = printed(resolution.value)
    message = f"`{node.value}` is read as {shown}"
    return Problem("surprising-scalar", message, span, keys, document, text=node.value, resolved=shown)


def _mapping(tree: Tree, mapping: Node, keys: Keys, document: int) -> Iterator[Problem]:
    first: dict[str, tuple[Site, Node]] = {}
    sites = [tree.site(mark) for mark in tree.marks(mapping)]
    for index, (key, value) in enumerate(mapping.value):
        site = sites[2 * index]
        if is_merge(key):
            yield from _late_merge(tree, key, value, first, keys, document, site)
            continue
        name = _name(tree, key)
        if name is None:
            continue
        if name in first:
            related = tree.lines.span(*first[name][0])
            message = f"`{name}` is already a key of this mapping; the last one counts"
            span = tree.lines.span(*site)
            yield Problem("duplicate-key", message, span, (*keys, name), document, related)
        resolution = _resolution(tree, key)
        if resolution is not None and resolution.type != "merge" and name != key.value:
            span = tree.lines.span(*site)
            message = f"the key `{key.value}` is read as `{name}`"
            route = (*keys, name)
            yield Problem("surprising-key", message, span, route, document, text=key.value, resolved=name)
        first[name] = (first[name][0] if name in first else site, value)


def _late_merge(
    tree: Tree, key: Node, value: Node, before: dict[str, tuple[Site, Node]], keys: Keys, document: int, site: Site
) -> Iterator[Problem]:
    if not before:
        return
    try:
        merged: dict[str, Any] = {}
        for source in merge_sources(key, value):
            merged.update(Decoder(tree.text).decode(source))
        changed = [
            name
            for name, (_, node) in before.items()
            if name in merged and not same(Decoder(tree.text).decode(node), merged[name])
        ]
    except UnfitError:
        return
    if changed:
        names = ", ".join(f"`{name}`" for name in changed)
        message = f"`<<` stands below {names} and overwrites {'it' if len(changed) == 1 else 'them'}"
        related = tree.lines.span(*before[changed[0]][0])
        yield Problem("late-merge", message, tree.lines.span(*site), (*keys, changed[0]), document, related)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same data; unlike in Python, `true` is not 1."""
    return bool(one == other) and repr(one) == repr(other)


def printed(value: Any) -> str:
    """A scalar as JSON prints it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, int | float) else str(value)


def is_blank(root: Node) -> bool:
    """Whether a document holds nothing at all (`null` written out is something)."""
    return isinstance(root, ScalarNode) and root.value == "" and isinstance(root.tag, Resolution)


def _marks(tree: Tree) -> Iterator[Problem]:
    offset = tree.text.find("\ufeff")
    while offset >= 0:
        message = "an invisible byte order mark (U+FEFF) stands inside the file and becomes part of the key or value"
        yield Problem("stray-bom", message, tree.lines.span(offset, offset + 1))
        offset = tree.text.find("\ufeff", offset + 1)


def _documents(tree: Tree, ok: bool) -> Iterator[Problem]:
    roots = tree.roots
    if ok and (not roots or is_blank(roots[0])):
        yield Problem("empty", "the file holds no data")
    later = [index for index in range(1, len(roots)) if not is_blank(roots[index])]
    if not later:
        return
    starts = document_starts(tree.text)
    start = roots[later[0]].start_mark.index
    before = [offset for offset in starts if roots[0].end_mark.index <= offset <= start]
    span = tree.lines.span(before[-1], before[-1] + 3) if before else tree.lines.span(start, start + 1)
    message = f"a second YAML document starts here ({len(roots)} in this file)"
    yield Problem("multiple-documents", message, span, document=later[0])
