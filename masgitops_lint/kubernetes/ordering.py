"""Order inside and between Applications: waves that order nothing, hooks that need what comes later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from masgitops_lint.argocd.hook_order import Missing, Piece, Sibling, missing, missing_elsewhere
from masgitops_lint.argocd.waves import HELM_HOOK, HOOK, SYNC_WAVE, Misread, atoi, hooks, misread, wave
from masgitops_lint.model.place import Keys, Place

from .hook_needs import needed_by, pieces_of, runs_pods
from .objects import UNKNOWN, KubeObject
from .unit import Unit, UnitGraph

_CONTROLLERS: dict[str, tuple[str, ...]] = {
    "pkg.crossplane.io": ("crossplane",),
    "apiextensions.crossplane.io": ("crossplane",),
    "cert-manager.io": ("cert-manager",),
    "external-secrets.io": ("external-secrets",),
    "bitnami.com": ("sealed-secrets",),
    "monitoring.coreos.com": ("kube-prometheus-stack", "prometheus-operator"),
    "networking.istio.io": ("istio-base", "istiod", "base"),
    "security.istio.io": ("istio-base", "istiod", "base"),
    "kyverno.io": ("kyverno",),
    "traefik.io": ("traefik",),
    "postgresql.cnpg.io": ("cloudnative-pg",),
    "keda.sh": ("keda",),
    "secrets-store.csi.x-k8s.io": ("secrets-store-csi-driver", "csi-secrets-store-provider-azure"),
    "metallb.io": ("metallb",),
    "longhorn.io": ("longhorn",),
    "velero.io": ("velero",),
    "tekton.dev": ("tekton-pipeline",),
}
"""Which chart brings the CustomResourceDefinitions of an API group."""


@dataclass(frozen=True, slots=True)
class OrderTrouble:
    """A place where order does not come out as written."""

    place: Place
    text: str
    hint: str
    unit: Unit | None
    related: tuple[tuple[Place, str], ...] = ()
    severity: str = ""
    """Where it differs from the rule's."""
    applications: tuple[str, ...] = ()
    """Whom it concerns, where that is more than the unit."""

    @property
    def affects(self) -> tuple[str, ...]:
        """Labels of the units that it concerns."""
        return self.applications or ((self.unit.label,) if self.unit is not None else ())


