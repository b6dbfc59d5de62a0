"""Waves, hooks, delete policies and sync options as Argo CD reads them."""

from __future__ import annotations

from typing import Any

import pytest

from masgitops_lint.argocd.waves import (
    application_prune,
    application_sync_options,
    atoi,
    hooks,
    misread,
    resource_sync_options,
    stays_behind,
    wave,
)


def made(**annotations: Any) -> dict[str, Any]:
    names = {"wave": "argocd.argoproj.io/sync-wave", "hook": "argocd.argoproj.io/hook",
             "policy": "argocd.argoproj.io/hook-delete-policy", "options": "argocd.argoproj.io/sync-options",
             "helm": "helm.sh/hook", "weight": "helm.sh/hook-weight", "helm_policy": "helm.sh/hook-delete-policy"}  # fmt: skip
    return {"metadata": {"annotations": {names[key]: value for key, value in annotations.items()}}}


@pytest.mark.parametrize(
    ("text", "number"),
    [("099", 99), ("-5", -5), ("+3", 3), ("1.5", None), (" 1", None), ("", None), ("0x1", None), ("1_0", None),
     (7, None), ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None), ("１", None)],
)  # fmt: skip
def test_atoi(text: Any, number: int | None) -> None:
    assert atoi(text) == number


def test_a_wave_that_is_no_integer_counts_as_absent() -> None:
    assert wave(made(wave="010")) == 10
    assert wave(made(wave="first")) == 0
    assert wave(made(wave="x", weight="4")) == 4
    assert wave(made(wave=5)) == 0
    assert wave({"metadata": {"annotations": []}}) == 0


@pytest.mark.parametrize(
    ("annotations", "is_hook", "types"),
    [
        ({"hook": "PreSync"}, True, ("PreSync",)),
        ({"hook": " PreSync , PostSync"}, True, ("PreSync", "PostSync")),
        ({"hook": "presync"}, True, ()),
        ({"hook": "Skip"}, False, ("Skip",)),
        ({"helm": "post-install,pre-upgrade"}, True, ("PostSync", "PreSync")),
        ({"helm": "test"}, True, ()),
        ({"helm": "crd-install"}, False, ("PreSync",)),
        ({"hook": "Sync", "helm": "pre-install"}, True, ("Sync",)),
        ({"hook": "typo", "helm": "pre-install"}, True, ("PreSync",)),
        ({}, False, ()),
    ],
)
def test_hook_types(annotations: dict[str, str], is_hook: bool, types: tuple[str, ...]) -> None:
    found = hooks(made(**annotations))
    assert (found.is_hook, found.types) == (is_hook, types)


def test_hook_types_by_version() -> None:
    assert hooks(made(hook="PostDelete"), (2, 9, 9)).types == ()
    assert hooks(made(hook="PostDelete"), (2, 10, 0)).types == ("PostDelete",)
    assert hooks(made(hook="PreDelete"), (3, 2)).types == ()
    assert hooks(made(helm="pre-delete")).types == ("PreDelete",)


def test_delete_policies() -> None:
    assert hooks(made(hook="Sync", policy="HookSucceeded, nonsense")).delete_policies == ("HookSucceeded",)
    assert hooks(made(hook="Sync", policy="nonsense")).delete_policies == ("BeforeHookCreation",)
    assert hooks(made(helm="pre-install", helm_policy="hook-failed")).delete_policies == ("HookFailed",)


def test_options_and_prune() -> None:
    assert resource_sync_options(made(options="Prune=false, Replace=true,")) == ("Prune=false", "Replace=true")
    application = {"spec": {"syncPolicy": {"automated": {"prune": True}, "syncOptions": ["a=b", " c"]}}}
    assert application_prune(application) is True
    assert application_sync_options(application) == ("a=b", " c")
    assert application_prune({"spec": {"syncPolicy": {"automated": {}}}}) is None
    assert application_prune({"spec": None}) is None


@pytest.mark.parametrize(
    ("annotations", "told"),
    [
        ({"hook": "postsync"}, [("never", "postsync", "PostSync")]),
        ({"hook": "PostSynced"}, [("never", "PostSynced", "PostSync")]),
        ({"hook": "PreSync, Postsync"}, [("part", "Postsync", "PostSync")]),
        ({"hook": "typo", "helm": "pre-install"}, [("part", "typo", "")]),
        ({"hook": "Sync", "helm": "pre-instal"}, []),
        ({"helm": "pre_install"}, [("never", "pre_install", "pre-install")]),
        ({"helm": "test"}, []),
        ({"hook": ""}, [("never", "", "")]),
        ({"hook": "PreSync,"}, []),
        ({"hook": "Skip"}, []),
        ({"wave": "first"}, [("wave", "", "")]),
        ({"wave": 5}, [("text", "", "")]),
        ({"weight": "1.5"}, [("wave", "", "")]),
        ({"hook": "Sync", "policy": "HookSucceeded,BeforeHookCreated"}, [("policy", "BeforeHookCreated", "BeforeHookCreation")]),
        ({"policy": "hook-succeeded"}, []),
        ({"helm": "post-delete", "helm_policy": "hook-suceeded"}, [("policy", "hook-suceeded", "hook-succeeded")]),
    ],
)  # fmt: skip
def test_annotations_that_are_not_read_as_written(
    annotations: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    assert [(one.effect, one.word, one.meant) for one in misread(made(**annotations))] == told


def test_what_stays_when_its_application_goes() -> None:
    assert stays_behind(made(options="Prune=false, Delete=false"))
    assert stays_behind({"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}})
    assert not stays_behind(made(options="Prune=false"))
