"""The tree of Applications as Argo CD builds it, from the real charts.

Account root -> ApplicationSet -> generators -> Go template -> root chart -> Application -> leaf chart. Every step is
what Argo CD does: nothing of the charts is known here but where the account root chart is and which values it takes.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from masgitops_lint.argocd.applicationset import ExpandOptions as ApplicationSetOptions
from masgitops_lint.argocd.applicationset import Expansion, Generated, expand
from masgitops_lint.argocd.globbing import GlobMode, with_prefix
from masgitops_lint.argocd.merge import ParamSet
from masgitops_lint.argocd.waves import application_prune, application_sync_options, resource_sync_options, wave
from masgitops_lint.charts.helm.chart import ChartError
from masgitops_lint.charts.helm.engine import HelmEngine
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.gotemplate_text import field_chains
from masgitops_lint.charts.helm.gotemplates import HelmGoTemplates
from masgitops_lint.charts.helm.merging import merge_maps
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.mas.account_root import CHART_PATH, DOCUMENTED_DEFAULTS, AccountRoot
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.mas.scope import Scope
from masgitops_lint.mas.spec import ApplicationSetSpec, FileSpec, Level
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .application_source import leaf_job, merge_keys_of, source_of
from .assumptions import assumed_parameters
from .blame import blamed_keys
from .config_files import ConfigFiles
from .deployment import AssumedParameter, ChangedValue, Deployment, FrozenSet, RenderFailure
from .kept_objects import Objects, ObjectsByName
from .leaf import LeafJob, misread_texts
from .leaf_runner import Cache, LeafRunner
from .rendered import RenderedObject, text_of
from .root_chart import VALUES_VARIABLE, RootChart, RootRenderer
from .routes import with_route
from .splice import changed_values
from .tracing import Tracer

_MOST_FAILURES = 20
TOGETHER = 10
"""How many root charts one call of Helm renders: more of them save little and take memory."""
_STAND_IN = "maslint-stand-in"
_STAND_INS: tuple[Any, ...] = (_STAND_IN, "9.0.0", {})
_LEVELS: tuple[tuple[str, Level], ...] = (
    ("tenant", "tenant"),
    ("aiservice", "aiservice"),
    ("aibroker", "aiservice"),
    ("sls", "sls"),
    ("instance", "instance"),
    ("cluster", "cluster"),
)


@dataclass(frozen=True)
class ExactOptions:
    """How to build: Argo CD's globbing mode and version (None: the newest), whether leaves are rendered, on how many
    processes, and the cache for leaves."""

    globbing: GlobMode = "greedy"
    version: tuple[int, ...] | None = None
    resources: bool = True
    processes: int = 1
    cache: Cache | None = None


def build_exact(
    mas: MasConfig,
    charts: Callable[[str], ChartSource],
    parameters: Callable[[str], AccountRoot],
    engine: HelmEngine,
    options: ExactOptions = ExactOptions(),
) -> Deployment:
    """Everything Argo CD would build from the config repo as it is.

    `charts` and `parameters` are asked once an account. Raises nothing for what the repo says: what fails is in
    `errors` and `frozen`.
    """
    return unfinished(mas, charts, parameters, engine, options).result()


def unfinished(
    mas: MasConfig,
    charts: Callable[[str], ChartSource],
    parameters: Callable[[str], AccountRoot],
    engine: HelmEngine,
    options: ExactOptions = ExactOptions(),
    keep: Callable[[str], bool] = lambda path: True,
) -> ExactBuilder:
    """The builder with all roots rendered and the leaves still to do. `keep` can leave files out of the config repo."""
    return build_all(ExactBuilder(mas, engine, options), charts, parameters, keep)


Builder = TypeVar("Builder", bound="ExactBuilder")


def build_all(
    builder: Builder,
    charts: Callable[[str], ChartSource],
    parameters: Callable[[str], AccountRoot],
    keep: Callable[[str], bool] = lambda path: True,
) -> Builder:
    """The builder when it has built every account."""
    for root in builder.mas.roots:
        config = ConfigFiles(builder.mas, root, frozenset(path for path in root.paths if not keep(path)))
        for account in builder.mas.accounts():
            if with_prefix(config.paths(), f"{account}/"):
                builder.account(account, charts(account), parameters(account), config)
    return builder


@dataclass(slots=True)
class Coming:
    """A generated Application on its way: `below` is its root chart, or why there is none, once somebody has asked.

    `key` is what the chart is kept under, where it is.
    """

    generated: Generated
    scope: Scope
    record: Application
    below: RootChart | str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Leaf:
    """A leaf Application on its way: `index` into the builder's applications, `key` of its result."""

    index: int
    key: str
    job: LeafJob
    root: RootChart
    made: RenderedObject
    charts: ChartSource


