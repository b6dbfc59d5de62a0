"""Builds the Argo CD side of the unit graph: Applications, apps of apps and ApplicationSets, from their roots down."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.waves import wave
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place

from .appsets import expand_set
from .destinations import IN_CLUSTER, cluster_name, cluster_of
from .git_uses import listed
from .identity import Identity, nearest
from .kustomization import Build, Opaque, clamped
from .kustomize import Kustomizer
from .objects import UNKNOWN, KubeObject, Manifests, syntax_problems
from .origin import normal_url
from .overlays import Overlays
from .patches import merged
from .scan import Scan, is_chart_part
from .source_files import chosen, is_tool, tree
from .transformers import annotated, apply_inline, in_namespace, parsed_text, with_affixes
from .unit import ChartValues, EngineEvidence, Fact, RootInfo, SourceUse, Target, Unit, UnitGraph
from .values_applications import objects_in_values

if TYPE_CHECKING:
    from masgitops_lint.argocd.templating import GoTemplates
    from masgitops_lint.settings.values import Settings

ARGO = "argoproj.io"
_USUAL_REVISIONS = frozenset({"", "HEAD", "main", "master", "trunk"})
_PINNED = late_pattern(r"(?:v?\d+\.\d+[\w.+-]*|[0-9a-f]{40}|refs/tags/.+)\Z")


@dataclass(slots=True)
class _Start:
    """One root: an Application or ApplicationSet that nothing applies, or a chart of them."""

    objects: tuple[KubeObject, ...]
    name: str
    place: Place


class ArgoLoader:
    """Loads every Argo CD root of a repository into a unit graph."""

    def __init__(
        self,
        kustomizer: Kustomizer,
        manifests: Manifests,
        scanned: Scan,
        settings: Settings,
        own_urls: Iterable[str],
        graph: UnitGraph,
        go: GoTemplates | None = None,
    ) -> None:
        self.kustomizer = kustomizer
        self.manifests = manifests
        self.scan = scanned
        self.settings = settings
        self.graph = graph
        self.go = go
        self.own_urls = set(own_urls)
        self.revisions: frozenset[str] = _USUAL_REVISIONS
        self.clusters: list[dict[str, Any]] = []
        self.overlay_of: dict[int, str] = {}
        """The identity of a root that an overlay builds -> the overlay's directory."""
        self.projects: dict[str, list[KubeObject]] = {}

    # -- discovery ------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Find the roots and follow them."""
        candidates = self.overlaid(list(self.candidates()))
        charts = [*self.chart_roots(), *self.values_roots()]
        if candidates or charts:
            self.clusters = list(self.declared_clusters())
            self.graph.cache["declared-clusters"] = self.clusters
            self.identify([*candidates, *(obj for start in charts for obj in start.objects)])
            self.follow(candidates, charts)
        self.graph.engines.extend(self.evidence())

    def candidates(self) -> Iterator[KubeObject]:
        """Applications and ApplicationSets in plain manifests."""
        for path in self.scan.marked["argocd"]:
            if self.scan.aside(path) or (is_chart_part(path) and self.scan.in_chart(path) is not None):
                continue
            raw = self.manifests.raw(path)
            if b"{{" in raw and b"kind: ApplicationSet" not in raw and self.scan.in_chart(path) is not None:
                continue
            for obj in self.manifests(path).objects:
                if obj.group == ARGO and obj.name:
                    if obj.kind == "AppProject":
                        self.projects.setdefault(obj.name, []).append(obj)
                    elif obj.kind in ("Application", "ApplicationSet") and obj.spec:
                        yield obj

    def overlaid(self, candidates: list[KubeObject]) -> list[KubeObject]:
        """The same, but what overlays patch as they build it: somebody applies the overlay, not its base."""
        overlays = Overlays(self.kustomizer, self.scan) if candidates and self.scan.kustomizations else None
        found: list[KubeObject] = []
        for obj in candidates:
            versions = overlays.versions(obj) if overlays is not None else ()
            for directory, built in versions:
                self.overlay_of[id(built)] = directory
                found.append(built)
            if not versions:
                found.append(obj)
        return found

    def chart_roots(self) -> Iterator[_Start]:
        """Charts whose templates hold Applications: somebody installs them unless an Application does."""
        directories = []
        for path in self.scan.marked["argocd"]:
            if "/templates/" not in "/" + path or self.scan.aside(path.replace("/templates/", "/")):
                continue
            directory = self.scan.in_chart(path)
            if directory is not None and re.search(rb"kind: [\"']?Application(?:Set)?\b", self.manifests.raw(path)):
                directories.append(directory)
        for directory in dict.fromkeys(directories):
            render = self.kustomizer.render
            name = posixpath.basename(directory) or "chart"
            found = tuple(render(directory, name, "argocd", {UNKNOWN: UNKNOWN}) or ()) if render is not None else ()
            starts = tuple(obj for obj in found if obj.group == ARGO and obj.kind in ("Application", "ApplicationSet"))
            for obj in found:
                if obj.group == ARGO and obj.kind == "AppProject":
                    self.projects.setdefault(obj.name, []).append(obj)
            if starts:
                yield _Start(starts, directory, Place(f"{directory}/Chart.yaml" if directory else "Chart.yaml"))

    def values_roots(self) -> Iterator[_Start]:
        """Charts that wrap `argocd-apps`: their values hold Applications, ApplicationSets and AppProjects."""
        for directory in self.scan.charts:
            chart = f"{directory}/Chart.yaml" if directory else "Chart.yaml"
            if self.scan.aside(chart) or not self.manifests.mentions(chart, b"argocd-apps"):
                continue
            data = self.kustomizer.repository.document(chart).data
            dependencies = data.get("dependencies") if isinstance(data, dict) else None
            path = f"{directory}/values.yaml" if directory else "values.yaml"
            if not self.kustomizer.is_file(path):
                continue
            values = self.kustomizer.repository.document(path).data
            for item in listed(dependencies):
                if isinstance(item, dict) and item.get("name") == "argocd-apps" and isinstance(values, dict):
                    key = str(item.get("alias") or "argocd-apps")
                    found = list(objects_in_values(path, values.get(key), (key,)))
                    for obj in found:
                        if obj.kind == "AppProject":
                            self.projects.setdefault(obj.name, []).append(obj)
                    starts = tuple(obj for obj in found if obj.kind != "AppProject")
                    if starts:
                        yield _Start(starts, directory, Place(path, (key,)))

    def declared_clusters(self) -> Iterator[dict[str, Any]]:
        """Clusters that Argo CD knows: cluster Secrets in the repository and the settings."""
        for path in self.scan.workloads:
            if not self.manifests.mentions(path, b"argocd.argoproj.io/secret-type") or self.scan.aside(path):
                continue
            for obj in self.manifests(path).objects:
                if obj.kind in ("Secret", "ExternalSecret", "SealedSecret") and (
                    obj.labels.get("argocd.argoproj.io/secret-type") == "cluster"
                    or obj.get("spec", "target", "template", "metadata", "labels", "argocd.argoproj.io/secret-type")
                    == "cluster"
                    or obj.get("spec", "template", "metadata", "labels", "argocd.argoproj.io/secret-type") == "cluster"
                ):
                    yield cluster_of(obj)
        for name, declared in self.settings.clusters.items():
            yield {
                "name": name,
                "server": declared.server or UNKNOWN,
                "labels": dict(declared.labels),
                "annotations": dict(declared.annotations),
            }

    def identify(self, candidates: Sequence[KubeObject]) -> None:
        """Which repository URLs mean this repository, and which revisions mean what is checked out."""
        identity = Identity(self.kustomizer, self.scan, self.manifests, self.own_urls)
        identity.count(candidates)
        self.revisions |= identity.revision()
        if not self.settings.repository_urls:
            self.own_urls |= identity.urls()

    def nearest(self, directory: str) -> str:
        """A directory of the repository whose name is almost the one given, or ""."""
        return nearest(directory, self.kustomizer.directories)

    # -- roots ----------------------------------------------------------------------------------------------------

    def follow(self, candidates: Sequence[KubeObject], charts: Sequence[_Start]) -> None:
        """Walk from every root; a candidate that a walk applies is no root itself."""
        below: dict[tuple[str, int, Any], set[tuple[str, int, Any]]] = {}
        rendered: set[str] = set()
        for obj in candidates:
            units, _ = self.walk((obj,), "probe", [])
            below.setdefault(_origin(obj), set()).update(
                {_origin(found) for unit in units for found in unit.objects if found.group == ARGO} - {_origin(obj)}
            )
            rendered.update(
                source.path
                for unit in units
                for source in unit.sources
                if source.target == "resolved" and self.kustomizer.is_file(f"{source.path}/Chart.yaml")
            )
        produced = {origin for reached in below.values() for origin in reached}
        roots = [obj for obj in candidates if _origin(obj) not in produced]
        if not roots and candidates:
            roots = [candidates[0]]
        claimed = set().union(*(below[_origin(obj)] for obj in roots)) if roots else set()
        # A ring of Applications that apply each other has no outside: start at its first member.
        for obj in candidates:
            if _origin(obj) not in claimed and obj not in roots:
                roots.append(obj)
                claimed |= below[_origin(obj)] | {_origin(obj)}
        applied = [obj for obj in roots if self.applied(obj)]
        groups = [_Start((obj,), self.root_name(obj), obj.place) for obj in applied]
        leading = any(below[_origin(obj)] for obj in applied)
        alone = {id(obj) for obj in applied if leading and not below[_origin(obj)] and obj.kind == "Application"}
        groups += [start for start in charts if start.name not in rendered]
        for start in groups:
            facts: list[Fact] = []
            units, facts = self.walk(start.objects, f"argocd:{start.name}@{start.place.path}", facts)
            if id(start.objects[0]) in alone:
                for unit in units:
                    unit.assumed = True
                facts = [replace(fact, data={**fact.data, "assumed": True}) for fact in facts]
            kind = start.objects[0].kind if start.objects[0].locator is None else "chart of Applications"
            how = f"{start.place.path} holds the {kind}, which nothing in the repository applies"
            self.graph.roots.append(RootInfo("argocd", start.name, IN_CLUSTER, start.place, how))
            self.graph.units.extend(units)
            self.graph.facts.extend(facts)

    def root_name(self, obj: KubeObject) -> str:
        """Namespace and name, and the overlay where several make something of one manifest."""
        overlay = self.overlay_of.get(id(obj))
        return f"{obj.namespace}/{obj.name}" + (f" of {overlay}" if overlay else "")

    def applied(self, obj: KubeObject) -> bool:
        """Whether somebody is likely to apply a manifest by hand: not one that its kustomization leaves out."""
        directory = posixpath.dirname(obj.path)
        build = self.kustomizer.build(directory)
        if build is None or obj.path in build.files or not build.files:
            return True
        return not any(
            found.group == ARGO and found.kind in ("Application", "ApplicationSet") for found in build.objects
        )

    def walk(self, starts: Sequence[KubeObject], plane: str, facts: list[Fact]) -> tuple[list[Unit], list[Fact]]:
        """All units below some manifests."""
        units: list[Unit] = []
        root = Unit("argocd", "bootstrap", "", plane.partition(":")[2], IN_CLUSTER, plane, objects=tuple(starts))
        root.target_namespace = "argocd"
        units.append(root)
        pending: list[tuple[KubeObject, Unit]] = [(obj, root) for obj in starts]
        seen: set[tuple[Any, ...]] = set()
        while pending:
            obj, parent = pending.pop(0)
            identity = (obj.kind, obj.namespace, obj.name, obj.path, obj.document)
            if identity in seen or len(units) > 20_000:
                continue
            seen.add(identity)
            if obj.kind == "ApplicationSet":
                made = [
                    (generated, self.application(generated, parent, plane, facts, obj))
                    for generated in expand_set(self, obj, facts)
                ]
            else:
                made = [(obj, self.application(obj, parent, plane, facts, None))]
            for _, unit in made:
                units.append(unit)
                pending.extend(
                    (child, unit)
                    for child in unit.objects
                    if child.group == ARGO and child.kind in ("Application", "ApplicationSet") and child.spec
                )
        return units, facts

    # -- one Application ------------------------------------------------------------------------------------------

    def application(
        self, obj: KubeObject, parent: Unit | None, plane: str, facts: list[Fact], generator: KubeObject | None
    ) -> Unit:
        """One Application with everything it renders."""
        spec = obj.spec
        found = spec.get("destination")
        destination = found if isinstance(found, dict) else {}
        options = obj.get("spec", "syncPolicy", "syncOptions", default=[])
        automated = obj.get("spec", "syncPolicy", "automated")
        prune = automated.get("prune") if isinstance(automated, dict) else None
        unit = Unit(
            "argocd",
            "Application",
            obj.namespace or "argocd",
            obj.name,
            cluster_name(destination),
            plane,
            manifest=obj,
            parent=parent,
            generator=generator,
            target_namespace=str(destination.get("namespace") or ""),
            prune=prune if isinstance(prune, bool) else None,
            create_namespace=isinstance(options, list) and "CreateNamespace=true" in options,
            wave=wave(obj.data) if generator is None else 0,
            project=str(spec.get("project") or ""),
        )
        listed = spec.get("sources")
        sources: list[tuple[tuple[str | int, ...], dict[str, Any]]] = []
        if isinstance(listed, list) and listed:
            sources = [(("spec", "sources", i), one) for i, one in enumerate(listed) if isinstance(one, dict)]
        elif isinstance(spec.get("source"), dict):
            sources = [(("spec", "source"), spec["source"])]
        references = {str(one["ref"]): one for _, one in sources if one.get("ref")}
        for route, source in sources:
            use = self.source(unit, obj, route, source, facts)
            unit.sources += (use,)
            self.value_files(unit, obj, route, source, use, references, facts)
            if use.target == "resolved":
                self.render(unit, obj, route, source, use, references, facts)
            elif use.target in ("external", "opaque") and (source.get("path") or source.get("chart")):
                what = f"chart {use.chart}" if use.chart else f"{use.url or 'another repository'}"
                unit.opaque += (Opaque(what, use.place),)
                helm = source.get("helm")
                if use.chart and isinstance(helm, dict):
                    unit.chart_values += tuple(self.given_values(unit, obj, route, helm, use, references))
        return unit

    def source(
        self, unit: Unit, obj: KubeObject, route: tuple[str | int, ...], source: dict[str, Any], facts: list[Fact]
    ) -> SourceUse:
        """Where one source is; a path of this repository that does not exist is a fact."""
        url, revision = str(source.get("repoURL") or ""), str(source.get("targetRevision") or "")
        chart = str(source.get("chart") or "")
        path = source.get("path")
        place = obj.at(*route, "path") if path else obj.at(*route, part="key")
        if chart:
            return SourceUse(url, revision, "", "external", place, chart)
        if not self.is_own(url):
            return SourceUse(url, revision, "", "external", place)
        written = "" if path is None else str(path)
        if UNKNOWN in written or "{{" in written or UNKNOWN in revision:
            return SourceUse(url, revision, "", "opaque", place)
        if path is None:
            return SourceUse(url, revision, "", "opaque", place)
        directory, left = clamped("", written)
        if self.kustomizer.is_directory(directory) and not left:
            return SourceUse(url, revision, directory, "resolved", place)
        target: Target = "missing"
        if revision not in self.revisions or self.kustomizer.is_veiled(directory):
            target = "opaque"
        else:
            kind = "argo-path-file" if self.kustomizer.is_file(directory) else "argo-path-missing"
            near = self.nearest(directory)
            facts.append(Fact(kind, place, written, unit.label, {"near": near, "prune": unit.prune}))
        return SourceUse(url, revision, written, target, place)

    def is_own(self, url: str) -> bool:
        """Whether a URL means this repository."""
        return bool(url) and UNKNOWN not in url and normal_url(url) in self.own_urls

    def render(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        source: dict[str, Any],
        use: SourceUse,
        references: Mapping[str, dict[str, Any]],
        facts: list[Fact],
    ) -> None:
        """What a directory of this repository renders to, by Argo CD's rules for choosing the tool."""
        directory = use.path
        if source.get("plugin") is not None:
            unit.opaque += (Opaque("config management plugin", use.place),)
            return
        options = source.get("directory")
        if isinstance(options, dict) and (options.get("jsonnet") or "recurse" in options):
            self.plain(unit, obj, route, options, use, facts)
        elif self.kustomizer.is_file(f"{directory}/Chart.yaml" if directory else "Chart.yaml") or (
            isinstance(source.get("helm"), dict) and self.kustomizer.file_of(directory) is None
        ):
            self.broken_values(unit, f"{directory}/values.yaml" if directory else "values.yaml", facts)
            self.chart(unit, obj, route, source, use, references)
        elif self.kustomizer.file_of(directory) is not None:
            self.kustomized(unit, obj, route, source, use)
        else:
            self.plain(unit, obj, route, options if isinstance(options, dict) else {}, use, facts)

    def kustomized(
        self, unit: Unit, obj: KubeObject, route: tuple[str | int, ...], source: dict[str, Any], use: SourceUse
    ) -> None:
        build = self.kustomizer.build(use.path)
        if build is None:
            return
        unit.directories += (use.path,)
        unit.opaque += build.opaque
        objects = build.objects
        options = source.get("kustomize")
        if isinstance(options, dict):
            for entry in listed(options.get("components")):
                target, _ = clamped(use.path, str(entry))
                if self.kustomizer.file_of(target) is not None:
                    holder = Build(use.path, "")
                    objects = self.kustomizer.component(target, objects, holder)
                    unit.directories += (target,)
            for index, patch in enumerate(listed(options.get("patches"))):
                if isinstance(patch, dict) and isinstance(patch.get("patch"), str):
                    target_of = patch.get("target")
                    objects = apply_inline(
                        objects,
                        patch["patch"],
                        target_of if isinstance(target_of, dict) else None,
                        obj.at(*route, "kustomize", "patches", index, "patch"),
                    )
            namespace = options.get("namespace")
            if isinstance(namespace, str) and namespace:
                objects = tuple(in_namespace(one, namespace) for one in objects)
            prefix, suffix = options.get("namePrefix"), options.get("nameSuffix")
            if isinstance(prefix, str) or isinstance(suffix, str):
                objects = tuple(with_affixes(one, prefix or "", suffix or "") for one in objects)
            annotations = options.get("commonAnnotations")
            if isinstance(annotations, dict):
                place = obj.at(*route, "kustomize", "commonAnnotations")
                objects = tuple(annotated(one, annotations, place) for one in objects)
        unit.objects += objects

    def chart(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        source: dict[str, Any],
        use: SourceUse,
        references: Mapping[str, dict[str, Any]],
    ) -> None:
        found = source.get("helm")
        helm = found if isinstance(found, dict) else {}
        values: dict[str, Any] = {}
        given = list(self.given_values(unit, obj, route, helm, use, references))
        for part in given:
            values = merged(values, part.data, native=False)
        for parameter in listed(helm.get("parameters")):
            if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
                _set(values, parameter["name"], parameter.get("value"))
        release = str(helm.get("releaseName") or obj.name)
        render = self.kustomizer.render
        rendered = render(use.path, release, unit.target_namespace, values) if render is not None else None
        unit.files += tuple(
            path for path in self.scan.files_in.get(f"{use.path}/templates" if use.path else "templates", ())
        )
        if rendered is None:
            unit.opaque += (Opaque(f"chart {use.path}", use.place),)
            return
        unit.objects += tuple(rendered)
        prefix = f"{use.path}/" if use.path else ""
        metadata = self.kustomizer.repository.document(f"{prefix}Chart.yaml").data
        absent = []
        for item in listed(metadata.get("dependencies") if isinstance(metadata, dict) else None):
            if isinstance(item, dict) and item.get("name"):
                local = f"{prefix}charts/{item['name']}/Chart.yaml"
                if not self.kustomizer.is_file(local) and not str(item.get("repository", "")).startswith("file://"):
                    unit.opaque += (Opaque(f"chart dependency {item['name']}", Place(f"{prefix}Chart.yaml")),)
                    absent.append(str(item.get("alias") or item["name"]))
        own = self.values_file(f"{prefix}values.yaml") if absent else None
        for part in [*([own] if own is not None else []), *given] if absent else ():
            below = {key: part.data[key] for key in absent if isinstance(part.data.get(key), dict)}
            if below:
                unit.chart_values += (replace(part, data=below),)

    def given_values(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        helm: Mapping[str, Any],
        use: SourceUse,
        references: Mapping[str, dict[str, Any]],
    ) -> Iterator[ChartValues]:
        """What an Application gives a chart, in the order in which it is laid over the chart's own values."""
        for _, path in self.files_of(unit, obj, route, helm, use, references):
            part = self.values_file(path) if path is not None else None
            if part is not None:
                yield part
        inline = helm.get("valuesObject")
        if isinstance(inline, dict):
            yield ChartValues(obj, (*route, "helm", "valuesObject"), inline)
        elif isinstance(helm.get("values"), str):
            documents = parsed_text(helm["values"])
            if documents and isinstance(documents[0], dict):
                yield ChartValues(obj, (*route, "helm", "values"), documents[0], inline=True)

    def values_file(self, path: str) -> ChartValues | None:
        """A file of Helm values in this repository."""
        if not self.kustomizer.is_file(path):
            return None
        data = self.kustomizer.repository.document(path).data
        if not isinstance(data, dict):
            return None
        return ChartValues(KubeObject("", "", "chart values", "", posixpath.basename(path), data, path), (), data)

    def files_of(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        helm: Mapping[str, Any],
        use: SourceUse,
        references: Mapping[str, dict[str, Any]],
    ) -> Iterator[tuple[Place, str | None]]:
        """Value files in order: their place, and their path in this repository (None for what is elsewhere)."""
        for index, entry in enumerate(listed(helm.get("valueFiles"))):
            if not isinstance(entry, str) or not entry:
                continue
            place = obj.at(*route, "helm", "valueFiles", index)
            text = entry.strip()
            if UNKNOWN in text or "{{" in text or "://" in text or "$ARGOCD" in text or "*" in text:
                yield place, None
            elif text.startswith("$"):
                name, _, rest = text[1:].partition("/")
                source = references.get(name)
                own = source is not None and self.is_own(str(source.get("repoURL") or ""))
                revision = str(source.get("targetRevision") or "") if source is not None else ""
                yield place, clamped("", rest)[0] if own and revision in self.revisions else None
            elif use.target == "resolved":
                path, outside = clamped("" if text.startswith("/") else use.path, text.lstrip("/"))
                yield place, f"../{path}" if outside else path
            else:
                yield place, None

    def value_files(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        source: dict[str, Any],
        use: SourceUse,
        references: Mapping[str, dict[str, Any]],
        facts: list[Fact],
    ) -> None:
        """Value files of this repository that do not exist: Helm fails on the first."""
        helm = source.get("helm")
        if not isinstance(helm, dict) or helm.get("ignoreMissingValueFiles") is True:
            return
        for place, path in self.files_of(unit, obj, route, helm, use, references):
            if path is not None and not self.kustomizer.is_file(path) and not self.kustomizer.is_veiled(path):
                if use.target == "resolved" and use.revision not in self.revisions:
                    continue
                kind = "argo-values-outside" if path.startswith("../") else "argo-values-missing"
                facts.append(Fact(kind, place, path, unit.label))
            elif path is not None:
                self.broken_values(unit, path, facts)
        for index, entry in enumerate(listed(helm.get("valueFiles"))):
            match = re.match(r"\$([\w.-]+)/", entry) if isinstance(entry, str) else None
            if match and match[1] not in references and not match[1].startswith("ARGOCD"):
                place = obj.at(*route, "helm", "valueFiles", index)
                facts.append(Fact("argo-ref-missing", place, match[1], unit.label))

    def broken_values(self, unit: Unit, path: str, facts: list[Fact]) -> None:
        """Helm values that are no YAML: the chart cannot be rendered."""
        if self.kustomizer.is_file(path):
            for problem in syntax_problems(self.kustomizer.repository, path):
                facts.append(Fact("values-syntax", Place(path, span=problem.span), problem.message, unit.label))

    def plain(
        self,
        unit: Unit,
        obj: KubeObject,
        route: tuple[str | int, ...],
        options: Mapping[str, Any],
        use: SourceUse,
        facts: list[Fact],
    ) -> None:
        """A directory of manifests: its own files, or with `recurse` those below it too."""
        recurse = options.get("recurse") is True
        include, exclude = options.get("include"), options.get("exclude")
        paths = [
            path
            for path in tree(self.scan, use.path, recurse=recurse)
            if path.endswith((".yaml", ".yml", ".json", ".jsonnet"))
            and chosen(path[len(use.path) :].lstrip("/"), include, exclude)
        ]
        objects: list[KubeObject] = []
        opaque = False
        for path in paths:
            if path.endswith(".jsonnet"):
                unit.opaque += (Opaque("Jsonnet", Place(path)),)
                opaque = True
                continue
            raw = self.manifests.raw(path)
            if not (b"apiVersion" in raw and b"kind" in raw):
                continue
            manifest = self.manifests(path)
            for problem in manifest.problems:
                if b"metadata" in raw:
                    facts.append(Fact("manifest-syntax", Place(path, span=problem.span), problem.message, unit.label))
            objects.extend(one for one in manifest.objects if one.name or one.metadata.get("generateName"))
        unit.files += tuple(paths)
        unit.objects += tuple(objects)
        if not objects and not opaque:
            self.empty(unit, use, recurse, paths, facts)

    def empty(self, unit: Unit, use: SourceUse, recurse: bool, paths: Sequence[str], facts: list[Fact]) -> None:
        """A path that renders nothing, with what lies below it."""
        everything = tree(self.scan, use.path, recurse=True)
        below = sorted(
            {
                posixpath.dirname(path)
                for path in everything
                if path.endswith((".yaml", ".yml", ".json"))
                and posixpath.dirname(path) != use.path
                and b"apiVersion" in self.manifests.raw(path)
            }
        )
        other = [path for path in everything if posixpath.dirname(path) == use.path and is_tool(path)]
        if other or any(problem.path in paths for problem in self._problems(paths)):
            return
        empty = unit.manifest.get("spec", "syncPolicy", "automated", "allowEmpty") if unit.manifest else None
        facts.append(
            Fact(
                "argo-path-empty",
                use.place,
                use.path,
                unit.label,
                {"below": below, "recurse": recurse, "allow_empty": empty is True, "prune": unit.prune is True},
            )
        )

    def _problems(self, paths: Sequence[str]) -> Iterator[Any]:
        for path in paths:
            if b"apiVersion" in self.manifests.raw(path):
                yield from self.manifests(path).problems

    # -- what is installed ----------------------------------------------------------------------------------------

    def evidence(self) -> Iterator[EngineEvidence]:
        """Installed Argo CD versions: image tags in committed manifests, remote bases, chart versions."""
        for path in self.scan.marked["install"]:
            if self.scan.aside(path):
                continue
            raw = self.manifests.raw(path)
            match = re.search(rb"quay\.io/argoproj/argocd:(v?[\w.-]+)", raw)
            if match:
                line = raw.count(b"\n", 0, match.start()) + 1
                from masgitops_lint.model.place import Span

                start = match.start() - (raw.rfind(b"\n", 0, match.start()) + 1) + 1
                span = Span(line, start, line, start + match.end() - match.start())
                yield EngineEvidence("argocd", match[1].decode(), Place(path, span=span), f"{path} installs it")


def _origin(obj: KubeObject) -> tuple[str, int, Any]:
    return (obj.path, obj.document, (obj.route, obj.kind, obj.namespace, obj.name) if obj.locator else obj.route)


def _set(values: dict[str, Any], name: str, value: Any) -> None:
    """`--set a.b=c` on a copy of every mapping on the way."""
    current = values
    *parents, last = re.split(r"(?<!\\)\.", name)
    for part in parents:
        below = current.get(part)
        current[part] = dict(below) if isinstance(below, dict) else {}
        current = current[part]
    current[last.replace("\\.", ".")] = value
