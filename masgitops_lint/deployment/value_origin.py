"""Where a value of a chart comes from: config files, Helm parameters and chart defaults, in the order they win.

The root's template says which value is written into a leaf's key; rendering with that value changed proves it. When no
line says it, the values are changed one after the other until the leaf's key changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.merging import merge_maps
from masgitops_lint.model.place import Keys, Place, Span
from masgitops_lint.repo.yaml import parse

from .application_source import leaf_job
from .blame import config_route
from .exact import ExactBuilder, Leaf
from .root_chart import RootChart
from .routes import lookup, present, scalars, with_route
from .value_trace import changes_of

_MOST_TRIES = 400


@dataclass(frozen=True, slots=True)
class Origin:
    """One place a value can come from. The first of a list is the one that counts.

    `kind` is "override" (a later file of the merge), "base" (the base file), "parameter" (a Helm parameter that the
    level above sets), "manifest" (the Account Root Application), "default" (the chart's values.yaml) or "template"
    (written by the template itself). `chart_file` and `line` are set for what lies in the source repo.
    """

    kind: Literal["override", "base", "parameter", "manifest", "default", "template"]
    key: str
    place: Place | None = None
    chart_file: str = ""
    line: int = 0
    proven: bool = True


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """The answer for one key of one Application: the value it has, and its origins."""

    application: str
    chart: str
    key: Keys
    value: Any
    exists: bool
    origins: tuple[Origin, ...]


def dotted(keys: Keys) -> str:
    """A route as text."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else (f".{key}" if text else str(key))
    return text


def origins_of(builder: ExactBuilder, name: str, keys: Keys) -> list[ValueOrigin]:
    """Where a value of an Application comes from, one answer for each Application of that name (empty: there is none).

    `keys` are those of its chart: of the values text for a leaf, of the merged values for a root.
    """
    answers = []
    for leaf in builder.leaves:
        if builder.applications[leaf.index].name == name:
            answers.append(_leaf_origin(builder, leaf, name, keys))
    for root in builder.roots:
        if root.name == name:
            value = lookup(root.effective, keys)
            exists = present(root.effective, keys) == len(keys)
            answers.append(
                ValueOrigin(name, root.chart.path, keys, value, exists, tuple(_root_origins(builder, root, keys)))
            )
    return answers


def _leaf_origin(builder: ExactBuilder, leaf: Leaf, name: str, keys: Keys) -> ValueOrigin:
    values = builder.applications[leaf.index].values
    chart = leaf.charts.chart(leaf.job.chart)
    merged = merge_maps(chart.defaults, values)
    origins: list[Origin] = []
    if present(values, keys) == len(keys):
        route = _source_route(builder, leaf, keys, values)
        if route is None:
            line = _template_line(leaf, keys)
            origins.append(Origin("template", dotted(keys), None, _template_file(leaf), line))
        else:
            origins += _root_origins(builder, leaf.root, route)
            if not origins:
                origins.append(
                    Origin("template", dotted(route), None, _template_file(leaf), _template_line(leaf, keys))
                )
    default = _default(leaf.job.chart, chart.files.get("values.yaml", b""), keys)
    if default is not None:
        origins.append(default)
    return ValueOrigin(
        name, leaf.job.chart, keys, lookup(merged, keys), present(merged, keys) == len(keys), tuple(origins)
    )


def _template_file(leaf: Leaf) -> str:
    return f"{leaf.root.chart.path}/{leaf.root.chart.template_path(leaf.made.template)}"


def _template_line(leaf: Leaf, keys: Keys) -> int:
    for splice in leaf.root.splices(leaf.made):
        if splice.key and splice.key == keys[: len(splice.key)]:
            return splice.line
    for number, line in enumerate(leaf.root.template(leaf.made).text.split("\n"), 1):
        if line.strip().startswith(f"{keys[-1]}:"):
            return number
    return leaf.made.line


def _source_route(builder: ExactBuilder, leaf: Leaf, keys: Keys, values: Mapping[str, Any]) -> Keys | None:
    """The root's value that decides a leaf's key: what its template line names, if changing it changes the key."""
    root = leaf.root
    before = lookup(values, keys)
    named = config_route(keys, root.splices(leaf.made), leaf.made.loops, root.effective)
    if named is not None and (
        _decides(builder, leaf, named, keys, before) or present(root.effective, named) < len(named)
    ):
        return named
    for route, _ in list(scalars(root.values))[:_MOST_TRIES]:
        if _decides(builder, leaf, route, keys, before):
            return route
    return named


def _decides(builder: ExactBuilder, leaf: Leaf, route: Keys, keys: Keys, before: Any) -> bool:
    root = leaf.root
    path = root.chart.template_path(leaf.made.template)
    bare = _without_parameters(root, route)
    for changed in changes_of(lookup(root.effective, route)):
        try:
            objects = builder.renderer.render(bare, with_route(root.values, route, changed), path)
            for made in objects:
                if dict(made.loops) != dict(leaf.made.loops):
                    continue
                job = leaf_job(made.data, root.values_variable)
                values: Mapping[str, Any] = {}
                for text in job.values_text if job is not None else ():
                    values = merge_maps(values, builder.engine.parse_values(text))
                if lookup(values, keys) != before:
                    return True
        except (RenderError, TypeError, KeyError, IndexError):
            continue
    return False


def _without_parameters(root: RootChart, route: Keys) -> RootChart:
    """The root without the parameter that sets a route, so that a changed value shows."""
    from dataclasses import replace

    name = dotted(route)
    return replace(root, parameters=[parameter for parameter in root.parameters if parameter.name != name])


def _root_origins(builder: ExactBuilder, root: RootChart, keys: Keys) -> Iterator[Origin]:
    """What sets a value of a root chart, the winner first: parameter, files from last to first, chart default."""
    name = dotted(keys)
    for parameter in root.parameters:
        if parameter.name == name:
            yield from _parameter_origins(builder, root, name)
    scope = root.scope
    if scope is None:
        account = builder.assumed.get(root.account, ())
        for assumed in account:
            if assumed.name == name and assumed.origin != "defaults":
                yield Origin("manifest", name, assumed.place)
    else:
        for file in reversed(scope.files):
            if present(file.data, keys) == len(keys):
                yield Origin("base" if file is scope.base else "override", name, Place(file.path, keys))
    default = _default(root.chart.path, root.chart.files.get("values.yaml", b""), keys)
    if default is not None:
        yield default


def _parameter_origins(builder: ExactBuilder, root: RootChart, name: str) -> Iterator[Origin]:
    """A parameter stands in the template of the ApplicationSet above; its value comes from that level's values."""
    above = next((one for one in builder.roots if _generates(one, root)), None)
    if above is None:
        yield Origin("parameter", name)
        return
    for made in above.objects:
        if made.kind != "ApplicationSet":
            continue
        if root.parent != made.get("metadata", "name"):
            continue
        text = above.template(made)
        lines = text.text.split("\n")
        file = f"{above.chart.path}/{above.chart.template_path(made.template)}"
        for number, line in enumerate(lines, 1):
            stripped = line.strip().removeprefix("- ")
            if stripped in (f"name: {name}", f'name: "{name}"', f"name: '{name}'"):
                yield Origin("parameter", name, None, file, number)
                for action in text.actions:
                    if action.line == number + 1:
                        for route in text.routes(action.body, action):
                            keys = tuple(step for step in route if isinstance(step, str | int))
                            yield from _root_origins(builder, above, keys)
                return
    yield Origin("parameter", name)


def _generates(above: RootChart, root: RootChart) -> bool:
    return any(made.kind == "ApplicationSet" and made.get("metadata", "name") == root.parent for made in above.objects)


def _default(chart: str, raw: bytes, keys: Keys) -> Origin | None:
    """The chart's own default for a key."""
    document = parse("values.yaml", raw)
    if present(document.data, keys) < len(keys) or not keys:
        return None
    span: Span = document.span(keys, "key")
    return Origin("default", dotted(keys), None, f"{chart}/values.yaml", span.line)
