"""Questions about Argo CD Applications and projects, over the whole unit graph."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place

from .crd_fields import UnknownField, unknown_fields
from .crd_types import WrongValue, wrong_values
from .destinations import IN_CLUSTER, cluster_name
from .git_uses import PLACEHOLDER
from .kinds import POD_TEMPLATES, is_cluster_scoped
from .objects import UNKNOWN, KubeObject
from .origin import normal_url
from .scan import is_chart_part
from .unit import Unit, UnitGraph

ARGO = "argoproj.io"


def argo_objects(graph: UnitGraph) -> Iterator[tuple[KubeObject, Unit | None]]:
    """Applications, ApplicationSets and AppProjects as written, each manifest once, roots included."""
    seen: set[tuple[Any, ...]] = set()

    def fresh(obj: KubeObject) -> bool:
        key = (obj.path, obj.document, obj.route, obj.name, obj.generated)
        if obj.group != ARGO or key in seen:
            return False
        seen.add(key)
        return True

    for unit in graph.units:
        for obj in unit.objects:
            if fresh(obj):
                yield obj, unit
    for obj in declared_projects(graph):
        if fresh(obj):
            yield obj, None


def declared_projects(graph: UnitGraph) -> list[KubeObject]:
    """Every AppProject in a manifest or a rendered chart."""
    known: list[KubeObject] | None = graph.cache.get("projects")
    if known is not None:
        return known
    found = [obj for unit in graph.units for obj in unit.objects if obj.group == ARGO and obj.kind == "AppProject"]
    if graph.scan is not None and graph.manifests is not None:
        for path in graph.scan.marked["argocd"]:
            if graph.scan.aside(path) or not graph.manifests.mentions(path, b"AppProject"):
                continue
            if is_chart_part(path) and graph.scan.in_chart(path) is not None:
                continue
            found += [obj for obj in graph.manifests(path).objects if obj.kind == "AppProject" and obj.group == ARGO]
    graph.cache["projects"] = found
    return found


def installed_minor(graph: UnitGraph) -> tuple[int, int] | None:
    """The minor release of Argo CD that the settings or the repository show; None when they disagree or say nothing."""
    given = graph.settings.argocd_version if graph.settings is not None else None
    texts = [given] if given else [one.version for one in graph.engines if one.name == "argocd"]
    minors = {(int(m[1]), int(m[2])) for text in texts if (m := re.match(r"v?(\d+)\.(\d+)", text))}
    return minors.pop() if len(minors) == 1 else None


def all_unknown_fields(graph: UnitGraph) -> Iterator[tuple[KubeObject, UnknownField]]:
    """Fields of Argo CD's kinds that are dropped; what ApplicationSets make is judged at the ApplicationSet."""
    version = installed_minor(graph)
    for obj, _ in argo_objects(graph):
        if not obj.generated:
            for field in unknown_fields(obj, version):
                yield obj, field


@dataclass(frozen=True, slots=True)
class Violation:
    """Something of an Application that its project does not permit.

    `same` says that the project lists the same repository under another form of its URL.
    """

    unit: Unit
    project: KubeObject
    field: str
    what: str
    place: Place
    same: bool = False


