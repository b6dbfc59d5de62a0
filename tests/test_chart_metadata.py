"""Charts that Helm refuses to load."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.kubernetes.chart_metadata import lock_digest

from .unit_repos import application, config_map, units

_CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
_REDIS = {"name": "redis", "version": "20.1.5", "repository": "https://charts.example.net/stable"}


@pytest.mark.parametrize(
    ("chart", "text"),
    [
        ("apiVersion: v2\nname: web\n", "the chart has no `version`"),
        ("apiVersion: v2\nname: web\nversion: v1.2\n", ""),
        ("apiVersion: v2\nname: web\nversion: 1.2.3.4\n", "'1.2.3.4' is no version: Helm wants SemVer"),
        (_CHART + "type: library\n", "a library chart cannot be installed"),
        (_CHART + "dependencies: [{name: lib, version: 1.0.0}]\n", "dependency lib has no `repository`"),
        (_CHART + "dependencies: [{name: packed, version: 1.0.0}]\n", ""),
        (_CHART + 'dependencies: [{name: lib, version: ">=1.0.0", repository: "file://../lib"}]\n', ""),
        (_CHART + 'dependencies: [{name: lib, version: 2.0.0, repository: "file://../lib"}]\n', "lib is version 1.0.0"),
        (_CHART + 'dependencies: [{name: lib, version: 1.0.0, repository: "file://../libs"}]\n', "there is no chart"),
    ],
)
def test_what_helm_refuses(tmp_path: Path, chart: str, text: str) -> None:
    files = {
        "apps/web.yaml": application("web", "web"),
        "web/Chart.yaml": chart,
        "web/charts/packed-1.0.0.tgz": "",
        "web/templates/a.yaml": config_map("a"),
        "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n",
        "elsewhere/Chart.yaml": "apiVersion: v2\nname: nobody-installs-it\n",
    }
    found = [one.text for one in units(tmp_path, files).chart_troubles()]
    assert [one[: len(text)] for one in found] == ([text] if text else [])


def test_the_checksum_is_written_as_go_writes_json() -> None:
    ranged = {**_REDIS, "version": ">=20 <21", "condition": "redis.enabled"}
    assert lock_digest([_REDIS], [_REDIS]) != lock_digest([ranged], [_REDIS])
    reordered = dict(reversed(list(ranged.items())))
    assert lock_digest([ranged], [_REDIS]) == lock_digest([reordered], [_REDIS])
    # What Helm writes into the lock of a chart without dependencies, and of one with cert-manager.
    assert lock_digest([], []) == "sha256:643d5437104296e21d906ecb15b2c96ad278f20cfc4af53b12bb6069bd853726"
    manager = {"name": "cert-manager", "version": "v1.21.1", "repository": "https://charts.jetstack.io/"}
    assert (
        lock_digest([manager], [manager]) == "sha256:c4b400f4d13fe88779117ed9be6d5d2c4d7461f4579f0a0dbbce8c986a4466eb"
    )
