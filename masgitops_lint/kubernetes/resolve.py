"""Joins needs for Secrets and ConfigMaps with what makes them, within one cluster and namespace."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .objects import UNKNOWN, KubeObject
from .secrets import (
    EVERYWHERE,
    Kind,
    Need,
    Producer,
    needs_in_values,
    needs_of,
    needs_of_chart,
    outsiders,
    produced_by,
    pushed_by,
)
from .unit import Unit, UnitGraph

if TYPE_CHECKING:
    from masgitops_lint.kubernetes.kustomization import Opaque
    from masgitops_lint.settings.values import Settings

Outcome: TypeAlias = Literal["resolved", "missing", "opaque", "by-hand", "unused-file"]

WELL_KNOWN = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("ConfigMap", "cluster-info"),
        ("ConfigMap", "istio-ca-root-cert"),
        ("ConfigMap", "aws-auth"),
        ("ConfigMap", "coredns"),
        ("Secret", "flux-system"),
        ("Secret", "sops-age"),
        ("Secret", "sops-gpg"),
        ("Secret", "sops-keys"),
        ("Secret", "argocd-secret"),
        ("Secret", "argocd-initial-admin-secret"),
        ("Secret", "argocd-redis"),
        ("ConfigMap", "argocd-cm"),
        ("ConfigMap", "argocd-rbac-cm"),
        ("ConfigMap", "argocd-cmd-params-cm"),
        ("ConfigMap", "argocd-ssh-known-hosts-cm"),
        ("ConfigMap", "argocd-tls-certs-cm"),
        ("ConfigMap", "argocd-gpg-keys-cm"),
        ("Secret", "pull-secret"),
        ("Secret", "kedaorg-certs"),
    }
)
"""Objects that a bootstrap, the cluster or the engine itself makes."""

_PASSIVE = frozenset(
    {
        "", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io",
        "gateway.networking.k8s.io", "gateway.envoyproxy.io", "monitoring.coreos.com", "helm.toolkit.fluxcd.io",
        "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "notification.toolkit.fluxcd.io",
        "image.toolkit.fluxcd.io", "external-secrets.io", "bitnami.com", "cert-manager.io", "argoproj.io",
        "traefik.io", "traefik.containo.us", "networking.istio.io", "security.istio.io", "cilium.io", "volsync.backube",
        "apiextensions.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "secrets-store.csi.x-k8s.io", "kyverno.io",
        "snapshot.storage.k8s.io", "grafana.integreatly.org", "keda.sh", "k8s.cni.cncf.io", "karpenter.sh",
    }
)  # fmt: skip
"""Groups whose objects make no Secrets under names of their own choice."""

_SCRIPTS = late_pattern(
    r"(?:\.(?:sh|bash|ps1|py|md|adoc|tf|tfvars|hcl|j2|tpl|tmpl|gotmpl|txt|just|nix|go|ts)|[Mm]akefile|[Jj]ustfile|\.justfile)$"
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One need and what came of it. `producers` is empty unless resolved; `related` explains the other outcomes."""

    need: Need
    unit: Unit
    namespace: str
    outcome: Outcome
    producers: tuple[Producer, ...] = ()
    related: tuple[KubeObject, ...] = ()
    hint: str = ""


@dataclass(slots=True)
class _Shelf:
    """Everything that one cluster produces."""

    exact: dict[tuple[Kind, str, str], list[tuple[Producer, Unit]]] = field(default_factory=dict)
    everywhere: dict[tuple[Kind, str], list[Producer]] = field(default_factory=dict)
    patterns: list[tuple[Producer, str, re.Pattern[str]]] = field(default_factory=list)
    opaque: list[Unit] = field(default_factory=list)
    custom: dict[str, list[KubeObject]] = field(default_factory=dict)
    names: dict[Kind, set[str]] = field(default_factory=dict)

    def holds(self, kind: Kind, name: str) -> bool:
        """Whether something of that name is made in any namespace: what copies all Secrets copies only those."""
        if not self.names:
            for made, _, called in self.exact:
                self.names.setdefault(made, set()).add(called)
        return name in self.names.get(kind, ())


