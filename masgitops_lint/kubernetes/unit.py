"""The frozen shapes of the unit graph: what reconciles what, and what it applies.

A unit is anything that reconciles a set of objects: an Argo CD Application (also each one an ApplicationSet makes), a
Flux Kustomization, a Flux HelmRelease, a kustomization or chart that nothing in the repo applies, or the loose
manifests that somebody applies by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from masgitops_lint.model.place import Keys, Place

from .kinds import is_cluster_scoped
from .kustomization import Build, BuildProblem, Opaque
from .kustomize import Kustomizer
from .objects import UNKNOWN, KubeObject, Manifests
from .scan import Scan

if TYPE_CHECKING:
    from masgitops_lint.argocd.waves import Misread
    from masgitops_lint.flux.dependencies import DependencyUse
    from masgitops_lint.flux.evidence import ServedUse
    from masgitops_lint.flux.fields import FieldTrouble
    from masgitops_lint.flux.references import SourceReference
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings.values import Settings

    from .applications import LeftPlaceholder, Refusal, Violation
    from .argocd_settings import SettingTrouble
    from .chart_metadata import ChartTrouble
    from .crd_fields import UnknownField
    from .crd_types import WrongValue
    from .crossplane import CrossplaneTrouble
    from .drift import BadPointer, Contested
    from .named_references import DanglingReference
    from .ordering import OrderTrouble
    from .ownership import SharedObject
    from .provider_classes import ClassTrouble
    from .resolve import Resolved
    from .secrets import Producer
    from .stores import StoreReference
    from .template_tags import TagTrouble
    from .text_values import NotText
    from .unread_syntax import Unreadable
    from .workflow_paths import AbsentPath
    from .workflows import RegistryTrouble, WorkflowTrouble

Engine: TypeAlias = Literal["argocd", "flux", "kustomize", "manual"]
Target: TypeAlias = Literal["resolved", "missing", "external", "opaque"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the loader saw and a rule may report. `kind` is what rules choose by, `text` the name that matters.

    `data` holds further words for the message; `unit` is the name of the unit that is concerned.
    """

    kind: str
    place: Place
    text: str
    unit: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dependency:
    """One `dependsOn` entry: the namespace is filled in with the unit's own."""

    namespace: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class SourceUse:
    """Where a unit's manifests come from. `path` is relative to this repository when `target` is "resolved"."""

    url: str
    revision: str
    path: str
    target: Target
    place: Place
    chart: str = ""


@dataclass(frozen=True, slots=True)
class ChartValues:
    """One set of Helm values for a chart that cannot be opened; of several the later one wins.

    `route` leads to `data` in `obj`; with `inline` to the text that holds it.
    """

    obj: KubeObject
    route: Keys
    data: Mapping[str, Any]
    inline: bool = False


@dataclass(slots=True, eq=False)
class Unit:
    """One reconciler. `cluster` is where its objects go, `plane` the root that it hangs from.

    `namespace` is its own, `target_namespace` where objects without one go. `directories` are the kustomizations it
    builds, `files` the manifests it reads outside of them.
    """

    engine: Engine
    kind: str
    namespace: str
    name: str
    cluster: str
    plane: str
    manifest: KubeObject | None = None
    parent: Unit | None = None
    generator: KubeObject | None = None
    target_namespace: str = ""
    objects: tuple[KubeObject, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    directories: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sources: tuple[SourceUse, ...] = ()
    chart_values: tuple[ChartValues, ...] = ()
    depends: tuple[Dependency, ...] = ()
    prune: bool | None = None
    suspended: bool = False
    assumed: bool = False
    """Below a root that perhaps nobody applies: a lone Application beside apps of apps."""
    create_namespace: bool = False
    wave: int = 0
    project: str = ""
    variables: Mapping[str, str | None] | None = None
    """Variables of post-build substitution (None: value unknown); None when nothing is substituted."""
    variables_complete: bool = True
    """Whether every source of variables could be read."""

    @property
    def id(self) -> str:
        """A name that is unique in the repo, readable in reports."""
        return f"{self.cluster}/{self.kind}/{self.namespace}/{self.name}"

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.kind} {self.name}"

    @property
    def place(self) -> Place | None:
        """Where it is declared."""
        return self.manifest.place if self.manifest is not None else None

    def objects_define(self, group: str) -> bool:
        """Whether the unit itself brings a CustomResourceDefinition of an API group."""
        return any(obj.kind == "CustomResourceDefinition" and obj.get("spec", "group") == group for obj in self.objects)

    def knows(self, text: str) -> bool:
        """Whether a text of its manifest is fully known: nothing that only a generator or Helm could fill in."""
        return UNKNOWN not in text and "{{" not in text and "${" not in text

    def invalid_spec(self) -> Iterator[tuple[Keys, str, str]]:
        """Parts of an Application's spec that Argo CD rejects."""
        from .applications import invalid_spec

        return invalid_spec(self)

    def namespace_of(self, obj: KubeObject) -> str:
        """The namespace an object lands in; "" for cluster-scoped kinds."""
        if is_cluster_scoped(obj.group, obj.kind):
            return ""
        return obj.namespace or self.target_namespace or "default"

    @property
    def is_opaque(self) -> bool:
        """Whether it applies objects that cannot be seen."""
        return bool(self.opaque) or any(source.target in ("external", "opaque") for source in self.sources)


