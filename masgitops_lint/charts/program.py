"""Runs a profile's programs: the objects that a root chart would render, and the errors that would stop it.

A program is compiled once a profile into a list of closures. Two readings of the same program exist: the objects'
own fields (quick, for every run), and the values that go to the leaf charts (on demand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from .expressions import (
    UNKNOWN,
    Evaluator,
    Expression,
    Frame,
    TemplateError,
    YamlText,
    compile_expression,
    type_name,
)
from .needs import Known, Needs, Prefix, has_variable, needs
from .scalars import Broken, quote_of, read_scalar, read_text

_NO_LOOPS: Mapping[str, tuple[Expression, str | int | None]] = {}
Step: TypeAlias = Callable[["Run"], None]
Row: TypeAlias = Sequence[Any]


class Origin(NamedTuple):
    """What wrote a leaf value: the expression, the loops it stands in, and keys below the expression's own value."""

    expression: Expression
    loops: Mapping[str, tuple[Expression, str | int | None]]
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Rendered:
    """One object of a template, as YAML reads what the template prints.

    `fields` maps a name to a value, `lists` to several of them. `sources` are the value keys that can make the
    object exist, the likeliest first, and `loops` the loops it stands in. `parameters` are an ApplicationSet's Helm
    parameters; its `root_name` is an evaluator, to be run with a parameter set as the frame's top. `leaf` are the
    values for its chart, `origins` tells what wrote them, by route, and `broken` what makes them unreadable;
    `written` tells what the object's own fields are made of. These four are known after `run_leaf`.
    """

    line: int
    sources: Sequence[str] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    parameters: list[list[Any]] = field(default_factory=list)
    leaf: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str, ...], Origin] = field(default_factory=dict)
    broken: list[Origin] = field(default_factory=list)
    written: dict[str, Origin] = field(default_factory=dict)
    loops: dict[str, tuple[Expression, str | int | None]] = field(default_factory=dict)
    template: str = ""
    passed: bool = False
    """Whether `leaf` was worked out together with the object; what wrote the values is not known then."""
    doubtful: bool = False
    """Whether some value in such a `leaf` makes the text around it unreadable: `run_leaf` tells which."""


class Run(Frame):
    """A frame with the objects rendered so far."""

    __slots__ = ("around", "assigned", "current", "guards", "objects")

    def __init__(self, values: Mapping[str, Any], top: Mapping[str, Any] | None = None) -> None:
        super().__init__(values, top)
        self.objects: list[Rendered] = []
        self.guards: list[Expression] = []
        self.assigned: dict[str, tuple[Expression, str | int | None]] = {}
        self.around: Mapping[str, tuple[Expression, str | int | None]] | None = None
        """Loops and plain variables together, until one of them changes."""
        self.current = Rendered(1)


class Failure(NamedTuple):
    """A template that stops. `line` is the template's line, 0 where it is not known.

    `sources` are the value keys that can make the object exist which was being written, `guards` the conditions that
    stand around the spot, outermost first. `loops` holds plain variables too, with None for their index.
    """

    template: str
    line: int
    error: TemplateError
    loops: Mapping[str, tuple[Expression, str | int | None]]
    sources: Sequence[str] = ()
    guards: Sequence[Expression] = ()


