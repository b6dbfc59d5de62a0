"""The part of a deployment that is shown: which objects, in which order, below which parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from masgitops_lint.deployment.deployment import Deployment, FrozenSet, RenderFailure
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place, Span

Locate = Callable[[Place], Span]
"""Resolves a place to a span."""


@dataclass(frozen=True)
class TreeView:
    """What to show of a deployment. `resources` is False when the objects inside Applications are left out."""

    deployment: Deployment
    applications: tuple[Application, ...]
    errors: tuple[RenderFailure, ...]
    frozen: tuple[FrozenSet, ...]
    resources: bool
    locate: Locate
    failures: Mapping[str, tuple[RenderFailure, ...]] = field(default_factory=dict)
    freezes: Mapping[str, FrozenSet] = field(default_factory=dict)

    def resources_of(self, application: Application) -> tuple[Resource, ...]:
        """The objects in an Application in the order Argo CD applies them: by phase, wave, kind and name."""
        return tuple(sorted(self.deployment.resources.get(application.name, ()), key=_resource_order))

    def roots(self) -> list[Application]:
        """The objects without a shown parent."""
        names = {application.name for application in self.applications}
        return self._sorted(app for app in self.applications if app.parent is None or app.parent not in names)

    def children(self, application: Application) -> list[Application]:
        """What an object renders or generates, in the order of waves."""
        return self._sorted(app for app in self._by_parent.get(application.name, ()) if _belongs(app, application))

    @cached_property
    def _by_parent(self) -> Mapping[str, tuple[Application, ...]]:
        found: dict[str, list[Application]] = {}
        for app in self.applications:
            if app.parent is not None and app.parent != app.name:
                found.setdefault(app.parent, []).append(app)
        return {parent: tuple(apps) for parent, apps in found.items()}

    def _sorted(self, applications: Iterator[Application]) -> list[Application]:
        return sorted(applications, key=lambda app: (app.wave or 0, app.kind, app.name))


_PHASES = {"PreSync": 0, "Sync": 1, "": 1, "PostSync": 2, "SyncFail": 3, "PreDelete": 4, "PostDelete": 5, "Skip": 6}


def _resource_order(resource: Resource) -> tuple[int, int, str, str, str]:
    phase = min((_PHASES.get(hook, 6) for hook in resource.hooks), default=1)
    return (phase, resource.wave, resource.kind, resource.namespace, resource.name)


def _belongs(child: Application, parent: Application) -> bool:
    """Two accounts can have objects of one name: a child stays in its parent's account."""
    return not (child.account and parent.account) or child.account == parent.account


def view_of(
    deployment: Deployment,
    locate: Locate,
    *,
    accounts: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
    instances: tuple[str, ...] = (),
    resources: bool = False,
) -> TreeView:
    """The deployment narrowed to accounts, clusters and instances; what leads to them from the root is kept."""

    def wanted(account: str, cluster: str, instance: str) -> bool:
        return (
            (not accounts or account in accounts)
            and (not clusters or cluster in clusters)
            and (not instances or instance in instances)
        )

    chosen = [app for app in deployment.applications if wanted(app.account, app.cluster, app.instance)]
    kept = {id(app) for app in chosen}
    by_name = deployment.by_name
    for app in chosen:
        parent = app.parent
        while parent is not None:
            above = next((one for one in by_name.get(parent, ()) if _belongs(app, one)), None)
            if above is None or id(above) in kept:
                break
            kept.add(id(above))
            parent = above.parent
    shown = tuple(app for app in deployment.applications if id(app) in kept)
    narrowed = bool(accounts or clusters or instances)
    scopes = {app.scope for app in chosen}
    errors = tuple(error for error in deployment.errors if not narrowed or error.scope in scopes)
    frozen = tuple(one for one in deployment.frozen if not narrowed or one.scope in scopes)
    failures: dict[str, tuple[RenderFailure, ...]] = {}
    for error in errors:
        failures[error.application] = (*failures.get(error.application, ()), error)
    return TreeView(deployment, shown, errors, frozen, resources, locate, failures, {one.name: one for one in frozen})