def idle_waves(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """Waves on objects whose API comes with another Application, on roots, and on ApplicationSet templates."""
    yield from _waves_for_another(graph)
    yield from _waves_of_roots(graph)
    yield from _waves_in_templates(graph)


def _waves_for_another(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """One for each Application and the one that brings the API.

    A wave between others orders those. A late wave that nothing comes before can only be meant for somebody else.
    """
    providers = _providers(graph)
    seen: set[Place] = set()
    for unit in graph.of("argocd", "Application"):
        found: dict[str, list[KubeObject]] = {}
        waves = [wave(obj.data) for obj in unit.objects]
        first_wave, last_wave = min(waves, default=0), max(waves, default=0)
        for obj in unit.objects:
            if atoi(obj.annotations.get(SYNC_WAVE)) in (None, 0) or not obj.group:
                continue
            if wave(obj.data) < last_wave and not 0 < wave(obj.data) == first_wave:
                continue
            owner = providers.get((unit.cluster, obj.group))
            if owner is None or owner.place is None or _ordered_anyway(unit, owner, obj.group):
                continue
            place = obj.at("metadata", "annotations", SYNC_WAVE)
            if place not in seen:
                seen.add(place)
                found.setdefault(owner.id, []).append(obj)
        for objects in found.values():
            owner = providers[unit.cluster, objects[0].group]
            first, *rest = objects
            assert owner.place is not None
            yield OrderTrouble(
                first.at("metadata", "annotations", SYNC_WAVE),
                f"this wave does not make {first.label} wait for {owner.label}, which brings its API: "
                "waves order the objects of one Application only",
                "order the two Applications with waves below one parent, or allow retries",
                unit,
                (
                    (owner.place, "comes from here"),
                    *((obj.at("metadata", "annotations", SYNC_WAVE), f"nor {obj.label}") for obj in rest[:10]),
                ),
            )


def _ordered_anyway(unit: Unit, owner: Unit, group: str) -> bool:
    if owner is unit or unit.objects_define(group):
        return True
    if owner.parent is unit.parent and owner.parent is not None and owner.wave < unit.wave:
        return True
    return owner in _parents(unit) or unit in _parents(owner)


def _waves_of_roots(graph: UnitGraph) -> Iterator[OrderTrouble]:
    found: dict[Place, KubeObject] = {}
    for unit in graph.of("argocd", "bootstrap"):
        for obj in unit.objects:
            if obj.kind == "Application" and SYNC_WAVE in obj.annotations and obj.locator is None:
                found.setdefault(obj.at("metadata", "annotations", SYNC_WAVE), obj)
    if found:
        (place, first), *rest = found.items()
        more = f", nor {len(rest)} more," if rest else ","
        yield OrderTrouble(
            place,
            f"nothing in this repository applies Application {first.name}{more} so {'their' if rest else 'its'} wave "
            "orders nothing, unless a parent elsewhere applies it",
            "waves order the children of one parent Application",
            None,
            tuple((at, f"Application {obj.name}") for at, obj in rest[:10]),
            applications=tuple(f"Application {obj.name}" for obj in found.values()),
        )


def ungated_waves(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """Waves among the children of an Application where nothing tells Argo CD to judge the health of Applications.

    Without the custom check, removed from the defaults in 1.8, a child counts as done as soon as its object exists.
    """
    families: dict[int, list[Unit]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.parent is not None and unit.parent.kind == "Application" and unit.generator is None:
            families.setdefault(id(unit.parent), []).append(unit)
    ordered = [units for units in families.values() if len({unit.wave for unit in units}) > 1]
    if not ordered or _judges_applications(graph):
        return
    for units in ordered:
        annotated = [unit for unit in units if unit.manifest is not None and SYNC_WAVE in unit.manifest.annotations]
        last = max(annotated, key=lambda unit: unit.wave, default=None)
        if last is None or last.manifest is None or last.parent is None:
            continue
        yield OrderTrouble(
            last.manifest.at("metadata", "annotations", SYNC_WAVE),
            f"{last.label} (wave {last.wave}) is created after those of earlier waves below {last.parent.label}, but "
            "does not wait until they are healthy: nothing in this repository gives Argo CD a health check for "
            "Applications",
            "set `resource.customizations.health.argoproj.io_Application` in the ConfigMap argocd-cm",
            last,
            applications=tuple(dict.fromkeys(unit.label for unit in sorted(units, key=lambda unit: unit.wave))),
        )


def _judges_applications(graph: UnitGraph) -> bool:
    """Whether any file of the repository holds a health check for Applications, in whichever form."""
    repository = graph.repository
    for path in repository.paths if repository is not None else ():
        if path.endswith((".yaml", ".yml", ".json", ".tpl", ".tf", ".libsonnet", ".jsonnet")):
            try:
                content = repository.read(path) if repository is not None else b""
            except OSError:
                continue
            if b"argoproj.io_Application" in content or b"argoproj.io/Application:" in content:
                return True
            if b"resourceHealthChecks" in content and b"Application" in content:
                return True
    return False


def _waves_in_templates(graph: UnitGraph) -> Iterator[OrderTrouble]:
    route = ("spec", "template", "metadata", "annotations", SYNC_WAVE)
    generated: dict[int, list[Unit]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.generator is not None:
            generated.setdefault(id(unit.generator), []).append(unit)
    seen: set[Place] = set()
    for units in generated.values():
        generator = units[0].generator
        if generator is None or generator.get(*route) is None:
            continue
        place = generator.at(*route)
        if place not in seen:
            seen.add(place)
            yield OrderTrouble(
                place,
                f"ApplicationSet {generator.name} writes this wave on the Applications that it generates, where it "
                "orders nothing: no parent renders them",
                "take it out; for an order among them use `strategy: RollingSync` with steps",
                units[0],
                applications=tuple(dict.fromkeys(unit.label for unit in units)),
            )


def _parents(unit: Unit) -> Iterator[Unit]:
    current = unit.parent
    while current is not None:
        yield current
        current = current.parent


def _providers(graph: UnitGraph) -> dict[tuple[str, str], Unit]:
    """(cluster, API group) to the Application that brings its CustomResourceDefinitions."""
    found: dict[tuple[str, str], Unit] = {}
    for unit in graph.of("argocd", "Application"):
        for obj in unit.objects:
            if obj.kind == "CustomResourceDefinition":
                group = obj.get("spec", "group")
                if isinstance(group, str):
                    found.setdefault((unit.cluster, group), unit)
        charts = {source.chart for source in unit.sources if source.chart}
        charts |= {source.path.rpartition("/")[2] for source in unit.sources if source.path}
        charts |= {opaque.reason.rpartition(" ")[2] for opaque in unit.opaque}
        charts.add(unit.name)
        for group, names in _CONTROLLERS.items():
            if charts & set(names):
                found.setdefault((unit.cluster, group), unit)
    return found


def unread_annotations(graph: UnitGraph) -> Iterator[tuple[Unit, KubeObject, Misread]]:
    """Annotations about order that Argo CD does not read as written, each once. Numbers are another rule's matter."""
    seen: set[tuple[str, int, Keys, str]] = set()
    for unit in graph.of("argocd", "Application"):
        for obj in unit.objects:
            if not obj.annotations:
                continue
            for wrong in misread(obj.data):
                if wrong.effect == "text" or UNKNOWN in wrong.text or "{{" in wrong.text or "${" in wrong.text:
                    continue
                identity = (obj.path, obj.document, obj.route, wrong.annotation)
                if identity not in seen:
                    seen.add(identity)
                    yield unit, obj, wrong


def late_providers(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """PreSync hooks that need objects which the same Application applies later."""
    seen: set[Place] = set()
    for unit in graph.of("argocd", "Application"):
        for hook, route, provider, found in _missing(unit, "PreSync"):
            place = hook.at(*route)
            if place not in seen:
                seen.add(place)
                what = "is in a later wave" if found.late else "is an ordinary object of the sync"
                yield OrderTrouble(
                    place,
                    f"the PreSync hook {hook.label} needs {provider.label}, which {what}: "
                    "on a new cluster it waits for ever",
                    "make it a PreSync hook with a lower wave, or run the Job as a Sync hook",
                    unit,
                    ((provider.place, "applied only after the hook"),),
                )


def teardown_troubles(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """PostDelete hooks that need what is gone when they run, or that run while everything is still there."""
    yield from _gone_with_the_application(graph)
    yield from _gone_with_a_sibling(graph)


def post_delete_of_generated(graph: UnitGraph) -> Iterator[OrderTrouble]:
    """PostDelete hooks of generated Applications: before 3.3 the ApplicationSet takes their finalizer off (#17181)."""
    seen: dict[Place, tuple[Unit, KubeObject, dict[str, None]]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.generator is None:
            continue
        for obj in unit.objects:
            if "PostDelete" in hooks(obj.data).types and runs_pods(obj):
                place = obj.at("metadata", "annotations", HOOK if HOOK in obj.annotations else HELM_HOOK)
                seen.setdefault(place, (unit, obj, {}))[2][unit.label] = None
    for place, (unit, obj, labels) in seen.items():
        assert unit.generator is not None
        yield OrderTrouble(
            place,
            f"the PostDelete hook {obj.label} belongs to Applications that ApplicationSet {unit.generator.name} "
            "generates: before Argo CD 3.3 the set takes the hook's finalizer off them, and the hook does not run",
            "say which Argo CD runs (`argocd-version` in .mas-lint.yaml), or run 3.3 or newer",
            unit,
            ((unit.generator.place, "generated here"),),
            "note",
            tuple(labels),
        )


def _gone_with_the_application(graph: UnitGraph) -> Iterator[OrderTrouble]:
    seen: set[Place] = set()
    for unit in graph.of("argocd", "Application"):
        if not _cascades(unit):
            yield from _without_cascade(unit, seen)
            continue
        for hook, route, provider, found in _missing(unit, "PostDelete"):
            place = hook.at(*route)
            if place in seen:
                continue
            seen.add(place)
            needed = needed_by(hook)[found.need]
            what = (
                f"runs as {needed.name} with the rights of"
                if needed.kind == "ServiceAccount" and provider.kind != needed.kind
                else "needs"
                if provider.kind == needed.kind
                else f"needs {needed.kind} {needed.name} of"
            )
            yield OrderTrouble(
                place,
                f"the PostDelete hook {hook.label} {what} {provider.label}, which is deleted with the Application "
                "before the hook is created: the deletion of the Application never ends",
                "make it a PostDelete hook too, with `argocd.argoproj.io/hook-delete-policy: HookSucceeded`",
                unit,
                ((provider.place, "deleted before the hook runs"),),
            )


def _without_cascade(unit: Unit, seen: set[Place]) -> Iterator[OrderTrouble]:
    for obj in unit.objects:
        if "PostDelete" not in hooks(obj.data).types or not runs_pods(obj) or unit.manifest is None:
            continue
        place = obj.at("metadata", "annotations", HOOK if HOOK in obj.annotations else HELM_HOOK)
        if place in seen or unit.place is None:
            continue
        seen.add(place)
        yield OrderTrouble(
            place,
            f"the PostDelete hook {obj.label} cleans up after {unit.label}, which has no `resources-finalizer`: when "
            "it is deleted its resources stay, and the hook runs beside them",
            "add the finalizer `resources-finalizer.argocd.argoproj.io` to the Application",
            unit,
            ((unit.place, "no finalizer here"),),
            "warning",
        )


def _cascades(unit: Unit) -> bool:
    """Whether deleting the Application deletes its objects; yes where its manifest cannot be seen."""
    if unit.generator is not None or unit.manifest is None:
        return True
    finalizers = unit.manifest.metadata.get("finalizers")
    return isinstance(finalizers, list) and any(str(one).startswith("resources-finalizer.argocd") for one in finalizers)


def _gone_with_a_sibling(graph: UnitGraph) -> Iterator[OrderTrouble]:
    families: dict[int, list[Unit]] = {}
    for unit in graph.of("argocd", "Application"):
        if unit.parent is not None and unit.parent.kind == "Application" and unit.generator is None:
            families.setdefault(id(unit.parent), []).append(unit)
    seen: set[Place] = set()
    for units in families.values():
        if not any("PostDelete" in hooks(obj.data).types for unit in units for obj in unit.objects):
            continue
        parts = [_pieces(unit) for unit in units]
        siblings = [Sibling(unit.wave, pieces) for unit, (_, pieces) in zip(units, parts, strict=True)]
        for found in missing_elsewhere(siblings):
            unit, other = units[found.sibling], units[found.other]
            if unit.cluster != other.cluster:
                continue
            hook, provider = parts[found.sibling][0][found.hook], parts[found.other][0][found.provider]
            place = hook.at(*needed_by(hook)[found.need].route)
            if place not in seen:
                seen.add(place)
                yield OrderTrouble(
                    place,
                    f"the PostDelete hook {hook.label} needs {provider.label} of {other.label}, which is in wave "
                    f"{other.wave} and goes before {unit.label} (wave {unit.wave}): higher waves are taken down first",
                    "bring what the hook needs in the same or an earlier wave",
                    unit,
                    ((provider.place, "deleted before the hook runs"),),
                )


def _missing(unit: Unit, phase: str) -> Iterator[tuple[KubeObject, Keys, KubeObject, Missing]]:
    """What hooks of one phase need and do not get: hook, route of the name in it, the object that has it."""
    if not any(phase in hooks(obj.data).types for obj in unit.objects):
        return
    objects, pieces = _pieces(unit)
    for one in missing(pieces):
        if one.phase == phase:
            hook = objects[one.hook]
            yield hook, needed_by(hook)[one.need].route, objects[one.provider], one


def _pieces(unit: Unit) -> tuple[list[KubeObject], list[Piece]]:
    """What a unit applies, in pieces, and the object of each piece."""
    pairs = [(obj, piece) for obj in unit.objects for piece in pieces_of(obj, unit.namespace_of(obj))]
    return [obj for obj, _ in pairs], [piece for _, piece in pairs]
