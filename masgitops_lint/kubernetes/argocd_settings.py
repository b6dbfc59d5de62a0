"""What Argo CD reads from objects besides Applications: RBAC policies, roles of projects, labelled Secrets, finalizers.

Sources: argo-cd util/rbac/rbac.go (loadPolicyLine), pkg/apis/application/v1alpha1/app_project_types.go
(validatePolicy), common/common.go (labels and finalizers).
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from masgitops_lint.model.place import Keys, Place

from .objects import UNKNOWN, KubeObject

if TYPE_CHECKING:
    from .unit import UnitGraph

_RESOURCES = (
    "clusters", "projects", "applications", "applicationsets", "repositories", "write-repositories", "certificates",
    "accounts", "gpgkeys", "logs", "exec", "extensions",
)  # fmt: skip
_ACTIONS = ("get", "create", "update", "delete", "sync", "override", "action", "invoke")
_PROJECT_RESOURCES = ("applications", "applicationsets", "repositories", "clusters", "exec", "logs")
_SECRET_TYPES = ("cluster", "repository", "repository-write", "repo-creds", "repo-write-creds")
_SECRET_LABEL = "argocd.argoproj.io/secret-type"
_FINALIZERS = (
    "resources-finalizer.argocd.argoproj.io",
    "resources-finalizer.argocd.argoproj.io/background",
    "resources-finalizer.argocd.argoproj.io/foreground",
    "foreground-finalizer.argocd.argoproj.io",
    "background-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io/cleanup",
    "pre-delete-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io/cleanup",
)


@dataclass(frozen=True, slots=True)
class SettingTrouble:
    """Something that Argo CD does not take as it is meant. "error" means that it refuses what holds it."""

    obj: KubeObject
    place: Place
    text: str
    effect: str
    hint: str
    severity: Literal["error", "warning", "note"] = "error"


def setting_troubles(graph: UnitGraph) -> Iterator[SettingTrouble]:
    """Of everything that units apply and kustomizations build, each once."""
    seen: set[tuple[object, ...]] = set()
    for obj in _objects(graph):
        identity = (obj.path, obj.document, obj.route, obj.kind, obj.name)
        if identity in seen:
            continue
        seen.add(identity)
        if obj.kind == "ConfigMap" and obj.name == "argocd-rbac-cm":
            yield from _policies(obj)
        elif obj.kind == "AppProject" and obj.group == "argoproj.io":
            yield from _roles(obj)
        elif obj.kind == "Application" and obj.group == "argoproj.io":
            yield from _finalizers(obj)
        elif obj.kind in ("Secret", "SealedSecret", "ExternalSecret"):
            yield from _labels(obj)


def _objects(graph: UnitGraph) -> Iterator[KubeObject]:
    for unit in graph.units:
        yield from unit.objects
    for build, reached in graph.builds().values():
        if not reached and not graph.aside(build.path):
            yield from build.objects


def _policies(obj: KubeObject) -> Iterator[SettingTrouble]:
    """Lines of `policy.csv` and `policy.NAME.csv`."""
    data = obj.data.get("data")
    lines: list[tuple[Place, list[str]]] = []
    roles = {"role:admin", "role:readonly"}
    for key, text in data.items() if isinstance(data, dict) else ():
        if not (isinstance(text, str) and str(key).startswith("policy.") and str(key).endswith("csv")):
            continue
        for line in text.splitlines():
            stripped = line.strip()
            if not stripped or stripped.startswith("#") or UNKNOWN in line or "{{" in line or "${" in line:
                continue
            place = obj.at("data", str(key))._replace(within=stripped)
            tokens = _tokens(stripped)
            roles.update(tokens[1:2])
            if not _complete(tokens):
                wants = {"p": "p, subject, resource, action, object, effect", "g": "g, subject, role"}
                form = wants.get(tokens[0] if tokens else "", "p, ... or g, ...")
                text_of = f"{stripped!r} is no policy of the form `{form}`"
                yield SettingTrouble(
                    obj, place, text_of, "Argo CD's server refuses all policies of this ConfigMap", f"write {form}"
                )
            else:
                lines.append((place, tokens))
    for place, tokens in lines:
        yield from _words(obj, place, tokens, roles)


def _tokens(line: str) -> list[str]:
    try:
        return [token.strip() for token in next(csv.reader([line], skipinitialspace=True), [])]
    except csv.Error:
        return []


def _complete(tokens: Sequence[str]) -> bool:
    """Argo CD counts only the fields of `p` and `g`."""
    if not tokens or not tokens[0]:
        return False
    return len(tokens) == {"p": 6, "g": 3}.get(tokens[0], len(tokens))


def _words(obj: KubeObject, place: Place, tokens: list[str], roles: set[str]) -> Iterator[SettingTrouble]:
    if tokens[0] == "g" and tokens[2].startswith("role:") and tokens[2] not in roles:
        near = difflib.get_close_matches(tokens[2], sorted(roles), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "add its `p` lines"
        yield SettingTrouble(
            obj, place, f"no policy gives {tokens[2]} anything", "its members may do nothing", hint, "warning"
        )
    if tokens[0] != "p":
        return
    for word, known, what in ((tokens[2], _RESOURCES, "resource"), (tokens[3].partition("/")[0], _ACTIONS, "action")):
        if word not in known and re.fullmatch(r"[\w-]+", word):
            near = difflib.get_close_matches(word, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(known)}"
            yield SettingTrouble(
                obj, place, f"Argo CD has no {what} {word!r}", "the line permits nothing", hint, "warning"
            )
    if tokens[5] not in ("allow", "deny"):
        text = f"{tokens[5]!r} is no effect"
        yield SettingTrouble(obj, place, text, "the line permits nothing", "write `allow` or `deny`", "warning")


def _roles(obj: KubeObject) -> Iterator[SettingTrouble]:
    """`spec.roles[].policies[]` of a project, the first of each role that only Kubernetes accepts."""
    roles = obj.spec.get("roles")
    for index, role in enumerate(roles if isinstance(roles, list) else ()):
        policies = role.get("policies") if isinstance(role, dict) else None
        for number, policy in enumerate(policies if isinstance(policies, list) else ()):
            if not isinstance(policy, str) or UNKNOWN in policy or "{{" in policy or "${" in policy:
                continue
            route: Keys = ("spec", "roles", index, "policies", number)
            text, hint = _role_problem(obj.name, str(role.get("name") or ""), policy)
            if text:
                effect = "the role does not get it, and Argo CD's API refuses to save such a project"
                yield SettingTrouble(obj, obj.at(*route), text, effect, hint, "note")
                break


def _role_problem(project: str, role: str, policy: str) -> tuple[str, str]:
    parts = [part.strip() for part in policy.split(",")]
    if len(parts) != 6 or parts[0] != "p":
        return f"{policy!r} is no policy", "write p, subject, resource, action, object, effect"
    subject = f"proj:{project}:{role}"
    if UNKNOWN in subject:
        return "", ""
    if parts[1] != subject:
        return f"the subject of a policy of this role is {subject!r}, not {parts[1]!r}", f"write {subject}"
    if parts[2] not in _PROJECT_RESOURCES:
        return f"a project's role has no resource {parts[2]!r}", f"it is one of {', '.join(_PROJECT_RESOURCES)}"
    if not re.fullmatch(rf"{re.escape(project)}(?:/[*\w.-]+)?/[*\w.-]+", parts[4]):
        return f"the object {parts[4]!r} is not in this project", f"write {project}/*, or {project}/NAME"
    if parts[5] not in ("allow", "deny"):
        return f"{parts[5]!r} is no effect", "write `allow` or `deny`"
    return "", ""


def _finalizers(obj: KubeObject) -> Iterator[SettingTrouble]:
    found = obj.metadata.get("finalizers")
    for index, name in enumerate(found if isinstance(found, list) else ()):
        if not isinstance(name, str) or name in _FINALIZERS or UNKNOWN in name or "{{" in name:
            continue
        near = difflib.get_close_matches(name, _FINALIZERS, n=1, cutoff=0.85)
        if near:
            place = obj.at("metadata", "finalizers", index)
            effect = "nobody removes it, so that the Application can never be deleted"
            text = f"Argo CD knows no finalizer {name!r}"
            yield SettingTrouble(obj, place, text, effect, f"did you mean {near[0]!r}?", "warning")


def _labels(obj: KubeObject) -> Iterator[SettingTrouble]:
    routes: list[Keys] = [("metadata", "labels")]
    if obj.kind == "ExternalSecret":
        routes.append(("spec", "target", "template", "metadata", "labels"))
    elif obj.kind == "SealedSecret":
        routes.append(("spec", "template", "metadata", "labels"))
    for route in routes:
        labels = obj.get(*route)
        kind = labels.get(_SECRET_LABEL) if isinstance(labels, dict) else None
        if isinstance(kind, str) and kind not in _SECRET_TYPES and UNKNOWN not in kind and "{{" not in kind:
            near = difflib.get_close_matches(kind, _SECRET_TYPES, n=1, cutoff=0.5)
            place = obj.at(*route, _SECRET_LABEL)
            hint = f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(_SECRET_TYPES)}"
            text = f"Argo CD knows no type of Secret {kind!r}"
            yield SettingTrouble(obj, place, text, "it does not read this one", hint, "warning")