@dataclass(frozen=True, slots=True)
class KnownLeaf:
    """A leaf Application of which it is known what it renders to: `index` into the builder's applications."""

    index: int
    outcome: Objects | RenderFailure


class ExactBuilder:
    """Builds the trees of several accounts into one deployment."""

    def __init__(self, mas: MasConfig, engine: HelmEngine, options: ExactOptions) -> None:
        self.mas = mas
        self.engine = engine
        self.options = options
        self.go = HelmGoTemplates(engine)
        self.renderer = RootRenderer(engine)
        self.tracer = Tracer(mas, self.renderer)
        self.applications: list[Application] = []
        self.errors: list[RenderFailure] = []
        self.frozen: list[FrozenSet] = []
        self.changed: list[ChangedValue] = []
        self.assumed: dict[str, tuple[AssumedParameter, ...]] = {}
        self.roots: list[RootChart] = []
        self._charts: ChartSource | None = None
        self._runners: dict[str, LeafRunner] = {}
        self.leaves: list[Leaf] = []
        self.known_leaves: list[KnownLeaf] = []
        self.rendered: dict[int, tuple[Resource, ...]] = {}
        self.failed: dict[int, RenderFailure] = {}
        self._labels: dict[str, None] = {}
        self._merge_keys: tuple[RenderedObject | None, Sequence[str]] = None, ()

    @property
    def charts(self) -> ChartSource:
        """The charts of the account that is being built."""
        assert self._charts is not None
        return self._charts

    # --- roots

    def account(self, account: str, charts: ChartSource, root: AccountRoot, config: ConfigFiles) -> None:
        """Build one account."""
        self._charts = charts
        self._labels[charts.label] = None
        values = merge_maps(dict(DOCUMENTED_DEFAULTS), root.values)
        named = values.get("account")
        if not isinstance(named, Mapping) or named.get("id") is None:
            values = merge_maps(values, {"account": {"id": account}})
        self.assumed[account] = tuple(assumed_parameters(root))
        try:
            chart = charts.chart(CHART_PATH)
        except ChartError as error:
            self._fail(account, "", CHART_PATH, str(error), root.manifest or Place(""), "chart", root=True)
            return
        made = RootChart("", chart, values, (), None, account, account, "account-root", "argocd", config)
        self._render_root(made, root.manifest or Place(""))

    def _render_root(self, root: RootChart, place: Place) -> None:
        self.roots.append(root)
        try:
            root.objects = self.renderer.render(root, root.values)
        except RenderError as error:
            self._root_failed(root, error, place)
            return
        for made in root.objects:
            self._object(made, root)

    def _root_failed(self, root: RootChart, error: RenderError, place: Place) -> None:
        """Report every failing template of a root, and name what is lost with it."""
        failed: list[tuple[RenderError, Place]] = []
        bad: list[str] = []
        objects: list[RenderedObject] = []
        current: RenderError | None = error
        while current is not None:
            blamed = self.tracer.blame_root(root, current) or place
            failed.append((current, blamed))
            path = root.chart.template_path(current.template)
            if not current.template or path in bad or len(bad) >= _MOST_FAILURES:
                break
            bad.append(path)
            objects += self._mended(root, current, path)
            try:
                objects += self.renderer.render(root, root.values, without=bad)
                current = None
            except RenderError as following:
                current = following
        lost = self._lost(objects, root)
        for one, blamed in failed:
            template = root.chart.template_path(one.template).removeprefix("templates/")
            failure = _failure(one, root, root.name, root.chart.path, template, blamed)
            self.errors.append(failure._replace(lost=lost, root=True))

    def _mended(self, root: RootChart, error: RenderError, path: str) -> list[RenderedObject]:
        """What the failing template would render if the blamed value were there: only to name what is lost."""
        candidates = blamed_keys(error, root.chart, root.effective, self.renderer.fails(root, path))
        for keys in candidates[:3]:
            for stand_in in _STAND_INS:
                try:
                    objects = self.renderer.render(root, with_route(root.values, keys, stand_in), only=path)
                    return [made for made in objects if _STAND_IN not in text_of(made.get("metadata", "name"))]
                except RenderError:
                    continue
        return []

    def _lost(self, objects: Sequence[RenderedObject], root: RootChart) -> tuple[str, ...]:
        """Names of the Applications that objects which are never applied stand for, and of everything below them."""
        shadow = self._shadow()
        for made in objects:
            shadow._object(made, root)
        return tuple(dict.fromkeys(app.name for app in shadow.applications if app.kind == "Application" and app.name))

    def _shadow(self) -> ExactBuilder:
        options = ExactOptions(self.options.globbing, self.options.version, resources=False)
        shadow = ExactBuilder(self.mas, self.engine, options)
        shadow._charts = self._charts
        shadow.renderer, shadow.tracer = self.renderer, self.tracer
        return shadow

    # --- objects of a root

    def _object(self, made: RenderedObject, root: RootChart) -> None:
        if made.kind == "ApplicationSet":
            self._application_set(made, root)
        elif made.kind == "Application":
            self._application(made, root)

    def _record(self, made: RenderedObject, root: RootChart, source: Place, values: Mapping[str, Any]) -> Application:
        destination = made.get("spec", "destination")
        destination = destination if isinstance(destination, Mapping) else {}
        is_set = made.kind == "ApplicationSet"
        origin = source_of(made.data)
        finalizers = made.get("metadata", "finalizers")
        scope = root.scope
        return Application(
            kind="ApplicationSet" if is_set else "Application",
            name=text_of(made.get("metadata", "name")),
            parent=root.name or None,
            wave=wave(made.data),
            path="" if is_set else text_of(origin.get("path")) or text_of(origin.get("chart")),
            server=None if is_set else _optional(destination.get("server")),
            namespace=_optional(made.get("metadata", "namespace") if is_set else destination.get("namespace")),
            prune=None if is_set else application_prune(made.data),
            finalizers=tuple(text_of(one).strip() for one in finalizers) if isinstance(finalizers, list) else (),
            source=source,
            scope=root.directory,
            account=scope.account if scope is not None else root.account,
            cluster=scope.cluster if scope is not None else "",
            instance=scope.instance if scope is not None else "",
            tenant=scope.tenant if scope is not None else "",
            revision=text_of(origin.get("targetRevision")),
            plugin=isinstance(origin.get("plugin"), Mapping),
            sync_options=(*application_sync_options(made.data), *resource_sync_options(made.data)),
            template=made.template.rpartition("/")[2],
            values=values,
            misread=misread_texts(made.data),
        )

    def _application(self, made: RenderedObject, root: RootChart) -> None:
        place = self.tracer.source_place(made, root)
        job = leaf_job(made.data, root.values_variable) if self.options.resources else None
        values: Mapping[str, Any] = {}
        error: RenderError | None = None
        if job is not None:
            try:
                for text in job.values_text:
                    values = merge_maps(values, self.engine.parse_values(text))
            except RenderError as failure:
                error = failure
        record = self._record(made, root, place, values)
        self.applications.append(record)
        if job is None:
            return
        self._notice_changes(record, made, root, values)
        leaf = Leaf(len(self.applications) - 1, "", job, root, made, self.charts)
        if error is None:
            try:
                leaf = replace(leaf, key=self._runner().add(job))
            except ChartError as failure:
                error = RenderError("", 0, 0, "", str(failure), "chart")
            except RenderError as failure:
                error = failure
        if error is None:
            self.leaves.append(leaf)
        else:
            self._leaf_failed(leaf, error)

    def _runner(self) -> LeafRunner:
        known = self._runners.get(self.charts.root)
        if known is None:
            known = LeafRunner(self.charts, self.engine, self.options.cache, self.options.processes)
            self._runners[self.charts.root] = known
        return known

    def _notice_changes(
        self, record: Application, made: RenderedObject, root: RootChart, values: Mapping[str, Any]
    ) -> None:
        if root.scope is None or not values:
            return
        splices = root.splices(made)
        for change in changed_values(splices, made.loops, root.scope.values, values):
            self.changed.append(
                ChangedValue(
                    application=record.name,
                    scope=root.directory,
                    chart=record.path,
                    key=tuple(str(key) for key in change.leaf),
                    place=root.scope.place(change.config),
                    kind=change.kind,
                )
            )

    # --- ApplicationSets

    def _application_set(self, made: RenderedObject, root: RootChart) -> None:
        place = self.tracer.source_place(made, root)
        record = self._record(made, root, place, {})
        self.applications.append(record)
        expansion = self._expand(made, root)
        self.applications[-1] = record._replace(policy=expansion.policy)
        if expansion.frozen:
            self._freeze(record, made, root, expansion)
            return
        for start in range(0, len(expansion.applications), TOGETHER):
            group = expansion.applications[start : start + TOGETHER]
            coming = [self._coming(generated, record, made, root) for generated in group]
            sound = [one for one in coming if not one.generated.problem]
            self._render_ahead([one for place, one in enumerate(sound) if self._is_due(one, place, root)], root)
            for one in coming:
                self._generated(one, made, root)

    def _is_due(self, coming: Coming, place: int, above: RootChart) -> bool:
        """Whether the root chart of a generated Application will be rendered; it is number `place` of those to come."""
        return True

    def _render_ahead(self, coming: Sequence[Coming], above: RootChart) -> None:
        below = [self._chart_below(one, above) for one in coming] if len(coming) > 1 else []
        self.renderer.render_ahead([one for one in below if isinstance(one, RootChart)])

    def _expand(self, made: RenderedObject, root: RootChart, only: frozenset[int] | None = None) -> Expansion:
        options = ApplicationSetOptions(self.options.globbing, self.options.version, only=only)
        return expand(made.data, root.config, self.go, options)

    def _coming(self, generated: Generated, parent: Application, made: RenderedObject, above: RootChart) -> Coming:
        scope = self._scope(generated.params, generated.manifest, made, above)
        return Coming(generated, scope, self._generated_record(generated, parent, made, above, scope))

    def _generated(self, coming: Coming, made: RenderedObject, above: RootChart) -> None:
        generated, scope, record = coming.generated, coming.scope, coming.record
        if generated.problem:
            lost = self._lost_below(self._chart_below(coming, above), record.name)
            self._fail(
                scope.directory,
                record.name,
                record.path,
                generated.problem,
                self.tracer.name_place(made, scope) or Place(base_path(scope)),
                "name",
                root=True,
                lost=lost,
            )
            return
        self.applications.append(record)
        self._below(coming, above)

    def _generated_record(
        self, generated: Generated, parent: Application, made: RenderedObject, above: RootChart, scope: Scope
    ) -> Application:
        manifest = RenderedObject(made.template, made.line, generated.manifest, "", {})
        seat = RootChart(parent.name, above.chart, {}, (), scope, scope.directory, above.account, "", "", above.config)
        return self._record(manifest, seat, Place(base_path(scope)), {})

    def _chart_below(self, coming: Coming, above: RootChart) -> RootChart | str:
        if coming.below is None:
            coming.below = self._root_chart(coming.record, coming.generated.manifest, coming.scope, above)
        return coming.below

    def _below(self, coming: Coming, above: RootChart) -> None:
        """Render the chart of a root Application."""
        below = self._chart_below(coming, above)
        record, scope = coming.record, coming.scope
        base = base_path(scope)
        if isinstance(below, RootChart):
            self._render_root(below, Place(base))
        else:
            self._fail(scope.directory, record.name, record.path, below, Place(base), "chart", root=True)

    def _lost_below(self, below: RootChart | str, name: str) -> tuple[str, ...]:
        names = [name] if name else []
        if isinstance(below, RootChart):
            shadow = self._shadow()
            shadow._render_root(below, Place(""))
            names += [app.name for app in shadow.applications if app.kind == "Application"]
        return tuple(dict.fromkeys(names))

    def _root_chart(
        self, record: Application, manifest: Mapping[str, Any], scope: Scope, above: RootChart
    ) -> RootChart | str:
        """The root chart of a generated Application, or why there is none."""
        job = leaf_job(manifest, VALUES_VARIABLE)
        if job is None:
            return "the Application has no chart in the source repo"
        try:
            chart = self.charts.chart(job.chart)
            values: Mapping[str, Any] = {}
            for text in job.values_text:
                values = merge_maps(values, self.engine.parse_values(text))
        except (ChartError, RenderError) as error:
            return str(error)
        return RootChart(
            record.name,
            chart,
            values,
            job.parameters,
            scope,
            scope.directory,
            above.account,
            job.release_name,
            job.namespace,
            above.config,
            record.parent or "",
        )

    def _merge_keys_of(self, made: RenderedObject) -> Sequence[str]:
        """The merge keys of the set at hand: all that it generates ask for them."""
        if self._merge_keys[0] is not made:
            self._merge_keys = made, merge_keys_of(made.data)
        return self._merge_keys[1]

    def _scope(self, params: ParamSet, manifest: Mapping[str, Any], made: RenderedObject, above: RootChart) -> Scope:
        merge_keys = self._merge_keys_of(made)
        files = tuple(above.config.file(path, merge_keys[0] if merge_keys else "merge-key") for path in params.files)
        base = files[0] if files else None
        path = text_of(source_of(manifest).get("path"))
        chart = posixpath.basename(path)
        level: Level = next((level for word, level in _LEVELS if word in chart), _LEVELS[-2][1])
        spec = ApplicationSetSpec(
            level=level,
            name=text_of(made.get("metadata", "name")),
            prefix="",
            files=tuple(FileSpec(file.name) for file in files),
            root="",
            parent=above.scope.level if above.scope is not None else "account",
            merge_key=merge_keys[0] if merge_keys else None,
        )
        directory = base.directory if base is not None else above.directory
        return Scope(spec, above.config.root.prefix, directory, files, base, above.scope)

    def _freeze(self, record: Application, made: RenderedObject, root: RootChart, expansion: Expansion) -> None:
        prefix = root.config.root.prefix
        merge_keys: tuple[str, ...] = tuple(merge_keys_of(made.data))
        places: list[Place] = []
        if expansion.error_params is not None:
            generated_by = self._scope(expansion.error_params, made.get("spec", "template") or {}, made, root)
            chains = list(field_chains("{{" + expansion.error_expression + "}}"))
            places += [generated_by.place(keys) for keys in chains[:1]] or [Place(prefix + expansion.error_files[0])]
        else:
            if not expansion.error_files:
                places += self.tracer.pattern_places(made, root)
            for path in expansion.error_files:
                document = self.mas.repository.document(prefix + path)
                if not document.ok:
                    problem = next(problem for problem in document.problems if problem.fatal)
                    places.append(Place(prefix + path, span=problem.span))
                else:
                    places.append(Place(prefix + path, merge_keys[:1]))
        self.frozen.append(
            FrozenSet(
                record.name, root.directory, expansion.error, tuple(places), self._kept_names(made, root, expansion)
            )
        )

    def _kept_names(self, made: RenderedObject, root: RootChart, expansion: Expansion) -> tuple[str, ...]:
        """The Applications that stay as they are: what the set would generate without the files to blame."""
        config = root.config
        shadow = self._shadow()
        options = ApplicationSetOptions(self.options.globbing, self.options.version)
        for _ in range(_MOST_FAILURES):
            offenders = expansion.error_files
            if not offenders:
                return ()
            # of clashing files one stays, so that its Application is among the names
            config = config.without(
                offenders[1:] if len(offenders) > 1 and expansion.error_params is None else offenders
            )
            expansion = expand(made.data, config, self.go, options)
            if not expansion.frozen:
                break
        else:
            return ()
        seat = RootChart(
            root.name,
            root.chart,
            root.values,
            root.parameters,
            root.scope,
            root.directory,
            root.account,
            "",
            "",
            config,
        )
        parent = self._record(made, seat, Place(""), {})
        for generated in expansion.applications:
            shadow._generated(shadow._coming(generated, parent, made, seat), made, seat)
        return tuple(dict.fromkeys(app.name for app in shadow.applications if app.kind == "Application"))

    # --- leaves

    def result(self) -> Deployment:
        """Render the leaves and put everything together."""
        resources = self.finish_leaves()
        return Deployment(
            applications=tuple(self.applications),
            errors=tuple(self.errors),
            resources=resources,
            frozen=tuple(self.frozen),
            assumed=self.assumed,
            exact=True,
            charts=", ".join(self._labels),
            changed=tuple(self.changed),
        )

    def finish_leaves(self) -> Mapping[str, tuple[Resource, ...]]:
        """Render the leaves; their objects by the Application's name."""
        resources: dict[str, Objects] = {}
        outcomes = {place: runner.finish() for place, runner in self._runners.items()}
        leaves: list[Leaf | KnownLeaf] = [*self.leaves, *self.known_leaves]
        for leaf in sorted(leaves, key=lambda leaf: leaf.index):
            record = self.applications[leaf.index]
            if isinstance(leaf, KnownLeaf):
                if isinstance(leaf.outcome, RenderFailure):
                    self.lose_leaf(leaf.index, leaf.outcome)
                else:
                    resources[record.name] = leaf.outcome
                continue
            outcome = outcomes[leaf.charts.root][leaf.key]
            if isinstance(outcome, RenderError):
                self._leaf_failed(leaf, outcome)
            else:
                resources[record.name] = self.rendered[leaf.index] = outcome
        return ObjectsByName(resources)

    def _leaf_failed(self, leaf: Leaf, error: RenderError) -> None:
        self._charts = leaf.charts
        record, job = self.applications[leaf.index], leaf.job
        place = self.tracer.blame_leaf(record, leaf.charts, job, leaf.root, leaf.made, error)
        template = error.template
        if template:
            try:
                template = leaf.charts.chart(job.chart).template_path(template).removeprefix("templates/")
            except ChartError:
                template = ""
        self.lose_leaf(leaf.index, _failure(error, leaf.root, record.name, job.chart, template, place))

    def lose_leaf(self, index: int, failure: RenderFailure) -> None:
        """Take down that an Application, given by its number, does not render."""
        self.errors.append(failure)
        self.failed[index] = failure

    def _fail(
        self,
        scope: str,
        application: str,
        chart: str,
        message: str,
        place: Place,
        kind: str,
        *,
        root: bool,
        lost: tuple[str, ...] = (),
    ) -> None:
        self.errors.append(
            RenderFailure(scope, application, chart, "", 0, message, place, kind=kind, lost=lost, root=root)
        )


def _failure(
    error: RenderError, root: RootChart, application: str, chart: str, template: str, place: Place
) -> RenderFailure:
    """What an error of an Application's chart comes to, as long as nothing more than that Application is lost."""
    return RenderFailure(
        scope=root.directory,
        application=application,
        chart=chart,
        template=template,
        line=error.line,
        message=error.message,
        place=place,
        kind=error.kind,
        expression=error.expression,
        lost=(application,),
    )


def base_path(scope: Scope) -> str:
    """The file that a scope hangs on, else its directory."""
    return scope.base.path if scope.base is not None else scope.directory


def _optional(value: Any) -> str | None:
    return None if value is None else text_of(value)


def default_processes() -> int:
    """How many processes to use: one a core that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
