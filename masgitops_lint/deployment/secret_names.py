"""What a secret path was probably meant to be, judged segment by segment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from masgitops_lint.charts.secrets import with_ids
from masgitops_lint.model.late_pattern import late_pattern

_FREE = late_pattern(r"\{[^}]*\}")


class Suggestion(NamedTuple):
    """`path` is the likely path; of kind "level" when it is right but for the level (cluster or instance)."""

    path: str
    kind: Literal["spelling", "level"]
    written: bool = False
    """Whether a Job of the deployment writes the suggested path (or would, if it were switched on)."""
    sure: bool = True


def suggest(path: str, written: Sequence[str], templates: Sequence[str], ids: Mapping[str, str]) -> Suggestion | None:
    """The path nearest to `path` among those that are written and those that templates allow, or None."""
    parts = path.split("/")
    own = frozenset(ids.values())
    allowed = _of_length(tuple(templates), len(parts))
    candidates = chain(
        ((one, True) for one in written if one.count("/") == len(parts) - 1),
        ((with_ids(one, ids), False) for one in allowed),
    )
    best: tuple[float, Suggestion] | None = None
    for candidate, known in candidates:
        likeness, found = _likeness(parts, candidate.split("/"), own)
        if found and likeness >= 0.6 and (best is None or likeness > best[0]):
            best = likeness, Suggestion("/".join(found), "spelling", known)
    if best is not None:
        return best[1]
    anywhere = ((with_ids(one, ids), False) for one in templates)
    return _other_level(parts, chain(((one, True) for one in written), anywhere), ids)


@lru_cache(maxsize=32)
def _of_length(templates: tuple[str, ...], segments: int) -> tuple[str, ...]:
    return tuple([one for one in templates if one.count("/") == segments - 1])


def _likeness(parts: list[str], wanted: list[str], own: Collection[str]) -> tuple[float, list[str]]:
    """How near two paths of one length are (0 to 1), and the path with the one differing segment put right."""
    differing = -1
    literal_equal = 0
    for index, (part, want) in enumerate(zip(parts, wanted, strict=True)):
        if "{" in want and _FREE.search(want):
            continue
        if part == want:
            literal_equal += want not in own
        elif differing < 0:
            differing = index
        else:
            return 0.0, []
    if differing < 0 or wanted[differing] in own or parts[differing] in own:
        # an id that differs is another scope, not a misspelling
        return 0.0, []
    right = [want if index == differing else part for index, (part, want) in enumerate(zip(parts, wanted, strict=True))]
    ratio = _ratio(parts[differing].lower(), wanted[differing].lower())
    if literal_equal and (parts[differing + 1 :] or ratio >= 0.5):
        # `db2/<name>/config` for `jdbc/<name>/config`: the rest of the path says enough
        return max(ratio, 0.7), right
    return (ratio if ratio >= 0.72 else 0.0), right


@lru_cache(maxsize=4096)
def _ratio(segment: str, wanted: str) -> float:
    return SequenceMatcher(None, segment, wanted).ratio()


def _other_level(parts: list[str], candidates: Iterable[tuple[str, bool]], ids: Mapping[str, str]) -> Suggestion | None:
    own = [ids[name] for name in ("account", "cluster", "instance", "tenant") if name in ids]
    rest = parts
    for one in own:
        if rest and rest[0] == one:
            rest = rest[1:]
    if not rest or len(rest) == len(parts):
        return None
    for candidate, written in candidates:
        below = candidate.split("/")
        for one in own:
            if below and below[0] == one:
                below = below[1:]
        if below and below == rest and candidate.split("/") != parts and not _FREE.search(candidate):
            return Suggestion(candidate, "level", written)
    return None
