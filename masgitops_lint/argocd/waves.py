"""Sync waves, hooks and sync options: what Argo CD reads out of annotations.

Facts: argo-cd gitops-engine pkg/sync/syncwaves/waves.go, hook/hook.go, hook/delete_policy.go, sync_phase.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

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
_HELM_ONLY = frozenset({"test", "test-success", "test-failure", "pre-rollback", "post-rollback"})
"""Hooks of Helm for which Argo CD has no phase: never applied, and nobody expects them to be."""
_INTEGER = late_pattern(r"[+-]?[0-9]+\Z")


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


class Hooks(NamedTuple):
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
    if HOOK not in annotations and HELM_HOOK not in annotations:
        return Hooks(False)
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


class Misread(NamedTuple):
    """An annotation that Argo CD does not read as it was meant.

    `effect` says what comes of it: "never" (a hook of no phase: the object is never applied), "part" (one of several
    words does not count), "wave" (no integer: it does not count), "policy" (a delete policy that does not count) or
    "text" (no text at all: the API server refuses the object). `word` is the one at fault, `meant` the known word that
    is nearest, or "".
    """

    annotation: str
    text: str
    effect: Literal["never", "part", "wave", "policy", "text"]
    word: str = ""
    meant: str = ""


_WORDS: Mapping[str, Sequence[str]] = {
    HOOK: HOOK_TYPES,
    HELM_HOOK: (*_HELM_HOOKS, *sorted(_HELM_ONLY)),
    HOOK_DELETE_POLICY: DELETE_POLICIES,
    HELM_HOOK_DELETE_POLICY: tuple(_HELM_DELETE_POLICIES),
}
ORDER_ANNOTATIONS = (HOOK, HELM_HOOK, SYNC_WAVE, HELM_HOOK_WEIGHT, HOOK_DELETE_POLICY, HELM_HOOK_DELETE_POLICY)


def misread_annotation(annotation: str, value: Any) -> Misread | None:
    """What is wrong with the value of one of `ORDER_ANNOTATIONS`, taken by itself; None where nothing is."""
    if not isinstance(value, str):
        return Misread(annotation, str(value), "text")
    if annotation in (SYNC_WAVE, HELM_HOOK_WEIGHT):
        return None if atoi(value) is not None else Misread(annotation, value, "wave")
    known = _WORDS.get(annotation, ())
    # an empty part is what a comma at the end leaves; an empty text is a hook of no phase
    parts = [part for part in _parts(value) if part] or [""]
    wrong = [part for part in parts if part not in known]
    if not wrong:
        return None
    meant = _nearest(wrong[0], known)
    if annotation in (HOOK_DELETE_POLICY, HELM_HOOK_DELETE_POLICY):
        return Misread(annotation, value, "policy", wrong[0], meant)
    return Misread(annotation, value, "part" if len(wrong) < len(parts) else "never", wrong[0], meant)


def misread(manifest: Mapping[str, Any]) -> tuple[Misread, ...]:
    """The annotations of an object that order it, or keep it from being applied, other than as written.

    A delete policy on what is no hook does nothing, right or wrong, and is not told.
    """
    annotations = annotations_of(manifest)
    if annotations.keys().isdisjoint(ORDER_ANNOTATIONS):
        return ()
    read = hooks(manifest)
    found: list[Misread] = []
    for key in ORDER_ANNOTATIONS:
        wrong = misread_annotation(key, annotations[key]) if key in annotations else None
        if wrong is None or (wrong.effect == "policy" and not read.is_hook):
            continue
        # a hook of Argo CD that parses makes Helm's annotations idle; a typo beside a valid hook of Helm is half read
        if wrong.effect in ("never", "part") and key == HELM_HOOK and HOOK in annotations:
            continue
        if wrong.effect == "never" and read.types:
            wrong = Misread(key, wrong.text, "part", wrong.word, wrong.meant)
        found.append(wrong)
    return tuple(found)


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    folded = {one.lower().replace("-", ""): one for one in known}
    near = get_close_matches(word.lower().replace("-", "").replace("_", ""), list(folded), n=1, cutoff=0.7)
    return folded[near[0]] if near else ""


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


def stays_behind(manifest: Mapping[str, Any]) -> bool:
    """Whether an object is kept when its Application is deleted.

    Sync option `Delete=false`, or `helm.sh/resource-policy: keep` since 2.7 (argo-cd controller/appcontroller.go
    `shouldBeDeleted`).
    """
    return "Delete=false" in resource_sync_options(manifest) or "keep" in _parts(
        annotations_of(manifest).get("helm.sh/resource-policy")
    )


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