def project_violations(graph: UnitGraph) -> Iterator[Violation]:
    """Sources and destinations that an Application's project does not list."""
    by_name: dict[str, list[KubeObject]] = {}
    for project in declared_projects(graph):
        by_name.setdefault(project.name, []).append(project)
    for unit in graph.of("argocd", "Application"):
        projects = by_name.get(unit.project, [])
        if len(projects) != 1 or unit.manifest is None or not unit.project or not projects[0].spec:
            continue
        project = projects[0]
        repos = project.spec.get("sourceRepos")
        for source in unit.sources:
            known = source.url and UNKNOWN not in source.url and "{{" not in source.url
            if known and isinstance(repos, list) and not _permitted_repo(source.url, repos):
                place = _source_place(unit, source.url)
                same = any(fnmatch.fnmatchcase(normal_url(source.url), normal_url(str(one))) for one in repos)
                yield Violation(unit, project, "sourceRepos", f"source {source.url}", place, same)
        destination = unit.manifest.get("spec", "destination")
        listed = project.spec.get("destinations")
        if isinstance(destination, dict) and isinstance(listed, list) and listed:
            allowed = _permitted_destination(destination, listed)
            if allowed is False:
                namespace = destination.get("namespace")
                where = destination.get("name") or destination.get("server")
                field = "namespace" if namespace else ("name" if destination.get("name") else "server")
                place = unit.manifest.at("spec", "destination", field)
                yield Violation(unit, project, "destinations", f"namespace {namespace} on {where}", place)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Objects that an Application applies and its project does not permit, by the field that would have to list them.

    `what` names a kind ("Role (rbac.authorization.k8s.io)") or a namespace; `objects` are those concerned.
    """

    unit: Unit
    project: KubeObject
    field: str
    what: str
    objects: tuple[KubeObject, ...]


def project_refusals(graph: UnitGraph) -> Iterator[Refusal]:
    """Kinds and namespaces of what Applications apply, against their projects' lists.

    Source: AppProject.IsGroupKindPermitted and IsDestinationPermitted in argo-cd's app_project_types.go. Without a
    list every namespaced kind is permitted and no cluster-scoped one; a kind of unknown scope is refused when neither
    list has it.
    """
    by_name: dict[str, list[KubeObject]] = {}
    for project in declared_projects(graph):
        by_name.setdefault(project.name, []).append(project)
    found: dict[tuple[int, str, str], tuple[Unit, KubeObject, list[KubeObject]]] = {}
    for unit in graph.of("argocd", "Application"):
        projects = by_name.get(unit.project, [])
        if len(projects) != 1 or not projects[0].spec or "{{" in str(projects[0].spec):
            continue
        project = projects[0]
        for obj in unit.objects:
            for field, what in _refused(unit, obj, project, graph):
                entry = found.setdefault((id(project), field, what), (unit, project, []))
                entry[2].append(obj)
    for (_, field, what), (unit, project, objects) in found.items():
        yield Refusal(unit, project, field, what, tuple(objects))


def _refused(unit: Unit, obj: KubeObject, project: KubeObject, graph: UnitGraph) -> Iterator[tuple[str, str]]:
    if UNKNOWN in obj.kind + obj.group or obj.kind.endswith("List"):
        return
    scope = _scope_of(obj, graph)
    name = f"{obj.kind} ({obj.group})" if obj.group else obj.kind
    if scope != "namespaced":
        listed = project.spec.get("clusterResourceWhitelist")
        if scope == "cluster" and not _lists(listed, obj):
            yield "clusterResourceWhitelist", name
            return
    if scope != "cluster":
        listed = project.spec.get("namespaceResourceWhitelist")
        known = isinstance(listed, list) and listed and not _lists(listed, obj)
        if known and (scope == "namespaced" or not _lists(project.spec.get("clusterResourceWhitelist"), obj)):
            yield "namespaceResourceWhitelist", name
            return
    field = "clusterResourceBlacklist" if scope == "cluster" else "namespaceResourceBlacklist"
    if scope and _lists(project.spec.get(field), obj):
        yield field, name
    destinations = project.spec.get("destinations")
    if scope == "cluster" or not obj.namespace or not unit.manifest or not isinstance(destinations, list):
        return
    destination = unit.manifest.get("spec", "destination")
    if not isinstance(destination, dict) or not destinations or obj.namespace == destination.get("namespace"):
        return
    if _permitted_destination({**destination, "namespace": obj.namespace}, destinations) is False:
        yield "destinations", f"namespace {obj.namespace}"


def _lists(listed: Any, obj: KubeObject) -> bool:
    return isinstance(listed, list) and any(
        isinstance(item, dict)
        and fnmatch.fnmatchcase(obj.kind, str(item.get("kind") or ""))
        and fnmatch.fnmatchcase(obj.group, str(item.get("group") or ""))
        for item in listed
    )


def _scope_of(obj: KubeObject, graph: UnitGraph) -> str:
    """ "cluster", "namespaced", or "" where the kind is defined elsewhere."""
    if is_cluster_scoped(obj.group, obj.kind):
        return "cluster"
    if not obj.group or obj.group in _BUILT_IN or obj.group == ARGO:
        return "namespaced"
    known: dict[tuple[str, str], str] | None = graph.cache.get("scopes")
    if known is None:
        known = graph.cache["scopes"] = {
            (str(one.spec.get("group")), str(one.get("spec", "names", "kind"))): str(one.spec.get("scope"))
            for unit in graph.units
            for one in unit.objects
            if one.kind == "CustomResourceDefinition"
        }
    return {"Cluster": "cluster", "Namespaced": "namespaced"}.get(known.get((obj.group, obj.kind), ""), "")


_BUILT_IN = frozenset(
    {
        "apps", "batch", "autoscaling", "policy", "extensions", "networking.k8s.io", "rbac.authorization.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io",
    }
)  # fmt: skip


def _source_place(unit: Unit, url: str) -> Place:
    manifest = unit.manifest
    assert manifest is not None  # the caller has checked
    listed = manifest.get("spec", "sources")
    for index, source in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(source, dict) and source.get("repoURL") == url:
            return manifest.at("spec", "sources", index, "repoURL")
    return manifest.at("spec", "source", "repoURL")


def _permitted_repo(url: str, patterns: list[Any]) -> bool:
    texts = [str(pattern) for pattern in patterns]
    if any(text.startswith("!") and _repo_match(url, text[1:]) for text in texts):
        return False
    return any(_repo_match(url, text) for text in texts if not text.startswith("!"))


def _repo_match(url: str, pattern: str) -> bool:
    """As argo-cd's AppProject.IsSourcePermitted: normal forms are compared, and `*` stops at a slash."""
    if "{{" in pattern or UNKNOWN in pattern or "$" in pattern or pattern == "*":
        return True
    return re.fullmatch(_glob(_argo_url(pattern)), _argo_url(url)) is not None


