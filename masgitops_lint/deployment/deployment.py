"""What Argo CD would build from the config repo: one value, whichever way it was found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Keys, Place


class RenderFailure(NamedTuple):
    """A chart that does not render, and the config key that makes it fail.

    `application` is the Application whose chart fails, `chart` that chart's directory in the source repo, `template`
    and `line` the spot in it ("" and 0 when the chart itself is missing). `expression` is what was being evaluated.
    `kind` is "nil", "type", "index", "fail", "parse", "values", "yaml", "chart", "template", "name" (the API server
    rejects the Application's name or labels) or "other". `place` is the config key to blame; `lost` names the
    Applications that this failure keeps from existing or from being synced.
    """

    scope: str
    application: str
    chart: str
    template: str
    line: int
    message: str
    place: Place
    kind: str = "other"
    expression: str = ""
    lost: tuple[str, ...] = ()
    root: bool = False
    """True when a root chart fails (every Application it would render is lost), False for a leaf."""


class FrozenSet(NamedTuple):
    """An ApplicationSet that Argo CD leaves untouched because one of its generators or templates fails.

    `reason` is the sentence for the reader, `places` the config keys (or files) that cause it.
    """

    name: str
    scope: str
    reason: str
    places: tuple[Place, ...] = ()
    lost: tuple[str, ...] = ()


class ChangedValue(NamedTuple):
    """A config value that a root chart writes into a leaf's values text, and that comes out as something else.

    `key` is the leaf's key. `kind` is "number", "boolean" or "null" (text that YAML reads as such), "map" (a mapping
    or list printed by Go, `map[...]`) or "text" (quotes or backslashes change it). Known in exact mode only.
    """

    application: str
    scope: str
    chart: str
    key: tuple[str, ...]
    place: Place
    kind: str


class AssumedParameter(NamedTuple):
    """One Helm parameter of an account root, its value, and where that is known from.

    `origin` is "manifest", "settings" or "defaults"; `place` is the manifest's key when there is one.
    """

    name: str
    value: Any
    origin: str
    place: Place | None = None


@dataclass(frozen=True)
class Deployment:
    """Every Application and ApplicationSet, parents before children, with what could not be built.

    `resources` maps an Application's name to the objects in it (empty where they are not known or were not asked
    for). `assumed` maps an account to the parameters of its root. `exact` is False for a release profile.
    """

    applications: tuple[Application, ...] = ()
    errors: tuple[RenderFailure, ...] = ()
    resources: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    frozen: tuple[FrozenSet, ...] = ()
    assumed: Mapping[str, tuple[AssumedParameter, ...]] = field(default_factory=dict)
    exact: bool = False
    charts: str = ""
    """Which charts were used, such as `ibm-mas/gitops 8.4.2`."""
    changed: tuple[ChangedValue, ...] = ()
    inputs: Mapping[str, tuple[str, ...]] | None = field(default=None, compare=False)
    """Directory -> keys of what its root charts were rendered from, where that is known."""

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Application, ...]]:
        """Objects by name; two of one name are a collision."""
        found: dict[str, list[Application]] = {}
        for application in self.applications:
            found.setdefault(application.name, []).append(application)
        return {name: tuple(applications) for name, applications in found.items()}

    @cached_property
    def children(self) -> Mapping[str | None, tuple[Application, ...]]:
        """Objects by the name of the parent that renders or generates them."""
        found: dict[str | None, list[Application]] = {}
        for application in self.applications:
            found.setdefault(application.parent, []).append(application)
        return {parent: tuple(applications) for parent, applications in found.items()}

    @cached_property
    def _by_scope(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for application in self.applications:
            found.setdefault(application.scope, {})[application.name] = None
        return {scope: tuple(names) for scope, names in found.items()}

    def names_under(self, scope: str) -> tuple[str, ...]:
        """Names of what the scope (a directory such as `dev/cluster1`) and the scopes below it render."""
        names: dict[str, None] = dict.fromkeys(self._by_scope.get(scope, ()))
        for directory in self._below.get(scope, ()):
            names.update(dict.fromkeys(self._by_scope[directory]))
        return tuple(names)

    @cached_property
    def _below(self) -> Mapping[str, Sequence[str]]:
        """Directories -> the scopes below them."""
        found: dict[str, list[str]] = {}
        for directory in self._by_scope:
            above = directory
            while "/" in above:
                above = above.rpartition("/")[0]
                found.setdefault(above, []).append(directory)
        return found

    @cached_property
    def _by_source(self) -> Mapping[str, tuple[Application, ...]]:
        found: dict[str, list[Application]] = {}
        for application in self.applications:
            found.setdefault(application.source.path, []).append(application)
        return {path: tuple(applications) for path, applications in found.items()}

    def names_at(self, scope: str, keys: Keys) -> tuple[str, ...]:
        """Names of what the config block or list entry at `keys` of a scope makes: at, above or below that key."""
        names: dict[str, None] = {}
        for application in self._by_block.get((scope, keys[0]), ()) if keys else ():
            own = application.source.keys
            length = min(len(own), len(keys))
            if own[:length] == keys[:length]:
                names[application.name] = None
        return tuple(names)

    @cached_property
    def _by_block(self) -> Mapping[tuple[str, str | int], tuple[Application, ...]]:
        """Objects by their scope and the top-level key that makes them."""
        found: dict[tuple[str, str | int], list[Application]] = {}
        for application in self.applications:
            if application.source.keys:
                found.setdefault((application.scope, application.source.keys[0]), []).append(application)
        return {block: tuple(applications) for block, applications in found.items()}

    def in_scope(self, scope: str) -> tuple[Application, ...]:
        """What the values of a scope (a directory such as `dev/cluster1`) render."""
        return self._applications_by_scope.get(scope, ())

    @cached_property
    def _applications_by_scope(self) -> Mapping[str, tuple[Application, ...]]:
        found: dict[str, list[Application]] = {}
        for application in self.applications:
            found.setdefault(application.scope, []).append(application)
        return {scope: tuple(applications) for scope, applications in found.items()}

    def names_from(self, path: str) -> tuple[str, ...]:
        """Names of what exists because of a config file; for a base file that is the root Application."""
        return tuple(dict.fromkeys(application.name for application in self._by_source.get(path, ())))
