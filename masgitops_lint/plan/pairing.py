"""Which added Application carries on the content of which removed one: a rename or a move.

For Argo CD it is a deletion and a creation, never a rename; the pair tells the reader what was meant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from masgitops_lint.model.application import Application

from .values import flat

_ENOUGH = 0.6
_MOST_PAIRS = 40_000


def pair(
    removed: Iterable[Application],
    added: Iterable[Application],
    content: Callable[[Application, bool], Any],
) -> dict[str, str]:
    """Removed name -> added name, by chart and likeness of content. `content(application, of_base)` gives its values.

    Roots are paired first; leaves below paired roots then only with each other.
    """
    groups: dict[tuple[str, str, str], tuple[list[Application], list[Application]]] = {}
    for side, ones in enumerate((removed, added)):
        for one in ones:
            groups.setdefault((one.kind, one.path, one.template), ([], []))[side].append(one)
    found: dict[str, str] = {}
    ordered = sorted(groups.items(), key=lambda group: min((one.scope.count("/") for one in group[1][0]), default=99))
    for _, (olds, news) in ordered:
        if olds and news and len(olds) * len(news) <= _MOST_PAIRS:
            _pair_group(olds, news, content, found)
    return found


def _pair_group(
    olds: list[Application],
    news: list[Application],
    content: Callable[[Application, bool], Any],
    found: dict[str, str],
) -> None:
    old_leaves = {one.name: _leaves(content(one, True)) for one in olds}
    new_leaves = {one.name: _leaves(content(one, False)) for one in news}
    scores: list[tuple[float, str, str]] = []
    for old in olds:
        for new in news:
            score = _likeness(old, new, old_leaves[old.name], new_leaves[new.name])
            if old.parent is not None and found.get(old.parent) == new.parent:
                score += 0.5
            if old.name == new.name:
                score += 1
            if score >= _ENOUGH:
                scores.append((-score, old.name, new.name))
    taken = set(found.values())
    for _, old_name, new_name in sorted(scores):
        if old_name not in found and new_name not in taken:
            found[old_name] = new_name
            taken.add(new_name)


def _leaves(value: Any) -> Mapping[str, str]:
    return {
        json.dumps(list(keys), default=str): json.dumps(one, sort_keys=True, default=str) for keys, one in flat(value)
    }


def _likeness(old: Application, new: Application, before: Mapping[str, str], after: Mapping[str, str]) -> float:
    """The share of values that are equal, the ids of the two places taken for the same."""
    every = set(before) | set(after)
    if not every:
        return 0.6 if old.scope != new.scope or old.name == new.name else 0.0
    swapped = _swap(old, new)
    equal = sum(1 for key in every if key in before and key in after and swapped(before[key]) == after[key])
    return equal / len(every)


def _swap(old: Application, new: Application) -> Callable[[str], str]:
    pairs = [
        (one, other)
        for one, other in (
            (old.tenant, new.tenant),
            (old.instance, new.instance),
            (old.cluster, new.cluster),
            (old.account, new.account),
        )
        if one and other and one != other
    ]

    def swapped(text: str) -> str:
        for one, other in pairs:
            text = text.replace(one, other)
        return text

    return swapped