def _argo_url(url: str) -> str:
    """git.NormalizeGitURL: SSH and HTTPS stay different, and so does a slash at the end."""
    text = url.strip().lower()
    if re.match(r"(?:ssh://)?[^/:]*@[^@]+$", text):
        text = text if text.startswith("ssh://") else text.replace(":", "/", 1)
    return text.removesuffix(".git").removeprefix("ssh://")


def _glob(pattern: str) -> str:
    """A pattern of gobwas/glob with `/` as separator, as a regular expression."""
    found = []
    depth = 0
    for token in re.findall(r"\*\*|\\.|\[!?[^\]]*\]|.", pattern):
        if token == "**":
            found.append(".*")
        elif token in "*?":
            found.append("[^/]*" if token == "*" else "[^/]")
        elif token == "{":
            depth += 1
            found.append("(?:")
        elif token == "}" and depth:
            depth -= 1
            found.append(")")
        elif token == "," and depth:
            found.append("|")
        elif len(token) > 2 and token[0] == "[":
            found.append("[" + token[1:-1].replace("!", "^", 1).replace("\\", "") + "]")
        else:
            found.append(re.escape(token[-1] if len(token) == 2 else token))
    return "".join(found) + ")" * depth


def _permitted_destination(destination: Mapping[str, Any], listed: list[Any]) -> bool | None:
    """None when it cannot be said: a name on one side and a URL on the other."""
    namespace = str(destination.get("namespace") or "")
    if not namespace or UNKNOWN in namespace or "{{" in namespace:
        return None
    cluster = cluster_name(destination)
    if UNKNOWN in cluster or "{{" in cluster:
        return None
    unsure = False
    permitted = False
    for item in listed:
        if not isinstance(item, dict):
            continue
        pattern = str(item.get("namespace") or "")
        denied = pattern.startswith("!")
        if any(UNKNOWN in str(v) or "{{" in str(v) or "$" in str(v) for v in item.values()):
            return None
        same = _same_cluster(cluster, destination, item)
        if not fnmatch.fnmatchcase(namespace, pattern.removeprefix("!")):
            continue
        if same is None:
            unsure = True
        elif same and denied:
            return False
        elif same:
            permitted = True
    return True if permitted else (None if unsure else False)


