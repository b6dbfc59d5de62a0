"""Which Argo CD applies the plan, as far as the settings or the repo say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masgitops_lint.argocd.versions import ANY, Interval, at_version, supports

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import Subject


def argocd_of(subject: Subject, account: str) -> Interval | None:
    """The Argo CD versions that may serve an account: from the settings, else from what the repo shows."""
    declared = at_version(subject.settings.argocd_version_for(account) or "")
    if declared is not None:
        return declared
    detected = getattr(subject, "argocd", None)
    interval = detected.verdict(account).interval if detected is not None else None
    return interval if isinstance(interval, Interval) and interval and interval != ANY else None


def lacks(version: Interval | None, feature: str) -> bool:
    """Whether the version that runs certainly lacks a feature; nothing is certain of an unknown version."""
    return version is not None and supports(version, feature) is False


def has(version: Interval | None, feature: str) -> bool:
    """Whether the version has a feature, or nothing speaks against it."""
    return not lacks(version, feature)
