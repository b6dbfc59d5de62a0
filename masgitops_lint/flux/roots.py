"""Where Flux starts: the Kustomizations that nothing in the repository applies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from masgitops_lint.kubernetes.kustomization import clamped
from masgitops_lint.kubernetes.objects import Change, KubeObject
from masgitops_lint.kubernetes.origin import normal_url
from masgitops_lint.kubernetes.scan import is_chart_part
from masgitops_lint.kubernetes.unit import EngineEvidence
from masgitops_lint.model.place import Keys, Place

from .substitution import substituted
from .versions import read_components

if TYPE_CHECKING:
    from .load import FluxLoader

_KUSTOMIZE, _SOURCE = "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"


@dataclass(frozen=True, slots=True)
class Root:
    """One cluster's start. `starts` are Kustomizations, `objects` the manifests applied beside them by hand.

    `source` is (kind, namespace, name) of the source that is this repository; `assumed` says that no bootstrap
    manifest proves this root.
    """

    cluster: str
    namespace: str
    name: str
    starts: tuple[KubeObject, ...]
    objects: tuple[KubeObject, ...]
    source: tuple[str, str, str]
    place: Place
    assumed: bool = False
    how: str = ""

    @property
    def id(self) -> str:
        """A name that is unique in the repo."""
        return f"flux:{self.cluster}"


def find_roots(loader: FluxLoader) -> list[Root]:
    """Bootstrap manifests and FluxInstances, else Kustomizations that lead to others and that nobody applies."""
    kustomizations: list[KubeObject] = []
    instances: list[tuple[KubeObject, Keys]] = []
    for path in loader.scan.marked["flux"]:
        if loader.scan.aside(path) or (is_chart_part(path) and loader.scan.in_chart(path) is not None):
            continue
        for obj in loader.manifests(path).objects:
            if obj.group == _KUSTOMIZE and obj.kind == "Kustomization" and obj.name:
                kustomizations.append(obj)
            elif obj.kind == "FluxInstance":
                instances.append((obj, ("spec",)))
            elif obj.kind == "HelmRelease" and isinstance(obj.get("spec", "values", "instance", "sync"), dict):
                instances.append((obj, ("spec", "values", "instance")))
    instances += _values_files(loader)
    found: dict[str, Root] = {}
    for obj in kustomizations:
        if _is_sync(obj):
            for root in _sync_roots(loader, obj):
                _learn_urls(loader, root)
                found.setdefault(_directory(root), root)
    for obj, keys in instances:
        made = _instance_root(loader, obj, keys)
        if made is not None and (obj.kind == "FluxInstance" or loader.kustomizer.is_directory(_directory(made))):
            found.setdefault(_directory(made), made)
    roots = _distinct(list(found.values()))
    _learn_by_paths(loader, kustomizations, roots)
    reached = _reached(loader, roots)
    rest = [obj for obj in kustomizations if _origin(obj) not in reached]
    return _distinct(_joined(roots, list(_assumed_roots(loader, rest, roots))))


def _joined(proven: list[Root], assumed: list[Root]) -> list[Root]:
    """Kustomizations of a directory around the path of one bootstrap belong to that cluster, not to a further one.

    Repositories that have moved to a FluxInstance keep the Kustomization they were bootstrapped with.
    """
    joined = {id(root): root for root in proven}
    rest = []
    for root in assumed:
        around = _directory(root) + "/"
        inside = [one for one in proven if around != "/" and _directory(one).startswith(around)]
        if len(inside) != 1 or root.source[0] != inside[0].source[0]:
            rest.append(root)
            continue
        held = joined[id(inside[0])]
        joined[id(inside[0])] = replace(
            held, starts=(*held.starts, *root.starts), objects=(*held.objects, *root.objects)
        )
    return [*joined.values(), *rest]


def _origin(obj: KubeObject) -> tuple[str, int, Any]:
    return (obj.path, obj.document, obj.route)


def _directory(root: Root) -> str:
    return clamped("", str(root.starts[0].spec.get("path") or "./"))[0]


def _is_sync(obj: KubeObject) -> bool:
    name = posixpath.basename(obj.path)
    return name.startswith("gotk-sync") or (obj.name == "flux-system" and obj.namespace in ("flux-system", ""))


def _sync_roots(loader: FluxLoader, obj: KubeObject) -> Iterator[Root]:
    """The clusters of one bootstrap Kustomization: several when its path holds variables that a directory fills in.

    What Flux applies is the Kustomization as its own path builds it (with patches), not as the file has it.
    """
    reference = obj.spec.get("sourceRef")
    path = obj.spec.get("path")
    if not isinstance(reference, dict):
        return
    namespace = obj.namespace or "flux-system"
    source = (str(reference.get("kind")), str(reference.get("namespace") or namespace), str(reference.get("name")))
    directory, _ = clamped("", path if isinstance(path, str) else "./")
    beside = tuple(one for one in loader.manifests(obj.path).objects if one is not obj)
    how = f"{obj.path} declares the Kustomization that Flux starts with"
    if "${" not in directory:
        start = _built_self(loader, directory, obj) or obj
        yield Root(_cluster_name(directory, obj), namespace, obj.name, (start,), beside, source, obj.place, how=how)
        return
    pattern = re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\$\{[^}]*\}", directory)) + r"\Z")
    for candidate in sorted(loader.scan.files_in):
        if pattern.match(candidate):
            built = _built_self(loader, candidate, obj)
            if built is not None:
                name = _cluster_name(candidate, obj)
                yield Root(name, namespace, obj.name, (built,), beside, source, obj.place, how=how)


def _built_self(loader: FluxLoader, directory: str, obj: KubeObject) -> KubeObject | None:
    """The bootstrap Kustomization as the directory that it points at builds it."""
    for built in loader.objects_below(directory):
        if (
            built.group == _KUSTOMIZE
            and built.kind == "Kustomization"
            and built.name == obj.name
            and clamped("", str(built.spec.get("path") or "./"))[0] == directory
        ):
            return built
    return None


def _values_files(loader: FluxLoader) -> list[tuple[KubeObject, Keys]]:
    """Values files of the flux-instance chart: they hold the sync of a FluxInstance."""
    found: list[tuple[KubeObject, Keys]] = []
    for path in loader.scan.values:
        data = loader.kustomizer.repository.document(path).data
        if isinstance(data, dict) and isinstance(data.get("instance"), dict) and not loader.scan.aside(path):
            obj = KubeObject("", "", "values", "flux-system", "flux-instance", data, path)
            found.append((obj, ("instance",)))
    return found


def _instance_root(loader: FluxLoader, obj: KubeObject, keys: Keys) -> Root | None:
    spec = obj.get(*keys)
    sync = spec.get("sync") if isinstance(spec, dict) else None
    if not isinstance(sync, dict) or not isinstance(sync.get("path"), str):
        return None
    namespace = obj.namespace or "flux-system"
    kind, name = str(sync.get("kind") or "GitRepository"), str(sync.get("name") or namespace)
    url = sync.get("url")
    if isinstance(url, str) and kind == "GitRepository":
        loader.own_urls.add(normal_url(url))
    data = {
        "apiVersion": f"{_KUSTOMIZE}/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"path": sync["path"], "prune": True, "sourceRef": {"kind": kind, "name": name}},
    }
    change = Change(obj.at(*keys, "sync", "path"), sync["path"], ("spec", "path"), inline=True)
    start = KubeObject(
        _KUSTOMIZE,
        "v1",
        "Kustomization",
        namespace,
        name,
        data,
        obj.path,
        obj.document,
        (*obj.route, *keys),
        changes=(change,),
        generated=True,
    )
    directory, _ = clamped("", sync["path"])
    return Root(
        _cluster_name(directory, obj),
        namespace,
        name,
        (start,),
        (obj,),
        (kind, namespace, name),
        obj.place,
        how=f"{obj.path} declares a FluxInstance that syncs {sync['path']}",
    )


def _cluster_name(directory: str, obj: KubeObject) -> str:
    """What to call a cluster: the directory its sync path names, without a closing `flux-system`."""
    parts = [part for part in directory.split("/") if part not in ("flux-system", "flux", "config")]
    if parts:
        return "/".join(parts)
    beside = [part for part in posixpath.dirname(obj.path).split("/") if part not in ("flux-system", "flux", "config")]
    return "/".join(beside) or "cluster"


def _distinct(roots: list[Root]) -> list[Root]:
    """Clusters need different names; the same sync declared twice is one."""
    found: dict[str, Root] = {}
    for root in roots:
        name, number = root.cluster, 2
        while name in found and _origin(found[name].starts[0]) != _origin(root.starts[0]):
            name, number = f"{root.cluster}-{number}", number + 1
        if name not in found:
            found[name] = replace(root, cluster=name)
    return list(found.values())


def _learn_urls(loader: FluxLoader, root: Root) -> None:
    """The URL of a root's source is this repository's."""
    for obj in root.objects:
        if obj.group == _SOURCE and (obj.kind, obj.namespace or root.namespace, obj.name) == root.source:
            url = obj.spec.get("url")
            if isinstance(url, str):
                loader.own_urls.add(normal_url(url))


def _learn_by_paths(loader: FluxLoader, kustomizations: list[KubeObject], roots: list[Root]) -> None:
    """Without a remote or bootstrap that names it, this repository is the Git source whose paths are found here."""
    urls: dict[tuple[str, str], set[str]] = {}
    for obj in loader.sources_of("GitRepository"):
        url = obj.spec.get("url")
        if isinstance(url, str) and "${" not in url:
            urls.setdefault((obj.kind, obj.name), set()).add(normal_url(url))
    if not urls or any(one in loader.own_urls for known in urls.values() for one in known):
        return
    proven = {(root.source[0], root.source[2]) for root in roots}
    votes: dict[str, list[bool]] = {}
    for obj in kustomizations:
        reference, path = obj.spec.get("sourceRef"), obj.spec.get("path")
        if not isinstance(reference, dict) or not isinstance(path, str) or "${" in path:
            continue
        key = (str(reference.get("kind")), str(reference.get("name")))
        directory, _ = clamped("", path)
        if key in urls and key not in proven and "/" in directory:
            for url in urls[key]:
                votes.setdefault(url, []).append(loader.kustomizer.is_directory(directory))
    best = max(votes, key=lambda url: sum(votes[url]), default="")
    if best and sum(votes[best]) * 2 > len(votes[best]):
        loader.own_urls.add(best)


def _reached(loader: FluxLoader, roots: list[Root]) -> set[tuple[str, int, Any]]:
    """The manifests that the roots apply, themselves included."""
    reached = {_origin(start) for root in roots for start in root.starts}
    for root in roots:
        for unit in loader.first_walk(root).units:
            reached.update(_origin(obj) for obj in unit.objects if obj.kind == "Kustomization")
    return reached


def _assumed_roots(loader: FluxLoader, rest: list[KubeObject], proven: list[Root]) -> Iterator[Root]:
    """Without a bootstrap manifest: Kustomizations that lead to others and that no other one leads to."""
    directories = _cluster_directories(loader, rest, [_directory(root) for root in proven])
    if directories:
        yield from (_directory_root(loader, directory, rest) for directory in directories)
        return
    own = _own_sources(loader, rest)
    leads: dict[tuple[str, int, Any], set[tuple[str, int, Any]]] = {}
    for obj in rest:
        if _origin(obj) not in own:
            continue
        root = _single(obj, own[_origin(obj)])
        leads[_origin(obj)] = {
            _origin(found)
            for unit in loader.walk(root, None).units
            if unit.kind != "bootstrap"
            for found in unit.objects
            if found.kind == "Kustomization" and found.group == _KUSTOMIZE
        } - {_origin(obj)}
    produced = {origin for origin, below in leads.items() for origin in below}
    tops = [obj for obj in rest if _origin(obj) in leads and _origin(obj) not in produced]
    holders = [obj for obj in tops if leads[_origin(obj)]]
    groups: dict[str, list[KubeObject]] = {}
    for obj in holders or ([] if proven else tops):
        groups.setdefault(posixpath.dirname(obj.path), []).append(obj)
    for obj in tops:  # what lies beside a root is applied together with it
        if obj not in holders and posixpath.dirname(obj.path) in groups and holders:
            groups[posixpath.dirname(obj.path)].append(obj)
    for directory, members in groups.items():
        first = members[0]
        named, _ = clamped("", str(first.spec.get("path") or "./"))
        beside = [
            obj
            for path in loader.scan.files_in.get(directory, ())
            if path.endswith((".yaml", ".yml"))
            for obj in loader.manifests(path).objects
            if obj not in members and obj.name
        ]
        yield Root(
            _cluster_name(directory if len(members) > 1 else named, first),
            first.namespace or "flux-system",
            first.name,
            tuple(members),
            tuple(beside),
            own[_origin(first)],
            first.place,
            assumed=True,
            how=f"{first.path} declares Kustomizations that nothing in the repository applies",
        )


def _cluster_directories(loader: FluxLoader, rest: list[KubeObject], proven: list[str]) -> list[str]:
    """Directories that are synced as a whole by convention: those with a `flux-system` below, and `clusters/NAME`.

    `flux bootstrap` writes its manifests into `<path>/flux-system`; templates keep empty files there.
    """
    found: dict[str, None] = {}
    for path in loader.repository_paths():
        if posixpath.basename(path) == "gotk-sync.yaml" and not loader.scan.aside(path):
            found[posixpath.dirname(posixpath.dirname(path))] = None
    for obj in rest:
        parts = posixpath.dirname(obj.path).split("/")
        for index, part in enumerate(parts[:-1][:2]):  # deeper down a directory of that name is something else
            if part in ("clusters", "cluster"):
                found["/".join(parts[: index + 2])] = None
                break
    chosen = sorted(one for one in found if not any(_related(one, other) for other in proven))
    return [one for one in chosen if not any(one.startswith(other + "/") for other in chosen)]


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/") or not other


def _directory_root(loader: FluxLoader, directory: str, rest: list[KubeObject]) -> Root:
    """A root that syncs a whole directory, as `flux bootstrap --path` would."""
    name = "flux-system"
    source = ("GitRepository", "flux-system", name)
    for built in loader.objects_below(directory):
        reference = built.spec.get("sourceRef")
        path, _ = clamped("", str(built.spec.get("path") or "./"))
        if (built.group, built.kind, path) == (_KUSTOMIZE, "Kustomization", directory) and isinstance(reference, dict):
            owner = built.namespace or "flux-system"
            kind, named = str(reference.get("kind")), str(reference.get("name"))
            source = (kind, str(reference.get("namespace") or owner), named)
            how = f"{built.path} syncs the directory that it lies in"
            return Root(directory, owner, built.name, (built,), (), source, built.place, assumed=True, how=how)
    below = [obj for obj in rest if obj.path.startswith(directory + "/")]
    for obj in below:
        reference = obj.spec.get("sourceRef")
        path, _ = clamped("", str(obj.spec.get("path") or "./"))
        if path == posixpath.dirname(obj.path) and isinstance(reference, dict):
            owner = obj.namespace or "flux-system"
            kind, named = str(reference.get("kind")), str(reference.get("name"))
            source = (kind, str(reference.get("namespace") or owner), named)
            start = _built_self(loader, path, obj) or obj
            how = f"{obj.path} syncs the directory that it lies in"
            return Root(directory, owner, obj.name, (start,), (), source, obj.place, assumed=True, how=how)
    for obj in below:
        reference = obj.spec.get("sourceRef")
        if isinstance(reference, dict) and reference.get("kind") == "GitRepository":
            named = str(reference.get("name"))
            if not loader.sources.get(("GitRepository", named)):
                source = ("GitRepository", str(reference.get("namespace") or obj.namespace or "flux-system"), named)
                break
    data = {
        "apiVersion": f"{_KUSTOMIZE}/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": "flux-system"},
        "spec": {
            "path": f"./{directory}",
            "prune": True,
            "sourceRef": {"kind": source[0], "namespace": source[1], "name": source[2]},
        },
    }
    place = below[0].place if below else Place(directory)
    start = KubeObject(
        _KUSTOMIZE, "v1", "Kustomization", "flux-system", name, data, place.path, place.document, generated=True
    )
    return Root(
        directory, "flux-system", name, (start,), (), source, place, assumed=True,
        how=f"the directory {directory} looks like the path of a Flux bootstrap",
    )  # fmt: skip


def _single(obj: KubeObject, source: tuple[str, str, str]) -> Root:
    return Root("probe", obj.namespace or "flux-system", obj.name, (obj,), (), source, obj.place, assumed=True)


def _own_sources(loader: FluxLoader, rest: list[KubeObject]) -> dict[tuple[str, int, Any], tuple[str, str, str]]:
    """Which Kustomizations read this repository: by URL, else because their paths exist here."""
    own: dict[tuple[str, int, Any], tuple[str, str, str]] = {}
    votes: dict[tuple[str, str], list[bool]] = {}
    entries: list[tuple[KubeObject, str, str, str]] = []
    for obj in rest:
        reference = obj.spec.get("sourceRef")
        if not isinstance(reference, dict):
            continue
        kind, name = str(reference.get("kind")), str(reference.get("name"))
        namespace = str(reference.get("namespace") or obj.namespace or "flux-system")
        directory, _ = clamped("", str(obj.spec.get("path") or "./"))
        exists = directory != "" and loader.kustomizer.is_directory(directory)
        votes.setdefault((kind, name), []).append(exists)
        entries.append((obj, kind, namespace, name))
    for obj, kind, namespace, name in entries:
        declared = [str(one.spec.get("url") or "") for one in loader.sources.get((kind, name), ())]
        known = any(normal_url(url) in loader.own_urls for url in declared)
        ballot = votes[(kind, name)]
        if known or (not (declared and loader.own_urls) and sum(ballot) * 2 > len(ballot)):
            own[_origin(obj)] = (kind, namespace, name)
            loader.own_urls.update(normal_url(url) for url in declared if url and kind == "GitRepository")
    return own


def installed(loader: FluxLoader) -> Iterator[EngineEvidence]:
    """Every installed Flux that the repository shows."""
    for path in loader.repository_paths():
        name = posixpath.basename(path)
        if name.startswith("gotk-components") and name.endswith((".yaml", ".yml")) and not loader.scan.aside(path):
            found = read_components(loader.manifests.raw(path))
            yield EngineEvidence(
                "flux",
                found.version,
                _line(path, found.components_line or found.version_line),
                f"{path} installs it",
                found.components,
                posixpath.dirname(posixpath.dirname(path)),
            )
    instances = _values_files(loader)
    for path in loader.scan.marked["flux"]:
        if not loader.scan.aside(path):
            for obj in loader.manifests(path).objects:
                if obj.kind in ("FluxInstance", "HelmRelease"):
                    instances.append((obj, ("spec",) if obj.kind == "FluxInstance" else ("spec", "values", "instance")))
    for obj in loader.sources_of("OCIRepository"):
        tag = obj.get("spec", "ref", "tag")
        if isinstance(tag, str):
            tag = substituted(tag, {}).partition("@")[0]
        if (
            isinstance(tag, str)
            and tag
            and not loader.scan.aside(obj.path)
            and str(obj.get("spec", "url") or "").rstrip("/").endswith("/flux-manifests")
        ):
            yield EngineEvidence("flux", tag, obj.at("spec", "ref", "tag"), f"{obj.path} installs it")
    for obj, keys in instances:
        version = obj.get(*keys, "distribution", "version")
        listed = obj.get(*keys, "components")
        if isinstance(version, str):
            yield EngineEvidence(
                "flux",
                version,
                obj.at(*keys, "distribution", "version"),
                f"{obj.path} declares a FluxInstance",
                tuple(str(one) for one in listed) if isinstance(listed, list) else (),
            )


def _line(path: str, line: int) -> Place:
    from masgitops_lint.model.place import Span

    return Place(path, span=Span(line, 1, line, 1)) if line else Place(path)
