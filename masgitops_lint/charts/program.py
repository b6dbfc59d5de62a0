"""Runs a profile's programs: the objects that a root chart would render, and the errors that would stop it.

A program is compiled once a profile into a list of closures (`step_compiler.py`). Several readings of the same program
exist: the objects with the values for their leaf charts, the errors alone, what wrote each value (on demand).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .expressions import UNKNOWN, Expression, TemplateError
from .needs import Known, Needs
from .rendered import Failure, Rendered, Row, Run, Step, StopError
from .step_compiler import StepCompiler
from .stretches import Printed
from .unconditional import unconditional_checks
from .values import coalesce

if TYPE_CHECKING:
    from .shapes import Shape, Shapes

_OFTEN = 4
"""Runs after which a template is compiled as a whole: then branches that do nothing are known, and left out."""

_MOST_SHAPES = 512
"""Shapes of values that are remembered, for each chart."""
_FAIR_TRIAL = 64
"""Values after which a chart's shapes must have saved half of the runs, or are given up."""


class _Way:
    """One way to run a template; each is one object. `often` is the number of runs that is worth compiling it whole."""

    __slots__ = ("checking", "often", "passing")

    def __init__(self, *, passing: bool = False, checking: bool = False, often: int = _OFTEN) -> None:
        self.passing = passing
        self.checking = checking
        self.often = often


_PLAIN, _PASSING = _Way(), _Way(passing=True)
# a leaf chart is run once a shape, which few have many of
_CHECKING = _Way(checking=True, often=8 * _OFTEN)


class Program:
    """One template of a root chart, compiled."""

    def __init__(
        self, name: str, rows: Sequence[Row], expressions: Sequence[Expression], known: Known, printed: Printed
    ) -> None:
        self.name = name
        self._printed = printed
        self._rows = rows
        self._expressions = expressions
        self._known = known.copy()
        self._compiled: dict[_Way, tuple[int, Sequence[Step]]] = {}
        self._settled: dict[_Way, Sequence[Step]] = {}
        self._telling: list[Step] | None = None
        self._tolerant: list[Step] | None = None
        self._leaf: list[Step] | None = None

    def run(self, run: Run, *, passing: bool = False) -> Failure | None:
        """Add the template's objects to `run`. On an error nothing is added, and the failure is told.

        `passing`: with the values that go to the leaf charts.
        """
        steps = self._steps(_PASSING if passing else _PLAIN)
        self._printed.prepare(run)
        run.variables, run.loops, run.dot, run.around = {}, {}, UNKNOWN, None
        before = len(run.objects)
        try:
            for step in steps:
                step(run)
        except TemplateError:
            del run.objects[before:]
            return self._tell(run)
        for made in run.objects[before:]:
            made.template = self.name
            made.passed = passing
        return None

    def check(self, run: Run) -> Failure | None:
        """What stops the template, without making its objects."""
        steps = self._steps(_CHECKING)
        run.variables, run.loops, run.dot, run.around = {}, {}, UNKNOWN, None
        try:
            for step in steps:
                step(run)
        except TemplateError:
            return self._tell(run)
        return None

    def _steps(self, way: _Way) -> Sequence[Step]:
        """The steps of one way to run: compiled as they are reached at first, as a whole for a template run often."""
        settled = self._settled.get(way)
        if settled is not None:
            return settled
        uses, steps = self._compiled.get(way, (0, ()))
        if uses in (0, way.often):
            late = uses == 0
            compiler = StepCompiler(
                self._expressions,
                careful=not way.checking,
                passing=way.passing,
                checking=way.checking,
                late=late,
                shared=self._printed if way.passing and not late else None,
            )
            steps = compiler.body(self._rows, self._known.copy())
            if not late:
                self._settled[way] = steps
        self._compiled[way] = (uses + 1, steps)
        return steps

    def _tell(self, run: Run) -> Failure | None:
        """Run again, this time with an eye on the lines."""
        if self._telling is None:
            compiler = StepCompiler(self._expressions, careful=True, telling=True)
            self._telling = compiler.body(self._rows, self._known.copy())
        again = Run(run.values, run.top)
        try:
            for step in self._telling:
                step(again)
        except StopError as stop:
            return Failure(
                self.name,
                stop.line,
                stop.error,
                {**again.assigned, **again.loops},
                again.current.sources,
                tuple(again.guards),
            )
        return None

    def run_tolerant(self, run: Run) -> None:
        """Add the objects that there would be without the errors (fields that cannot be computed are unknown)."""
        if self._tolerant is None:
            self._tolerant = StepCompiler(self._expressions, tolerant=True, late=True).body(
                self._rows, Known(self._known.cache)
            )
        self._run_through(self._tolerant, run)

    def run_leaf(self, run: Run) -> None:
        """Add the objects with the values for their leaf charts; errors leave out what they touch."""
        if self._leaf is None:
            self._leaf = StepCompiler(self._expressions, leaf=True, tolerant=True, late=True).body(
                self._rows, Known(self._known.cache)
            )
        self._run_through(self._leaf, run)

    def _run_through(self, steps: Sequence[Step], run: Run) -> None:
        run.variables, run.loops, run.dot, run.around = {}, {}, UNKNOWN, None
        before = len(run.objects)
        for step in steps:
            step(run)
        for made in run.objects[before:]:
            made.template = self.name


