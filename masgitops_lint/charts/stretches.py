"""Rows that stand together and depend on no variable: one step sets all that they make.

A root chart prints the ids of its cluster and instance in every template. What depends on no variable is worked out
once a run, whichever templates print it (`Printed`); a stretch of rows then only hands values out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .expressions import UNKNOWN, Evaluator, Expression, YamlText, compile_expression
from .rendered import OPEN, Origin, Rendered, Run, Step
from .scalars import Broken, read_scalar
from .steps import broken, one_line, put_value

AS_IS: Final = None
"""In place of a quote: the value itself, not what YAML reads once it is printed."""


class Printed:
    """Values of a chart that depend on no variable, as YAML reads them inside a quote; each has a number.

    `Run.known` holds those that a run has worked out, by number. A text that breaks the YAML around it is never held.
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = expressions
        self._numbers: dict[tuple[int, str | None, bool], int] = {}
        self._makers: list[tuple[Evaluator, str | None, Expression]] = []
        self._evaluators: dict[int, Evaluator] = {}

    def number(self, expression: int, quote: str | None, *, careful: bool = False) -> int:
        """The number of an expression inside a quote; `careful`: a text of several lines is an error."""
        key = (expression, quote, careful)
        found = self._numbers.get(key)
        if found is None:
            evaluate = self._evaluators.get(expression)
            if evaluate is None:
                evaluate = self._evaluators[expression] = compile_expression(self._expressions[expression])
            if careful:
                evaluate = one_line(evaluate, quote or "", self._expressions[expression])
            found = self._numbers[key] = len(self._makers)
            self._makers.append((evaluate, quote, self._expressions[expression]))
        return found

    def prepare(self, run: Run) -> None:
        """Make room for all values that have numbers by now."""
        run.known.extend([OPEN] * (len(self._makers) - len(run.known)))

    def work_out(self, run: Run, number: int) -> Any:
        """A value that the run does not hold yet; it may be `Broken`. Raises TemplateError."""
        evaluate, quote, _ = self._makers[number]
        value = evaluate(run)
        if quote is not None:
            value = read_scalar(value, quote)
            if value.__class__ is Broken:
                return value
        run.known[number] = value
        return value

    def readable(self, run: Run, number: int) -> Any:
        """As `work_out`. Raises TemplateError for a text that breaks the YAML around it too."""
        value = self.work_out(run, number)
        if value.__class__ is Broken:
            raise broken(self._makers[number][2])
        return value


class Stretch:
    """What a stretch of rows makes, in order of the rows; values are named by their numbers in `Printed`."""

    def __init__(self, printed: Printed) -> None:
        self._printed = printed
        self._object: tuple[int, Sequence[str]] | None = None
        self._constants: dict[str, Any] = {}
        self._fields: dict[str, int] = {}
        self._items: list[tuple[str, int, Any]] = []
        self._written: dict[str, Origin] = {}
        self._checks: list[int] = []
        self._leaf: list[tuple[str | None, list[tuple[str, int]]]] = []

    def begin(self, line: int, sources: Sequence[str]) -> None:
        """A new object."""
        self._object = (line, sources)

    def constant(self, name: str, value: Any) -> None:
        """A field that is the same whatever the values are."""
        self._fields.pop(name, None)
        self._constants[name] = value

    def field(self, name: str, number: int, origin: Origin | None) -> None:
        """A field of the object; `origin` where its making is noted."""
        self._constants.pop(name, None)
        self._fields[name] = number
        if origin is not None:
            self._written[name] = origin

    def item(self, name: str, number: int) -> None:
        """One of several values of a field."""
        self._items.append((name, number, None))

    def constant_item(self, name: str, value: Any) -> None:
        """The same, whatever the values are."""
        self._items.append((name, -1, value))

    def check(self, number: int) -> None:
        """A value that is printed somewhere and has to be readable."""
        self._checks.append(number)

    def leaf(self, block: str | None, key: str, number: int) -> None:
        """A value for the leaf chart, at the top or in a block."""
        if not self._leaf or self._leaf[-1][0] != block:
            self._leaf.append((block, []))
        self._leaf[-1][1].append((key, number))

    def steps(self) -> list[Step]:
        """The steps that do it."""
        made: list[Step] = []
        if self._object is not None or self._constants or self._fields or self._items:
            made.append(self._object_step())
        if self._checks:
            made.append(self._check_step())
        for block, pairs in self._leaf:
            made.append(self._leaf_step(pairs) if block is None else self._block_step(block, pairs))
        return made

    def _object_step(self) -> Step:
        begins, constants = self._object, self._constants
        fields, items, written = tuple(self._fields.items()), tuple(self._items), self._written
        readable = self._printed.readable

        def run(frame: Run) -> None:
            known = frame.known
            if begins is None:
                current = frame.current
            else:
                current = frame.current = Rendered(*begins)
                if frame.loops:
                    current.loops = dict(frame.loops)
                frame.objects.append(current)
            if constants:
                current.fields.update(constants)
            for name, number in fields:
                value = known[number]
                current.fields[name] = readable(frame, number) if value is OPEN else value
            for name, number, value in items:
                if number >= 0:
                    value = known[number]
                    if value is OPEN:
                        value = readable(frame, number)
                current.lists.setdefault(name, []).append(value)
            if written:
                current.written.update(written)

        return run

    def _check_step(self) -> Step:
        checks, readable = tuple(self._checks), self._printed.readable

        def run(frame: Run) -> None:
            known = frame.known
            for number in checks:
                if known[number] is OPEN:
                    readable(frame, number)

        return run

    def _leaf_step(self, pairs: Sequence[tuple[str, int]]) -> Step:
        fill = self._filler(pairs)

        def run(frame: Run) -> None:
            fill(frame, frame.current.leaf)

        return run

    def _block_step(self, block: str, pairs: Sequence[tuple[str, int]]) -> Step:
        fill = self._filler(pairs)

        def run(frame: Run) -> None:
            leaf = frame.current.leaf
            below = leaf.get(block)
            if below.__class__ is not dict:
                below = leaf[block] = {}
            fill(frame, below)

        return run

    def _filler(self, pairs: Sequence[tuple[str, int]]) -> Any:
        pairs, work_out = tuple(pairs), self._printed.work_out

        def fill(frame: Run, into: dict[str, Any]) -> None:
            known = frame.known
            for key, number in pairs:
                value = known[number]
                if value is OPEN:
                    value = work_out(frame, number)
                    if value.__class__ is Broken:
                        frame.current.doubtful = True
                into[key] = value

        return fill


def branch_on(printed: Printed, number: int, then: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """A condition that depends on no variable, and changes none."""
    work_out = printed.work_out

    def run(frame: Run) -> None:
        value = frame.known[number]
        if value is OPEN:
            value = work_out(frame, number)
        for step in then if value and value is not UNKNOWN else otherwise:
            step(frame)

    return run


def put_known(printed: Printed, number: int, route: Sequence[str | None]) -> Step:
    """A whole value (from `toYaml`) that depends on no variable and goes to the leaf chart."""
    work_out = printed.work_out

    def run(frame: Run) -> None:
        value = frame.known[number]
        if value is OPEN:
            value = work_out(frame, number)
        current = frame.current
        if not route and value.__class__ is YamlText and not isinstance(value.value, Mapping):
            current.doubtful = True
        put_value(current.leaf, route, value)

    return run