@dataclass(frozen=True, slots=True)
class EngineEvidence:
    """An installed engine: `version` as written ("" when unknown), `components` its controllers when listed."""

    name: Literal["argocd", "flux", "external-secrets"]
    version: str
    place: Place
    how: str
    components: tuple[str, ...] = ()
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class RootInfo:
    """Where an engine starts, and how that is known."""

    engine: Engine
    name: str
    cluster: str
    place: Place
    how: str
    assumed: bool = False
    source: tuple[str, str, str] = ("", "", "")
    """Flux: (kind, namespace, name) of the source that is this repository."""
    guessed: bool = False
    """Whether not even a manifest says that this is where it starts, only the name of a directory."""


@dataclass(slots=True)
class UnitGraph:
    """Everything that is known of the generic part of a repo, linear in its size. Empty for a repo that has none."""

    repository: Repository | None = None
    settings: Settings | None = None
    manifests: Manifests | None = None
    kustomizer: Kustomizer | None = None
    scan: Scan | None = None
    roots: list[RootInfo] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    engines: list[EngineEvidence] = field(default_factory=list)
    loose: Unit | None = None
    """Manifests that no unit reaches and that are no kustomization's either: applied by hand, by CI, or not at all."""
    cache: dict[str, Any] = field(default_factory=dict)
    """What queries over the whole graph computed once."""

    @property
    def found(self) -> bool:
        """Whether there is anything generic at all."""
        return self.scan is not None and self.scan.generic

    @property
    def cluster_count(self) -> int:
        """Clusters that some unit puts objects on (plain kustomizations have none)."""
        return len({unit.cluster for unit in self.units if unit.engine != "kustomize"})

    @property
    def unit_count(self) -> int:
        """Applications, Kustomizations and HelmReleases."""
        return sum(unit.kind != "bootstrap" for unit in self.units)

    @property
    def file_count(self) -> int:
        """Manifests and kustomizations that were read."""
        reached = self.reached_files()
        return len(reached) + sum(build.path not in reached for build, _ in self.builds().values())

    def builds(self) -> dict[str, tuple[Build, bool]]:
        """Every kustomization of the repository by directory, and whether some unit reaches it."""
        known = self.cache.get("builds")
        if known is None:
            known = self.cache["builds"] = _builds(self)
        result: dict[str, tuple[Build, bool]] = known
        return result

    def affected(self, directory: str) -> tuple[str, ...]:
        """Labels of the units whose build reads a kustomization."""
        known: dict[str, dict[str, None]] | None = self.cache.get("affected")
        if known is None:
            known = self.cache["affected"] = {}
            for unit in self.units:
                for start in unit.directories:
                    for build in self.kustomizer.closure(start) if self.kustomizer is not None else ():
                        known.setdefault(build.directory, {})[unit.label] = None
        return tuple(known.get(directory, ()))

    def problems(self) -> Iterator[tuple[BuildProblem, bool, tuple[str, ...]]]:
        """What keeps kustomizations from building: the problem, whether some unit reaches it, and which."""
        for directory, (build, reached) in sorted(self.builds().items()):
            if not build.problems or (not reached and self.aside(build.path)):
                continue
            names = self.affected(directory) if reached else ()
            for problem in build.problems.values():
                yield problem, reached, names

    def chart_troubles(self) -> Iterator[ChartTrouble]:
        """What keeps Helm from loading charts that Applications install."""
        from .chart_metadata import chart_troubles

        return chart_troubles(self)

    def setting_troubles(self) -> Iterator[SettingTrouble]:
        """RBAC policies, projects' roles, labels and finalizers that Argo CD does not take as they are meant."""
        from .argocd_settings import setting_troubles

        return setting_troubles(self)

    def tag_troubles(self) -> Iterator[TagTrouble]:
        """Tags of ApplicationSets' templates that nothing fills."""
        from .template_tags import tag_troubles

        return tag_troubles(self)

    def unread_problems(self) -> Iterator[Unreadable]:
        """Manifests and Helm values that are no YAML and that no unit is known to read."""
        from .unread_syntax import unread_problems

        return unread_problems(self)

    def needs(self) -> tuple[Resolved, ...]:
        """Every Secret and ConfigMap that reached objects need, and what came of it."""
        from .resolve import resolved_needs

        return resolved_needs(self, self.settings)

    def objects_of(self, cluster: str) -> Mapping[tuple[str, str, str, str], tuple[Unit, KubeObject]]:
        """What one cluster gets, by (group, kind, namespace, name)."""
        known: dict[str, dict[tuple[str, str, str, str], tuple[Unit, KubeObject]]] | None = self.cache.get("clusters")
        if known is None:
            known = self.cache["clusters"] = {}
            for unit in self.units:
                shelf = known.setdefault(unit.cluster, {})
                for obj in unit.objects:
                    shelf.setdefault((obj.group, obj.kind, unit.namespace_of(obj), obj.name), (unit, obj))
        return known.get(cluster, {})

    def root_of(self, cluster: str) -> RootInfo | None:
        """The Flux root of a cluster."""
        return next((root for root in self.roots if root.engine == "flux" and root.cluster == cluster), None)

    def flux_versions(self) -> Mapping[str, EngineEvidence]:
        """Which Flux each cluster runs, where that is known."""
        from masgitops_lint.flux.evidence import versions_by_cluster

        known: Mapping[str, EngineEvidence] | None = self.cache.get("flux")
        if known is None:
            known = self.cache["flux"] = versions_by_cluster(self)
        return known

    def flux_version(self, unit: Unit) -> tuple[int, int] | None:
        """The minor release of the Flux that applies a unit, where that is known."""
        from masgitops_lint.flux.evidence import base_cluster
        from masgitops_lint.flux.versions import minor

        evidence = self.flux_versions().get(base_cluster(unit.cluster))
        return minor(evidence.version) if evidence is not None else None

    def source_of(self, unit: Unit) -> KubeObject | None:
        """The object that `spec.chart.spec.sourceRef` of a HelmRelease names, where the cluster gets it."""
        from masgitops_lint.flux.evidence import base_cluster

        reference = unit.manifest.get("spec", "chart", "spec", "sourceRef") if unit.manifest is not None else None
        if not isinstance(reference, dict):
            return None
        namespace = str(reference.get("namespace") or unit.namespace)
        key = ("source.toolkit.fluxcd.io", str(reference.get("kind")), namespace, str(reference.get("name")))
        found = self.objects_of(base_cluster(unit.cluster)).get(key)
        return found[1] if found is not None else None

    def field_troubles(self) -> Iterator[tuple[Unit, KubeObject, FieldTrouble]]:
        """Fields of Flux objects that their API refuses."""
        from masgitops_lint.flux.fields import field_troubles

        for unit, obj in self.reached():
            if obj.group.endswith(".toolkit.fluxcd.io"):
                filled = self.manifests is not None and self.manifests.mentions(obj.path, b"${")
                for trouble in field_troubles(obj, self.flux_version(unit), filled=filled):
                    yield unit, obj, trouble

    def dangling_references(self) -> Iterator[DanglingReference]:
        """Names of other objects that nothing answers."""
        from .named_references import dangling_references

        return dangling_references(self)

    def served(self) -> Iterator[ServedUse]:
        """Every Flux object that is applied, with how its cluster's Flux treats its API version."""
        from masgitops_lint.flux.evidence import served_uses

        return served_uses(self)

    def dependencies(self) -> Iterator[DependencyUse]:
        """Every `dependsOn` of Flux, with what it leads to."""
        from masgitops_lint.flux.dependencies import dependency_uses

        return dependency_uses(self)

    def dependency_rings(self) -> list[list[DependencyUse]]:
        """Rings of `dependsOn`, each once."""
        from masgitops_lint.flux.dependencies import rings

        return rings(self)

    def source_references(self) -> Iterator[SourceReference]:
        """Every source that Flux objects name, with whether the cluster has it."""
        from masgitops_lint.flux.references import source_references

        return source_references(self)

    def near(self, found: Resolved) -> tuple[str, Producer | None]:
        """What was probably meant by a need that nothing meets."""
        from .resolve import secret_index

        return secret_index(self, self.settings).near(found.need, found.unit, found.namespace)

    def nearest(self, path: str) -> str:
        """A directory of the repository whose name is almost the given one, or ""."""
        import difflib

        if self.kustomizer is None:
            return ""
        plain = path.removeprefix("./").strip("/")
        close = difflib.get_close_matches(plain, self.kustomizer.directories, n=1, cutoff=0.75)
        return close[0] if close else ""

    def projects(self) -> dict[str, KubeObject]:
        """AppProjects by name."""
        from .applications import declared_projects

        return {project.name: project for project in declared_projects(self)}

    def projects_elsewhere(self) -> bool:
        """Whether a chart that cannot be opened probably makes AppProjects."""
        return any(source.chart in ("argocd-apps", "argo-cd") for unit in self.units for source in unit.sources) or any(
            "argocd-apps" in opaque.reason for unit in self.units for opaque in unit.opaque
        )

    def project_violations(self) -> Iterator[Violation]:
        """What AppProjects do not permit."""
        from .applications import project_violations

        return project_violations(self)

    def project_refusals(self) -> Iterator[Refusal]:
        """Objects that AppProjects do not permit."""
        from .applications import project_refusals

        return project_refusals(self)

    def wrong_types(self) -> Iterator[tuple[KubeObject, WrongValue]]:
        """Values of Argo CD's kinds that the API server refuses."""
        from .applications import wrong_types

        return wrong_types(self)

    def homeless(self) -> Iterator[tuple[Unit, KubeObject]]:
        """Applications without a destination namespace whose objects have none of their own."""
        from .applications import homeless

        return homeless(self)

    def bad_pointers(self) -> Iterator[BadPointer]:
        """Entries of `ignoreDifferences` that ignore nothing."""
        from .drift import bad_pointers

        return bad_pointers(self)

    def contested_replicas(self) -> Iterator[Contested]:
        """Workloads whose replicas Git and an autoscaler set in turn."""
        from .drift import contested_replicas

        return contested_replicas(self)

    def values_not_text(self) -> Iterator[NotText]:
        """Values that Kubernetes wants as text and that are none."""
        from .text_values import values_not_text

        return values_not_text(self)

    def unknown_fields(self) -> Iterator[tuple[KubeObject, UnknownField]]:
        """Fields of Argo CD's kinds that the API server drops."""
        from .applications import all_unknown_fields

        return all_unknown_fields(self)

    def same_names(self) -> Iterator[tuple[Unit, Unit]]:
        """Two Applications with one name below one root."""
        from .applications import same_names

        return same_names(self)

    def placeholders(self) -> Iterator[LeftPlaceholder]:
        """Values that somebody was meant to replace."""
        from .applications import placeholders

        return placeholders(self)

    def floating(self) -> list[tuple[Place, Unit, str]]:
        """Sources outside the repository that follow a range or a branch."""
        from .applications import floating

        return floating(self)

    def sync_options(self) -> Iterator[tuple[KubeObject, str, Place]]:
        """Every sync option with its place."""
        from .applications import sync_options

        return sync_options(self)

    def undeclared_destinations(self) -> list[tuple[Place, Unit, str]]:
        """Destinations of Applications that the repository does not declare."""
        from .applications import undeclared_destinations

        return undeclared_destinations(self, self.cache.get("declared-clusters", ()))

    def declares_clusters(self) -> bool:
        """Whether cluster Secrets or the settings declare clusters."""
        return bool(self.cache.get("declared-clusters"))

    def provider_class_troubles(self) -> tuple[ClassTrouble, ...]:
        """Everything about SecretProviderClasses, computed once."""
        known: tuple[ClassTrouble, ...] | None = self.cache.get("classes")
        if known is None:
            from .provider_classes import troubles

            known = self.cache["classes"] = tuple(troubles(self))
        return known

    def decrypts(self, obj: KubeObject) -> bool:
        """Whether a KSOPS generator reads the file of an object, so that Argo CD gets it in clear."""
        return any(
            obj.path in build.files and isinstance(self.repository.document(build.path).data, dict)
            and self.repository.document(build.path).data.get("generators")
            for build, reached in self.builds().values()
            if reached and self.repository is not None
        )  # fmt: skip

    def shared_objects(self) -> Iterator[SharedObject]:
        """Objects that two units apply."""
        from .ownership import shared_objects

        return shared_objects(self)

    def is_stateful(self, obj: KubeObject) -> bool:
        """Whether deleting the object loses data or a whole API."""
        from .ownership import is_stateful

        return is_stateful(obj)

    def absent_argocd_kinds(self) -> Iterator[tuple[EngineEvidence, str, KubeObject]]:
        """Kinds that a committed Argo CD installation does not define."""
        from .ownership import absent_argocd_kinds

        return absent_argocd_kinds(self)

    def unserved_external_secrets(self) -> Iterator[tuple[Unit, KubeObject, EngineEvidence]]:
        """External Secrets objects that the installed operator does not serve."""
        from .ownership import unserved_external_secrets

        return unserved_external_secrets(self)

    def idle_waves(self) -> Iterator[OrderTrouble]:
        """Waves that order nothing."""
        from .ordering import idle_waves

        return idle_waves(self)

    def ungated_waves(self) -> Iterator[OrderTrouble]:
        """Waves that do not wait for the health of Applications."""
        from .ordering import ungated_waves

        return ungated_waves(self)

    def unread_annotations(self) -> Iterator[tuple[Unit, KubeObject, Misread]]:
        """Hook, wave and delete policy annotations that Argo CD does not read as written."""
        from .ordering import unread_annotations

        return unread_annotations(self)

    def late_providers(self) -> Iterator[OrderTrouble]:
        """Hooks that need what comes after them."""
        from .ordering import late_providers

        return late_providers(self)

    def teardown_troubles(self) -> Iterator[OrderTrouble]:
        """PostDelete hooks that need what is gone when they run."""
        from .ordering import teardown_troubles

        return teardown_troubles(self)

    def post_delete_of_generated(self) -> Iterator[OrderTrouble]:
        """PostDelete hooks of generated Applications, which older versions of Argo CD do not run."""
        from .ordering import post_delete_of_generated

        return post_delete_of_generated(self)

    def crossplane_troubles(self) -> Iterator[CrossplaneTrouble]:
        """References of Crossplane objects that nothing answers."""
        from .crossplane import crossplane_troubles

        return crossplane_troubles(self)

    def local_replacements(self) -> Iterator[WorkflowTrouble]:
        """Placeholders that a workflow replaces only in its own checkout."""
        from .workflows import local_replacements

        return local_replacements(self)

    def absent_paths(self) -> Iterator[AbsentPath]:
        """Files that workflows apply or edit and that are elsewhere now."""
        from .workflow_paths import absent_paths

        return absent_paths(self)

    def foreign_images(self) -> Iterator[RegistryTrouble]:
        """Images that are taken from another registry than they are pushed to."""
        from .workflows import foreign_images

        return foreign_images(self)

    def aside(self, path: str) -> bool:
        """Whether discovery passes over a path."""
        return self.scan is not None and self.scan.aside(path)

    def orphans(self) -> list[str]:
        """Topmost directories with a kustomization that nothing builds, neither a unit nor another kustomization."""
        known: list[str] | None = self.cache.get("orphans")
        if known is None:
            builds = self.builds()
            read = {child for build, _ in builds.values() for child in build.children}
            known = self.cache["orphans"] = sorted(
                directory
                for directory, (build, reached) in builds.items()
                if not reached
                and directory not in read
                and not self.aside(build.path)
                and not self._is_component(build)
            )
        return known

    def _is_component(self, build: Build) -> bool:
        data = self.repository.document(build.path).data if self.repository is not None else None
        return isinstance(data, dict) and data.get("kind") == "Component"

    def orphan_place(self, directory: str) -> Place:
        """The kustomization of an orphan."""
        return Place(self.builds()[directory][0].path)

    def documented(self, words: Iterable[str]) -> bool:
        """Whether a Markdown document of the repository uses one of the words."""
        if self.repository is None or self.manifests is None:
            return False
        needles = [word.encode() for word in words]
        return any(
            self.manifests.mentions(path, needle)
            for path in self.repository.paths
            if path.endswith((".md", ".adoc"))
            for needle in needles
        )

    def store_references(self) -> Iterator[StoreReference]:
        """References to External Secrets stores."""
        from .stores import store_references

        return store_references(self)

    def reached(self) -> Iterator[tuple[Unit, KubeObject]]:
        """Every object that some unit applies, with the unit; an object of several clusters comes several times."""
        for unit in self.units:
            if unit.kind != "bootstrap":
                for obj in unit.objects:
                    yield unit, obj

    def reached_files(self) -> frozenset[str]:
        """Manifests that some unit reads, directly or through kustomize."""
        known = self.cache.get("files")
        if known is None:
            files = {path for unit in self.units for path in unit.files}
            files.update(obj.path for unit in self.units for obj in unit.objects)
            files.update(path for build, reached in self.builds().values() if reached for path in build.files)
            known = self.cache["files"] = frozenset(files)
        result: frozenset[str] = known
        return result

    def named(self, kind: str) -> Iterator[Fact]:
        """The facts of one kind."""
        return (fact for fact in self.facts if fact.kind == kind)

    def grouped(self, kind: str) -> Iterator[tuple[Fact, tuple[str, ...]]]:
        """The facts of one kind by place and text: the first, and the labels of all units concerned."""
        found: dict[tuple[Place, str], list[Fact]] = {}
        for fact in self.named(kind):
            found.setdefault((fact.place, fact.text), []).append(fact)
        for facts in found.values():
            certain = [fact for fact in facts if not fact.data.get("assumed")]
            yield (certain or facts)[0], tuple(dict.fromkeys(fact.unit for fact in facts))

    def of(self, engine: str, kind: str = "") -> Iterator[Unit]:
        """The units of one engine, of one kind."""
        return (unit for unit in self.units if unit.engine == engine and kind in ("", unit.kind))


def _builds(graph: UnitGraph) -> dict[str, tuple[Build, bool]]:
    kustomizer, scanned = graph.kustomizer, graph.scan
    if kustomizer is None or scanned is None:
        return {}
    reached: set[str] = set()
    found: dict[str, tuple[Build, bool]] = {}
    for directory in dict.fromkeys(d for unit in graph.units for d in unit.directories):
        if directory not in reached:
            for build in kustomizer.closure(directory):
                reached.add(build.directory)
                found[build.directory] = (build, True)
    for path in scanned.kustomizations:
        directory = path.rpartition("/")[0]
        if directory not in found:
            build_here = kustomizer.build(directory)
            if build_here is not None:
                found[directory] = (build_here, False)
    return found
