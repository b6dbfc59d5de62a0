"""Two snapshots compared by identity (an Application's name in its parent) and by meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from masgitops_lint.charts.expressions import UNKNOWN
from masgitops_lint.mas.scope import Scope, contains
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Keys, Place

from .consequences import Consequence, Consequences
from .dangling import dangling
from .model import ABSENT, Added, Blocked, Change, Deletion, FieldChange, KeyChange, Plan, Side, Stake
from .pairing import pair
from .places import Places
from .stakes import resources_of, stakes_of
from .values import differences
from .views import View, touches_deployment, views

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import BuildOptions, Subject

_FIELDS = (
    ("wave", "wave"),
    ("chart", "path"),
    ("chart revision", "revision"),
    ("server", "server"),
    ("namespace", "namespace"),
    ("prune", "prune"),
    ("finalizers", "finalizers"),
    ("sync options", "sync_options"),
    ("applicationsSync", "policy"),
)


def compare(base: Subject, head: Subject, options: BuildOptions | None = None) -> Plan:
    """What happens when the head replaces the base. `sdk.Context` is a subject on both sides.

    Raises `SourceError` and `HelmMissingError` when real charts are asked for and cannot be had.
    """
    paths = base.repository.changed_from(head.repository)
    if _same_charts(base, head) and not touches_deployment(paths, base, head, head.mas.known_names):
        return Plan(paths=paths)
    left, right = views(base, head, paths, options)
    return _Comparison(left, right, paths).plan()


def _same_charts(base: Subject, head: Subject) -> bool:
    return base.settings is head.settings or (
        base.settings.source == head.settings.source and base.settings.accounts == head.settings.accounts
    )


class _Comparison:
    def __init__(self, base: View, head: View, paths: tuple[str, ...]) -> None:
        self.base = base
        self.head = head
        self.paths = paths
        self.old = {one.name: one for one in base.deployment.applications}
        self.new = {one.name: one for one in head.deployment.applications}
        for one in base.deployment.applications:
            if one.parent is None:
                # the account root renders it, and that is not part of the config repo
                self.new.setdefault(one.name, one)
        self.consequences = Consequences(head, self.old, self.new)
        self.places = Places(base, head)
        self.extra = head.subject.settings.stateful_kinds

    def plan(self) -> Plan:
        """Everything in a stable order."""
        old = {(one.parent, one.name): one for one in self.base.deployment.applications}
        new = {(one.parent, one.name): one for one in self.head.deployment.applications}
        hidden = self._unknown()
        removed = [one for key, one in old.items() if key not in new and one.parent is not None and not hidden(one)]
        added = [one for key, one in new.items() if key not in old]
        moved = pair(removed, added, self._content)
        moved_from = {target: source for source, target in moved.items()}
        changes = [change for key, one in new.items() if key in old for change in self._changes(old[key], one)]
        deletions = [self._deletion(one, moved) for one in removed if one.kind == "Application"]
        deletions += [one for change in changes for one in self._partial(change)]
        additions = [
            Added(one, one.source, moved_from.get(one.name, ""), self.consequences.blocking(one))
            for one in added
            if one.kind == "Application"
        ]
        tops = [one for one in removed if self.consequences.top(one) is one]
        failing = {(one.application, one.message) for one in self.base.deployment.errors if one.root}
        blocked = tuple(
            Blocked(frozen.name, frozen.reason, frozen.place)
            for name, frozen in sorted(self.head.frozen.items())
            if name not in self.base.frozen
        ) + tuple(
            Blocked(one.application, f"its chart does not render: {one.message}", one.place)
            for one in self.head.deployment.errors
            if one.root and (one.application, one.message) not in failing
        )
        return Plan(
            added=tuple(sorted(additions, key=lambda one: one.application.name)),
            removed=tuple(sorted(deletions, key=lambda one: (one.cause, not one.top, one.application.name))),
            changed=tuple(sorted(changes, key=lambda one: one.application.name)),
            dangling=tuple(dangling(self.base, self.head, tops)),
            blocked=tuple(dict.fromkeys(blocked)),
            paths=self.paths,
            charts=(self.base.deployment.charts, self.head.deployment.charts),
        )

    # --- what is really gone

    def _lost_in_failures(self) -> frozenset[str]:
        return frozenset(name for failure in self.head.deployment.errors if failure.root for name in failure.lost)

    def _unknown(self) -> Any:
        """Whether an Application is missing on the head only because a file there cannot be read."""
        bad = self.head.unreadable
        failed = self._lost_in_failures()

        def hidden(one: Application) -> bool:
            if one.name in failed:
                return True
            current: Application | None = one
            while current is not None:
                if current.source.path in bad:
                    return True
                current = self.old.get(current.parent or "") if current.parent not in self.new else None
            return False

        return hidden

    # --- content

    def _scope(self, application: Application, of_base: bool) -> Scope | None:
        return (self.base if of_base else self.head).by_directory.get(application.scope)

    def _content(self, application: Application, of_base: bool) -> Any:
        scope = self._scope(application, of_base)
        if scope is None:
            return None
        if not application.source.keys:
            return (
                scope.values
                if application.parent and application.kind == "Application" and not application.plugin
                else None
            )
        return scope.get(*application.source.keys)

    # --- removed

    def _deletion(self, one: Application, moved: dict[str, str]) -> Deletion:
        top = self.consequences.top(one)
        found = self.consequences.of(one)
        objects = resources_of(self.base, one)
        place, side = self.places.of_removed(top)
        return Deletion(
            application=one,
            effect=found.effect,
            reason=found.reason,
            place=place,
            side=side,
            cause=top.name,
            stakes=stakes_of(objects, self.extra),
            moved_to=moved.get(one.name, ""),
            notes=self._notes(one, objects, found),
            aliases=tuple(dict.fromkeys([*self._aliases(one), *self._aliases(top)])),
            level=self._level(one),
            operator=any(each.kind == "Subscription" for each in objects),
        )

    def _level(self, one: Application) -> str:
        above = self.old.get(one.parent or "")
        scope = self._scope(one, True)
        return scope.level if above is not None and above.kind == "ApplicationSet" and scope is not None else ""

    def _notes(self, one: Application, objects: Iterable[Resource], found: Consequence) -> tuple[str, ...]:
        hooks = frozenset(hook for each in objects for hook in each.hooks)
        return self.consequences.hook_notes(one, hooks, found.effect)

    def _aliases(self, one: Application) -> tuple[str, ...]:
        names = [one.scope] if not one.source.keys or one.kind == "ApplicationSet" else []
        scope = self._scope(one, True)
        item = scope.get(*one.source.keys) if scope is not None and one.source.keys else None
        if isinstance(item, dict):
            for key in ("db2_instance_name", "mas_config_name", "mas_workspace_id"):
                if isinstance(item.get(key), str):
                    names.append(item[key])
        for part in (one.tenant, one.instance, one.cluster):
            if part and not one.source.keys:
                names.append(part)
                break
        return tuple(dict.fromkeys(names))

    # --- changed

    def _changes(self, before: Application, after: Application) -> Iterator[Change]:
        fields = tuple(
            FieldChange(name, getattr(before, key), getattr(after, key))
            for name, key in _FIELDS
            if getattr(before, key) != getattr(after, key)
        )
        keys = tuple(self._keys(before, after))
        if not fields and not keys:
            return
        gone, new = self._objects(before, after)
        place = self._place_of_change(before, after, keys)
        blocked = self.consequences.blocking(after)
        yield Change(after, before, place, fields, keys, new, gone, blocked)

    def _keys(self, before: Application, after: Application) -> Iterator[KeyChange]:
        if before.values is after.values or before.kind != "Application":
            return
        for route, old, new in differences(_plain(before.values), _plain(after.values)):
            if old is UNKNOWN or new is UNKNOWN:
                continue
            place, side = self._value_place(before, after, route, new is ABSENT)
            yield KeyChange(route, old, new, place, side)

    def _value_place(self, before: Application, after: Application, route: Keys, gone: bool) -> tuple[Place, Side]:
        one = before if gone else after
        finder = getattr(one.values, "place_of", None)
        place = finder(route) if finder is not None else None
        if place is None:
            place = self._guess(one, route, gone)
        if gone:
            return self.places.surviving(place)
        return place, "head"

    def _guess(self, one: Application, route: Keys, of_base: bool) -> Place:
        """In exact mode a leaf's key is looked for in the entry or block that makes the Application."""
        scope = self._scope(one, of_base)
        if scope is not None and one.source.keys:
            inside = scope.get(*one.source.keys)
            if contains(inside, route):
                return scope.place((*one.source.keys, *route))
        return one.source

    def _objects(self, before: Application, after: Application) -> tuple[tuple[Resource, ...], tuple[Resource, ...]]:
        olds = {_identity(one): one for one in resources_of(self.base, before) if not one.hooks and _certain(one)}
        news = {_identity(one): one for one in resources_of(self.head, after) if not one.hooks and _certain(one)}
        if not news and any(f.application == after.name for f in self.head.deployment.errors):
            return (), ()
        gone = tuple(one for key, one in olds.items() if key not in news)
        return gone, tuple(one for key, one in news.items() if key not in olds)

    def _place_of_change(self, before: Application, after: Application, keys: tuple[KeyChange, ...]) -> Place:
        for change in keys:
            if change.place.path in self.paths:
                return change.place
        scope = self._scope(after, False)
        if before.namespace != after.namespace or before.server != after.server:
            found = self.places.of_value(scope, self._scope(before, True), after)
            if found is not None:
                return found
        return after.source

    # --- parts of an Application

    def _partial(self, change: Change) -> Iterator[Deletion]:
        """Stateful objects that go although their Application stays."""
        before, after = change.before, change.application
        if before.kind != "Application":
            return
        if before.server != after.server and before.server and after.server:
            stakes = stakes_of(resources_of(self.base, before), self.extra)
            reason = (
                f"its destination changes from {before.server} to {after.server}: Argo CD creates everything on the "
                "new cluster and forgets the old one, where all of it keeps running and nobody manages it"
            )
            if change.blocked:
                yield self._part(change, "blocked", change.blocked, stakes, "")
            else:
                yield self._part(change, "orphaned", reason, stakes, after.name)
            return
        stakes = stakes_of(change.removed_resources, self.extra)
        if not stakes:
            return
        new = {(one.kind, one.name) for one in change.added_resources}
        kinds = {one.kind for one in change.added_resources}
        moved = after.name if any((s.kind, s.name) in new or s.kind in kinds for s in stakes) else ""
        if change.blocked:
            yield self._part(change, "blocked", change.blocked, stakes, moved)
        elif after.prune is not True:
            reason = (
                f"`{after.name}` syncs without `prune` (auto_delete is false): what it no longer renders keeps "
                "running, is shown as OutOfSync, and goes when a person syncs with Prune"
            )
            yield self._part(change, "kept", reason, stakes, moved)
        elif all(one.protected for one in stakes):
            yield self._part(change, "kept", "its own sync options (`Prune=false`) keep it", stakes, moved)
        else:
            reason = f"`{after.name}` does not render it any more and prunes it"
            yield self._part(change, "pruned", reason, stakes, moved)

    def _part(self, change: Change, effect: Any, reason: str, stakes: tuple[Stake, ...], moved: str) -> Deletion:
        return Deletion(
            application=change.before,
            effect=effect,
            reason=reason,
            place=change.place,
            side="head",
            cause=change.before.name,
            stakes=stakes,
            moved_to=moved,
            whole=False,
            aliases=self._aliases(change.before),
        )


def _identity(one: Resource) -> tuple[str, str, str, str]:
    return one.group, one.kind, one.namespace, one.name


def _certain(one: Resource) -> bool:
    return "?" not in (one.kind, one.name, one.namespace)


def _plain(values: Any) -> Any:
    return {key: values[key] for key in values}