class SecretIndex:
    """Producers by cluster. Built once for a graph; every look-up is a few dictionary reads."""

    def __init__(self, graph: UnitGraph, settings: Settings | None = None) -> None:
        self.graph = graph
        self.settings = settings
        self.shelves: dict[str, _Shelf] = {}
        self.loose: dict[tuple[Kind, str], list[Producer]] = {}
        self._mentions: dict[str, str] = {}
        self._unread: dict[tuple[Kind, str], list[KubeObject]] = {}
        self._into_clusters = {
            obj.name
            for unit in graph.units
            for obj in unit.objects
            if obj.kind.endswith("SecretStore") and isinstance(obj.get("spec", "provider", "kubernetes"), dict)
        }
        for unit in graph.units:
            self._shelve(unit)
        for obj in graph.loose.objects if graph.loose is not None else ():
            for producer in produced_by(obj):
                self.loose.setdefault((producer.kind, producer.name), []).append(producer)

    def _shelve(self, unit: Unit) -> None:
        shelf = self.shelves.setdefault(unit.cluster, _Shelf())
        if unit.is_opaque:
            shelf.opaque.append(unit)
        for obj in unit.objects:
            own = unit.namespace_of(obj)
            if obj.group not in _PASSIVE:
                shelf.custom.setdefault(own, []).append(obj)
            for producer in (*produced_by(obj), *pushed_by(obj, self._into_clusters)):
                namespace = producer.namespace or own
                if namespace == EVERYWHERE:
                    if "*" in producer.name or UNKNOWN in producer.name:
                        shelf.patterns.append((producer, EVERYWHERE, _pattern(producer.name)))
                    else:
                        shelf.everywhere.setdefault((producer.kind, producer.name), []).append(producer)
                elif "*" in producer.name or UNKNOWN in producer.name or UNKNOWN in namespace:
                    shelf.patterns.append((producer, namespace, _pattern(producer.name)))
                else:
                    shelf.exact.setdefault((producer.kind, namespace, producer.name), []).append((producer, unit))
                    for alias in producer.aliases:
                        if alias != producer.name or obj.hashed:
                            shelf.exact.setdefault((producer.kind, namespace, alias), []).append((producer, unit))

    def producers(self, need: Need, unit: Unit, namespace: str) -> list[Producer]:
        """What certainly makes the object that a unit needs."""
        found: list[Producer] = []
        vague = UNKNOWN in unit.cluster or UNKNOWN in namespace or "+" in unit.cluster
        shelves = list(self.shelves.values()) if vague else [self.shelves[unit.cluster]]
        for shelf in shelves:
            for producer, owner in shelf.exact.get((need.kind, namespace, need.name), ()):
                renamed = producer.name != need.name or producer.obj.hashed
                # Only references of the same build follow a renaming or a content hash.
                if not renamed or owner is unit:
                    found.append(producer)
            found += shelf.everywhere.get((need.kind, need.name), ())
            if vague:
                found += [
                    p for (kind, _, name), ps in shelf.exact.items() if (kind, name) == (need.kind, need.name)
                    for p, _ in ps
                ]  # fmt: skip
            found += [
                producer
                for producer, where, pattern in shelf.patterns
                if producer.kind == need.kind
                and (where in (EVERYWHERE, namespace) or UNKNOWN in where)
                and pattern.match(need.name)
                and (producer.name != EVERYWHERE or shelf.holds(need.kind, need.name))
            ]
        return found

    def resolve(self, need: Need, unit: Unit) -> Resolved:
        """One need of one unit."""
        namespace = need.namespace or unit.namespace_of(need.obj)
        if need.role == "issuer" and not unit.namespace_of(need.obj) and not need.namespace:
            namespace = "cert-manager"
            for other in (*self._issuer_namespaces(unit.cluster), need.obj.namespace):
                made = self.producers(need, unit, other)
                if made:
                    return Resolved(need, unit, other, "resolved", tuple(made))
        found = self.producers(need, unit, namespace)
        if found:
            return Resolved(need, unit, namespace, "resolved", tuple(found))
        if (need.kind, need.name) in WELL_KNOWN or self._declared(namespace, need.name):
            return Resolved(need, unit, namespace, "resolved")
        hint = self.plausible(need, unit, namespace)
        if hint:
            made_so = hint == self.operator_made(need, unit, namespace)
            return Resolved(need, unit, namespace, "resolved" if made_so else "opaque", hint=hint)
        loose = [
            producer.obj
            for producer in self.loose.get((need.kind, need.name), ())
            if (producer.obj.namespace or namespace) == namespace
        ]
        made = self.loose.get((need.kind, need.name), [])
        if loose and all(producer.mechanism != "secret-provider-class" for producer in made):
            return Resolved(need, unit, namespace, "by-hand", related=tuple(loose), hint=loose[0].path)
        classes = [p.obj for p in self.loose.get((need.kind, need.name), ()) if p.mechanism == "secret-provider-class"]
        if classes:
            return Resolved(need, unit, namespace, "missing", related=tuple(classes))
        elsewhere = self.unread(need.kind, need.name)
        if elsewhere:
            beside = self._beside(elsewhere, need)
            outcome: Outcome = "unused-file" if beside else "by-hand"
            return Resolved(need, unit, namespace, outcome, related=tuple(elsewhere), hint=elsewhere[0].path)
        mentioned = self.mentioned(need.name)
        if mentioned:
            return Resolved(need, unit, namespace, "by-hand", hint=mentioned)
        return Resolved(need, unit, namespace, "missing")

    def _issuer_namespaces(self, cluster: str) -> tuple[str, ...]:
        """Where cert-manager runs: it looks there for the Secrets of ClusterIssuers."""
        return tuple(
            dict.fromkeys(
                unit.target_namespace
                for unit in self.graph.units
                if unit.cluster == cluster
                and (unit.name == "cert-manager" or any(s.chart == "cert-manager" for s in unit.sources))
            )
        )

    def near(self, need: Need, unit: Unit, namespace: str) -> tuple[str, Producer | None]:
        """What was probably meant: the same name in another namespace, or a similar one in this."""
        import difflib

        shelf = self.shelves.get(unit.cluster, _Shelf())
        other = next(
            (
                (ns, entries[0][0])
                for (kind, ns, name), entries in sorted(shelf.exact.items(), key=lambda item: item[0])
                if (kind, name) == (need.kind, need.name) and ns != namespace
            ),
            None,
        )
        if other is not None:
            return f"{other[0]}/{need.name}", other[1]
        names = {
            name: entries[0][0]
            for (kind, ns, name), entries in shelf.exact.items()
            if kind == need.kind and ns == namespace
        }
        close = difflib.get_close_matches(need.name, names, n=1, cutoff=0.75)
        tail = [name for name in names if name.endswith("-" + need.name) or need.name.endswith("-" + name)]
        for name in (*close, *tail):
            return name, names[name]
        return "", None

    def _declared(self, namespace: str, name: str) -> bool:
        if self.settings is None:
            return False
        return any(
            fnmatch.fnmatchcase(name, declared.path) or fnmatch.fnmatchcase(f"{namespace}/{name}", declared.path)
            for declared in self.settings.secrets.declared
        )

    def plausible(self, need: Need, unit: Unit, namespace: str) -> str:
        """Something that cannot be seen into and may well make the object."""
        for opaque in unit.opaque if need.role != "values" and unit.kind != "HelmRelease" else ():
            if not opaque.reason.startswith("chart dependency") and _could_hold(opaque, unit, need, namespace):
                return opaque.reason
        shelf = self.shelves.get(unit.cluster, _Shelf())
        for other in shelf.opaque:
            if other.target_namespace not in ("", namespace) and UNKNOWN not in other.target_namespace:
                continue
            if other.kind in ("HelmRelease", "Application") and not _bases(other):
                if not (need.role == "values" and outsiders(need.name)) and _could_make(other, need, self.graph):
                    return f"the chart of {other.label}"
            elif any(source.target == "external" for source in other.sources) and _could_apply(other, need, namespace):
                return f"{other.label}, whose manifests are in another repository"
        return self.operator_made(need, unit, namespace)

    def operator_made(self, need: Need, unit: Unit, namespace: str) -> str:
        """The custom object whose controller most likely makes what is needed."""
        shelf = self.shelves.get(unit.cluster, _Shelf())
        for obj in shelf.custom.get(namespace, ()):
            inside = len(obj.name) >= 4 and obj.name in need.name
            if inside or f"-{obj.name}-" in f"-{need.name}-":  # operators name what they make so
                return obj.label
            if _names(obj, need.name):
                return obj.label
        for obj in shelf.custom.get("", ()):
            if _names(obj, need.name):
                return obj.label
        return ""

    def _beside(self, elsewhere: Iterable[KubeObject], need: Need) -> bool:
        """Whether a manifest that nothing applies lies beside the one that needs it: left out of a kustomization."""
        home = posixpath.dirname(need.obj.path)
        # One that a kustomization lists is applied by somebody, if not by an engine of this repository.
        build = self.graph.builds().get(home)
        read = build[0].files if build is not None else ()
        return any(posixpath.dirname(obj.path) == home and obj.path not in read for obj in elsewhere)

    def unread(self, kind: Kind, name: str) -> list[KubeObject]:
        """Manifests that make the object but that no unit applies."""
        known = self._unread.get((kind, name))
        if known is not None:
            return known
        found: list[KubeObject] = []
        graph = self.graph
        if graph.scan is not None and graph.manifests is not None:
            needle = name.encode()
            reached = graph.reached_files()
            for path in graph.scan.workloads:
                if path not in reached and graph.manifests.mentions(path, needle) and "{{" not in path:
                    for obj in graph.manifests(path).objects:
                        if obj.kind != "SecretProviderClass":  # it makes nothing until a pod mounts it
                            found += [obj for p in produced_by(obj) if (p.kind, p.name) == (kind, name)]
        self._unread[(kind, name)] = found
        return found

    def mentioned(self, name: str) -> str:
        """A script, document or Terraform file that names the object: somebody makes it by hand."""
        if not self._mentions and self.graph.repository is not None:
            self._mentions[""] = ""
            for path in self.graph.repository.paths:
                if _SCRIPTS.search(path) and self.graph.manifests is not None and len(self._mentions) < 5000:
                    raw = self.graph.manifests.raw(path)
                    if len(raw) < 300_000:
                        self._mentions[path] = raw.decode("utf-8", "replace")
        pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-]*\w)")
        return next((path for path, text in self._mentions.items() if name in text and pattern.search(text)), "")


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(f"([*{UNKNOWN}])", name)
    return re.compile("".join(".*" if part in ("*", UNKNOWN) else re.escape(part) for part in parts) + r"\Z")


