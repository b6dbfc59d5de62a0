"""IBM's Maximo operator catalogues: which channels each one has, for which OpenShift.

The facts are those of the PyPI package mas-devops (`mas/devops/data/catalogs`), compiled to `data/catalogs.json`, which
names the version and the date of the package it was made from. `mas-lint catalogs refresh` makes it anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern

FORMAT = 1
ARCHITECTURES = ("amd64", "ppc64le", "s390x")

_TAG = late_pattern(r"v(?P<major>\d+)-(?P<date>\d{6})(?:-(?P<arch>[a-z0-9_]+))?$")
_MOVING = late_pattern(r"v\d+(?:-(?:master|dev|stable|latest)\w*)?(?:-(?P<arch>[a-z0-9_]+))?$")
_SAME = {"x86_64": "amd64", "x86-64": "amd64", "arm64": "", "ppc64": "ppc64le", "power": "ppc64le", "z": "s390x"}


class Tag(NamedTuple):
    """A catalogue's name taken apart: `v9-260326-amd64`. `day` is None for a moving tag such as `v9-amd64`."""

    text: str
    day: date | None
    architecture: str


def parse_tag(text: object) -> Tag | None:
    """The parts of a catalogue's name; None for what is none (a branch build, a digest, a placeholder)."""
    if not isinstance(text, str):
        return None
    match = _TAG.match(text)
    if match:
        digits = match["date"]
        try:
            day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        except ValueError:
            return None
        return Tag(text, day, match["arch"] or "")
    moving = _MOVING.match(text)
    return Tag(text, None, moving["arch"] or "") if moving else None


@dataclass(frozen=True)
class Catalog:
    """One catalogue. `apps` maps an application (`core`, `manage`) to core channel -> version; "" is unsupported."""

    id: str
    day: date
    architecture: str
    apps: Mapping[str, Mapping[str, str]]
    openshift: tuple[str, ...] = ()
    sls: str = ""
    cloud_pak_for_data: str = ""
    db2_channel: str = ""

    @cached_property
    def core_channels(self) -> tuple[str, ...]:
        """Channels of the suite that this catalogue has, oldest first."""
        return tuple(sorted((c for c, version in self.apps["core"].items() if version), key=channel_key))

    def channels(self, app: str) -> Mapping[str, str]:
        """Core channel -> channel of an application, where it is supported; empty for an unknown application."""
        return self._channels.get(app, {})

    @cached_property
    def _channels(self) -> Mapping[str, Mapping[str, str]]:
        return {
            app: {core: app_channel(core, version) for core, version in versions.items() if version}
            for app, versions in self.apps.items()
        }

    def channel_for(self, app: str, core_channel: str) -> str | None:
        """The channel of an application that goes with a core channel; None where there is none."""
        return self.channels(app).get(core_channel)

    def cores_for(self, app: str, channel: str) -> tuple[str, ...]:
        """The core channels that a channel of an application goes with, oldest first."""
        return tuple(sorted((core for core, own in self.channels(app).items() if own == channel), key=channel_key))

    def version_of(self, app: str, core_channel: str) -> str:
        """The version this catalogue installs, or ""."""
        return self.apps.get(app, {}).get(core_channel, "")

    @property
    def sls_channel(self) -> str:
        """The channel of the license service, such as `3.x`."""
        return f"{self.sls.split('.', 1)[0]}.x" if self.sls else ""


def app_channel(core_channel: str, version: str) -> str:
    """The channel of a version: `8.7.x` of 8.7.31, with `-feature` kept from the core channel it goes with."""
    suffix = core_channel.partition("-")[2]
    major, minor, *_ = [*version.split("."), "", ""]
    return f"{major}.{minor}.x" + (f"-{suffix}" if suffix else "")