class _StopError(Exception):
    def __init__(self, error: TemplateError, line: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.line = line


_OFTEN = 4
"""Runs after which a template is compiled as a whole: then branches that do nothing are known, and left out."""


class Program:
    """One template of a root chart, compiled."""

    def __init__(self, name: str, rows: Sequence[Row], expressions: Sequence[Expression], known: Known) -> None:
        self.name = name
        self._rows = rows
        self._expressions = expressions
        self._known = known.copy()
        self._compiled: dict[tuple[bool, bool, bool], tuple[int, Sequence[Step]]] = {}
        self.printed_keys = _printed_keys(rows, expressions)
        self._telling: list[Step] | None = None
        self._tolerant: list[Step] | None = None
        self._leaf: list[Step] | None = None

    def run(self, run: Run, *, careful: bool = False, passing: bool = False) -> Failure | None:
        """Add the template's objects to `run`. On an error nothing is added, and the failure is told.

        `careful` is for values with texts of several lines, which can end the block that they are printed into.
        `passing`: with the values that go to the leaf charts.
        """
        steps = self._steps(careful=careful, passing=passing)
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
        steps = self._steps(checking=True)
        run.variables, run.loops, run.dot, run.around = {}, {}, UNKNOWN, None
        try:
            for step in steps:
                step(run)
        except TemplateError:
            return self._tell(run)
        return None

    def _steps(self, *, careful: bool = False, passing: bool = False, checking: bool = False) -> Sequence[Step]:
        """The steps of one way to run: compiled as they are reached at first, as a whole for a template run often."""
        way = (careful, passing, checking)
        uses, steps = self._compiled.get(way, (0, ()))
        if uses in (0, _OFTEN):
            compiler = _Compiler(
                self._expressions, careful=careful, passing=passing, checking=checking, late=uses < _OFTEN
            )
            steps = compiler.body(self._rows, self._known.copy())
        if uses <= _OFTEN:
            self._compiled[way] = (uses + 1, steps)
        return steps

    def _tell(self, run: Run) -> Failure | None:
        """Run again, this time with an eye on the lines."""
        if self._telling is None:
            compiler = _Compiler(self._expressions, careful=True, telling=True)
            self._telling = compiler.body(self._rows, self._known.copy())
        again = Run(run.values, run.top)
        try:
            for step in self._telling:
                step(again)
        except _StopError as stop:
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
            self._tolerant = _Compiler(self._expressions, tolerant=True, late=True).body(
                self._rows, Known(self._known.cache)
            )
        self._run_through(self._tolerant, run)

    def run_leaf(self, run: Run) -> None:
        """Add the objects with the values for their leaf charts; errors leave out what they touch."""
        if self._leaf is None:
            self._leaf = _Compiler(self._expressions, leaf=True, tolerant=True, late=True).body(
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
        self.known_keys: dict[tuple[Any, ...], tuple[tuple[str | int, ...], ...]] = {}
        """The config keys behind expressions in their loops, as far as somebody has asked (`LeafValues.field_keys`)."""
        self.levels = levels or {}
        shared = Known({} if cache is None else cache)
        self._always = _always(templates, expressions, shared)
        # Helm renders a chart's templates from the last name to the first (engine.go, sortTemplates).
        self.programs = [
            Program(name, templates[name], expressions, shared) for name in sorted(templates, reverse=True)
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

    def render(self, values: Mapping[str, Any], *, passing: bool = False) -> tuple[list[Rendered], list[Failure]]:
        """The chart's objects, in order of template, and every template that fails (Helm stops at the first).

        When anything fails the objects are those that the chart would have had otherwise. `passing`: without failures
        the objects come with the values for their leaf charts.
        """
        run = Run(values)
        long = {key for key, value in values.items() if _several_lines(value)}
        failures = [failure for template, line, check in self._always if (failure := check(run, template, line))]
        for program in self.programs:
            failure = program.run(run, careful=not long.isdisjoint(program.printed_keys), passing=passing)
            if failure is not None:
                failures.append(failure)
        if failures:
            run = Run(values)
            for program in self.programs:
                program.run_tolerant(run)
        return run.objects, failures


def _printed_keys(rows: Sequence[Row], expressions: Sequence[Expression]) -> frozenset[str]:
    """Top-level values that go, or can go, as text into the leaf values."""
    found: set[str] = set()
    looped: set[str] = set()
    for row in _rows(rows):
        if row[0] == "leaf":
            parts = list(_walk(expressions[row[2]]))
            found |= {part[1] for part in parts if part[0] == "val" and len(part) > 1}
            if any(part[0] in ("var", "dot") for part in parts):
                found |= looped
        elif row[0] in ("each", "let", "with"):
            number = row[1] if row[0] == "with" else row[2]
            looped |= {part[1] for part in _walk(expressions[number]) if part[0] == "val" and len(part) > 1}
    return frozenset(found)


def _rows(rows: Sequence[Row]) -> Iterator[Row]:
    """All rows, those of the branches too."""
    for row in rows:
        yield row
        for part in row[2:5] if row[0] in ("if", "with", "each") else ():
            if isinstance(part, list):
                yield from _rows([one for one in part if isinstance(one, list)])


def _several_lines(value: Any) -> bool:
    kind = value.__class__
    if kind is str:
        return "\n" in value
    if kind is not dict and kind is not list:
        return False
    for one in value.values() if kind is dict else value:
        kind = one.__class__
        if kind is str:
            if "\n" in one:
                return True
        elif (kind is dict or kind is list) and _several_lines(one):
            return True
    return False


def _always(
    templates: Mapping[str, Sequence[Row]], expressions: Sequence[Expression], shared: Known
) -> list[tuple[str, int, Callable[[Run, str, int], Failure | None]]]:
    """Checks of what some template reads unconditionally: done once, and known to all templates then."""
    found: dict[Prefix, tuple[str, int]] = {}
    for name in sorted(templates, reverse=True):
        for number, line in _unconditional(templates[name]):
            for prefix in needs(expressions[number]).always:
                if not prefix[0].startswith(("$", ".")):
                    found.setdefault(prefix, (name, line))
    shared.prefixes |= set(found)
    printed: dict[tuple[int, str], tuple[str, int]] = {}
    for name in sorted(templates, reverse=True):
        for row in templates[name]:
            if row[0] == "say" and not has_variable(expressions[row[1]]):
                printed.setdefault((row[1], row[2]), (name, row[3]))
    for number, quote in printed:
        shared.print(number, quote, expressions[number])
    checks: list[tuple[str, int, Callable[[Run, str, int], Failure | None]]] = []
    for prefix in sorted(found, key=len):
        name, line = found[prefix]
        checks.append((name, line, _mapping_check(prefix, _field_below(prefix, templates[name], expressions))))
    for (number, quote), (name, line) in printed.items():
        checks.append((name, line, _print_check(expressions[number], quote_of(quote))))
    return checks


def _print_check(expression: Expression, quote: str) -> Callable[[Run, str, int], Failure | None]:
    step = _printed(compile_expression(expression), quote, expression)

    def check(run: Run, template: str, line: int) -> Failure | None:
        try:
            step(run)
        except TemplateError as error:
            return Failure(template, line, error, {})
        return None

    return check


def _field_below(prefix: Prefix, rows: Sequence[Row], expressions: Sequence[Expression]) -> str:
    for number, _ in _unconditional(rows):
        for part in _walk(expressions[number]):
            if part[0] == "val" and tuple(part[1 : len(prefix) + 1]) == prefix and len(part) > len(prefix) + 1:
                return str(part[len(prefix) + 1])
    return ""


def _walk(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in expression[1:]:
        if isinstance(part, list):
            yield from _walk(part)


def _unconditional(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Expressions that are evaluated whatever the values are, with their template lines."""
    line = 0
    for row in rows:
        kind = row[0]
        if kind == "doc":
            line = row[1]
        elif kind == "set":
            yield row[2], line
        elif kind == "leaf":
            yield row[2], row[5]
        elif kind == "put":
            yield row[2], row[3]
        elif kind in ("do", "mix", "say"):
            yield row[1], row[-1]
        elif kind == "let":
            yield row[2], line
        elif kind in ("if", "with"):
            yield row[1], row[4]
        elif kind == "each":
            yield row[2], row[5]


def _mapping_check(prefix: Prefix, below: str) -> Callable[[Run, str, int], Failure | None]:
    def check(run: Run, template: str, line: int) -> Failure | None:
        value: Any = run.values
        for key in prefix:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        if isinstance(value, Mapping) or value is UNKNOWN:
            return None
        blamed = ["val", *prefix]
        if value is None:
            error = TemplateError("nil", f"nil pointer evaluating interface {{}}.{below}", blamed, below)
        else:
            error = TemplateError("type", f"can't evaluate field {below} in {type_name(value)}", blamed, below)
        return Failure(template, line, error, {})

    return check


_OWN_FIELDS = frozenset({"name", "namespace", "server", "path"})
"""Fields whose making is noted in every run: a missing part of theirs is told by its config key."""


class _Compiler:
    def __init__(
        self,
        expressions: Sequence[Expression],
        *,
        leaf: bool = False,
        tolerant: bool = False,
        careful: bool = False,
        telling: bool = False,
        checking: bool = False,
        passing: bool = False,
        late: bool = False,
    ) -> None:
        """What the steps do besides making objects.

        `leaf`: build leaf values and note what writes them; `passing`: build them without. `tolerant`: pass on errors.
        `careful`: look for texts of several lines. `telling`: an error comes with its line, which costs a call more a
        step. `checking`: nothing but the errors is wanted, so that objects are not made. `late`: the inside of a branch
        or loop is compiled when it is reached.
        """
        self.expressions = expressions
        self.leaf = leaf
        self.tolerant = tolerant
        self.careful = careful
        self.telling = telling
        self.checking = checking
        self.passing = passing
        self.late = late
        self.line = 0
        self.made: dict[int, Evaluator] = {}

    def evaluator(self, number: int) -> Evaluator:
        found = self.made.get(number)
        if found is None:
            found = self.made[number] = compile_expression(self.expressions[number])
        return found

    def body(self, rows: Sequence[Row], known: Known) -> list[Step]:
        steps: list[Step] = []
        position = 0
        while position < len(rows):
            end = position
            while end < len(rows) and self.constant(rows[end]):
                end += 1
            if end > position:
                if not self.checking:
                    steps.append(self.constants(rows[position:end]))
                position = end
                continue
            step = self.step(rows[position], known)
            if step is not None:
                steps.append(step)
            position += 1
        return steps

    def inside(self, rows: Sequence[Row], known: Known) -> list[Step]:
        """The steps of a branch or loop; `known` is used up."""
        if not self.late or not rows:
            return self.body(rows, known)
        steps: list[Step] = []

        def first(frame: Run) -> None:
            # whoever goes through the list goes on with what stands there now, from the second step
            steps[:] = self.body(rows, known)
            if steps:
                steps[0](frame)

        steps.append(first)
        return steps

    def constant(self, row: Row) -> bool:
        """Whether a row sets a field to a text that the template itself holds."""
        if row[0] == "fix":
            return True
        return row[0] == "set" and self.expressions[row[2]][0] == "lit" and not row[1].startswith(("parameter", "root"))

    def constants(self, rows: Sequence[Row]) -> Step:
        fields: dict[str, Any] = {}
        items: list[tuple[str, Any]] = []
        for row in rows:
            if row[0] == "fix":
                fields.update(row[1])
                continue
            value = read_scalar(self.expressions[row[2]][1], quote_of(row[3]))
            if row[4]:
                items.append((row[1], value))
            else:
                fields[row[1]] = value
        return _constants(fields, tuple(items))

    def field(self, row: Row, known: Known) -> Step:
        expression = self.expressions[row[2]]
        known.learn(row[2], expression)
        step = _set(row[1], self.evaluator(row[2]), quote_of(row[3]), bool(row[4]), expression)
        if (self.leaf and not row[1].startswith("parameter")) or (self.passing and row[1] in _OWN_FIELDS):
            step = _noted(row[1], expression, step)
        return self.guarded(step, self.line)

    def leaf_value(self, row: Row, known: Known) -> Step | None:
        expression = self.expressions[row[2]]
        one_line = (
            _one_line(self.evaluator(row[2]), quote_of(row[3]), expression)
            if self.careful and row[0] == "leaf"
            else None
        )
        if self.passing:
            known.learn(row[2], expression)
            step = self.passing_step(row)
            return _both(one_line, step) if one_line else step
        if self.leaf:
            return self.guarded(self.leaf_step(row), row[-1])
        if one_line:
            return self.guarded(one_line, row[5])
        return self.check(row[2], row[-1], known)

    def step(self, row: Row, known: Known) -> Step | None:
        kind = row[0]
        if kind == "doc":
            self.line = row[1]
            if self.checking:
                return None
            return _document(row[1], row[2] if len(row) > 2 else ())
        if kind == "set" and self.checking:
            return self.print(["say", row[2], row[3], self.line], known)
        if kind == "set":
            return self.field(row, known)
        if kind in ("leaf", "put"):
            return self.leaf_value(row, known)
        if kind in ("say", "mix"):
            return self.print(row, known)
        if kind == "bad":
            return None if self.tolerant else self.guarded(_bad(self.expressions[row[1]]), row[2])
        if kind == "do":
            return self.check(row[1], row[2], known)
        if kind == "let":
            known.learn(row[2], self.expressions[row[2]])
            known.forget(row[1])
            return self.guarded(self.let(row[1], row[2]), self.line)
        if kind == "each":
            return self.each(row, known)
        return self.branch(row, known)

    def let(self, name: str, number: int) -> Step:
        evaluate, expression = self.evaluator(number), self.expressions[number]
        noting = self.telling or self.leaf or self.passing
        alone = None if has_variable(expression) else (expression, None)

        def run(frame: Run) -> None:
            if noting:
                frame.assigned[name] = alone or (_expanded(expression, frame.assigned), None)
                frame.around = None
            try:
                frame.variables[name] = evaluate(frame)
            except TemplateError:
                frame.variables[name] = UNKNOWN
                raise

        return run

    def check(self, number: int, line: int, known: Known) -> Step | None:
        """An evaluation for the sake of its error; nothing when the same error would have come before."""
        expression = self.expressions[number]
        if self.tolerant or known.covers(number, expression):
            return None
        known.learn(number, expression)
        evaluate = self.evaluator(number)

        def run(frame: Run) -> None:
            evaluate(frame)

        return self.guarded(run, line)

    def print(self, row: Row, known: Known) -> Step | None:
        """A check that what is printed leaves the YAML readable."""
        if self.tolerant:
            return None
        number, line = row[1], row[-1]
        expression, evaluate = self.expressions[number], self.evaluator(number)
        if row[0] == "mix":
            known.learn(number, expression)
            return self.guarded(_mixed_in(evaluate, expression), line)
        if known.printed(number, row[2]):
            return None
        known.print(number, row[2], expression)
        return self.guarded(_printed(evaluate, quote_of(row[2]), expression), line)

    def guarded(self, step: Step, line: int) -> Step:
        if self.tolerant:

            def tolerant(run: Run) -> None:
                try:
                    step(run)
                except TemplateError:
                    return

            return tolerant
        if not self.telling:
            return step

        def strict(run: Run) -> None:
            try:
                step(run)
            except TemplateError as error:
                raise _StopError(error, line) from None

        return strict

    def leaf_step(self, row: Row) -> Step:
        route = tuple(None if part == "*" else part for part in row[1].split(".")) if row[1] else ()
        evaluate = self.evaluator(row[2])
        expression = self.expressions[row[2]]
        known = tuple(part for part in route if part is not None)
        if row[0] == "put":

            def put(run: Run) -> None:
                value = evaluate(run)
                current = run.current
                loops = _around(run)
                put_value(current.leaf, route, value)
                if not route and value.__class__ is YamlText and not isinstance(value.value, Mapping):
                    current.broken.append(Origin(expression, loops))
                elif route:
                    current.origins[known] = Origin(expression, loops)
                elif isinstance(value, YamlText) and isinstance(value.value, Mapping):
                    for key in value.value:
                        current.origins[(key,)] = Origin(expression, loops, (key,))

            return put
        quote, opens = quote_of(row[3]), bool(row[4])
        listed = len(known) != len(route)

        def scalar(run: Run) -> None:
            current = run.current
            value = read_scalar(evaluate(run), quote)
            origin = Origin(expression, _around(run))
            _place(current.leaf, route, value, opens=opens)
            if value.__class__ is Broken:
                current.broken.append(origin)
            if not listed:
                current.origins[known] = origin

        return scalar

    def passing_step(self, row: Row) -> Step:
        """A leaf value without its origin."""
        route = tuple(None if part == "*" else part for part in row[1].split(".")) if row[1] else ()
        evaluate = self.evaluator(row[2])
        if row[0] == "put":
            return _put(evaluate, route)
        quote, opens = quote_of(row[3]), bool(row[4])
        if len(route) == 1 and route[0] is not None:
            return _passed(evaluate, route[0], quote)

        if len(route) == 2 and (block := route[0]) is not None and (key := route[1]) is not None:
            return _passed_below(evaluate, block, key, quote)

        def scalar(run: Run) -> None:
            value = read_scalar(evaluate(run), quote)
            current = run.current
            if value.__class__ is Broken:
                current.doubtful = True
            _place(current.leaf, route, value, opens=opens)

        return scalar

    def condition(self, number: int, line: int, default: Any) -> Evaluator:
        evaluate = self.evaluator(number)
        if self.tolerant:

            def tolerant(frame: Frame) -> Any:
                try:
                    return evaluate(frame)
                except TemplateError:
                    return default

            return tolerant
        if not self.telling:
            return evaluate

        def strict(frame: Frame) -> Any:
            try:
                return evaluate(frame)
            except TemplateError as error:
                raise _StopError(error, line) from None

        return strict

    def branch(self, row: Row, known: Known) -> Step | None:
        word, number, then_rows, otherwise_rows, line = row
        condition = self.condition(number, line, None)
        fails = not known.covers(number, self.expressions[number])
        known.learn(number, self.expressions[number])
        inside = known.copy()
        if word == "with":
            inside.forget(".")
        then = self.inside(then_rows, inside)
        otherwise = self.inside(otherwise_rows, known.copy())
        if not then and not otherwise and (self.tolerant or not fails):
            return None
        assigned = _assigned(row)
        for name in assigned:
            known.forget(name)
        if not self.telling and word != "with" and not assigned:
            return _branch(condition, then, otherwise)
        guard = self.expressions[number] if self.telling else None
        return _watched_branch(condition, then, otherwise, word == "with", assigned, guard)

    def each(self, row: Row, known: Known) -> Step | None:
        _, names, number, body_rows, otherwise_rows, line = row
        expression = self.expressions[number]
        items = self.condition(number, line, None)
        known.learn(number, expression)
        inside = known.copy()
        for name in [*names, ".", *_assigned(row)]:
            inside.forget(name)
        body = self.inside(body_rows, inside)
        otherwise = self.inside(otherwise_rows, known.copy())
        for name in _assigned(row):
            known.forget(name)
        element = names[-1] if names else None
        index_name = names[0] if len(names) > 1 else None
        tolerant, telling = self.tolerant, self.telling

        def run(frame: Run) -> None:
            value = items(frame)
            if value is None or value is UNKNOWN or (not value and value.__class__ in (list, dict)):
                for step in otherwise:
                    step(frame)
                return
            pairs = _pairs(value)
            if pairs is None:
                if tolerant:
                    return
                error = TemplateError("type", f"range can't iterate over {type_name(value)}", expression)
                raise _StopError(error, line) if telling else error
            before = frame.dot
            for index, one in pairs:
                frame.dot = one
                frame.around = None
                frame.loops["."] = (expression, index)
                if element is not None:
                    frame.variables[element] = one
                    frame.loops[element] = (expression, index)
                if index_name is not None:
                    frame.variables[index_name] = index
                for step in body:
                    step(frame)
            frame.dot = before
            frame.around = None
            frame.loops.pop(".", None)
            if element is not None:
                frame.loops.pop(element, None)

        return run


def _branch(condition: Evaluator, then: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """A condition that changes neither the dot nor a variable."""

    def run(frame: Run) -> None:
        value = condition(frame)
        for step in then if value and value is not UNKNOWN else otherwise:
            step(frame)

    return run


def _watched_branch(
    condition: Evaluator,
    then: Sequence[Step],
    otherwise: Sequence[Step],
    narrow: bool,
    assigned: Sequence[str],
    guard: Expression | None,
) -> Step:
    """A condition that moves the dot (`narrow`), assigns variables, or whose `guard` is to be noted."""

    def run(frame: Run) -> None:
        value = condition(frame)
        if guard is not None:
            frame.guards.append(guard)
        if value is UNKNOWN:
            for name in assigned:
                frame.variables[name] = UNKNOWN
        if value and value is not UNKNOWN:
            before = frame.dot
            if narrow:
                frame.dot = value
            for step in then:
                step(frame)
            frame.dot = before
        else:
            for step in otherwise:
                step(frame)
        if guard is not None:
            frame.guards.pop()

    return run


def _both(first: Step, second: Step) -> Step:
    def run(frame: Run) -> None:
        first(frame)
        second(frame)

    return run


def _passed(evaluate: Evaluator, key: str, quote: str) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        value = read_text(value, quote) if value.__class__ is str else read_scalar(value, quote)
        current = frame.current
        current.leaf[key] = value
        if value.__class__ is Broken:
            current.doubtful = True

    return run


def _passed_below(evaluate: Evaluator, block: str, key: str, quote: str) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        value = read_text(value, quote) if value.__class__ is str else read_scalar(value, quote)
        current = frame.current
        below = current.leaf.get(block)
        if below.__class__ is not dict:
            below = current.leaf[block] = {}
        below[key] = value
        if value.__class__ is Broken:
            current.doubtful = True

    return run


def _put(evaluate: Evaluator, route: Sequence[str | None]) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        current = frame.current
        if not route and value.__class__ is YamlText and not isinstance(value.value, Mapping):
            current.doubtful = True
        put_value(current.leaf, route, value)

    return run


def _around(run: Run) -> Mapping[str, tuple[Expression, str | int | None]]:
    """The loops and plain variables that an expression can name at this point."""
    found = run.around
    if found is None:
        found = run.around = {**run.assigned, **run.loops} if run.loops or run.assigned else _NO_LOOPS
    return found


def _expanded(expression: Expression, loops: Mapping[str, tuple[Expression, str | int | None]]) -> Expression:
    """The expression with plain variables replaced by what they were given."""
    if expression[0] == "var":
        known = loops.get(expression[1])
        if known is not None and known[1] is None:
            rest = list(expression[2:])
            return [*known[0], *rest] if known[0][0] in ("val", "var") or not rest else ["fld", known[0], *rest]
        return expression
    return [_expanded(part, loops) if isinstance(part, list) and part else part for part in expression]


def _pairs(value: Any) -> Iterator[tuple[Any, Any]] | None:
    """What `range` gives for a value: index and element, or key and value in order of key; None for the rest."""
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, Mapping):
        return iter(sorted(value.items(), key=lambda pair: str(pair[0])))
    return None


def _assigned(row: Row) -> list[str]:
    """Variables that the inside of a control row assigns."""
    found: list[str] = []
    for part in row:
        if isinstance(part, list):
            for inner in part:
                if isinstance(inner, list) and inner:
                    if inner[0] == "let":
                        found.append(inner[1])
                    else:
                        found += _assigned(inner)
    return found


def _document(line: int, sources: Sequence[str]) -> Step:
    def run(frame: Run) -> None:
        frame.current = made = Rendered(line, sources)
        if frame.loops:
            made.loops = dict(frame.loops)
        frame.objects.append(made)

    return run


def _noted(name: str, expression: Expression, step: Step) -> Step:
    def run(frame: Run) -> None:
        frame.current.written[name] = Origin(expression, _around(frame))
        step(frame)

    return run


def _constants(fields: Mapping[str, Any], items: Sequence[tuple[str, Any]]) -> Step:
    def run(frame: Run) -> None:
        current = frame.current
        current.fields.update(fields)
        for name, value in items:
            current.lists.setdefault(name, []).append(value)

    return run


def _set(name: str, evaluate: Evaluator, quote: str, opens: bool, expression: Expression) -> Step:
    if name == "parameter_name":

        def parameter(frame: Run) -> None:
            frame.current.parameters.append([evaluate(frame), None])

        return parameter
    if name == "parameter_value":

        def parameter_value(frame: Run) -> None:
            frame.current.parameters[-1][1] = evaluate(frame)

        return parameter_value
    if name == "root_name":

        def generated(frame: Run) -> None:
            frame.current.fields[name] = (evaluate, quote)

        return generated
    if opens:

        def item(frame: Run) -> None:
            frame.current.lists.setdefault(name, []).append(_readable(evaluate(frame), quote, expression))

        return item

    def scalar(frame: Run) -> None:
        fields = frame.current.fields
        try:
            fields[name] = _readable(evaluate(frame), quote, expression)
        except TemplateError:
            fields[name] = UNKNOWN
            raise

    return scalar


def _readable(value: Any, quote: str, expression: Expression) -> Any:
    found = read_scalar(value, quote)
    if found.__class__ is Broken:
        raise TemplateError("yaml", "the rendered YAML cannot be read any more", _strange(expression))
    return found


def _strange(expression: Expression) -> Expression:
    """The first part of a text that is no constant."""
    if expression[0] == "cat":
        return next((part for part in expression[1:] if part[0] != "lit"), expression)
    return expression


def _printed(evaluate: Evaluator, quote: str, expression: Expression) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        if value.__class__ is not str or read_text(value, quote).__class__ is Broken:
            _readable(value, quote, expression)

    return run


def _bad(condition: Expression) -> Step:
    parts = [condition, *(part for part in _walk(condition) if part[0] in ("val", "var", "dot"))]
    evaluators = [(part, compile_expression(part)) for part in reversed(parts)]

    def run(frame: Run) -> None:
        blamed = next((part for part, evaluate in reversed(evaluators[:-1]) if evaluate(frame)), condition)
        raise TemplateError("yaml", "with this value the chart writes YAML that cannot be read", blamed)

    return run


def _mixed_in(evaluate: Evaluator, expression: Expression) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        if value.__class__ is YamlText and not (isinstance(value.value, Mapping) and value.value):
            what = f"{type_name(value.value)} stands where keys of a mapping belong: the rendered YAML cannot be read"
            if isinstance(value.value, Mapping):
                what = "an empty mapping is printed as `{}` among other keys: the rendered YAML cannot be read"
            raise TemplateError("yaml", what, expression)

    return run


def _one_line(evaluate: Evaluator, quote: str, expression: Expression) -> Step:
    def run(frame: Run) -> None:
        value = evaluate(frame)
        if value.__class__ is str and "\n" in value:
            rest = value.split("\n", 1)[1]
            if rest.strip() or quote in ('"', "'"):
                message = (
                    "a text of several lines ends the block that it is printed into: the rendered YAML cannot be read"
                )
                raise TemplateError("yaml", message, _strange(expression))

    return run


def put_value(into: dict[str, Any], route: Sequence[str | None], value: Any) -> None:
    """Write a whole value (from `toYaml`) below a route; at the top its keys are mixed in."""
    while isinstance(value, YamlText):
        value = value.value
    if not route:
        if isinstance(value, Mapping):
            into.update(value)
        return
    _place(into, route, value, opens=False)


def _place(into: dict[str, Any], route: Sequence[str | None], value: Any, *, opens: bool) -> None:
    current: Any = into
    last = len(route) - 1
    for index, key in enumerate(route):
        if key is None:
            if not isinstance(current, list):
                return
            if index == last:
                current.append(value)
                return
            if opens and None not in route[index + 1 :]:
                current.append({})
            if not current:
                return
            current = current[-1]
            continue
        if not isinstance(current, dict):
            return
        if index == last:
            current[key] = value
            return
        below = current.get(key)
        if route[index + 1] is None:
            if not isinstance(below, list):
                below = current[key] = []
        elif not isinstance(below, dict):
            below = current[key] = {}
        current = below