class ChartProgram:
    """All templates of one chart, root or leaf."""

    def __init__(
        self,
        chart: str,
        defaults: Mapping[str, Any],
        templates: Mapping[str, Sequence[Row]],
        expressions: Sequence[Expression],
        levels: Mapping[str, str] | None = None,
        cache: dict[int, tuple[Needs, bool]] | None = None,
    ) -> None:
        """`levels` maps the path of each root chart to its level; `cache` is shared by all charts of a profile."""
        self.chart = chart
        self.defaults = defaults
        self.known_keys: dict[int, tuple[tuple[str | int, ...], ...] | list[Expression]] = {}
        """What expressions read, for `LeafValues.field_keys`: config keys; for those with variables, their parts."""
        self.levels = levels or {}
        self._templates = templates
        self._expressions = expressions
        self._tried = 0
        self._spared = 0
        self._shapes: Shapes | None = None
        self._renders: set[Shape] = set()
        shared = Known({} if cache is None else cache)
        self._always = unconditional_checks(templates, expressions, shared)
        # Helm renders a chart's templates from the last name to the first (engine.go, sortTemplates).
        printed = Printed(expressions)
        self.programs = [
            Program(name, templates[name], expressions, shared, printed) for name in sorted(templates, reverse=True)
        ]

    @cached_property
    def by_name(self) -> Mapping[str, Program]:
        """The programs by template."""
        return {program.name: program for program in self.programs}

    def failures(self, values: Mapping[str, Any]) -> list[Failure]:
        """What stops the chart: the first error of every template."""
        run = Run(values)
        found = [failure for template, line, check in self._always if (failure := check(run, template, line))]
        found += [failure for program in self.programs if (failure := program.check(run))]
        return found

    def failures_given(self, given: Mapping[str, Any]) -> list[Failure]:
        """The same for values that the chart's defaults still have to be added to.

        Values of a shape that the chart has rendered for before are not tried again.
        """
        shape = self._shape_of(given)
        if shape in self._renders:
            self._spared += 1
            return []
        found = self.failures(coalesce(given, self.defaults))
        if shape is not None and not found and len(self._renders) < _MOST_SHAPES:
            self._renders.add(shape)
        return found

    def _shape_of(self, given: Mapping[str, Any]) -> Shape | None:
        """The shape of a chart's values; None where finding it out costs more than a run.

        That is so for the first few, and for a chart whose values hardly ever have the same shape.
        """
        self._tried += 1
        if self._tried <= _OFTEN or (self._tried > _FAIR_TRIAL and 2 * self._spared < self._tried):
            return None
        if self._shapes is None:
            from .shapes import Shapes

            self._shapes = Shapes(self._templates.values(), self._expressions, self.defaults)
        return self._shapes.of(given)

    def render(self, values: Mapping[str, Any], *, passing: bool = False) -> tuple[list[Rendered], list[Failure]]:
        """The chart's objects, in order of template, and every template that fails (Helm stops at the first).

        When anything fails the objects are those that the chart would have had otherwise. `passing`: without failures
        the objects come with the values for their leaf charts.
        """
        run = Run(values)
        failures = [failure for template, line, check in self._always if (failure := check(run, template, line))]
        for program in self.programs:
            failure = program.run(run, passing=passing)
            if failure is not None:
                failures.append(failure)
        if failures:
            run = Run(values)
            for program in self.programs:
                program.run_tolerant(run)
        return run.objects, failures