def _same_cluster(cluster: str, destination: Mapping[str, Any], item: Mapping[str, Any]) -> bool | None:
    server, name = str(item.get("server") or ""), str(item.get("name") or "")
    if server == "*" or (name == "*" and not server):
        return True
    wanted = cluster_name({"server": server, "name": "" if server else name})
    if fnmatch.fnmatchcase(cluster, wanted) or fnmatch.fnmatchcase(cluster, server or name):
        return True
    if IN_CLUSTER in (cluster, wanted):
        # The local cluster is known under both of its names; any other form is another cluster.
        return False if bool(destination.get("server")) == bool(server) else None
    return False if bool(destination.get("server")) == bool(server) else None


def same_names(graph: UnitGraph) -> Iterator[tuple[Unit, Unit]]:
    """Two Applications with one name below one root."""
    seen: dict[tuple[str, str, str], Unit] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.manifest is None or UNKNOWN in unit.name or not unit.name or UNKNOWN in unit.namespace:
            continue
        if unit.parent is not None and UNKNOWN in unit.parent.cluster:
            continue
        home = unit.parent.cluster if unit.parent is not None else ""
        # Roots that lie in one directory are applied together.
        alone = unit.parent is not None and unit.parent.kind == "bootstrap" and unit.generator is None
        plane = f"directory {posixpath.dirname(unit.manifest.path)}" if alone else unit.plane
        key = (f"{plane}|{home}", unit.namespace, unit.name)
        other = seen.setdefault(key, unit)
        if other is not unit and other.manifest is not None:
            if unit.generator is not None and unit.generator is other.generator:
                continue
            if (other.manifest.path, other.manifest.document, other.manifest.route) != (
                unit.manifest.path,
                unit.manifest.document,
                unit.manifest.route,
            ):
                yield other, unit


def invalid_spec(unit: Unit) -> Iterator[tuple[Keys, str, str]]:
    """Parts of an Application's spec that Argo CD rejects: where, what, and how to mend it."""
    manifest = unit.manifest
    if manifest is None or not manifest.spec:
        return
    destination = manifest.spec.get("destination")
    if isinstance(destination, dict):
        name, server = destination.get("name"), destination.get("server")
        if name and server and not _vague(name, server):
            yield ("spec", "destination", "server"), "the destination has both `name` and `server`", "keep one of them"
        elif not name and not server and unit.generator is None and manifest.locator is None:
            yield ("spec", "destination"), "the destination has neither `name` nor `server`", "add one of them"
    listed = manifest.spec.get("sources")
    routes: list[tuple[Keys, Any]] = [(("spec", "source"), manifest.spec.get("source"))]
    if isinstance(listed, list) and listed:
        routes = [(("spec", "sources", index), item) for index, item in enumerate(listed)]
    if routes[0][1] is None and not manifest.spec.get("sourceHydrator") and manifest.locator is None:
        yield ("spec",), "it has no source", "add `source` or `sources`"
        return
    for route, source in routes:
        if not isinstance(source, dict):
            continue
        path, chart = source.get("path"), source.get("chart")
        if path and chart and not _vague(path, chart):
            yield (*route, "chart"), "the source has both `path` and `chart`", "keep one of them"
        elif path is None and chart is None and not source.get("ref") and not source.get("plugin"):
            if manifest.locator is None and not str(source.get("repoURL", "")).startswith("oci://"):
                yield route, "the source has neither `path` nor `chart`", "add one of them"
        elif chart and not path and source.get("targetRevision") in (None, ""):
            yield (*route, "chart"), "a chart needs `targetRevision`", "name the chart's version"


