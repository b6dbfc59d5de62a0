"""The feature table, intervals, constraints, and what charts, operators and channels install."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.argocd import releases
from masgitops_lint.argocd.versions import (
    ANY,
    LAST,
    Interval,
    UnknownFeatureError,
    Version,
    at_version,
    feature,
    features,
    lowest_with,
    parse_version,
    semver_range,
    supports,
)

VERSIONS = st.builds(Version, st.integers(1, 3), st.integers(0, 15), st.integers(0, 20))


@pytest.mark.parametrize(
    ("version", "prune", "post_delete", "to_yaml", "applications_sync", "pre_delete"),
    [
        ("2.7.14", False, False, False, False, False),
        ("2.8.0", False, False, False, True, False),
        ("2.9.0", False, False, False, True, False),
        ("2.9.22", False, False, True, True, False),
        ("2.10.0", False, True, True, True, False),
        ("2.10.9", False, True, True, True, False),
        ("2.10.10", True, True, True, True, False),
        ("2.10.18", True, True, True, True, False),
        ("2.11.0", True, True, True, True, False),
        ("3.0.0", True, True, True, True, False),
        ("3.3.0", True, True, True, True, True),
    ],
)
def test_the_table(
    version: str, prune: bool, post_delete: bool, to_yaml: bool, applications_sync: bool, pre_delete: bool
) -> None:
    at = parse_version(version)
    names = (
        "reverse-wave-prune",
        "hook-post-delete",
        "applicationset-to-yaml",
        "applicationset-applications-sync",
        "hook-pre-delete",
    )
    assert tuple(supports(at, name) for name in names) == (prune, post_delete, to_yaml, applications_sync, pre_delete)


def test_what_a_part_has_is_unknown() -> None:
    assert supports(at_version("2.10"), "reverse-wave-prune") is None
    assert supports(at_version("2.11"), "reverse-wave-prune") is True
    assert supports(at_version("2.9.x"), "reverse-wave-prune") is False
    assert supports(ANY, "hook-post-delete") is None
    assert supports(None, "hook-post-delete") is None


def test_what_was_removed() -> None:
    assert supports(at_version("2.7.4"), "plugin-configmap") is True
    assert supports(at_version("2.8.0"), "plugin-configmap") is False
    assert supports(at_version("3.0.0"), "applicationset-nested-selectors") is False
    assert feature("helm-version").needs == "3.4 at most"


def test_backports_are_named() -> None:
    assert feature("reverse-wave-prune").needs == "2.11.0 or newer (or 2.10.10 and later 2.10)"
    assert feature("reverse-wave-prune").stretches == (Interval(Version(2, 10, 10), LAST),)
    force = feature("option-force")
    assert [supports(parse_version(v), force) for v in ("2.10.9", "2.10.10", "2.11.0", "2.11.1", "2.12.0")] == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_the_lowest_version_with_everything() -> None:
    assert lowest_with([feature("hook-post-delete"), feature("reverse-wave-prune")]) == Version(2, 10, 10)
    assert lowest_with([]) is None
    assert lowest_with([feature("plugin-configmap"), feature("hook-pre-delete")]) is None


def test_every_row_has_a_source_and_says_what_happens_without() -> None:
    for row in features().values():
        assert row.source
        assert row.without
        assert row.title
        assert row.severity in ("error", "warning", "note")
        assert all(isinstance(value, list | bool) for value in (row.signs or {}).values())
    with pytest.raises(UnknownFeatureError):
        feature("time-travel")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("~1.2", "1.2.x"),
        ("~1.2.3", "1.2.3 or a later 1.2"),
        ("^1.2.3", "from 1.2.3 to before 2.0"),
        ("^0.2.3", "0.2.3 or a later 0.2"),
        ("1.x", "from 1.0 to before 2.0"),
        ("1.2.*", "1.2.x"),
        (">=1.2, <2", "from 1.2 to before 2.0"),
        (">= 1.2.0 < 2.0.0", "from 1.2 to before 2.0"),
        (">1.2", "1.3 or newer"),
        ("<=1.2.3", "older than 1.2.4"),
        ("1.2 - 1.4", "from 1.2 to before 1.5"),
        ("1.0.0 || 3.0.0", "from 1.0 to before 3.0.1"),
        ("*", "any version"),
    ],
)
def test_constraints(text: str, expected: str) -> None:
    assert str(semver_range(text)) == expected


@pytest.mark.parametrize("text", ["main", "HEAD", "latest-ish", "1.2.3.4", "sha256:0123"])
def test_no_constraint(text: str) -> None:
    assert semver_range(text) is None


@pytest.mark.parametrize("text", ["latest", "", None, 7, "sha256:abc", "v2.x.y"])
def test_no_version(text: object) -> None:
    assert at_version(text) is None


@pytest.mark.parametrize(
    ("chart", "argocd"),
    [
        ("3.0.0", "2.0.0"),
        ("5.43.0", "2.8.0"),
        ("5.55.0", "2.10.0"),
        ("6.7.18", "2.10.9"),
        ("6.8.0", "2.11.0"),
        ("8.0.0", "3.0.0"),
        ("9.4.0", "3.3.0"),
        ("10.1.1", "3.4.4"),
        ("11.0.0", "3.4.4 or newer"),
        ("2.11.0", "older than 2.0"),
        ("7.x", "from 2.11.2 to before 2.14.12"),
    ],
)
def test_charts(chart: str, argocd: str) -> None:
    assert str(releases.from_helm_chart(chart)) == argocd


def test_operators_and_channels() -> None:
    assert str(releases.from_operator("v0.10.1")) == "2.10.11"
    assert str(releases.from_operator("0.14.1")) == "2.14.4 or a later 2.14"
    assert releases.from_operator("0.99.0") is None
    assert str(releases.from_gitops("1.12")) == "2.10.1 or a later 2.10"
    assert supports(releases.from_gitops("1.13"), "reverse-wave-prune") is True
    assert str(releases.from_gitops("1.30")) == "3.4 or newer"
    assert releases.from_gitops("1.0") is None
    assert releases.gitops_line("openshift-gitops-operator.v1.12.3") == "1.12"
    assert releases.gitops_line("latest") is None


def test_support() -> None:
    assert releases.supported_lines() == ("3.3", "3.4", "3.5")
    support = {
        text: releases.is_supported(at_version(text) or ANY) for text in ("2.14.1", "3.2.9", "3.3.0", "3.5.1", "3.9.0")
    }
    assert support == {"2.14.1": False, "3.2.9": False, "3.3.0": True, "3.5.1": True, "3.9.0": True}
    assert releases.is_supported(ANY) is None
    assert releases.released("2.10") == "2024-02"


@given(VERSIONS, st.sampled_from(sorted(features())))
def test_an_interval_agrees_with_its_versions(version: Version, name: str) -> None:
    one = supports(version, name)
    assert one is supports(Interval(version, version.next_patch), name)
    whole = supports(Interval(Version(version.major, version.minor), version.next_minor), name)
    assert whole is None or whole is one


@given(st.text(max_size=20))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_version(text)
    at_version(text)
    semver_range(text)
    releases.from_helm_chart(text)
