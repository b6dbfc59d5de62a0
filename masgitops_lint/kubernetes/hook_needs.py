"""What an object must find in its cluster to do its work: what Pods mount and run as, what bindings bind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from masgitops_lint.argocd.hook_order import Piece
from masgitops_lint.argocd.waves import hooks, stays_behind, wave
from masgitops_lint.model.place import Keys

from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject
from .secrets import EVERYWHERE, needs_of, produced_by


class Needed(NamedTuple):
    """One object by name. `namespace` is "" for that of whoever needs it; `route` leads to the name."""

    kind: str
    namespace: str
    name: str
    route: Keys


def runs_pods(obj: KubeObject) -> bool:
    """Whether an object starts Pods."""
    return (obj.group, obj.kind) in POD_TEMPLATES


def needed_by(obj: KubeObject) -> tuple[Needed, ...]:
    """What an object needs by name: for what starts Pods and for bindings, nothing for the rest."""
    if runs_pods(obj):
        return tuple(one for one in _of_pods(obj) if UNKNOWN not in one.name)
    if obj.group == "rbac.authorization.k8s.io" and obj.kind in ("RoleBinding", "ClusterRoleBinding"):
        return tuple(one for one in _of_binding(obj) if UNKNOWN not in one.name)
    return ()


def pieces_of(obj: KubeObject, namespace: str) -> list[Piece]:
    """An object, and the Secrets that its controller makes of it, as the order of hooks sees them.

    `namespace` is where the object lands ("" for cluster-scoped kinds).
    """
    needs = tuple(
        (one.kind, "" if one.kind == "ClusterRole" else one.namespace or namespace, one.name) for one in needed_by(obj)
    )
    at, types = wave(obj.data), hooks(obj.data).types
    found = [Piece((obj.kind, namespace, obj.name), at, types, stays_behind(obj.data), needs)]
    for made in produced_by(obj):
        if (
            made.obj is obj
            and obj.kind != made.kind
            and made.name
            and UNKNOWN not in made.name
            and "*" not in made.name
        ):
            where = namespace if made.namespace in ("", EVERYWHERE) else made.namespace
            found.append(Piece((made.kind, where, made.name), at, types, not _goes_with(obj)))
    return found


def _goes_with(obj: KubeObject) -> bool:
    """Whether the Secret is deleted with the object it is made of: by its owner reference."""
    if obj.kind == "SealedSecret":
        return not stays_behind(obj.data)
    policy = obj.get("spec", "target", "creationPolicy")
    return obj.kind == "ExternalSecret" and policy in (None, "Owner") and not stays_behind(obj.data)


def _of_pods(obj: KubeObject) -> Iterator[Needed]:
    for need in needs_of(obj):
        if not need.optional and need.role == "pod":
            yield Needed(need.kind, "", need.name, need.route)
    route = (*POD_TEMPLATES[(obj.group, obj.kind)], "spec")
    account: Any = obj.get(*route, "serviceAccountName")
    if isinstance(account, str):
        yield Needed("ServiceAccount", "", account, (*route, "serviceAccountName"))
    volumes = obj.get(*route, "volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        claim = volume.get("persistentVolumeClaim") if isinstance(volume, dict) else None
        name = claim.get("claimName") if isinstance(claim, dict) else None
        if isinstance(name, str):
            yield Needed(
                "PersistentVolumeClaim", "", name, (*route, "volumes", index, "persistentVolumeClaim", "claimName")
            )


def _of_binding(obj: KubeObject) -> Iterator[Needed]:
    kind, name = obj.get("roleRef", "kind"), obj.get("roleRef", "name")
    if isinstance(kind, str) and isinstance(name, str):
        yield Needed(kind, "", name, ("roleRef", "name"))
    subjects = obj.get("subjects")
    for index, subject in enumerate(subjects if isinstance(subjects, list) else ()):
        if (
            isinstance(subject, dict)
            and subject.get("kind") == "ServiceAccount"
            and isinstance(subject.get("name"), str)
        ):
            namespace = subject.get("namespace")
            own = namespace if isinstance(namespace, str) else ""
            yield Needed("ServiceAccount", own, subject["name"], ("subjects", index, "name"))