def _bases(unit: Unit) -> bool:
    return any(opaque.reason.startswith("remote") or "plugin" in opaque.reason for opaque in unit.opaque)


_SMALL = 15
_HARMLESS = late_pattern(r"crds?\b|customresourcedefinition|dashboards?\b|flux-manifests", re.IGNORECASE)
_COMMON_WORDS = frozenset({
    "https", "github", "gitlab", "githubusercontent", "main", "master", "deploy", "deploys", "deployment",
    "deployments", "kubernetes", "manifest", "manifests", "release", "releases", "download", "config", "configs",
    "base", "bases", "default", "install", "latest", "refs", "heads", "blob", "tree", "yaml", "kustomize",
    "kustomization", "overlays", "secret", "secrets", "credentials", "token", "apps", "infra", "infrastructure",
    "cluster", "clusters", "system", "flux", "gitops", "repo", "production", "staging", "prod", "test",
})  # fmt: skip


def _words(*texts: str) -> frozenset[str]:
    found = (word for text in texts for word in re.split(r"[^a-z0-9]+", text.lower()))
    return frozenset(word for word in found if len(word) > 3) - _COMMON_WORDS


def _could_hold(opaque: Opaque, unit: Unit, need: Need, namespace: str) -> bool:
    """Whether a part of a kustomization that cannot be opened may well hold what an object of the unit needs.

    One is in the same directory as the object, shares a word with what is needed, or is a good part of a small unit.
    """
    if not opaque.reason.startswith("remote"):
        return True
    if _HARMLESS.search(opaque.reason):
        return False
    home = posixpath.dirname(opaque.place.path)
    return (
        home == posixpath.dirname(need.obj.path)
        or (len(unit.objects) < _SMALL and home in unit.directories)
        or not _words(opaque.reason).isdisjoint(_words(need.name, namespace))
    )


