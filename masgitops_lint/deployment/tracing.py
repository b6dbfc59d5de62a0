"""Which config key an object, a field or an error goes back to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from masgitops_lint.argocd.templating import strings_of
from masgitops_lint.charts.helm.chart import ChartError
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.gotemplate_text import field_chains
from masgitops_lint.charts.helm.merging import merge_maps
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Keys, Place

from .application_source import leaf_job
from .blame import blamed_keys, concrete_route, config_route, culprit
from .leaf import LeafJob
from .rendered import RenderedObject, objects_of, text_of
from .root_chart import RootChart, RootRenderer, reduced
from .routes import lookup, present, scalars, with_route


class Tracer:
    """Finds places in the config for what a root chart or a leaf chart says."""

    def __init__(self, mas: MasConfig, renderer: RootRenderer) -> None:
        self.mas = mas
        self.renderer = renderer
        self.engine = renderer.engine

    def source_place(self, made: RenderedObject, root: RootChart) -> Place:
        """The config key that makes an object exist: a list entry, a block, or else the base file."""
        scope = root.scope
        if scope is None:
            return Place("")
        text = root.template(made)
        for action in made.loops:
            opener = text.actions[action]
            routes = text.routes(opener.body.partition(":=")[2] or opener.body[len("range") :], opener)
            route = concrete_route(routes[-1], made.loops) if routes else None
            if route and present(scope.values, route):
                return scope.place((*route, made.loops[action]))
        given = {parameter.name.split(".")[0] for parameter in root.parameters}
        for key in text.document_guards:
            if scope.values.get(key) and key not in given:
                return scope.place((key,), "key")
        return Place(scope.base.path if scope.base is not None else scope.directory)

    def blame_root(self, root: RootChart, error: RenderError) -> Place | None:
        """The config key to blame for an error of a root chart."""
        if root.scope is None:
            return None
        path = root.chart.template_path(error.template)
        values = root.effective if error.kind != "yaml" else root.values
        routes = blamed_keys(error, root.chart, values, self.renderer.fails(root, path))
        return self._place(root.scope, routes)

    def _place(self, scope: Scope, routes: Sequence[Keys]) -> Place | None:
        """The first route that the config holds a part of; a missing block is blamed on what asks for it."""
        for keys in routes:
            if present(scope.values, keys) > 0:
                return scope.place(keys)
            if keys and self._is_base_key(scope, keys[0]):
                return scope.place(keys)
        return scope.place(routes[0]) if routes else None

    def _is_base_key(self, scope: Scope, key: str | int) -> bool:
        account = scope.directory[len(scope.root) :].split("/", 1)[0]
        for spec in self.mas.specs(account):
            if spec.level == scope.level and spec.files and key in spec.base.keys:
                return True
        return key in ("account", "region", "cluster", "instance", "tenant", "sm")

    def name_place(self, made: RenderedObject, scope: Scope) -> Place | None:
        templates = strings_of(made.get("spec", "template", "metadata"))
        chains = [keys for template in templates for keys in field_chains(template)]
        missing = [keys for keys in chains if lookup(scope.values, keys) is None]
        for keys in [*missing, *chains]:
            return scope.place(keys)
        return None

    def pattern_places(self, made: RenderedObject, root: RootChart) -> list[Place]:
        """The config values that a generator's file patterns are written with: the missing ones, else all."""
        scope = root.scope
        if scope is None:
            return []
        text = root.template(made)
        lines = text.text.split("\n")
        found: dict[Keys, None] = {}
        for action in text.actions:
            if lines[action.line - 1].strip().startswith(("- path:", "path:")):
                for route in text.routes(action.body, action):
                    keys = concrete_route(route, made.loops)
                    if keys and present(scope.values, keys[:1]):
                        found[keys] = None
        missing = [keys for keys in found if lookup(scope.values, keys) is None]
        return [scope.place(keys) for keys in missing or found]

    def blame_leaf(
        self,
        record: Application,
        charts: ChartSource,
        job: LeafJob,
        root: RootChart,
        made: RenderedObject,
        error: RenderError,
    ) -> Place:
        """The config key to blame for an error of a leaf chart; what makes the Application exist when none is found."""
        scope = root.scope
        if scope is None:
            return record.source
        if error.kind == "chart":
            return self._field_place(record, root, made, ("spec", "source", "path")) or record.source
        if error.kind == "values" or not error.template:
            return self._values_text_place(root, made) or record.source
        try:
            chart = charts.chart(job.chart)
        except ChartError:
            return record.source
        values = merge_maps(chart.defaults, record.values)
        path = chart.template_path(error.template)

        def fails(changed: Mapping[str, Any]) -> RenderError | None:
            try:
                objects_of(
                    self.engine.render(
                        reduced(chart, path, ()),
                        changed,
                        release_name=job.release_name,
                        namespace=job.namespace,
                    ),
                    chart,
                )
            except RenderError as again:
                return again
            return None

        splices = root.splices(made)
        routes: list[Keys] = []
        for keys in blamed_keys(error, chart, values if error.kind != "yaml" else record.values, fails):
            route = config_route(keys, splices, made.loops, scope.values)
            if route:
                routes.append(route)
        return self._place(scope, [r for r in routes if present(scope.values, r)] or routes) or record.source

    def _field_place(
        self, record: Application, root: RootChart, made: RenderedObject, field_keys: tuple[str, ...]
    ) -> Place | None:
        """The config value that shows in a field of a manifest, found by changing one after the other."""
        scope = root.scope
        before = text_of(made.get(*field_keys))
        if scope is None:
            return None
        path = root.chart.template_path(made.template)
        for keys, value in _mentioned(scope.values, before):
            changed = with_route(root.values, keys, f"{text_of(value)}-changed")
            try:
                objects = self.renderer.render(root, changed, only=path)
            except RenderError:
                continue
            after = [text_of(other.get(*field_keys)) for other in objects if dict(other.loops) == dict(made.loops)]
            if after and before not in after:
                return scope.place(keys)
        named = self._path_values(root, made)
        return scope.place(named) if named else None

    def _path_values(self, root: RootChart, made: RenderedObject) -> Keys:
        """The values that the template's line with `path:` names, when no value shows in it (missing or empty)."""
        text = root.template(made)
        for action in text.actions:
            line = text.text.split("\n")[action.line - 1]
            if line.strip().startswith("path:"):
                for route in text.routes(action.body, action):
                    keys = concrete_route(route, made.loops)
                    if keys:
                        return keys
        return ()

    def _values_text_place(self, root: RootChart, made: RenderedObject) -> Place | None:
        """The config value that breaks the YAML of a leaf's values text."""
        scope = root.scope
        if scope is None:
            return None
        path = root.chart.template_path(made.template)
        variable = root.values_variable

        def broken(values: Mapping[str, Any]) -> RenderError | None:
            try:
                for other in self.renderer.render(root, values, only=path):
                    if dict(other.loops) == dict(made.loops):
                        job = leaf_job(other.data, variable)
                        for text in job.values_text if job is not None else ():
                            self.engine.parse_values(text)
            except RenderError as error:
                return error
            return None

        first = broken(root.values)
        if first is None:
            return None
        keys = culprit(first, _relevant(root.values, root.splices(made), made.loops), broken_in(root.values, broken))
        return scope.place(keys) if keys else None


def broken_in(
    whole: Mapping[str, Any], broken: Callable[[Mapping[str, Any]], RenderError | None]
) -> Callable[[Mapping[str, Any]], RenderError | None]:
    """The same test for a part of the values: what the part leaves out keeps its value."""

    def test(part: Mapping[str, Any]) -> RenderError | None:
        return broken({**whole, **part})

    return test


def _relevant(values: Mapping[str, Any], splices: Any, loops: Mapping[int, str | int]) -> dict[str, Any]:
    """The top-level blocks of the values that a values text is written from, the special ones first."""
    counts: dict[str, int] = {}
    for splice in splices:
        route = concrete_route(splice.route, loops)
        if route and isinstance(route[0], str) and route[0] in values:
            counts[route[0]] = counts.get(route[0], 0) + 1
    return {key: values[key] for key in sorted(counts, key=lambda key: -counts[key])}


def _mentioned(values: Mapping[str, Any], text: str) -> Iterator[tuple[Keys, Any]]:
    """Scalars of the values that show in a text, the longest first."""
    found = [(keys, value) for keys, value in scalars(values) if text_of(value) and text_of(value) in text]
    yield from sorted(found, key=lambda item: -len(text_of(item[1])))
