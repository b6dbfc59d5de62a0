"""Compiles the catalogue facts out of the mas-devops package: a wheel, a directory, or the installed distribution."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern

from .catalogs import FORMAT, parse_tag

PACKAGE = "mas-devops"
_CATALOG = late_pattern(r"(?:^|/)mas/devops/data/catalogs/([\w-]+)\.yaml$")
_OPENSHIFT = late_pattern(r"(?:^|/)mas/devops/data/ocp\.yaml$")
_OTHERS = {"sls": "sls_version", "cpd": "cpd_product_version_default", "db2_channel": "db2_channel_default"}
_METADATA = late_pattern(r"(?:^|/)mas_devops-[^/]*\.dist-info/METADATA$")


class CatalogSourceError(Exception):
    """The package cannot be read, or holds no catalogues: a sentence for the user."""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    text: str
    day: date


def compile_from(path: str) -> dict[str, Any]:
    """The content of `data/catalogs.json` from a wheel or an unpacked package. Raises CatalogSourceError."""
    try:
        files = list(_wheel(path) if os.path.isfile(path) else _directory(path))
    except (OSError, zipfile.BadZipFile) as error:
        raise CatalogSourceError(f"cannot read {path}: {error}") from error
    return _compiled(files, path)


def compile_installed() -> dict[str, Any]:
    """The same from the installed package. Raises CatalogSourceError when it is not installed."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise CatalogSourceError(f"the package {PACKAGE} is not installed") from error
    files = []
    for entry in found.files or ():
        if _wanted(str(entry)):
            located = str(found.locate_file(entry))
            with open(located, encoding="utf-8") as stream:
                files.append(_File(str(entry), stream.read(), _day(os.path.getmtime(located))))
    return _compiled(files, PACKAGE)


def dump(data: dict[str, Any]) -> str:
    """The facts as stable JSON, one line a catalogue, so that a refresh gives a readable diff."""
    lines = []
    for key, value in data.items():
        if isinstance(value, dict):
            inner = ",\n".join(
                f"  {json.dumps(name)}: {json.dumps(one, separators=(',', ':'))}" for name, one in value.items()
            )
            lines.append(f" {json.dumps(key)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _wanted(path: str) -> bool:
    return any(pattern.search(path) for pattern in (_CATALOG, _OPENSHIFT, _METADATA))


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, tz=UTC).date()


def _wheel(path: str) -> Iterator[_File]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if _wanted(entry.filename):
                yield _File(entry.filename, archive.read(entry).decode("utf-8"), date(*entry.date_time[:3]))


def _directory(root: str) -> Iterator[_File]:
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name).replace(os.sep, "/")
            if _wanted(path):
                with open(path, encoding="utf-8") as stream:
                    yield _File(path, stream.read(), _day(os.path.getmtime(path)))


def _compiled(files: list[_File], where: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    catalogs: dict[str, dict[str, Any]] = {}
    openshift: dict[str, list[str]] = {}
    version, built = "", date(2000, 1, 1)
    for file in files:
        if _METADATA.search(file.path):
            found = re.search(r"^Version: *(\S+)", file.text, re.MULTILINE)
            version, built = (found[1] if found else ""), file.day
            continue
        try:
            data = yaml.load(file.text, Loader=loader)
        except yaml.YAMLError as error:
            raise CatalogSourceError(f"{file.path} in {where} is no YAML: {error}") from error
        match = _CATALOG.search(file.path)
        if match is None:
            openshift = _openshift(data)
        elif (tag := parse_tag(match[1])) is not None and tag.day is not None and isinstance(data, dict):
            catalogs[match[1]] = _row(data)
    if not catalogs:
        raise CatalogSourceError(f"there are no catalogues in {where}")
    return {
        "format": FORMAT,
        "source": f"{PACKAGE} {version}".strip(),
        "date": built.isoformat(),
        "openshift": openshift,
        "catalogs": dict(sorted(catalogs.items(), key=lambda item: (item[0].split("-")[1], item[0]))),
    }


def _row(data: dict[str, Any]) -> dict[str, Any]:
    apps: dict[str, dict[str, str]] = {}
    for key, value in data.items():
        name = re.match(r"(?:mas_)?(\w+)_version$", key)
        if name is not None and isinstance(value, dict):
            apps[name[1]] = {str(channel): str(version or "") for channel, version in sorted(value.items())}
    row: dict[str, Any] = {"apps": apps}
    if isinstance(data.get("ocp_compatibility"), list):
        row["ocp"] = [str(one) for one in data["ocp_compatibility"]]
    for short, key in _OTHERS.items():
        if data.get(key) is not None:
            row[short] = str(data[key])
    return row


def _openshift(data: Any) -> dict[str, list[str]]:
    def day(text: object) -> str:
        try:
            return datetime.strptime(str(text), "%B %d, %Y").date().isoformat()
        except ValueError:
            return ""

    versions = data.get("ocp_versions") if isinstance(data, dict) else None
    if not isinstance(versions, dict):
        return {}
    rows = {
        str(version): [day(row.get(key)) for key in ("ga_date", "standard_support", "extended_support")]
        for version, row in versions.items()
        if isinstance(row, dict)
    }
    return dict(sorted(rows.items(), key=lambda item: [int(part) for part in item[0].split(".")]))
