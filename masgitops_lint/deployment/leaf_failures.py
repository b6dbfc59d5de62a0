"""Leaf charts that do not render, found out with the release profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from masgitops_lint.charts.profile import ReleaseProfile
from masgitops_lint.charts.program import ChartProgram
from masgitops_lint.charts.rendered import Failure, Origin
from masgitops_lint.charts.written import written
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .deployment import Deployment, RenderFailure
from .leaf_values import LeafValues, all_keys, blamed_keys


def leaf_failures(deployment: Deployment, profiles: Callable[[str], ReleaseProfile]) -> Iterator[RenderFailure]:
    """Every leaf that fails: those of an exact deployment as they are, else those that the profile foresees."""
    if deployment.exact:
        yield from (failure for failure in deployment.errors if not failure.root)
        return
    known: dict[tuple[str, str], ChartProgram | None] = {}
    for application in deployment.applications:
        values = application.values
        if not isinstance(values, LeafValues) or values.scope is None:
            continue
        scope = values.scope
        place = (scope.directory[len(scope.root) :].split("/", 1)[0], application.path)
        if place not in known:
            known[place] = profiles(place[0]).leaf(application.path)
        chart = known[place]
        if chart is None:
            continue
        broken = values.rendered.broken if values.broken else ()
        if broken:
            yield _unreadable(application, scope, broken[0])
        elif failures := chart.failures_given(values.leaf):
            yield from _told(failures, application, values, scope)


def _unreadable(application: Application, scope: Scope, broken: Origin) -> RenderFailure:
    keys = blamed_keys(broken.expression, broken.loops)
    return RenderFailure(
        scope=scope.directory,
        application=application.name,
        chart=application.path,
        template="",
        line=0,
        message="the values passed to the chart cannot be read as YAML",
        place=scope.place(keys) if keys else application.source,
        kind="values",
        expression=written(broken.expression),
        lost=(application.name,),
    )


def _told(
    failures: Iterable[Failure], application: Application, values: LeafValues, scope: Scope
) -> Iterator[RenderFailure]:
    seen: set[Place] = set()
    for failure in failures:
        place = _place(failure, values, application)
        if place in seen:
            continue
        seen.add(place)
        yield RenderFailure(
            scope=scope.directory,
            application=application.name,
            chart=application.path,
            template=failure.template,
            line=failure.line,
            message=failure.error.message,
            place=place,
            kind=failure.error.kind,
            expression=written(failure.error.expression),
            lost=(application.name,),
        )


def _place(failure: Failure, values: LeafValues, application: Application) -> Place:
    """The config key behind the value that fails, or behind its nearest parent.

    For a value that the root chart does not pass at all it is the key behind the innermost condition that lets the
    chart get there; else what makes the Application.
    """
    route = blamed_keys(failure.error.expression, failure.loops)
    for length in range(len(route), 0, -1):
        place = values.place_of(route[:length])
        if place is not None:
            return place if length == len(route) else place.child(*route[length:])
    for guard in reversed(failure.guards):
        for keys in all_keys(guard, failure.loops):
            place = values.place_of(keys)
            if place is not None:
                return place
    if values.rendered.loops and route:
        return application.source.child(*route)
    return application.source
