"""Builds the deployment from release profiles: no Helm, no network, linear in the size of the config repo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from masgitops_lint.charts.expressions import UNKNOWN, TemplateError
from masgitops_lint.charts.profile import ReleaseProfile
from masgitops_lint.charts.program import ChartProgram
from masgitops_lint.charts.rendered import Failure, Rendered, Run
from masgitops_lint.charts.scalars import read_scalar
from masgitops_lint.charts.values import coalesce, with_parameters
from masgitops_lint.charts.written import written
from masgitops_lint.mas.account_root import DOCUMENTED_DEFAULTS, AccountRoot
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.mas.scope import Scope, go_text
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .deployment import Deployment, FrozenSet, RenderFailure
from .leaf_values import LeafValues, ScopeLeaves, all_keys, blamed_keys

RESOURCES_FINALIZER = "resources-finalizer.argocd.argoproj.io"


class _Set(NamedTuple):
    """A rendered ApplicationSet: what its generated Applications have in common."""

    name: str
    rendered: Rendered
    values: Mapping[str, Any]
    parameters: list[tuple[str, Any]]
    server: str | None
    namespace: str | None
    path: str
    prune: bool | None
    wave: int | None
    revision: str
    finalizers: tuple[str, ...]
    sync_options: tuple[str, ...]


class _Root:
    """A root Application whose chart has been rendered."""

    __slots__ = ("lost", "name", "sets")

    def __init__(self, name: str, lost: list[str] | None = None) -> None:
        """`lost`: for a root that does not render, or hangs below one, where the names of what is lost are gathered."""
        self.name = name
        self.sets: dict[str, _Set] = {}
        self.lost = lost


def build(
    mas: MasConfig,
    profiles: Callable[[str], ReleaseProfile],
    parameters: Callable[[str], AccountRoot],
    *,
    actual: bool = False,
) -> Deployment:
    """The deployment of the config as it was meant, or (`actual`) as the generators read it.

    `profiles` and `parameters` are asked once an account.
    """
    builder = _Builder(profiles, parameters)
    if actual:
        for account in mas.accounts():
            builder.account(account)
    for scope in mas.actual() if actual else mas.scopes:
        builder.add(scope)
    return Deployment(
        tuple(builder.applications),
        tuple(builder.failures),
        frozen=tuple(_frozen(mas)) if actual else (),
        charts=builder.releases(),
    )


def _frozen(mas: MasConfig) -> Iterator[FrozenSet]:
    """The ApplicationSets that Argo CD leaves untouched."""
    for generation in mas.generations():
        if not generation.frozen:
            continue
        above = generation.parent
        ids = {
            "account": mas.relative(generation.files[0].path).split("/")[0],
            "cluster": above.cluster if above else "",
            "instance": above.instance if above else "",
        }
        merge_key = generation.spec.merge_key or ""
        places = [Place(file.path, (merge_key,)) for freeze in generation.freezes for file in freeze.files]
        keys = sorted({freeze.key for freeze in generation.freezes})
        reason = f"files of one generator have the same merge key {', '.join(keys)}"
        if generation.unreadable:
            places = [Place(file.path) for file in generation.unreadable]
            reason = f"`{generation.unreadable[0].path}` cannot be read"
        yield FrozenSet(
            generation.spec.name.format(**ids),
            above.directory if above else generation.pattern.removesuffix("/*"),
            reason,
            tuple(places),
        )


class _Builder:
    def __init__(self, profiles: Callable[[str], ReleaseProfile], parameters: Callable[[str], AccountRoot]) -> None:
        self.profiles = profiles
        self.parameters = parameters
        self.applications: list[Application] = []
        self._failures: list[tuple[RenderFailure, _Root]] = []
        self._accounts: dict[str, tuple[ReleaseProfile, _Root]] = {}
        self._roots: dict[int, tuple[ReleaseProfile, _Root]] = {}
        self._scopes: list[Scope] = []

    def releases(self) -> str:
        """The releases that were used."""
        return ", ".join(sorted({f"ibm-mas/gitops {profile.release}" for profile, _ in self._accounts.values()}))

    def account(self, account: str) -> tuple[ReleaseProfile, _Root]:
        known = self._accounts.get(account)
        if known is None:
            profile = self.profiles(account)
            root = _Root("")
            chart = profile.root("account")
            if chart is not None:
                given = {**DOCUMENTED_DEFAULTS, **self.parameters(account).values, "account": {"id": account}}
                values = coalesce(given, chart.defaults)
                objects, _ = chart.render(values)
                leaves = ScopeLeaves(chart, values, None)
                for made in objects:
                    self._object(made, leaves, root, account, None)
            known = self._accounts[account] = profile, root
        return known

    def above(self, scope: Scope) -> tuple[ReleaseProfile, _Root] | None:
        if scope.parent is not None:
            return self._roots.get(id(scope.parent))
        if scope.spec.parent == "account":
            return self.account(scope.directory[len(scope.root) :].split("/", 1)[0])
        return None

    def add(self, scope: Scope) -> None:
        above = self.above(scope)
        if above is None:
            return
        profile, parent = above
        made_by = parent.sets.get(scope.level)
        chart = profile.root(scope.level)
        if made_by is None or chart is None:
            return
        root = _Root(_root_name(made_by, scope), lost=parent.lost)
        self._roots[id(scope)] = profile, root
        self._scopes.append(scope)
        base = scope.base.path if scope.base is not None else scope.directory
        account, cluster, instance, tenant = scope.account, scope.cluster, scope.instance, scope.tenant
        values = with_parameters(coalesce(scope.values, chart.defaults), made_by.parameters)
        if parent.lost is not None:
            parent.lost.append(root.name)
            self._lose(chart.render(values)[0], values, root, chart)
            return
        self.applications.append(
            Application(
                "Application",
                root.name,
                made_by.name,
                made_by.wave,
                made_by.path,
                made_by.server,
                made_by.namespace,
                made_by.prune,
                made_by.finalizers,
                Place(base),
                scope.directory,
                account,
                cluster,
                instance,
                tenant,
                made_by.revision,
                False,
                made_by.sync_options,
                made_by.rendered.template,
            )
        )
        objects, failures = chart.render(values, passing=True)
        if failures:
            root.lost = []
            self._lose(objects, values, root, chart)
            self._failed(failures, scope, root, chart)
            return
        ids = (account, cluster, instance, tenant)
        leaves = ScopeLeaves(chart, values, scope)
        for made in objects:
            self._object(made, leaves, root, account, ids)

    def _lose(self, objects: list[Rendered], values: Mapping[str, Any], root: _Root, chart: ChartProgram) -> None:
        """Note what a root would have made, and let the roots below it do the same."""
        assert root.lost is not None
        for made in objects:
            kind, name = made.fields.get("kind"), _text(made, "name")
            if kind == "Application" and name:
                root.lost.append(name)
            elif kind == "ApplicationSet" and (level := _level_of(made, chart)) is not None:
                root.sets[level] = _generator(name or "", made, values)

    def _failed(self, failures: list[Failure], scope: Scope, root: _Root, chart: ChartProgram) -> None:
        seen: set[Place] = set()
        for failure in failures:
            place = failure_place(failure, scope)
            if place in seen:
                continue
            seen.add(place)
            made = RenderFailure(
                scope=scope.directory,
                application=root.name,
                chart=chart.chart,
                template=failure.template,
                line=failure.line,
                message=failure.error.message,
                place=place,
                kind=failure.error.kind,
                expression=written(failure.error.expression),
                root=True,
            )
            self._failures.append((made, root))

    @property
    def failures(self) -> list[RenderFailure]:
        """The failures, each with the names of all that is lost."""
        return [failure._replace(lost=tuple(root.lost or ())) for failure, root in self._failures]

    def _object(
        self,
        made: Rendered,
        leaves: ScopeLeaves,
        root: _Root,
        account: str,
        ids: tuple[str, str, str, str] | None,
    ) -> None:
        scope = leaves.scope
        kind = made.fields.get("kind")
        if kind not in ("Application", "ApplicationSet"):
            return
        name = _text(made, "name") or ""
        finalizers = _texts(made, "finalizers")
        account, cluster, instance, tenant = ids or (account, "", "", "")
        if kind == "ApplicationSet":
            level = _level_of(made, leaves.chart)
            one = _generator(name, made, leaves.values)
            if level is not None:
                root.sets[level] = one
            path, server, prune = "", None, None
            namespace = _text(made, "own_namespace")
            leaf: Mapping[str, Any] = {}
        else:
            path = _text(made, "path") or _text(made, "chart") or ""
            server, namespace = _text(made, "server"), _text(made, "namespace")
            prune = _flag(made, "prune")
            leaf = LeafValues(leaves, made)
        self.applications.append(
            Application(
                kind,
                name,
                root.name or None,
                _wave(made, "wave"),
                path,
                server,
                namespace,
                prune,
                finalizers,
                source_place(made, scope),
                scope.directory if scope is not None else account,
                account,
                cluster,
                instance,
                tenant,
                _text(made, "revision") or "",
                "plugin" in made.fields,
                _sync_options(made, "sync_options", "annotation_sync_options"),
                made.template,
                leaf,
            )
        )


def _generator(name: str, made: Rendered, values: Mapping[str, Any]) -> _Set:
    finalizers = _texts(made, "root_finalizers") or (RESOURCES_FINALIZER,)
    return _Set(
        name,
        made,
        values,
        [(str(key), "" if value is None else value) for key, value in made.parameters if key is not UNKNOWN],
        _text(made, "root_server"),
        _text(made, "root_namespace"),
        _text(made, "root_path") or "",
        _flag(made, "root_prune"),
        _wave(made, "root_wave"),
        _text(made, "root_revision") or "",
        finalizers,
        _sync_options(made, "root_sync_options", "root_annotation_sync_options"),
    )


def _level_of(made: Rendered, chart: ChartProgram) -> str | None:
    path = _text(made, "root_path")
    return None if path is None else chart.levels.get(path)


def _root_name(one: _Set, scope: Scope) -> str:
    evaluate, quote = one.rendered.fields["root_name"]
    try:
        value = read_scalar(evaluate(Run(one.values, scope.values)), quote)
    except TemplateError:
        return ""
    return value if isinstance(value, str) else "" if value is None or value is UNKNOWN else str(value)


def _text(made: Rendered, name: str) -> str | None:
    """A field as text; None where it is absent, null or unknown."""
    value = made.fields.get(name)
    if value.__class__ is str:
        return value
    if value is None or value is UNKNOWN:
        return None
    return go_text(value)


def _texts(made: Rendered, name: str) -> tuple[str, ...]:
    found = made.lists.get(name)
    return tuple([str(one).strip() for one in found]) if found else ()


def _sync_options(made: Rendered, listed: str, annotation: str) -> tuple[str, ...]:
    options = _texts(made, listed)
    extra = _text(made, annotation)
    return (*options, *(part.strip() for part in extra.split(","))) if extra else options


def _flag(made: Rendered, name: str) -> bool | None:
    value = made.fields.get(name)
    return value if isinstance(value, bool) else None


def _wave(made: Rendered, name: str) -> int | None:
    """The wave as Argo CD reads it: an absent annotation, or one that is no integer, is wave 0."""
    value = made.fields.get(name)
    if value is None:
        return 0
    if value is UNKNOWN:
        return None
    try:
        return int(str(value))
    except ValueError:
        return 0


def source_place(made: Rendered, scope: Scope | None) -> Place:
    """The config key that makes an object exist: a list entry, a block, or else the base file."""
    if scope is None:
        return Place("")
    for expression, index in made.loops.values():
        if expression[0] == "val" and index is not None:
            return scope.place((*expression[1:], index))
    for key in made.sources:
        if scope.values.get(str(key)):
            return scope.place((str(key),), "key")
    base = scope.base
    return Place(base.path if base is not None else scope.directory)


def failure_place(failure: Failure, scope: Scope) -> Place:
    """The config key to blame.

    A key that is missing altogether is blamed on the base file when it belongs there, else on what needs it: the list
    entry or block whose Application was being written. A key that only a switch in the same block calls for is blamed
    on the switch.
    """
    keys = blamed_keys(failure.error.expression, failure.loops)
    if keys and isinstance(keys[0], str) and keys[0] not in scope.values:
        owner = next((file.name for file in scope.spec.files if keys[0] in file.keys), scope.spec.base.name)
        if owner != scope.spec.base.name:
            for loop in failure.loops.values():
                above = blamed_keys(loop[0], {})
                if above and loop[1] is not None:
                    return scope.place((*above, loop[1]))
            for key in failure.sources:
                if scope.values.get(key):
                    return scope.place((key,), "key")
    for guard in reversed(failure.guards):
        for switch in all_keys(guard, failure.loops):
            inside = switch[:1] == keys[:1] and switch != keys[: len(switch)]
            if inside and scope.get(*keys) is None and scope.get(*switch) is not None:
                return scope.place(switch)
    return scope.place(keys)