def channel_key(channel: str) -> tuple[int, int, int]:
    """Sorts channels: `8.9.x`, `8.10.x`, `9.0.x`, `9.2.x-feature`, `9.2.x`; what is none comes first."""
    match = re.match(r"(\d+)\.(\d+)(?:\.x)?(-)?", channel)
    return (int(match[1]), int(match[2]), 0 if match[3] else 1) if match else (0, 0, 0)


class Openshift(NamedTuple):
    """The life of an OpenShift minor: general availability, and the ends of standard and extended support."""

    version: str
    available: date
    standard: date | None
    extended: date | None


class Catalogs:
    """All known catalogues, oldest first."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`data` is the content of `data/catalogs.json`. Raises ValueError when it was written for another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"the catalogue data has format {data.get('format')!r}; this mas-lint reads {FORMAT}")
        self.data = data

    @property
    def source(self) -> str:
        """The package and version the facts are from, such as `mas-devops 12.11.1`."""
        return str(self.data["source"])

    @property
    def date(self) -> str:
        """When that package was built, as `2026-10-22`."""
        return str(self.data["date"])

    @cached_property
    def by_id(self) -> Mapping[str, Catalog]:
        """Catalogues by name."""
        return {one.id: one for one in self.all}

    @cached_property
    def all(self) -> tuple[Catalog, ...]:
        """Every catalogue, by date and architecture."""
        return tuple(_catalog(name, row) for name, row in self.data["catalogs"].items())

    def of(self, architecture: str) -> tuple[Catalog, ...]:
        """The catalogues of an architecture, oldest first."""
        return tuple(one for one in self.all if one.architecture == architecture)

    def parse(self, text: object) -> Tag | None:
        """The parts of a catalogue's name; None for what is none."""
        return parse_tag(text)

    def newest(self, architecture: str = "amd64") -> Catalog | None:
        """The newest catalogue of an architecture."""
        return next(reversed(self.of(architecture)), None)

    def nearest(self, text: str) -> Catalog | None:
        """The catalogue that was probably meant: the nearest by date of the right architecture, else by spelling."""
        tag = parse_tag(text)
        if tag is not None and tag.day is not None:
            day = tag.day
            architecture = _SAME.get(tag.architecture, tag.architecture) or "amd64"
            same = self.of(architecture) or self.of("amd64")
            return min(same, key=lambda one: abs((one.day - day).days), default=None)
        from difflib import get_close_matches

        close = get_close_matches(text, list(self.by_id), n=1, cutoff=0.75)
        return self.by_id[close[0]] if close else None

    @cached_property
    def openshift(self) -> Mapping[str, Openshift]:
        """The life of every OpenShift minor the package knows, by version."""
        return {
            version: Openshift(
                version,
                date.fromisoformat(row[0]),
                date.fromisoformat(row[1]) if row[1] else None,
                date.fromisoformat(row[2]) if row[2] else None,
            )
            for version, row in self.data.get("openshift", {}).items()
        }


def _catalog(name: str, row: Mapping[str, Any]) -> Catalog:
    tag = parse_tag(name)
    if tag is None or tag.day is None:
        raise ValueError(f"{name!r} is no catalogue")
    return Catalog(
        id=name,
        day=tag.day,
        architecture=tag.architecture,
        apps=row["apps"],
        openshift=tuple(row.get("ocp", ())),
        sls=row.get("sls", ""),
        cloud_pak_for_data=row.get("cpd", ""),
        db2_channel=row.get("db2_channel", ""),
    )


@lru_cache(maxsize=1)
def load() -> Catalogs:
    """The bundled catalogues."""
    return Catalogs(json.loads(data_text("catalogs.json")))


def catalog(tag: str) -> Catalog | None:
    """One catalogue by its name; None for one that is not known."""
    return load().by_id.get(tag)


def supports(known: Catalog, core_channel: str, app: str, channel: str) -> bool | None:
    """Whether a catalogue has `channel` of an application for a core channel; None for an unlisted application."""
    if app not in known.apps:
        return None
    return known.channel_for(app, core_channel) == channel