def _could_apply(unit: Unit, need: Need, namespace: str) -> bool:
    """Whether a unit whose manifests are in another repository may well bring what is needed."""
    text = " ".join((unit.name, *(f"{source.url} {source.path}" for source in unit.sources)))
    if _HARMLESS.search(text):
        return False
    if unit.target_namespace or unit.engine != "flux" or UNKNOWN in namespace:
        return True
    if unit.namespace == namespace and namespace != "flux-system":
        return True
    return not _words(text).isdisjoint(_words(need.name, namespace))


def _could_make(unit: Unit, need: Need, graph: UnitGraph) -> bool:
    """Whether an opaque chart may make an object of this name: called after the release or chart, or in its values."""
    own = unit.manifest is not None and need.obj is unit.manifest
    if own and need.role != "values":
        return False  # a release cannot bring the values that it is installed with
    if need.kind == "Secret" and _MAKES_NONE & {posixpath.basename(source.chart) for source in unit.sources}:
        values = unit.manifest.get("spec", "values") if unit.manifest is not None else None
        if isinstance(values, dict) and "secrets" not in values and "rawResources" not in values:
            return False
    if own and unit.engine == "flux" and not _own_part(unit, need.name):
        return False
    names = {unit.name}
    if unit.manifest is not None:
        for route in (("spec", "releaseName"), ("spec", "source", "helm", "releaseName")):
            value = unit.manifest.get(*route)
            if isinstance(value, str):
                names.add(value)
        overrides = unit.manifest.get("spec", "values")
        if isinstance(overrides, dict):
            names |= {str(overrides[k]) for k in ("fullnameOverride", "nameOverride") if overrides.get(k)}
    names |= {posixpath.basename(source.chart) for source in unit.sources if source.chart}
    for opaque in unit.opaque:
        if opaque.reason.startswith("chart dependency "):
            names.add(opaque.reason.removeprefix("chart dependency "))
    if any(len(name) >= 3 and (need.name == name or need.name.startswith(name + "-")) for name in names):
        return True
    if unit.manifest is None or own:
        return False
    return need.name in _texts(unit, graph)


