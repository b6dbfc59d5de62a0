"""Builds the Flux side of the unit graph: clusters from their roots down, as kustomize-controller would."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from masgitops_lint.kubernetes.kustomization import Build, Opaque, clamped
from masgitops_lint.kubernetes.kustomize import Kustomizer
from masgitops_lint.kubernetes.objects import UNKNOWN, KubeObject, Manifests, kube_object
from masgitops_lint.kubernetes.origin import normal_url
from masgitops_lint.kubernetes.scan import Scan
from masgitops_lint.kubernetes.transformers import apply_inline, in_namespace, parsed_text, with_affixes
from masgitops_lint.kubernetes.unit import Dependency, EngineEvidence, Fact, RootInfo, SourceUse, Unit, UnitGraph
from masgitops_lint.model.place import Keys, Place

from .ignore import DEFAULT, IgnoreRules
from .roots import Root, find_roots
from .substitution import DISABLED, filled, filled_at, substituted, trie_of, used

if TYPE_CHECKING:
    from masgitops_lint.settings.values import Settings

KUSTOMIZE, HELM, SOURCE = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"

_IGNORED = frozenset({".sops.yaml", ".sops.yml", ".flux.yaml", ".goreleaser.yml", ".goreleaser.yaml"})
"""Files that source-controller leaves out of every artifact (sourceignore.go)."""


@dataclass(slots=True)
class _Cluster:
    name: str
    root: Root
    units: list[Unit] = field(default_factory=list)
    objects: dict[tuple[str, str, str, str], list[KubeObject]] = field(default_factory=dict)
    variables: Mapping[tuple[str, str, str], Mapping[str, str | None] | None] | None = None
    """Second pass: the content of every ConfigMap and Secret by (kind, namespace, name)."""
    wanted: set[tuple[str, str, str]] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)


_NO_ROOT = Root("", "", "", (), (), ("", "", ""), Place(""))


class FluxLoader:
    """Loads every Flux cluster of a repository into a unit graph."""

    def __init__(
        self,
        kustomizer: Kustomizer,
        manifests: Manifests,
        scanned: Scan,
        settings: Settings,
        own_urls: Iterable[str],
        graph: UnitGraph,
    ) -> None:
        self.kustomizer = kustomizer
        self.manifests = manifests
        self.scan = scanned
        self.settings = settings
        self.graph = graph
        self.own_urls = set(own_urls)
        self.sources: dict[tuple[str, str], list[KubeObject]] = {}
        self.trees: dict[str, tuple[tuple[KubeObject, ...], tuple[str, ...], tuple[str, ...]]] = {}
        self.tree_facts: dict[str, list[Fact]] = {}
        self._walked: dict[int, tuple[Root, frozenset[str], _Cluster]] = {}
        self._variables: dict[int, tuple[Any, tuple[tuple[str, bool, Keys], ...], dict[Any, Any]]] = {}

    @cached_property
    def ignored(self) -> tuple[IgnoreRules, ...]:
        """What artifacts of this repository leave out: `spec.ignore` of each of its sources, else `.sourceignore`."""
        committed: list[tuple[str, str]] = []
        for path in self.kustomizer.repository.by_basename.get(".sourceignore", ()):
            lines = self.manifests.raw(path).decode("utf-8", "replace").splitlines()
            committed += [(posixpath.dirname(path), line) for line in lines]
        found = []
        for (kind, _), objects in self.sources.items():
            for obj in objects if kind == "GitRepository" else ():
                text = obj.spec.get("ignore")
                if isinstance(text, str) and normal_url(str(obj.spec.get("url") or "")) in self.own_urls:
                    found.append(IgnoreRules([*committed, *(("", line) for line in text.splitlines())]))
        return tuple(found) or (IgnoreRules([*(("", line) for line in DEFAULT), *committed]),)

    def leaves_out(self, path: str) -> bool:
        """Whether no artifact of this repository has a file."""
        return all(rules.leaves_out(path) for rules in self.ignored)

    def load(self) -> None:
        """Find the roots and follow them."""
        for path in self.scan.marked["flux"]:
            for obj in self.manifests(path).objects:
                if obj.group in (SOURCE, "source.extensions.fluxcd.io"):
                    self.sources.setdefault((obj.kind, obj.name), []).append(obj)
        for root in find_roots(self):
            guessed = root.assumed and all(start.generated for start in root.starts)
            self.graph.roots.append(
                RootInfo("flux", root.name, root.cluster, root.place, root.how, root.assumed, root.source, guessed)
            )
            self.graph.units.extend(self.cluster(root))
        self.graph.engines.extend(self.evidence())

    # -- one cluster ----------------------------------------------------------------------------------------------

    def cluster(self, root: Root) -> list[Unit]:
        """All units of one cluster. A second pass knows the variables that the first one found."""
        first = self.first_walk(root)
        result = first
        if first.wanted:
            result = self.walk(root, {key: _content(first, key) for key in first.wanted})
        self.graph.facts.extend(result.facts)
        return result.units

    def first_walk(self, root: Root) -> _Cluster:
        """A root followed without the variables of its cluster; the search for roots has mostly done that already."""
        known = self._walked.get(id(root))
        urls = frozenset(self.own_urls)
        if known is None or known[1] != urls:
            known = self._walked[id(root)] = (root, urls, self.walk(root, None))
        return known[2]

    def variables_of(self, data: Any) -> tuple[tuple[tuple[str, bool, Keys], ...], dict[Any, Any]]:
        """`used` and the trie of its routes, once for each of the values that clusters share."""
        known = self._variables.get(id(data))
        if known is None:
            found = tuple(used(data))
            known = self._variables[id(data)] = (data, found, trie_of(route for _, _, route in found))
        return known[1:]

    def walk(
        self, root: Root, variables: Mapping[tuple[str, str, str], Mapping[str, str | None] | None] | None
    ) -> _Cluster:
        cluster = _Cluster(root.cluster, root, variables=variables)
        bootstrap = Unit("flux", "bootstrap", root.namespace, root.name, root.cluster, root.id)
        bootstrap.objects = root.objects
        self.register(cluster, bootstrap)
        pending: list[tuple[KubeObject, Unit | None]] = [(obj, bootstrap) for obj in root.starts]
        seen: set[tuple[str, str, str]] = set()
        while pending:
            obj, parent = pending.pop(0)
            identity = (obj.kind, obj.namespace, obj.name)
            if identity in seen:
                continue
            seen.add(identity)
            unit = (
                self.kustomization(cluster, obj, parent)
                if obj.kind == "Kustomization"
                else self.release(cluster, obj, parent)
            )
            self.register(cluster, unit)
            pending.extend((child, unit) for child in unit.objects if is_unit(child))
        return cluster

    def register(self, cluster: _Cluster, unit: Unit) -> None:
        cluster.units.append(unit)
        for obj in unit.objects:
            key = (obj.group, obj.kind, unit.namespace_of(obj), obj.name)
            cluster.objects.setdefault(key, []).append(obj)

    # -- Kustomization --------------------------------------------------------------------------------------------

    def kustomization(self, cluster: _Cluster, obj: KubeObject, parent: Unit | None) -> Unit:
        """One Flux Kustomization with everything it applies."""
        spec = obj.spec
        namespace = obj.namespace or (parent.target_namespace if parent else "") or "flux-system"
        unit = Unit(
            "flux",
            "Kustomization",
            namespace,
            obj.name,
            cluster.name,
            cluster.root.id,
            manifest=obj,
            parent=parent,
            target_namespace=str(spec.get("targetNamespace") or ""),
            depends=tuple(_dependencies(obj, namespace)),
            prune=spec.get("prune") if isinstance(spec.get("prune"), bool) else None,
            suspended=spec.get("suspend") is True,
        )
        kubeconfig = obj.get("spec", "kubeConfig")
        if isinstance(kubeconfig, dict):
            remote = obj.get("spec", "kubeConfig", "secretRef", "name") or "remote"
            unit.cluster = f"{cluster.name}+{namespace}/{remote}"
        source = self.source(cluster, obj, namespace)
        unit.sources = (source,)
        if source.target != "resolved":
            if source.target == "missing" and source.path:
                cluster.facts.append(
                    Fact("flux-path-missing", source.place, source.path, unit.label, {"cluster": cluster.name})
                )
            return unit
        objects = self.built(cluster, unit, source.path)
        objects = self.overlaid(unit, objects, source.path)
        unit.objects = self.substitute(cluster, unit, objects)
        return unit

    def source(self, cluster: _Cluster, obj: KubeObject, namespace: str) -> SourceUse:
        """Where a Kustomization's manifests are; its target is "missing" when the directory does not exist here."""
        reference = obj.spec.get("sourceRef")
        written = obj.spec.get("path")
        path = written if isinstance(written, str) and written else "./"
        place = obj.at("spec", "path") if written else obj.at("spec", part="key")
        if not isinstance(reference, dict):
            return SourceUse("", "", "", "opaque", place)
        kind, name = str(reference.get("kind") or ""), str(reference.get("name") or "")
        owner = str(reference.get("namespace") or namespace)
        if UNKNOWN in path or UNKNOWN in name or "${" in path:
            return SourceUse("", "", "", "opaque", place)
        own, prefix, url = self.own_source(cluster, kind, owner, name)
        if not own:
            return SourceUse(url, "", "", "external", place)
        directory, _ = clamped("", path)
        if prefix is not None:
            mapped = prefix(directory)
            if mapped is None:
                return SourceUse(url, "", path, "missing", place)
            directory = mapped
        if self.kustomizer.is_directory(directory):
            return SourceUse(url, "", directory, "resolved", place)
        if self.kustomizer.is_file(directory):
            return SourceUse(url, "", path, "missing", place)
        return SourceUse(url, "", path, "missing", place)

    def own_source(self, cluster: _Cluster, kind: str, namespace: str, name: str) -> tuple[bool, Any, str]:
        """Whether a source is this repository; for an ExternalArtifact also how its paths map to ours."""
        if kind == "ExternalArtifact":
            return self.artifact(cluster, namespace, name)
        if (kind, namespace, name) == cluster.root.source:
            return True, None, ""
        found = self.declared(cluster, kind, namespace, name)
        if found is None:
            return False, None, ""
        url = str(found.spec.get("url") or "")
        own = kind in ("GitRepository", "OCIRepository") and normal_url(url) in self.own_urls
        return own, None, url

    def declared(self, cluster: _Cluster, kind: str, namespace: str, name: str) -> KubeObject | None:
        """A source object of the cluster, else one of that name anywhere in the repository."""
        for obj in cluster.objects.get((SOURCE, kind, namespace, name), ()):
            return obj
        known = self.sources.get((kind, name), [])
        return next((obj for obj in known if obj.namespace in ("", namespace)), known[0] if known else None)

    def artifact(self, cluster: _Cluster, namespace: str, name: str) -> tuple[bool, Any, str]:
        """An artifact that an ArtifactGenerator composes of this repository's directories."""
        generators = [
            obj
            for (group, kind, ns, _), objects in cluster.objects.items()
            if kind == "ArtifactGenerator" and group.startswith("source.extensions") and ns == namespace
            for obj in objects
        ]
        for generator in generators:
            for item in _items(generator.spec.get("artifacts")):
                if item.get("name") == name:
                    return self.copied(cluster, generator, item, namespace)
        return False, None, ""

    def copied(
        self, cluster: _Cluster, generator: KubeObject, artifact: dict[str, Any], namespace: str
    ) -> tuple[bool, Any, str]:
        aliases = {}
        for source in _items(generator.spec.get("sources")):
            owner = str(source.get("namespace") or namespace)
            own, _, _ = self.own_source(cluster, str(source.get("kind")), owner, str(source.get("name")))
            aliases[str(source.get("alias"))] = own
        moves: list[tuple[str, str]] = []
        for copy in _items(artifact.get("copy")):
            alias, _, start = str(copy.get("from", "")).removeprefix("@").partition("/")
            if not aliases.get(alias):
                return False, None, ""
            target = str(copy.get("to", "")).removeprefix("@artifact").strip("/")
            base = start.split("*", 1)[0].rstrip("/")
            keeps_name = not start.endswith("/**") and not start.endswith("/*")
            if keeps_name and str(copy.get("to", "")).endswith("/"):
                target = posixpath.join(target, posixpath.basename(base))
            moves.append((target.strip("/"), base))

        def mapped(directory: str) -> str | None:
            best: tuple[int, str] | None = None
            for target, base in moves:
                if directory == target or not target or directory.startswith(target + "/"):
                    candidate = posixpath.join(base, directory[len(target) :].strip("/")).strip("/")
                    if self.kustomizer.is_directory(candidate) and (best is None or len(target) > best[0]):
                        best = (len(target), candidate)
            if best is None and any(target.startswith(directory + "/") or not directory for target, _ in moves):
                return ""
            return None if best is None else best[1]

        return True, mapped, ""

    def repository_paths(self) -> tuple[str, ...]:
        """Every file of the repository."""
        return self.kustomizer.repository.paths

    def sources_of(self, kind: str) -> Iterator[KubeObject]:
        """Sources of one kind anywhere in the repository."""
        for (found, _), objects in self.sources.items():
            if found == kind:
                yield from objects

    def objects_below(self, directory: str) -> tuple[KubeObject, ...]:
        """What a path builds, without a unit around it."""
        probe = Unit("flux", "probe", "", "", "", "", sources=(SourceUse("", "", directory, "resolved", Place("")),))
        return self.built(_Cluster("", _NO_ROOT), probe, directory) if self.kustomizer.is_directory(directory) else ()

    # -- building a path ------------------------------------------------------------------------------------------

    def built(self, cluster: _Cluster, unit: Unit, directory: str) -> tuple[KubeObject, ...]:
        """Objects below a path: its kustomization, or one generated over the tree."""
        build = self.kustomizer.build_with(directory, self.components_of(unit, directory))
        if build is not None:
            unit.directories = (directory,)
            unit.opaque = build.opaque
            return build.objects
        known = self.trees.get(directory)
        if known is None:
            objects: list[KubeObject] = []
            files: list[str] = []
            builds: list[Build] = []
            facts: list[Fact] = []
            self.tree(directory, objects, files, builds, facts)
            known = self.trees[directory] = (tuple(objects), tuple(b.directory for b in builds), tuple(files))
            self.tree_facts[directory] = facts
        objects_found, unit.directories, unit.files = known
        unit.opaque = tuple(
            opaque for below in unit.directories if (b := self.kustomizer.build(below)) for opaque in b.opaque
        )
        guessed = unit.manifest is not None and unit.manifest.generated and cluster.root.assumed
        for fact in () if guessed else self.tree_facts[directory]:
            cluster.facts.append(replace(fact, unit=unit.label))
        if not objects_found and not unit.opaque:
            cluster.facts.append(
                Fact("flux-path-empty", unit.sources[0].place, directory, unit.label, {"cluster": cluster.name})
            )
        return objects_found

    def tree(
        self, directory: str, objects: list[KubeObject], files: list[str], builds: list[Build], facts: list[Fact]
    ) -> None:
        """The generated kustomization: every manifest, and sub-directories with a kustomization as a whole."""
        for path in self.scan.files_in.get(directory, ()):
            name = posixpath.basename(path)
            if not name.endswith((".yaml", ".yml")) or name in _IGNORED or self.leaves_out(path):
                continue
            files.append(path)
            manifest = self.manifests(path)
            for problem in (*manifest.problems, *manifest.repeats[:1]):
                facts.append(Fact("manifest-syntax", Place(path, span=problem.span), problem.message))
            for number in manifest.strangers:
                facts.append(Fact("flux-not-kubernetes", Place(path, (), document=number), path))
            objects.extend(obj for obj in manifest.objects if obj.name)
        for below in self.scan.directories_in.get(directory, ()):
            if posixpath.basename(below) in (".git", ".github", ".circleci"):
                continue
            build = self.kustomizer.build(below)
            if build is None:
                self.tree(below, objects, files, builds, facts)
                continue
            data = self.kustomizer.repository.document(build.path).data
            if isinstance(data, dict) and data.get("kind") == "Component":
                continue
            builds.append(build)
            objects.extend(build.objects)

    def components_of(self, unit: Unit, directory: str) -> tuple[str, ...]:
        """`spec.components` of a unit that exist; one that does not is noted as a fact."""
        manifest = unit.manifest
        found: list[str] = []
        listed = manifest.spec.get("components") if manifest is not None else None
        for index, entry in enumerate(_list(listed)):
            target, _ = clamped(directory, str(entry))
            if self.kustomizer.is_directory(target) and self.kustomizer.file_of(target) is not None:
                found.append(str(entry))
                continue
            known = "${" not in str(entry) and UNKNOWN not in str(entry)
            if manifest is not None and known and manifest.spec.get("ignoreMissingComponents") is not True:
                place = manifest.at("spec", "components", index)
                fact = Fact("flux-component-missing", place, str(entry), unit.label)
                if fact not in self.graph.facts:
                    self.graph.facts.append(fact)
        return tuple(found)

    def overlaid(self, unit: Unit, objects: tuple[KubeObject, ...], directory: str) -> tuple[KubeObject, ...]:
        """What the Kustomization's own spec does to its objects (the order of kustomize's transformers)."""
        manifest = unit.manifest
        if manifest is None:
            return objects
        spec = manifest.spec
        if self.kustomizer.file_of(directory) is None:
            for entry in self.components_of(unit, directory):
                target, _ = clamped(directory, entry)
                holder = Build(directory, "")
                objects = self.kustomizer.component(target, objects, holder)
                unit.opaque += holder.opaque
                unit.directories += (target,)
        for key in ("patchesStrategicMerge", "patches", "patchesJson6902"):
            for index, patch in enumerate(_list(spec.get(key))):
                objects = _patched(objects, manifest, key, index, patch, self.patch_reporter(unit))
        if unit.target_namespace:
            objects = tuple(in_namespace(obj, unit.target_namespace) for obj in objects)
        prefix, suffix = spec.get("namePrefix"), spec.get("nameSuffix")
        if isinstance(prefix, str) or isinstance(suffix, str):
            objects = tuple(with_affixes(obj, prefix or "", suffix or "") for obj in objects)
        return objects

    def patch_reporter(self, unit: Unit) -> Callable[[Place, str], None]:
        """What notes a patch of a Kustomization that cannot be applied, unless it may be for something unseen."""

        def report(place: Place, what: str) -> None:
            fact = Fact("flux-patch-fails", place, what, unit.label)
            if not unit.opaque and "$" not in what and UNKNOWN not in what and fact not in self.graph.facts:
                self.graph.facts.append(fact)

        return report

    # -- substitution ---------------------------------------------------------------------------------------------

    def substitute(self, cluster: _Cluster, unit: Unit, objects: tuple[KubeObject, ...]) -> tuple[KubeObject, ...]:
        """Post-build substitution; also notes variables that nothing defines."""
        build = unit.manifest.spec.get("postBuild") if unit.manifest is not None else None
        if not isinstance(build, dict):
            return objects
        self.collect(cluster, unit, build)
        variables = unit.variables or {}
        if not variables and unit.variables_complete:
            return objects
        missing: dict[tuple[str, str], Fact] = {}
        result = []
        unit.target_namespace = substituted(unit.target_namespace, variables)
        for obj in objects:
            if not obj.changes and "${" not in obj.namespace + obj.name and not self.mentions(obj.path):
                result.append(obj)
                continue
            if "disabled" in (obj.annotations.get(DISABLED), obj.labels.get(DISABLED)):
                result.append(obj)
                continue
            found, trie = self.variables_of(obj.data)
            escapes = _escapes(obj, self.manifests)
            if not found and "${" not in obj.namespace + obj.name and not escapes:
                result.append(obj)
                continue
            if (unit.variables_complete and cluster.variables is not None) or not cluster.wanted:
                for name, has_default, route in found:
                    if name not in variables and not has_default and unit.variables_complete:
                        missing.setdefault(
                            (obj.path, name), Fact("undefined-variable", obj.at(*route), name, unit.label)
                        )
            result.append(_filled(obj, variables, None if escapes else trie))
        cluster.facts.extend(missing.values())
        return tuple(result)

    def mentions(self, path: str) -> bool:
        """Whether a file has any `${`; generated objects have no file of their own."""
        return self.manifests.mentions(path, b"${")

    def collect(self, cluster: _Cluster, unit: Unit, build: Mapping[str, Any]) -> None:
        """The variables of a unit: sources in order, then inline ones, which win."""
        values: dict[str, str | None] = {}
        complete = True
        for index, entry in enumerate(_items(build.get("substituteFrom"))):
            kind, name = str(entry.get("kind")), str(entry.get("name"))
            key = (kind, unit.namespace, name)
            cluster.wanted.add(key)
            if cluster.variables is None:
                complete = False
                continue
            content = cluster.variables.get(key)
            if content is None:
                complete = False
                if entry.get("optional") is not True and unit.manifest is not None and UNKNOWN not in name:
                    place = unit.manifest.at("spec", "postBuild", "substituteFrom", index, "name")
                    cluster.facts.append(
                        Fact(
                            "substitute-source-missing",
                            place,
                            f"{kind} {unit.namespace}/{name}",
                            unit.label,
                            {"kind": kind, "name": name, "namespace": unit.namespace, "cluster": cluster.name},
                        )
                    )
            else:
                if UNKNOWN in content:
                    complete = False
                values.update(content)
        inline = build.get("substitute")
        if isinstance(inline, dict):
            values.update({str(k): _scalar(v) for k, v in inline.items()})
        values.pop(UNKNOWN, None)
        unit.variables, unit.variables_complete = values, complete

    # -- HelmRelease ----------------------------------------------------------------------------------------------

    def release(self, cluster: _Cluster, obj: KubeObject, parent: Unit | None) -> Unit:
        """One HelmRelease; its chart is rendered when it lies in this repository."""
        spec = obj.spec
        namespace = obj.namespace or (parent.target_namespace if parent else "") or "default"
        unit = Unit(
            "flux",
            "HelmRelease",
            namespace,
            obj.name,
            parent.cluster if parent else cluster.name,
            cluster.root.id,
            manifest=obj,
            parent=parent,
            target_namespace=str(spec.get("targetNamespace") or namespace),
            depends=tuple(_dependencies(obj, namespace)),
            suspended=spec.get("suspend") is True,
        )
        chart = obj.get("spec", "chart", "spec")
        name = ""
        if isinstance(chart, dict):
            name = str(chart.get("chart") or "")
            reference = chart.get("sourceRef")
            if isinstance(reference, dict) and reference.get("kind") == "GitRepository" and name:
                owner = str(reference.get("namespace") or namespace)
                own, _, url = self.own_source(cluster, "GitRepository", owner, str(reference.get("name")))
                place = obj.at("spec", "chart", "spec", "chart")
                directory, _ = clamped("", name)
                if own and UNKNOWN not in name and "${" not in name:
                    if self.kustomizer.is_file(f"{directory}/Chart.yaml"):
                        unit.sources = (SourceUse(url, "", directory, "resolved", place, name),)
                        values = spec.get("values")
                        rendered = self.render(directory, unit, values if isinstance(values, dict) else {})
                        if rendered is not None:
                            unit.objects = tuple(rendered)
                        self.dependencies(unit, directory)
                        return unit
                    unit.sources = (SourceUse(url, "", name, "missing", place, name),)
                    cluster.facts.append(Fact("flux-chart-missing", place, name, unit.label))
                    return unit
        name = name or self.chart_of(cluster, obj, namespace)
        unit.sources = (SourceUse("", "", "", "external", obj.place, name),)
        unit.opaque = (Opaque(f"chart of HelmRelease {namespace}/{obj.name}", obj.place),)
        return unit

    def chart_of(self, cluster: _Cluster, obj: KubeObject, namespace: str) -> str:
        """The name of the chart that a `chartRef` leads to, by the URL of its OCIRepository; "" where it is unknown."""
        reference = obj.get("spec", "chartRef")
        if not isinstance(reference, dict) or reference.get("kind") != "OCIRepository":
            return ""
        owner = str(reference.get("namespace") or namespace)
        found = self.declared(cluster, "OCIRepository", owner, str(reference.get("name")))
        url = str(found.spec.get("url") or "") if found is not None else ""
        return "" if "${" in url else posixpath.basename(url.rstrip("/"))

    def render(self, directory: str, unit: Unit, values: Mapping[str, Any]) -> Iterable[KubeObject] | None:
        render = self.kustomizer.render
        if render is None:
            unit.opaque += (Opaque(f"chart {directory}", unit.place or Place(directory)),)
            return None
        release = str(unit.manifest.spec.get("releaseName") or unit.name) if unit.manifest else unit.name
        return render(directory, release, unit.target_namespace, values)

    def dependencies(self, unit: Unit, directory: str) -> None:
        """A chart's own dependencies are not in the repository unless they are vendored."""
        document = self.kustomizer.repository.document(f"{directory}/Chart.yaml")
        data = document.data if isinstance(document.data, dict) else {}
        for item in _items(data.get("dependencies")):
            unit.opaque += (Opaque(f"chart dependency {item.get('name')}", Place(f"{directory}/Chart.yaml")),)

    # -- what is installed ----------------------------------------------------------------------------------------

    def evidence(self) -> Iterator[EngineEvidence]:
        """Installed Flux versions: gotk-components.yaml, FluxInstance, the settings."""
        from .roots import installed

        yield from installed(self)


