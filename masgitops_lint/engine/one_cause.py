"""One cause is one finding: what several rules say about the same value is said by the one that explains it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple, TypeAlias

from masgitops_lint.model.finding import Finding, Related, Severity
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys

_EXPLAINS = (
    r"CFG050|CFG006",  # the text was never meant as a value, or is read as another one
    r"CFG01\d|CFG03[013]|CFG04\d",  # keys and ids: what follows from them is no defect of its own
    r"SEC00\d",  # what the vault plugin does not read
    r"VAL047",  # a space around it
    r"VAL00\d",  # what stops a chart
    r"VAL02\d|VAL04[15]",  # of the wrong type
    r"SEC012",  # a secret's writer that is off
    r"VAL01[24]|VAL03\d|VAL04\d",  # missing, empty, or of the wrong form
    r"WAV00\d",  # a deadlock, whatever else is wrong with the value
    r"REF00[136]",  # names that nothing has
    r"REF\d+|VER02\d",  # at odds with other values
    r"CFG032|SEC025",
    r"VAL016",  # a file without its block: what lacks the block says more
)
"""Rules by what they explain, the most telling first. What is in none of the rows is always said."""
_FOLLOWS = late_pattern(r"(?:REF\d+|CFG032|SEC021)$")
"""Rules about two values that differ: where one of the two is wrong by itself, that they differ follows from it."""
_CAUSES = late_pattern(r"SEC0[123]\d$")
"""Rules that explain why two values differ, and that nothing else explains."""
_MISSING = late_pattern(r"(?:CFG030|VAL001|VAL002|VAL01[1246]|SEC012)$")
"""Rules about a value that is not there: the key may stand elsewhere in the file, where no chart reads it (VAL010)."""
_WHOLE_FILE = late_pattern(r"(?:SEC012|VAL001|VAL016|REF003)$")
"""Rules that point at a whole file for the same reason."""
_NO_SCALAR = late_pattern(r"(?:VAL02\d|VAL04[15]|CFG030)$")
"""Rules that say that a collection stands where a scalar belongs."""

Spot: TypeAlias = "tuple[str, Keys, int]"


class _Part(NamedTuple):
    """What a rule is among the others: its rank by what it explains, and which of the rows above it is in."""

    rank: int | None
    follows: bool
    causes: bool
    missing: bool
    whole_file: bool


@cache
def _part(rule: str) -> _Part:
    rank = next((rank for rank, row in enumerate(_EXPLAINS) if re.match(f"(?:{row})$", rule)), None)
    rows = (_FOLLOWS, _CAUSES, _MISSING, _WHOLE_FILE)
    return _Part(rank, *(row.match(rule) is not None for row in rows))


def one_cause_each(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that another one about the same scalar of a config file explains.

    What is left takes over the severity of what it explains. Findings about blocks and list entries, and those of rules
    that are not known here, are never touched. Notes explain nothing.
    """
    given = list(findings)
    ranks = [_rank(one) for one in given]
    at: dict[Spot, list[int]] = {}
    causes: dict[tuple[str, int], list[int]] = {}
    for index, one in enumerate(given):
        part = _part(one.rule)
        if part.causes and one.severity is not Severity.NOTE:
            causes.setdefault((one.path, one.span.line), []).append(index)
        if ranks[index] is not None and (one.keys or part.whole_file):
            at.setdefault((one.path, one.keys, one.span.line), []).append(index)
    kept: list[Finding | None] = list(given)
    asked = _asked_lines(given)
    for spot, indexes in at.items():
        if len(indexes) < 2 and (spot[0], spot[2]) not in asked:
            continue
        here = [given[index] for index in indexes]
        if not here[0].on_scalar and not any(_NO_SCALAR.match(one.rule) for one in here):
            continue
        first = min(indexes, key=lambda index: (ranks[index] or 0, -given[index].severity.rank, given[index].rule))
        causes.setdefault((spot[0], spot[2]), []).append(first)
        _explain(kept, first, [index for index in indexes if given[index].rule != given[first].rule])
    for line, known in causes.items():
        if len({given[index].keys for index in known}) > 1:
            causes[line] = []  # several values on one line: which of them is meant cannot be told
    for index, one in enumerate(given):
        if kept[index] is not None and _part(one.rule).follows:
            near = [at for other in one.related for at in causes.get((other.path, other.span.line), ())]
            near += [at for at in causes.get((one.path, one.span.line), ()) if given[at].keys == one.keys]
            cause = next((at for at in near if _goes_before(given, ranks, at, index)), None)
            if cause is not None:
                _explain(kept, cause, [index])
    _moved(kept)
    return [one for one in kept if one is not None]


def _asked_lines(given: Iterable[Finding]) -> set[tuple[str, int]]:
    """The lines on which the cause may stand of what follows from another finding."""
    following = [one for one in given if _part(one.rule).follows]
    if not any(one.related for one in following):
        return set()
    own = {(one.path, one.span.line) for one in following}
    return own.union((other.path, other.span.line) for one in following for other in one.related)


def _goes_before(given: Sequence[Finding], ranks: Sequence[int | None], cause: int, other: int) -> bool:
    """Whether one finding explains that another one sees two values differ."""
    rank, other_rank = ranks[cause], ranks[other]
    if cause == other or (rank is None and given[cause].rule[:3] == given[other].rule[:3]):
        return False
    return rank is None or other_rank is None or rank < other_rank


def _moved(kept: list[Finding | None]) -> None:
    """A key on the wrong level is missing on the right one: of the two findings the one about what is missing stays."""
    by_file: dict[str, list[int]] = {}
    for index, one in enumerate(kept):
        if one is not None and _part(one.rule).missing:
            by_file.setdefault(one.path, []).append(index)
    if not by_file:
        return
    for index, one in enumerate(kept):
        if one is None or one.rule != "VAL010" or not one.keys or one.severity is Severity.NOTE:
            continue
        for cause in by_file.get(one.path, ()):
            missing = kept[cause]
            if missing is None or one.keys == missing.keys or not _is_moved(one, missing):
                continue
            where = Related(one.path, one.span, "the key stands here, where no chart reads it")
            kept[cause] = replace(missing, related=(*missing.related, where))
            kept[index] = None
            break


def _is_moved(unread: Finding, missing: Finding) -> bool:
    """Whether a key that nothing reads is what is missing, or the first of what an empty block before it lacks."""
    if unread.keys[-1] in (*missing.keys[:2], *missing.keys[-1:]):
        return True
    return unread.keys[:-1] == missing.keys[:-1] and unread.span.line == missing.span.line + 1


def _rank(finding: Finding) -> int | None:
    return None if finding.severity is Severity.NOTE else _part(finding.rule).rank


def _explain(kept: list[Finding | None], cause: int, others: Sequence[int]) -> None:
    for index in others:
        explained, finding = kept[index], kept[cause]
        if explained is None or finding is None:
            continue
        if explained.severity.rank > finding.severity.rank:
            kept[cause] = replace(finding, severity=explained.severity)
        kept[index] = None
