"""Which API versions a Flux release serves, and which release a repo installs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from masgitops_lint.data import data_text

_SERVED = "flux_served_versions.json"


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = data_text(_SERVED)
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def minor(version: str) -> tuple[int, int] | None:
    """(major, minor) of `v2.7.5`, `2.7.x`, `2.x`; a range is taken at its newest known release; None if unreadable."""
    text = version.strip().lstrip("v=~^<> ")
    if text in ("", "*", "latest", "x"):
        return newest()
    match = re.match(r"(\d+)(?:\.(\d+|x|\*))?", text)
    if not match:
        return None
    if match[2] is None or match[2] in "x*" or version.strip().startswith(("^", ">")):
        return newest() if int(match[1]) == 2 else None
    return int(match[1]), int(match[2])


def newest() -> tuple[int, int]:
    """The newest release the table knows."""
    return _known(_table()["flux_versions"][-1])


def _known(version: str) -> tuple[int, int]:
    major, second, *_ = version.lstrip("v").split(".")
    return int(major), int(second)


@dataclass(frozen=True, slots=True)
class Served:
    """Whether a release serves an API version: `since` and `until` are minors, None for "always" and "still"."""

    known: bool
    served: bool
    deprecated: bool
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    instead: str = ""


@lru_cache(maxsize=1024)
def served(group: str, kind: str, version: str, flux: tuple[int, int] | None) -> Served:
    """How a Flux release (None: unknown) treats `group/version kind`. Unknown kinds give `known=False`."""
    if not group.endswith(".toolkit.fluxcd.io"):
        return Served(False, True, False)
    versions = _table()["kinds"].get(f"{kind}.{group.partition('.')[0]}")
    if versions is None:
        return Served(False, True, False)
    seen = [_known(v) for v in _table()["flux_versions"]]
    oldest, latest = seen[0], seen[-1]
    entry = versions.get(version)
    if entry is None:
        return Served(True, False, False, instead=_best(versions, flux, oldest, latest))
    since, until = _known(entry["first_seen"]), _known(entry["last_seen"])
    gone = until < latest
    best = _best(versions, flux, oldest, latest)
    deprecated_from = entry.get("deprecated_from")
    if flux is None:
        return Served(True, True, gone or bool(deprecated_from), since, until if gone else None, best)
    serves = (flux >= since or since == oldest) and (not gone or flux <= until)
    late = bool(deprecated_from) and flux >= _known(deprecated_from)
    return Served(True, serves, late, since, until if gone else None, best)


def _best(
    versions: dict[str, Any], flux: tuple[int, int] | None, oldest: tuple[int, int], latest: tuple[int, int]
) -> str:
    """The newest stable version that the release serves."""
    flux = flux or latest
    usable = [
        name
        for name, entry in versions.items()
        if (_known(entry["first_seen"]) <= flux or _known(entry["first_seen"]) == oldest)
        and (_known(entry["last_seen"]) >= min(flux, latest))
    ]
    return sorted(usable, key=lambda name: ("alpha" not in name, "beta" not in name, name))[-1] if usable else ""


_HEADER = re.compile(rb"^#\s*Flux [Vv]ersion:\s*(v?[\w.+-]+)", re.MULTILINE)
_COMPONENTS = re.compile(rb"^#\s*Components:\s*([\w,\s-]+?)\s*$", re.MULTILINE)
_IMAGE = re.compile(rb"ghcr\.io/fluxcd/kustomize-controller:v1\.(\d+)\.\d+")
_LABEL = re.compile(rb"app\.kubernetes\.io/version: *[\"']?(v[\d.]+)")


@dataclass(frozen=True, slots=True)
class Components:
    """What a gotk-components.yaml says of itself; lines count from 1, 0 when there is no such line."""

    version: str
    version_line: int
    components: tuple[str, ...]
    components_line: int


def read_components(raw: bytes) -> Components:
    """Version and controllers of a committed Flux installation: header comment, else label, else image tag."""

    def line(position: int) -> int:
        return raw.count(b"\n", 0, position) + 1

    version, version_line = "", 0
    match = _HEADER.search(raw[:4000]) or _LABEL.search(raw)
    if match:
        version, version_line = match[1].decode(), line(match.start(1))
    elif match := _IMAGE.search(raw):
        version, version_line = f"v2.{match[1].decode()}", line(match.start())
    listed = _COMPONENTS.search(raw[:4000])
    names: tuple[str, ...] = ()
    if listed:
        names = tuple(name.strip() for name in listed[1].decode().split(",") if name.strip())
    found = set(re.findall(rb"name: ([a-z-]+-controller|source-watcher)\b", raw))
    return Components(
        version,
        version_line,
        names or tuple(sorted(name.decode() for name in found)),
        line(listed.start()) if listed else 0,
    )
