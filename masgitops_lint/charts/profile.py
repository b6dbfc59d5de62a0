"""A release profile: what one release of the source repo does with the config values, as a typed, lazily built view.

The data files are written by `mas-lint charts build`; nothing here reads charts. Opening a profile is one JSON parse;
every section is turned into values on first use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from masgitops_lint.data import data_names, data_text
from masgitops_lint.mas.spec import ApplicationSetSpec, FileSpec

from .packing import unpack

if TYPE_CHECKING:
    from .needs import Needs
    from .program import ChartProgram

FORMAT = 1


class UnknownReleaseError(LookupError):
    """No bundled profile has this name."""


class ReleaseProfile:
    """One release. Instances are shared and must not be changed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`data` is a profile file's content. Raises ValueError when it was written for another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"this profile has format {data.get('format')!r}; this mas-lint reads format {FORMAT}")
        self.data = {**data, "expressions": [unpack(one) for one in data["expressions"]]}

    def __repr__(self) -> str:
        return f"ReleaseProfile({self.release!r})"

    @property
    def release(self) -> str:
        """The tag of the source repo, such as `8.4.2`."""
        return str(self.data["release"])

    @cached_property
    def applicationsets(self) -> tuple[ApplicationSetSpec, ...]:
        """The ApplicationSets, top level first."""
        return tuple(
            ApplicationSetSpec(
                level=one["level"],
                name=one["name"],
                prefix=one["prefix"],
                files=tuple(FileSpec(file["name"], tuple(file["keys"])) for file in one["files"]),
                root=one["root"],
                parent=one["parent"],
                merge_key=one["merge_key"],
            )
            for one in self.data["applicationsets"]
        )

    @cached_property
    def _needs(self) -> dict[int, tuple[Needs, bool]]:
        return {}

    @cached_property
    def _charts(self) -> dict[str, ChartProgram]:
        return {}

    def root(self, level: str) -> ChartProgram | None:
        """The root chart of a level, compiled on first use; None for a level that the release does not have."""
        from .program import ChartProgram

        known = self._charts.get(level)
        if known is None and level in self.data["roots"]:
            data = self.data["roots"][level]
            known = ChartProgram(
                data["chart"], data["defaults"], data["templates"], self.data["expressions"], self._levels
            )
            self._charts[level] = known
        return known

    def leaf(self, path: str) -> ChartProgram | None:
        """The leaf chart at a path of the source repo; None when the release has no such chart."""
        from .program import ChartProgram

        known = self._charts.get(path)
        if known is None and path in self.data["leaves"]:
            data = self.data["leaves"][path]
            defaults = data.get("defaults", {})
            known = ChartProgram(path, defaults, data["templates"], self.data["expressions"], None, self._needs)
            self._charts[path] = known
        return known

    @cached_property
    def _levels(self) -> dict[str, str]:
        return {root["chart"]: level for level, root in self.data["roots"].items()}

    def parameters(self, level: str) -> frozenset[str]:
        """Dotted Helm parameters that always reach a level's root chart: config files cannot set them."""
        data = self.data["roots"].get(level)
        return frozenset(data["parameters"] if data else ())

    @cached_property
    def argocd_uses(self) -> Mapping[str, tuple[str, int, int]]:
        """Feature of Argo CD -> (first template that relies on it, its line, number of such templates)."""
        return {name: (row[0], row[1], row[2]) for name, row in self.data.get("argocd", {}).items()}

    @cached_property
    def chart_paths(self) -> frozenset[str]:
        """Directories of the charts that Applications deploy, such as `instance-applications/130-ibm-jdbc-config`."""
        return frozenset(self.data["charts"])

    @cached_property
    def config_charts(self) -> tuple[str, ...]:
        """What `mas_config_chart` of a suite configuration can name: the root chart puts `130-` before it."""
        prefix = "instance-applications/130-"
        names = [path.removeprefix(prefix) for path in self.data["charts"] if path.startswith(prefix)]
        return tuple(name for name in names if name != "ibm-mas-suite")

    @cached_property
    def file_names(self) -> frozenset[str]:
        """Base names of all config files that some generator reads."""
        return frozenset(file.name for spec in self.applicationsets for file in spec.files)


@lru_cache(maxsize=1)
def releases() -> tuple[str, ...]:
    """The bundled releases, newest first."""
    names = [
        name.removesuffix(".json") for name in data_names("charts") if name.endswith(".json") and name[:1].isdigit()
    ]
    return tuple(sorted(names, key=version_key, reverse=True))


def version_key(release: str) -> tuple[int, ...]:
    """Sorts releases: `8.10.0` after `8.9.1`."""
    return tuple(int(part) if part.isdigit() else -1 for part in release.removeprefix("v").split("."))


@lru_cache(maxsize=8)
def load(release: str) -> ReleaseProfile:
    """The bundled profile of a release. Raises UnknownReleaseError."""
    if release not in releases():
        raise UnknownReleaseError(f"no bundled profile for release {release!r}; there are {', '.join(releases())}")
    text = data_text(f"charts/{release}.json")
    return ReleaseProfile(json.loads(text))


def load_file(path: str) -> ReleaseProfile:
    """A profile written by `mas-lint charts build -o`. Raises OSError or ValueError."""
    with open(path, encoding="utf-8") as stream:
        return ReleaseProfile(json.load(stream))


def newest() -> ReleaseProfile:
    """The newest bundled release."""
    return load(releases()[0])


@lru_cache(maxsize=1)
def known_file_names() -> frozenset[str]:
    """Base names of config files in any bundled release."""
    names = json.loads(data_text("charts/file_names.json"))
    return frozenset(names)
