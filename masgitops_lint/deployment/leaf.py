"""One leaf Application rendered: the job, and what comes out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.argocd.placeholders import OPENER, annotation_path, ignored, scan
from masgitops_lint.argocd.waves import Hooks, hooks, misread, resource_sync_options, stays_behind, wave
from masgitops_lint.charts.helm.chart import Chart
from masgitops_lint.charts.helm.engine import HelmEngine
from masgitops_lint.charts.helm.parameters import Parameter
from masgitops_lint.kubernetes.hook_needs import pieces_of
from masgitops_lint.kubernetes.objects import KubeObject
from masgitops_lint.model.application import Resource

from .rendered import RenderedObject, objects_of, text_of

CLUSTER_SCOPED = frozenset(
    {
        "APIService", "ClusterCSIDriver", "ClusterIssuer", "ClusterPolicy", "ClusterRole",
        "ClusterRoleBinding", "ConsoleLink", "ConsoleNotification", "CSIDriver", "CustomResourceDefinition",
        "ImageContentSourcePolicy", "ImageDigestMirrorSet", "ImageTagMirrorSet", "IngressClass", "KubeletConfig",
        "MachineConfig", "MachineConfigPool", "MutatingWebhookConfiguration", "Namespace", "Node",
        "OAuth", "PersistentVolume", "PriorityClass", "Project", "RuntimeClass",
        "SecurityContextConstraints", "StorageClass", "ValidatingWebhookConfiguration", "VolumeSnapshotClass",
    }
)  # fmt: skip
"""Kinds without a namespace, of those that the source repo's charts and OpenShift know."""


@dataclass(frozen=True)
class LeafJob:
    """What Helm is asked to render for one Application: chart directory, values, release name, namespace."""

    chart: str
    values_text: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    release_name: str = "release-name"
    namespace: str = "default"
    plugin: bool = False

    def key(self, chart: Chart) -> str:
        """A hash over everything that decides the result; nothing can be read back from it."""
        state = hashlib.sha256(chart.digest.encode())
        parts = [self.release_name, self.namespace, str(self.plugin), *self.values_text]
        parts += [f"{p.name}={p.value}={p.force_string}" for p in self.parameters]
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            state.update(f"{len(data)}:".encode())
            state.update(data)
        return state.hexdigest()


def render_leaf(job: LeafJob, chart: Chart, engine: HelmEngine) -> tuple[Resource, ...]:
    """The objects of one leaf. Raises `RenderError`."""
    files = engine.render(
        chart,
        values_text=job.values_text,
        parameters=job.parameters,
        release_name=job.release_name,
        namespace=job.namespace,
    )
    prefix = len(chart.name) + 1
    made = [resource_of(one, job.namespace, prefix, plugin=job.plugin) for one in objects_of(files, chart)]
    # the helm program sorts by kind, the SDK does not: one order for both
    return tuple(sorted(made, key=lambda one: (one.template, one.kind, one.namespace, one.name)))


def resource_of(made: RenderedObject, namespace: str, prefix: int = 0, *, plugin: bool = True) -> Resource:
    """One rendered object; `namespace` is the Application's destination, for objects that name none."""
    metadata = made.data.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    group, slash, _ = text_of(made.data.get("apiVersion")).partition("/")
    kind = made.kind
    hook = hooks(made.data)
    own = text_of(metadata.get("namespace"))
    name = text_of(metadata.get("name")) or text_of(metadata.get("generateName"))
    where = "" if kind in CLUSTER_SCOPED else own or namespace
    return Resource(
        kind=kind,
        name=name,
        namespace=where,
        group=group if slash else "",
        wave=wave(made.data),
        hooks=hook.types,
        delete_policies=hook.delete_policies if hook.types else (),
        sync_options=resource_sync_options(made.data),
        template=made.template[prefix:],
        secrets=placeholders_of(made) if plugin else (),
        misread=misread_texts(made.data),
        needs=_needs(made, name, where, hook),
        kept=stays_behind(made.data),
    )


def misread_texts(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Annotations about order that Argo CD does not read as written: `annotation=text`."""
    return tuple(f"{one.annotation}={one.text}" for one in misread(manifest))


def _needs(made: RenderedObject, name: str, namespace: str, hook: Hooks) -> tuple[str, ...]:
    if not hook.types and made.kind not in ("RoleBinding", "ClusterRoleBinding"):
        return ()
    group, slash, version = text_of(made.data.get("apiVersion")).partition("/")
    obj = KubeObject(
        group if slash else "", version if slash else group, made.kind, namespace, name, made.data, made.template
    )
    return tuple("/".join(item) for item in pieces_of(obj, namespace)[0].needs)


def placeholders_of(made: RenderedObject) -> tuple[str, ...]:
    """The placeholders that the vault plugin replaces in an object, as written, without repeats."""
    metadata = made.data.get("metadata")
    annotated = annotation_path(metadata) is not None
    if (OPENER not in made.text and not annotated) or ignored(metadata):
        return ()
    found: dict[str, None] = {}
    for text in _strings(made.data):
        if OPENER in text or (annotated and "<" in text):
            for placeholder in scan(text, annotated=annotated):
                found[placeholder.raw] = None
    return tuple(found)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for below in value.values():
            yield from _strings(below)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
