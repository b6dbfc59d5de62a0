"""Which release profile serves an account."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from masgitops_lint.model.late_pattern import late_pattern

from .profile import ReleaseProfile, load, load_file, newest, releases, version_key

if TYPE_CHECKING:
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.settings import Settings

_RELEASE = late_pattern(r"v?(\d+\.\d+\.\d+)$")


def choose_profile(
    account: str, root: AccountRoot | None, settings: Settings, requested: str | None = None
) -> ReleaseProfile:
    """The profile of the release that was asked for, declared, or found; the newest bundled one otherwise.

    Order: `--charts`, the settings, `source.revision` of the Account Root Application. A release without a profile of
    its own is served by the newest bundled one that is not newer, real charts by the one with most charts in common.
    """
    return explain_choice(account, root, settings, requested)[0]


def explain_choice(
    account: str, root: AccountRoot | None, settings: Settings, requested: str | None = None
) -> tuple[ReleaseProfile, str]:
    """The profile and a sentence that says why it was taken."""
    candidates = (
        (requested, "--charts"),
        (settings.charts_for(account), "as chosen"),
        (settings.revision_for(account), "source revision in the settings"),
        (root.revision if root is not None else None, "the Account Root Application"),
    )
    for wanted, where in candidates:
        if wanted and is_profile_file(wanted):
            return open_profile_file(wanted), f"the profile in {wanted} ({where})"
        match = _RELEASE.match(wanted.rsplit("@", 1)[-1]) if wanted else None
        if match is None:
            alike = _release_like(wanted) if wanted else ""
            if alike:
                return load(alike), f"release {alike}, the bundled one nearest to {wanted} ({where})"
            continue
        release = match.group(1)
        if release in releases():
            return load(release), f"release {release} ({where})"
        near = next((r for r in releases() if version_key(r) <= version_key(release)), releases()[-1])
        return load(near), f"release {near}, the nearest bundled one to {release} ({where})"
    profile = newest()
    return profile, f"release {profile.release}, the newest bundled one, since nothing names one"


@lru_cache(maxsize=8)
def _release_like(wanted: str) -> str:
    """The bundled release whose charts are most nearly those of a source; "" when they have little in common."""
    import os

    from .source import SourceError, is_source, open_source

    if not is_source(wanted):
        return ""
    try:
        root = open_source(wanted).root
        groups = [entry.path for entry in os.scandir(root) if entry.is_dir() and entry.name.endswith("-applications")]
        charts = {f"{os.path.basename(group)}/{entry.name}" for group in groups for entry in os.scandir(group)}
    except (OSError, SourceError):
        return ""
    nearest = min(releases(), key=lambda one: len(load(one).chart_paths ^ charts))
    return nearest if len(load(nearest).chart_paths ^ charts) < len(charts) / 2 else ""


def is_profile_file(wanted: str) -> bool:
    """Whether charts are named by a profile's file, as `mas-lint charts build -o` writes it."""
    return wanted.endswith(".json")


@lru_cache(maxsize=8)
def open_profile_file(path: str) -> ReleaseProfile:
    """The profile in a file. Raises `SourceError` when there is none."""
    from .source import SourceError

    try:
        return load_file(path)
    except (OSError, ValueError, KeyError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path} is no release profile: {reason}") from error


def declared_file_names(settings: Settings) -> frozenset[str]:
    """Base names of config files that only the settings know of: their own, and those of profile files."""
    wanted = {settings.source.charts, *(account.charts for account in settings.accounts.values())}
    names = frozenset(settings.contract.files)
    for path in wanted:
        if path and is_profile_file(path):
            names |= open_profile_file(path).file_names
    return names