def is_unit(obj: KubeObject) -> bool:
    """Whether an object is a Flux Kustomization or HelmRelease."""
    return (obj.group, obj.kind) in ((KUSTOMIZE, "Kustomization"), (HELM, "HelmRelease"))


def _escapes(obj: KubeObject, manifests: Manifests) -> bool:
    """Whether an object may hold `$${name}`, which a substitution unescapes, or variables in aliases of its name."""
    return bool(obj.changes or obj.aliases) or manifests.mentions(obj.path, b"$${")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _dependencies(obj: KubeObject, namespace: str) -> Iterator[Dependency]:
    for index, entry in enumerate(_list(obj.spec.get("dependsOn"))):
        if isinstance(entry, dict) and entry.get("name"):
            place = obj.at("spec", "dependsOn", index, "name")
            yield Dependency(str(entry.get("namespace") or namespace), str(entry["name"]), place)


def _patched(
    objects: tuple[KubeObject, ...],
    manifest: KubeObject,
    key: str,
    index: int,
    patch: Any,
    failed: Callable[[Place, str], None],
) -> tuple[KubeObject, ...]:
    from masgitops_lint.kubernetes.objects import Change
    from masgitops_lint.kubernetes.transformers import merge_by_identity, selected, with_operations

    if key == "patchesStrategicMerge" and isinstance(patch, dict):
        change = Change(manifest.at("spec", key, index), patch)
        return tuple(merge_by_identity(objects, patch, change, None))
    if not isinstance(patch, dict):
        return objects
    target = patch.get("target")
    chosen = target if isinstance(target, dict) and target else None
    text = patch.get("patch")
    if isinstance(text, str):
        place = manifest.at("spec", key, index, "patch")
        return apply_inline(objects, text, chosen, place, failed=lambda _, what: failed(place, what))
    if isinstance(text, list) and chosen is not None:
        place = manifest.at("spec", key, index, "patch")
        return tuple(
            with_operations(obj, text, place, inline=False) if selected(obj, chosen) else obj for obj in objects
        )
    return objects