def homeless(graph: UnitGraph) -> Iterator[tuple[Unit, KubeObject]]:
    """Applications without a destination namespace, with the first object that has none of its own either.

    Source: GetNormalizedResources in argo-cd's sync: "Namespace for ... is missing".
    """
    for unit in graph.of("argocd", "Application"):
        if unit.target_namespace or unit.manifest is None or unit.manifest.locator is not None:
            continue
        for obj in unit.objects:
            if not obj.namespace and _scope_of(obj, graph) == "namespaced" and not obj.kind.endswith("List"):
                yield unit, obj
                break


def wrong_types(graph: UnitGraph) -> Iterator[tuple[KubeObject, WrongValue]]:
    """Values of Argo CD's kinds that the API server refuses; what ApplicationSets make is judged there."""
    for obj, _ in argo_objects(graph):
        if not obj.generated:
            for value in wrong_values(obj):
                yield obj, value


def _vague(*values: Any) -> bool:
    return any(UNKNOWN in str(value) or "{{" in str(value) for value in values)


def floating(graph: UnitGraph) -> list[tuple[Place, Unit, str]]:
    """Sources outside the repository that follow a range or a branch."""
    found: dict[Place, tuple[Place, Unit, str]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.manifest is None:
            continue
        for index, source in enumerate(unit.sources):
            if source.target != "external" or UNKNOWN in source.revision or "{{" in source.revision or not source.url:
                continue
            chart_range = source.chart and re.search(r"[*x^~<>|]|^$", source.revision.replace("latest", "*"))
            branch = not source.chart and source.revision in ("", "HEAD", "main", "master", "develop", "latest")
            if chart_range or branch:
                many = isinstance(unit.manifest.spec.get("sources"), list)
                route: Keys = ("spec", "sources", index) if many else ("spec", "source")
                place = unit.manifest.at(*route, "targetRevision" if source.revision else "repoURL")
                what = f"chart {source.chart}" if source.chart else source.url
                found.setdefault(place, (place, unit, f"{source.revision or 'the newest revision'} of {what}"))
    return sorted(found.values(), key=lambda item: (item[0].path, item[0].document))


def sync_options(graph: UnitGraph) -> Iterator[tuple[KubeObject, str, Place]]:
    """Every sync option of Applications and annotations."""
    for obj, _ in argo_objects(graph):
        route: Keys = ("spec", "syncPolicy", "syncOptions")
        if obj.kind == "ApplicationSet":
            route = ("spec", "template", *route)
        listed = obj.get(*route)
        if not obj.generated:
            for index, option in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(option, str) and UNKNOWN not in option and "{{" not in option:
                    yield obj, option, obj.at(*route, index)
    for unit, obj in graph.reached():
        value = obj.annotations.get("argocd.argoproj.io/sync-options")
        if unit.engine == "argocd" and isinstance(value, str) and UNKNOWN not in value:
            for option in value.split(","):
                if option.strip():
                    yield obj, option.strip(), obj.at("metadata", "annotations", "argocd.argoproj.io/sync-options")


def undeclared_destinations(graph: UnitGraph, declared: Iterable[Mapping[str, Any]]) -> list[tuple[Place, Unit, str]]:
    """Destinations that are neither the local cluster nor declared; each name once."""
    known = {IN_CLUSTER} | {str(one[key]) for one in declared for key in ("name", "server")}
    found: dict[str, tuple[Place, Unit, str]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.manifest is None or unit.cluster in known or UNKNOWN in unit.cluster or "{{" in unit.cluster:
            continue
        if unit.cluster and "$" not in unit.cluster:
            key = "name" if unit.manifest.get("spec", "destination", "name") else "server"
            place = unit.manifest.at("spec", "destination", key)
            found.setdefault(unit.cluster, (place, unit, unit.cluster))
    return list(found.values())


# -- placeholders -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftPlaceholder:
    """A value that somebody was meant to replace."""

    place: Place
    text: str
    obj: KubeObject
    unit: Unit | None
    hint: str = ""


_SHELL = late_pattern(r"^\$\{[A-Za-z_]\w*\}$|\$\{[A-Z][A-Z0-9_]+\}")
_WORDS = late_pattern(
    r"(?i)<(?:your|my|insert|replace|add|the|tenant|subscription|client|aks|acr|registry|resource)[\w -]*>"
    r"|\b(?:change|replace)[-_ ]?me\b"
    r"|\byour[-_](?:\w+[-_])*(?:id|name|tenant|vault|registry|domain|host|acr|client|org)\b"
)


def placeholders(graph: UnitGraph) -> Iterator[LeftPlaceholder]:
    """Placeholders in fields that decide where things come from and go to."""
    seen: set[Place] = set()
    for obj, unit in argo_objects(graph):
        if not obj.generated and obj.kind in ("Application", "ApplicationSet"):
            for route, value in _argo_fields(obj):
                if PLACEHOLDER.search(value) and UNKNOWN not in value and "{{" not in value:
                    place = obj.at(*route)
                    if place not in seen:
                        seen.add(place)
                        yield LeftPlaceholder(place, value, obj, unit)
    loose = graph.loose.objects if graph.loose is not None else ()
    reached: list[tuple[Unit | None, KubeObject]] = [(unit, obj) for unit, obj in graph.reached()]
    for owner, obj in [*reached, *((None, obj) for obj in loose)]:
        for route, value in _deployed_fields(obj):
            filled_in = owner is not None and owner.engine == "flux" and owner.variables is not None
            match = _WORDS.search(value) or (None if filled_in else _SHELL.search(value))
            if match and UNKNOWN not in value and "{{" not in value:
                place = obj.at(*route)
                if place not in seen:
                    seen.add(place)
                    yield LeftPlaceholder(place, match[0], obj, owner)


def _argo_fields(obj: KubeObject) -> Iterator[tuple[Keys, str]]:
    spec: Keys = ("spec", "template", "spec") if obj.kind == "ApplicationSet" else ("spec",)
    listed = obj.get(*spec, "sources")
    sources: list[Keys] = [(*spec, "source")]
    sources += [(*spec, "sources", index) for index in range(len(listed) if isinstance(listed, list) else 0)]
    for route in [(*source, key) for source in sources for key in ("repoURL",)]:
        value = obj.get(*route)
        if isinstance(value, str):
            yield route, value
    for key in ("server", "name", "namespace"):
        value = obj.get(*spec, "destination", key)
        if isinstance(value, str):
            yield (*spec, "destination", key), value


def _deployed_fields(obj: KubeObject) -> Iterator[tuple[Keys, str]]:
    if obj.kind == "SecretProviderClass":
        parameters = obj.spec.get("parameters")
        for key, value in parameters.items() if isinstance(parameters, dict) else ():
            if isinstance(value, str) and key != "objects":
                yield ("spec", "parameters", key), value
    elif obj.kind == "ServiceAccount":
        for key, value in obj.annotations.items():
            if isinstance(value, str) and key.startswith(
                ("azure.workload.identity/", "eks.amazonaws.com/", "iam.gke.io/")
            ):
                yield ("metadata", "annotations", key), value
    elif obj.kind == "Ingress":
        listed = obj.spec.get("rules")
        for index, rule in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("host"), str):
                yield ("spec", "rules", index, "host"), rule["host"]
    route = POD_TEMPLATES.get((obj.group, obj.kind))
    if route is not None:
        for group in ("containers", "initContainers"):
            listed = obj.get(*route, "spec", group)
            for index, container in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(container, dict) and isinstance(container.get("image"), str):
                    yield (*route, "spec", group, index, "image"), container["image"]
