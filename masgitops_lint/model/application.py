"""The Applications and ApplicationSets that Argo CD would build from the config repo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .place import Place


class Application(NamedTuple):
    """One Application or ApplicationSet object (or, in a generic repo, another thing that reconciles).

    `parent` names the object that renders (an Application) or generates (an ApplicationSet) it; None for a root.
    `wave` is the sync wave inside the parent's sync (0 where the annotation is absent or not an integer, as Argo CD
    reads it), None where the profile cannot know. `prune` is None where the manifest does not say (Argo CD: false).
    `source` is the config key that makes it exist: the list entry, the block, or the base file.
    `scope` is the directory whose merged values rendered it, such as `dev/cluster1/instance1`.
    """

    kind: str
    """`Application` or `ApplicationSet`; in a Flux repo `Kustomization` or `HelmRelease`."""
    name: str
    parent: str | None
    wave: int | None
    path: str
    server: str | None
    namespace: str | None
    prune: bool | None
    finalizers: tuple[str, ...]
    source: Place
    scope: str
    account: str = ""
    cluster: str = ""
    instance: str = ""
    tenant: str = ""
    revision: str = ""
    plugin: bool = False
    sync_options: tuple[str, ...] = ()
    template: str = ""
    """The chart template that renders it, such as `120-db2-databases-app.yaml`: the key into the release profile."""
    values: Mapping[str, Any] = {}
    """Helm values for its chart (a leaf's HELM_VALUES), where they are known."""
    policy: str = ""
    """`applicationsSync` of an ApplicationSet, where its manifest was rendered; "" where only the profile is known."""
    misread: tuple[str, ...] = ()
    """Annotations about order that Argo CD does not read as written: `annotation=text`. Known in exact mode only."""


class Resource(NamedTuple):
    """One object inside a leaf Application, known in exact mode or from the release profile."""

    kind: str
    name: str
    namespace: str
    group: str = ""
    wave: int = 0
    hooks: tuple[str, ...] = ()
    delete_policies: tuple[str, ...] = ()
    sync_options: tuple[str, ...] = ()
    template: str = ""
    secrets: tuple[str, ...] = ()
    """Vault placeholders left in the rendered object."""
    misread: tuple[str, ...] = ()
    """Annotations about order that Argo CD does not read as written: `annotation=text`."""
    needs: tuple[str, ...] = ()
    """What a hook's Pods, or a binding, need by name: `kind/namespace/name`."""
    kept: bool = False
    """Whether it stays when the Application is deleted."""