_MAKES_NONE = frozenset({"app-template"})
"""Charts that make no Secret but those which their values spell out (bjw-s common library)."""
_PARTS = late_pattern(r"(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|valkey|rabbitmq|minio|kafka|tls|cert|ca)\b|ha\Z")


def _own_part(unit: Unit, name: str) -> bool:
    """Whether a name in a release's own values may be that of a Secret which the same chart makes.

    Someone who writes a Secret's name into values means one that is there already, unless the name is that of the
    release (charts make one so called), a part of it that the values configure too, or one that values define.
    """
    values = unit.manifest.spec.get("values") if unit.manifest is not None else None
    if not isinstance(values, dict):
        return True
    keys = {str(key).lower() for key in values}
    if keys & {"secret", "secrets", "externalsecrets", "externalsecret", "rawresources", "extraobjects", "extradeploy"}:
        return True
    rest = name.removeprefix(unit.name).strip("-")
    words = {part for part in rest.split("-") if part}
    return not rest or bool(words & keys) or _PARTS.match(rest) is not None


def _texts(unit: Unit, graph: UnitGraph) -> frozenset[str]:
    cache = graph.cache.setdefault("texts", {})
    known: frozenset[str] | None = cache.get(id(unit))
    if known is None:
        manifest = unit.manifest
        found: set[str] = set()
        if manifest is not None:
            _collect(manifest.spec.get("values"), found)
            source = manifest.get("spec", "source", "helm")
            _collect(source, found)
        known = cache[id(unit)] = frozenset(found)
    return known


