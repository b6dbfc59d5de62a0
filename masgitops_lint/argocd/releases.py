"""When Argo CD was released, what is still supported, and which Argo CD a chart, an operator or a channel installs.

The table is `data/argocd_releases.json`; it carries its date and its sources.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern

from .versions import LAST, Interval, Version, at_version, parse_version, semver_range


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = data_text("argocd_releases.json")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def data_date() -> str:
    """Up to when the table knows releases, as `2026-08`."""
    return str(_table()["date"])


def released(line: str) -> str | None:
    """When a minor such as `2.10` came out, as `2024-02`; None for one the table does not know."""
    found = _table()["minors"].get(line)
    return None if found is None else str(found)


def supported_lines() -> tuple[str, ...]:
    """The minors that get fixes: the three newest that the table knows (Argo CD's release policy)."""
    table = _table()
    return tuple(table["minors"])[-int(table["supported_minors"]) :]


def supported_gitops_lines() -> tuple[str, ...]:
    """The OpenShift GitOps minors that get fixes: the three newest that the table knows."""
    table = _table()["openshift_gitops"]
    return tuple(table["argocd_minor"])[-int(table["supported_minors"]) :]


def is_supported(interval: Interval) -> bool | None:
    """Whether a version still gets fixes upstream; None when that depends on what is not known."""
    oldest = parse_version(supported_lines()[0])
    if oldest is None or not interval:
        return None
    if interval.low >= oldest:
        return True
    return False if interval.below <= oldest else None


@lru_cache(maxsize=1)
def _charts() -> tuple[tuple[Version, Version], ...]:
    rows = _table()["helm_chart"]["first_chart_with"]
    pairs = [(parse_version(chart), parse_version(app)) for app, chart in rows.items()]
    return tuple(sorted((chart, app) for chart, app in pairs if chart is not None and app is not None))


def from_helm_chart(constraint: object) -> Interval | None:
    """The Argo CD that a version (or constraint) of the `argo-cd` chart installs; None for what is no version."""
    stretch = semver_range(str(constraint).strip()) if isinstance(constraint, str | float | int) else None
    if not stretch:
        return None
    charts = _charts()
    newest = parse_version(_table()["helm_chart"]["newest"])
    low = max((app for chart, app in charts if chart <= stretch.low), default=None)
    if low is None:
        low = Version(0) if stretch.below <= charts[0][0] else charts[0][1]
    last_chart = Version(stretch.below.major, stretch.below.minor, stretch.below.patch)
    if stretch.below == LAST or newest is None or last_chart > newest.next_patch:
        return Interval(low)
    high = max((app for chart, app in charts if chart < last_chart), default=None)
    return Interval(low, charts[0][1]) if high is None else Interval(low, high.next_patch)


def from_operator(version: str) -> Interval | None:
    """The Argo CD that a release of argocd-operator installs when the ArgoCD resource names none."""
    wanted = parse_version(version)
    if wanted is None:
        return None
    exact, lines = None, None
    for known, app in _table()["operator"]["default_argocd"].items():
        release = at_version(known)
        if release is None or wanted not in release:
            continue
        if known.count(".") == 2:
            exact = at_version(app)
        else:
            lines = at_version(app)
    if exact is not None:
        return exact
    if lines is None:
        return None
    # A later patch of the operator may bring a later patch of Argo CD, never another minor.
    return lines if wanted.patch == 0 else Interval(lines.low, lines.low.next_minor)


_CHANNEL = late_pattern(r"gitops-(\d+\.\d+)$")


def gitops_line(channel_or_csv: str) -> str | None:
    """`1.12` of `gitops-1.12` or `openshift-gitops-operator.v1.12.3`; None for `latest` and the like."""
    match = _CHANNEL.match(channel_or_csv) or re.search(r"\.v(\d+\.\d+)(?:\.\d+)?", channel_or_csv)
    return match.group(1) if match else None


def from_gitops(line: str) -> Interval | None:
    """The Argo CD of an OpenShift GitOps minor: its minor is certain, the patch level is Red Hat's."""
    table = _table()["openshift_gitops"]
    minor = table["argocd_minor"].get(line)
    wanted = parse_version(line)
    if minor is None:
        known = [parse_version(one) for one in table["argocd_minor"]]
        newest = max(one for one in known if one is not None)
        if wanted is None or wanted < newest:
            return None
        last = parse_version(table["argocd_minor"][newest.line])
        return None if last is None else Interval(last)
    whole = at_version(minor)
    first = parse_version(table["first_patch"].get(line, ""))
    return whole if whole is None or first is None else Interval(first, whole.below)
