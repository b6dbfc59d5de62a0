"""What a revision of the source repo is: a release, one that does not exist, a commit, or something that moves.

The releases are `data/source_releases.json` (the tags of ibm-mas/gitops); the file carries its date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern

from .profile import version_key

if TYPE_CHECKING:
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.settings import Settings

RevisionKind: TypeAlias = Literal["release", "unknown-release", "later-release", "commit", "range", "moving"]

_RELEASE = late_pattern(r"(?:refs/tags/)?v?(\d+\.\d+\.\d+)$")
_COMMIT = late_pattern(r"[0-9a-f]{7,40}$")
_RANGE = late_pattern(r"[\^~<>=*]|^v?\d+(?:\.(?:\d+|x))?(?:\.[x*])?$|\s")


@lru_cache(maxsize=1)
def _table() -> tuple[str, Mapping[str, str]]:
    text = data_text("source_releases.json")
    data = json.loads(text)
    return str(data["date"]), data["releases"]


def known_releases() -> Mapping[str, str]:
    """Every release of the source repo with its date, oldest first."""
    return _table()[1]


def releases_date() -> str:
    """The day of the newest known release, as `2026-08-07`."""
    return _table()[0]


def release_of(revision: str) -> str | None:
    """The release that a revision names, such as `8.4.2` of `v8.4.2`; None when it names none."""
    match = _RELEASE.match(revision.strip())
    return match.group(1) if match else None


def revision_kind(revision: str) -> RevisionKind:
    """What a revision is. A tag of another form (a fork's own) counts as moving only when it looks like a branch."""
    text = revision.strip()
    release = release_of(text)
    if release is not None:
        if release in known_releases():
            return "release"
        newest = list(known_releases())[-1]
        return "later-release" if version_key(release) > version_key(newest) else "unknown-release"
    if _COMMIT.match(text) and not text.isalpha():
        return "commit"
    if re.match(r"(?:refs/tags/)?v?\d+\.\d+\.\d+[-+.]\w", text) or text.startswith("refs/tags/"):
        return "release"
    return "range" if _RANGE.search(text) else "moving"


class ChartRevision(NamedTuple):
    """The revision of the source repo that serves an account, and what it is.

    `nearest` is the release that was probably meant when it is none; `known_until` the day of the newest known one.
    """

    text: str
    kind: RevisionKind
    nearest: str = ""
    known_until: str = ""


def chart_revision(account: str, root: AccountRoot | None, settings: Settings) -> ChartRevision | None:
    """What the Account Root Application or the settings name; None where neither does."""
    text = (root.revision if root is not None else "") or settings.revision_for(account) or ""
    if not text:
        charts = settings.charts_for(account) or ""
        text = charts if release_of(charts) else ""
    if not text or "{{" in text or text.startswith("<"):
        return None
    kind = revision_kind(text)
    nearest = ""
    if kind == "unknown-release":
        from difflib import get_close_matches

        wanted = release_of(text) or ""
        line = [one for one in known_releases() if one.split(".")[:2] == wanted.split(".")[:2]]
        nearest = line[-1] if line else next(iter(get_close_matches(wanted, list(known_releases()), 1, 0)), "")
    return ChartRevision(text, kind, nearest, releases_date())
