"""Sync waves, hooks and sync options: what Argo CD reads out of annotations.

Facts: argo-cd gitops-engine pkg/sync/syncwaves/waves.go, hook/hook.go, hook/delete_policy.go, sync_phase.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SYNC_WAVE = "argocd.argoproj.io/sync-wave"
HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
HELM_HOOK = "helm.sh/hook"
HELM_HOOK_WEIGHT = "helm.sh/hook-weight"
HELM_HOOK_DELETE_POLICY = "helm.sh/hook-delete-policy"

HOOK_TYPES = ("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PostDelete", "PreDelete")
"""`PostDelete` since 2.10, `PreDelete` since 3.3."""
DELETE_POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")

_HOOK_SINCE = {"PostDelete": (2, 10), "PreDelete": (3, 3)}
_HELM_HOOKS = {
    "crd-install": "PreSync",
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
    "post-delete": "PostDelete",
    "pre-delete": "PreDelete",
}
_HELM_DELETE_POLICIES = {
    "before-hook-creation": "BeforeHookCreation",
    "hook-succeeded": "HookSucceeded",
    "hook-failed": "HookFailed",
}
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")


def atoi(text: Any) -> int | None:
    """Go's `strconv.Atoi`: sign and digits, nothing around them, within 64 bits; None for anything else."""
    if not isinstance(text, str) or not _INTEGER.match(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def annotations_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object's annotations, {} where there are none or they are no mapping."""
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations if isinstance(annotations, Mapping) else {}


def wave(manifest: Mapping[str, Any]) -> int:
    """The sync wave of an object; what is no integer is ignored, then Helm's hook weight counts, then 0."""
    annotations = annotations_of(manifest)
    for key in (SYNC_WAVE, HELM_HOOK_WEIGHT):
        number = atoi(annotations.get(key))
        if number is not None:
            return number
    return 0


@dataclass(frozen=True, slots=True)
class Hooks:
    """`types` are the phases an object is a hook of. An object with `is_hook` and no types is never applied."""

    is_hook: bool
    types: tuple[str, ...] = ()
    delete_policies: tuple[str, ...] = ()


def _parts(value: Any) -> list[str]:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else []


def hooks(manifest: Mapping[str, Any], version: tuple[int, ...] | None = None) -> Hooks:
    """What the hook annotations of an object mean for one Argo CD version (None: the newest).

    A valid `argocd.argoproj.io/hook` beats `helm.sh/hook`. A hook without a delete policy that parses gets
    `BeforeHookCreation`.
    """
    annotations = annotations_of(manifest)
    known = [kind for kind in HOOK_TYPES if version is None or version[:2] >= _HOOK_SINCE.get(kind, (0, 0))]
    own = _parts(annotations.get(HOOK))
    helm = _parts(annotations.get(HELM_HOOK))
    types = [kind for kind in own if kind in known]
    if not types:
        types = [_HELM_HOOKS[name] for name in helm if _HELM_HOOKS.get(name) in known]
    is_hook = types != ["Skip"] if HOOK in annotations else bool(helm) and helm != ["crd-install"]
    if not is_hook and not types:
        return Hooks(False)
    return Hooks(is_hook, tuple(dict.fromkeys(types)), delete_policies(manifest))


def delete_policies(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The hook delete policies in force: those that parse, else Helm's, else `BeforeHookCreation`."""
    annotations = annotations_of(manifest)
    found = [policy for policy in _parts(annotations.get(HOOK_DELETE_POLICY)) if policy in DELETE_POLICIES]
    found += [
        _HELM_DELETE_POLICIES[name]
        for name in _parts(annotations.get(HELM_HOOK_DELETE_POLICY))
        if name in _HELM_DELETE_POLICIES
    ]
    return tuple(dict.fromkeys(found)) or ("BeforeHookCreation",)


def resource_sync_options(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The sync options in an object's annotation: split at commas and trimmed, compared exactly by Argo CD."""
    return tuple(option for option in _parts(annotations_of(manifest).get(SYNC_OPTIONS)) if option)


def application_sync_options(application: Mapping[str, Any]) -> tuple[str, ...]:
    """`spec.syncPolicy.syncOptions` of an Application, as written."""
    options = _dig(application, "spec", "syncPolicy", "syncOptions")
    return tuple(str(option) for option in options) if isinstance(options, Sequence) and options else ()


def application_prune(application: Mapping[str, Any]) -> bool | None:
    """`spec.syncPolicy.automated.prune`: None where it is not said (Argo CD: false) or there is no automated sync."""
    prune = _dig(application, "spec", "syncPolicy", "automated", "prune")
    return prune if isinstance(prune, bool) else None


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
