"""Argo CD versions, stretches of them, and which of them have a feature.

The table is `data/argocd_features.json`: the first and, where it was removed, the last version of each feature, with
backports and the source of every row. A version that is only partly known is an `Interval`; what holds for a part of
it is neither true nor false but None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern

_NUMBERS = late_pattern(r"\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+][\w.+-]*)?\s*$")


class Version(NamedTuple):
    """A release. A pre-release counts as the release it leads to: features are in the first candidate already."""

    major: int
    minor: int = 0
    patch: int = 0

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def line(self) -> str:
        """The minor it belongs to, such as `2.10`."""
        return f"{self.major}.{self.minor}"

    @property
    def next_minor(self) -> Version:
        """The end of its minor: no release of the minor is this or newer."""
        return Version(self.major, self.minor + 1)

    @property
    def next_patch(self) -> Version:
        """The release after it in its minor."""
        return Version(self.major, self.minor, self.patch + 1)


FIRST = Version(0)
LAST = Version(1 << 30)


@dataclass(frozen=True, slots=True)
class Interval:
    """The versions from `low` up to but not including `below`."""

    low: Version = FIRST
    below: Version = LAST

    def __bool__(self) -> bool:
        return self.low < self.below

    def __contains__(self, version: Version) -> bool:
        return self.low <= version < self.below

    def __str__(self) -> str:
        if self.exact is not None:
            return str(self.exact)
        if self.low == FIRST:
            return "any version" if self.below == LAST else f"older than {_short(self.below)}"
        if self.below == LAST:
            return f"{_short(self.low)} or newer"
        if self.low.patch == 0 and self.below == self.low.next_minor:
            return f"{self.low.line}.x"
        if self.below == self.low.next_minor:
            return f"{self.low} or a later {self.low.line}"
        return f"from {_short(self.low)} to before {_short(self.below)}"

    @property
    def exact(self) -> Version | None:
        """The one version it holds, if it holds one."""
        return self.low if self.below == self.low.next_patch else None

    @property
    def line(self) -> str | None:
        """The minor that all its versions belong to, if there is one."""
        return self.low.line if self and self.below <= self.low.next_minor else None

    def meet(self, other: Interval) -> Interval:
        """What both hold; false when they have nothing in common."""
        return Interval(max(self.low, other.low), min(self.below, other.below))

    def join(self, other: Interval) -> Interval:
        """The smallest stretch that holds both."""
        return Interval(min(self.low, other.low), max(self.below, other.below))


def _short(version: Version) -> str:
    return version.line if version.patch == 0 else str(version)


ANY = Interval()
"""Nothing is known."""


def parse_version(text: object) -> Version | None:
    """`v2.10.4`, `2.10.4-rc1`, `2.10` (as 2.10.0); None for anything else, such as `latest` or a digest."""
    match = _NUMBERS.match(text) if isinstance(text, str) else None
    return Version(*(int(part or 0) for part in match.groups())) if match else None


def at_version(text: object) -> Interval | None:
    """`v2.10.4` as one version, `2.10`, `2.10.x` and `v2.10` as the whole minor; None for what is no version."""
    if isinstance(text, float):
        text = str(text)
    if not isinstance(text, str):
        return None
    plain = re.sub(r"\.[xX*]$", "", text.strip())
    version = parse_version(plain)
    if version is None:
        return None
    numbers = re.match(r"v?(\d+(?:\.\d+)*)", plain)
    parts = numbers.group(1).count(".") + 1 if numbers else 0
    if parts == 1:
        return Interval(version, Version(version.major + 1))
    return Interval(version, version.next_minor if parts == 2 else version.next_patch)


_PART = late_pattern(r"(>=|<=|!=|>|<|=|~>|~|\^)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]*)?$")
_HYPHEN = late_pattern(r"\s*v?([\d.xX*]+)\s+-\s+v?([\d.xX*]+)\s*$")


def semver_range(text: str) -> Interval | None:
    """The stretch a Helm version constraint allows: `~7.6`, `^7.1.2`, `>=7 <8`, `7.*`, `7.1 - 7.4`; an alternative
    (`||`) widens it. None for what is no constraint (Masterminds/semver is what Helm and Argo CD use)."""
    result: Interval | None = None
    for alternative in text.split("||"):
        stretch = _conjunction(alternative.strip())
        if stretch is None:
            return None
        if stretch:
            result = stretch if result is None else result.join(stretch)
    return result


def _conjunction(text: str) -> Interval | None:
    if text in ("", "*", "x", "latest"):
        return ANY
    hyphen = _HYPHEN.match(text)
    if hyphen:
        text = f">={hyphen.group(1)}, <={hyphen.group(2)}"
    result = ANY
    for part in re.findall(r"(?:[<>=!~^]+\s*)?[^\s,]+", text):
        match = _PART.match(part.strip())
        if match is None:
            return None
        stretch = _comparison(match)
        if stretch is not None:
            result = result.meet(stretch)
    return result


def _comparison(match: re.Match[str]) -> Interval | None:
    operator = match.group(1) or "="
    numbers = [int(group) for group in match.groups()[1:] if group is not None and group.isdigit()]
    if not numbers:
        return ANY
    low = Version(*numbers)
    ends = {1: Version(low.major + 1), 2: low.next_minor, 3: low.next_patch}
    end = ends[len(numbers)]
    if operator == "!=":
        return None
    if operator == "=":
        return Interval(low, end)
    if operator in ("~", "~>"):
        return Interval(low, ends[min(len(numbers), 2)])
    if operator == "^":
        return Interval(low, Version(low.major + 1) if low.major else low.next_minor)
    return {
        ">=": Interval(low),
        ">": Interval(end),
        "<": Interval(below=low),
        "<=": Interval(below=end),
    }[operator]


class Feature(NamedTuple):
    """One row of the table.

    `since` is the first version, `backports` the first of older minors, `until` the last minor that has it. `without`
    completes "an Argo CD that lacks it ...". `signs` says how a manifest or template shows that it relies on it.
    """

    id: str
    title: str
    since: Version
    without: str
    severity: str
    source: str
    backports: tuple[Version, ...] = ()
    until: str = ""
    signs: Mapping[str, Any] | None = None

    @property
    def stretches(self) -> tuple[Interval, ...]:
        """The versions that have it, in ascending order, stretches that touch joined."""
        last = at_version(self.until)
        end = last.below if last is not None else LAST
        found = [Interval(self.since, end), *(Interval(b, min(b.next_minor, self.since)) for b in self.backports)]
        joined: list[Interval] = []
        for stretch in sorted(found, key=lambda one: one.low):
            if joined and stretch.low <= joined[-1].below:
                joined[-1] = joined[-1].join(stretch)
            else:
                joined.append(stretch)
        return tuple(joined)

    @property
    def needs(self) -> str:
        """How to say which versions have it: `2.11.0 (or 2.10.10 and later 2.10)`."""
        if self.until:
            return f"{self.until} at most"
        older = [f"{one} and later {one.line}" for one in self.backports]
        return f"{self.since} or newer" + (f" (or {', '.join(older)})" if older else "")


class UnknownFeatureError(LookupError):
    """The table has no row of this name."""


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = data_text("argocd_features.json")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@lru_cache(maxsize=1)
def features() -> Mapping[str, Feature]:
    """Every row by its id."""
    return {row["id"]: _feature(row) for row in _table()["features"]}


class Bug(NamedTuple):
    """A known defect of some versions. `stretches` are the versions that have it, `fixed` says what is free of it."""

    id: str
    title: str
    effect: str
    fixed: str
    severity: str
    source: str
    stretches: tuple[Interval, ...]

    def in_version(self, interval: Interval) -> bool | None:
        """Whether the versions of an interval have it; None when only some do."""
        if any(one.low <= interval.low and interval.below <= one.below for one in self.stretches):
            return True
        return None if any(one.meet(interval) for one in self.stretches) else False


@lru_cache(maxsize=1)
def bugs() -> Mapping[str, Bug]:
    """Known defects by id."""
    found: dict[str, Bug] = {}
    for row in _table()["bugs"]:
        stretch = Interval(_certain(row["since"]), _certain(row["below"]) if row["below"] else LAST)
        known = found.get(row["id"])
        stretches = (*known.stretches, stretch) if known is not None else (stretch,)
        first = known or row
        found[row["id"]] = Bug(
            id=row["id"],
            title=row["title"],
            effect=row["effect"],
            fixed=first.fixed if isinstance(first, Bug) else row["fixed"],
            severity=row["severity"],
            source=row["source"],
            stretches=stretches,
        )
    return found


_OWN = frozenset(("id", "title", "since", "without", "severity", "source", "backports", "until"))


def _feature(row: dict[str, Any]) -> Feature:
    return Feature(
        id=row["id"],
        title=row["title"],
        since=_certain(row["since"]),
        without=row["without"],
        severity=row["severity"],
        source=row["source"],
        backports=tuple(_certain(one) for one in row.get("backports", ())),
        until=row.get("until", ""),
        signs={key: value for key, value in row.items() if key not in _OWN},
    )


def _certain(text: str) -> Version:
    version = parse_version(text)
    if version is None:
        raise ValueError(f"{text!r} is no version")
    return version


def feature(name: str) -> Feature:
    """One row. Raises UnknownFeatureError."""
    try:
        return features()[name]
    except KeyError:
        raise UnknownFeatureError(f"there is no feature {name!r}") from None


def supports(version: Version | Interval | None, wanted: Feature | str) -> bool | None:
    """Whether a version, or all of an interval, has a feature; None when only a part has it or nothing is known."""
    if version is None:
        return None
    row = feature(wanted) if isinstance(wanted, str) else wanted
    stretch = Interval(version, version.next_patch) if isinstance(version, Version) else version
    if any(one.low <= stretch.low and stretch.below <= one.below for one in row.stretches):
        return True
    return None if any(one.meet(stretch) for one in row.stretches) else False


def lowest_with(wanted: Iterable[Feature]) -> Version | None:
    """The lowest release that has all of these features; None when no release has them all."""
    rows = list(wanted)
    candidates = sorted({one.low for row in rows for one in row.stretches})
    for candidate in candidates:
        if all(any(candidate in one for one in row.stretches) for row in rows):
            return candidate
    return None