def _collect(value: object, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
        if "\n" in value:
            found.update(re.findall(r"[\w.-]+", value))
    elif isinstance(value, dict):
        for key, below in value.items():
            found.add(str(key))
            _collect(below, found)
    elif isinstance(value, list):
        for below in value:
            _collect(below, found)


def _names(obj: KubeObject, name: str) -> bool:
    """Whether a custom object names a Secret in a place that is not one of its own references."""

    def walk(value: object, key: str) -> bool:
        if isinstance(value, str):
            return value == name and "secret" in key.lower() and "ref" not in key.lower()
        if isinstance(value, dict):
            return any(walk(below, f"{key}.{k}") for k, below in value.items())
        if isinstance(value, list):
            return any(walk(below, key) for below in value)
        return False

    return walk(obj.data.get("spec"), "")


def secret_index(graph: UnitGraph, settings: Settings | None = None) -> SecretIndex:
    """The index of a graph, built on first use."""
    known = graph.cache.get("secrets")
    if known is None:
        known = graph.cache["secrets"] = SecretIndex(graph, settings)
    result: SecretIndex = known
    return result


def resolved_needs(graph: UnitGraph, settings: Settings | None = None) -> tuple[Resolved, ...]:
    """Every need of every reached object with its outcome, computed once."""
    known = graph.cache.get("needs")
    if known is None:
        index = secret_index(graph, settings)
        known = graph.cache["needs"] = tuple(index.resolve(need, unit) for unit, need in reached_needs(graph))
    result: tuple[Resolved, ...] = known
    return result


def reached_needs(graph: UnitGraph) -> Iterator[tuple[Unit, Need]]:
    """Needs of everything that some unit applies; optional ones and ones with unknown names are left out."""
    for unit in graph.units:
        if unit.kind == "bootstrap":
            continue
        for obj in unit.objects:
            if UNKNOWN in unit.namespace_of(obj):
                continue
            for need in needs_of(obj):
                if not need.optional and _known(need.name):
                    yield unit, need
        if unit.chart_values and UNKNOWN not in unit.target_namespace:
            own = {posixpath.basename(source.chart or source.path) for source in unit.sources}
            for need in needs_of_chart(unit.chart_values, _release(unit), unit.target_namespace, own):
                if not need.optional and _known(need.name):
                    yield unit, need
        if unit.kind == "HelmRelease" and unit.manifest is not None and unit.is_opaque:
            for need in needs_in_values(unit.manifest, unit.name, unit.target_namespace):
                if not need.optional and _known(need.name):
                    yield unit, need


def _release(unit: Unit) -> str:
    given = unit.manifest.get("spec", "source", "helm", "releaseName") if unit.manifest is not None else None
    return str(given or unit.name)


def _known(name: str) -> bool:
    return bool(name) and UNKNOWN not in name and not re.search(r"\$[{(]|\{\{|<|^ENC\[", name)