def _filled(obj: KubeObject, variables: Mapping[str, str | None], trie: dict[Any, Any] | None) -> KubeObject:
    data = filled(obj.data, variables) if trie is None else filled_at(obj.data, trie, variables)
    name, namespace = substituted(obj.name, variables), substituted(obj.namespace, variables)
    if data is obj.data and name == obj.name and namespace == obj.namespace:
        return obj
    aliases = tuple(substituted(alias, variables) for alias in obj.aliases)
    return replace(obj, data=data, name=name, namespace=namespace, aliases=aliases)


def _content(cluster: _Cluster, key: tuple[str, str, str]) -> Mapping[str, str | None] | None:
    """What a ConfigMap or Secret of the cluster holds; None when nothing declares it. `UNKNOWN` as a key: and more."""
    kind, namespace, name = key
    for obj in cluster.objects.get(("", kind, namespace, name), ()):
        return _data(obj)
    if kind == "Secret":
        for unit in cluster.units:
            for obj in unit.objects:
                produced = _external_keys(obj, name) if unit.namespace_of(obj) == namespace else None
                if produced is not None:
                    return produced
    return None


def _data(obj: KubeObject) -> dict[str, str | None]:
    import base64
    import binascii

    values: dict[str, str | None] = {}
    encrypted = "sops" in obj.data
    for part in ("data", "stringData"):
        content = obj.get(part)
        for key, value in content.items() if isinstance(content, dict) else ():
            text = _scalar(value)
            if encrypted and text.startswith("ENC["):
                values[str(key)] = None
            elif obj.kind == "Secret" and part == "data":
                try:
                    values[str(key)] = base64.b64decode(text, validate=True).decode()
                except (binascii.Error, ValueError):
                    values[str(key)] = None
            else:
                values[str(key)] = text
    return values


def _external_keys(obj: KubeObject, name: str) -> dict[str, str | None] | None:
    """The keys of a Secret that a controller makes from `obj`, when it is named `name`."""
    from masgitops_lint.kubernetes.secrets import produced_by

    for producer in produced_by(obj):
        if producer.name == name and producer.kind == "Secret":
            keys: dict[str, str | None] = dict.fromkeys(producer.fields or ())
            if producer.fields is None:
                keys[UNKNOWN] = None
            return keys
    return None


__all__ = ["FluxLoader", "Keys", "is_unit", "kube_object", "parsed_text"]
