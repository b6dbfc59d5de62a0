"""A root Application's chart: what it is rendered with, and the objects that come out."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from masgitops_lint.charts.helm.chart import Chart
from masgitops_lint.charts.helm.engine import HelmEngine, Rendered, RenderJob
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.merging import merge_maps
from masgitops_lint.charts.helm.parameters import Parameter, ParameterError, apply_parameters
from masgitops_lint.charts.helm.template_text import Splice, TemplateText, template_text
from masgitops_lint.mas.scope import Scope

from .config_files import ConfigFiles
from .rendered import RenderedObject, objects_of, text_of
from .routes import lookup

VALUES_VARIABLE = "HELM_VALUES"


@dataclass
class RootChart:
    """A root Application being rendered. `values` are its Helm values before parameters (without chart defaults).

    `ahead` is what Helm has made of it already, until somebody asks for it.
    """

    name: str
    chart: Chart
    values: Mapping[str, Any]
    parameters: Sequence[Parameter]
    scope: Scope | None
    directory: str
    account: str
    release_name: str
    namespace: str
    config: ConfigFiles
    parent: str = ""
    objects: list[RenderedObject] = field(default_factory=list)
    ahead: Rendered | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The config files of its parameter set, in merge order."""
        return tuple(file.path for file in self.scope.files) if self.scope is not None else (self.account,)

    @property
    def effective(self) -> dict[str, Any]:
        """The values with the parameters on top and the chart's defaults below."""
        merged = merge_maps(self.chart.defaults, self.values)
        try:
            return apply_parameters(merged, self.parameters)
        except ParameterError:
            return merged

    def template(self, made: RenderedObject) -> TemplateText:
        """The text of the template that an object comes from."""
        raw = self.chart.files.get(self.chart.template_path(made.template), b"")
        return template_text(raw.decode("utf-8", "replace"))

    def splices(self, made: RenderedObject) -> tuple[Splice, ...]:
        """The lines of the template that write the values text of a leaf."""
        return self.template(made).spliced

    @property
    def values_variable(self) -> str:
        """The plugin's environment variable that carries a leaf's values (`avp.values_varname`)."""
        for parameter in self.parameters:
            if parameter.name == "avp.values_varname":
                return parameter.value or VALUES_VARIABLE
        route = ("avp", "values_varname")
        return text_of(lookup(self.values, route) or lookup(self.chart.defaults, route)) or VALUES_VARIABLE


class RootRenderer:
    """Renders root charts, with marks that tell list entries apart."""

    def __init__(self, engine: HelmEngine) -> None:
        self.engine = engine
        self._marked: dict[str, Chart] = {}

    def _marked_chart(self, chart: Chart) -> Chart:
        known = self._marked.get(chart.digest)
        if known is None:
            files = {
                path: template_text(data.decode("utf-8", "replace")).marked().encode()
                if path.startswith("templates/") and path.endswith((".yaml", ".yml"))
                else data
                for path, data in chart.files.items()
            }
            known = self._marked[chart.digest] = Chart(chart.path, files)
        return known

    def render_ahead(self, roots: Sequence[RootChart]) -> None:
        """Let Helm render some roots, those of one chart in one call: `render` will ask for them one by one."""
        charts: dict[str, list[RootChart]] = {}
        for root in roots:
            charts.setdefault(root.chart.digest, []).append(root)
        for same in charts.values():
            jobs = [RenderJob(one.values, (), one.parameters, one.release_name, one.namespace) for one in same]
            done = self.engine.render_many(self._marked_chart(same[0].chart), jobs)
            for one, rendered in zip(same, done, strict=True):
                one.ahead = rendered

    def render(
        self, root: RootChart, values: Mapping[str, Any], only: str = "", without: Sequence[str] = ()
    ) -> list[RenderedObject]:
        """The objects of a root chart for some values; `only` one template, or all but some. Raises `RenderError`."""
        if root.ahead is not None and values is root.values and not only and not without:
            ahead, root.ahead = root.ahead, None
            if isinstance(ahead, RenderError):
                raise ahead
            return objects_of(ahead, root.chart)
        chart = self._marked_chart(root.chart)
        if only or without:
            chart = reduced(chart, only, without)
        files = self.engine.render(
            chart,
            values,
            parameters=root.parameters,
            release_name=root.release_name,
            namespace=root.namespace,
        )
        return objects_of(files, root.chart)

    def fails(self, root: RootChart, path: str) -> Callable[[Mapping[str, Any]], RenderError | None]:
        """A test of values: the error that one template of the root then gives, or None."""

        def fails(values: Mapping[str, Any]) -> RenderError | None:
            try:
                self.render(root, values, only=path)
            except RenderError as error:
                return error
            return None

        return fails


def reduced(chart: Chart, only: str, without: Sequence[str]) -> Chart:
    """The chart with one template (and all partials), or without some."""

    def kept(path: str) -> bool:
        if not path.startswith("templates/") or posixpath.basename(path).startswith("_") or path.endswith(".tpl"):
            return not only or not path.startswith("charts/") or only.startswith("charts/")
        return path == only if only else path not in without

    return Chart(chart.path, {path: data for path, data in chart.files.items() if kept(path)})
