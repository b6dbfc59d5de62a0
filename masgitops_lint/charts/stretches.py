"""Rows that stand together and depend on no variable: one step sets all that they make.

A root chart prints the ids of its cluster and instance in every template. What depends on no variable is worked out
once a run, whichever templates print it (`Printed`); a stretch of rows then only hands values out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from .expressions import UNKNOWN, Evaluator, Expression, YamlText, compile_expression
from .rendered import OPEN, Origin, Rendered, Run, Step
from .scalars import Broken, read_scalar, read_text
from .steps import broken, has_one_line, is_indented, mixed_in, put_value

AS_IS: Final = None
"""In place of a quote: the value itself, not what YAML reads once it is printed."""
Checks: TypeAlias = tuple[tuple[Any, ...], ...]
"""Rows that make nothing: `("say", expression, quote)`, `("mix", expression)`, `("unkeyed", expression, quote)` and
`("if", expression, checks, checks)`."""


class Printed:
    """What a chart does that depends on no variable; each has a number.

    That is values, as YAML reads them inside a quote, and checks. `Run.known` holds what a run has worked out, by
    number. A text that breaks the YAML around it is never held.
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = expressions
        self._numbers: dict[tuple[Any, ...], int] = {}
        self.work_out: list[Callable[[Run], Any]] = []
        """By number: works out a value that the run does not hold yet. It may be `Broken`. Raises TemplateError."""
        self._sources: list[Expression] = []
        self._evaluators: dict[int, Evaluator] = {}

    def number(self, expression: int, quote: str | None, *, careful: bool = False) -> int:
        """The number of an expression inside a quote; `careful`: a text of several lines is an error."""
        key = (expression, quote, careful)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.work_out)
            source = self._expressions[expression]
            self.work_out.append(_worker(self._evaluator(expression), source, quote, careful, found))
            self._sources.append(source)
        return found

    def _evaluator(self, expression: int) -> Evaluator:
        found = self._evaluators.get(expression)
        if found is None:
            found = self._evaluators[expression] = compile_expression(self._expressions[expression])
        return found

    def check(self, rows: Checks) -> int:
        """The number of some checks that are done once a run. Its value is `Broken` when one of their values is."""
        key = ("check", rows)
        found = self._numbers.get(key)
        if found is None:
            evaluate = self._check_of(rows)
            found = self._numbers[key] = len(self.work_out)
            self.work_out.append(_worker(evaluate, (), AS_IS, False, found))
            self._sources.append(())
        return found

    def _check_of(self, rows: Checks) -> Evaluator:
        parts = [self._one_check_of(row) for row in rows]

        def run(frame: Any) -> Any:
            found: Any = True
            for part in parts:
                value = part(frame)
                if value.__class__ is Broken:
                    found = value
            return found

        return run

    def _one_check_of(self, row: tuple[Any, ...]) -> Evaluator:
        kind = row[0]
        if kind == "if":
            condition, then, otherwise = self.number(row[1], AS_IS), self._check_of(row[2]), self._check_of(row[3])

            def choose(frame: Any) -> Any:
                value = self.value(frame, condition)
                return then(frame) if value and value is not UNKNOWN else otherwise(frame)

            return choose
        if kind == "mix":
            mix = mixed_in(self._evaluator(row[1]), self._expressions[row[1]])
            return lambda frame: mix(cast(Run, frame))
        if kind == "say":
            number = self.number(row[1], row[2])
            return lambda frame: self.readable(cast(Run, frame), number)
        number = self.number(row[1], row[2], careful=True)
        return lambda frame: self.value(cast(Run, frame), number)

    def prepare(self, run: Run) -> None:
        """Make room for all values that have numbers by now."""
        missing = len(self.work_out) - len(run.known)
        if missing:
            run.known.extend([OPEN] * missing)

    def value(self, run: Run, number: int) -> Any:
        """A value, whether the run holds it or not."""
        value = run.known[number]
        return self.work_out[number](run) if value is OPEN else value

    def readable(self, run: Run, number: int) -> Any:
        """The same. Raises TemplateError for a text that breaks the YAML around it too."""
        value = self.value(run, number)
        if value.__class__ is Broken:
            raise broken(self._sources[number])
        return value


def _worker(
    evaluate: Evaluator, source: Expression, quote: str | None, careful: bool, number: int
) -> Callable[[Run], Any]:
    """What works a value out, and keeps it."""
    if quote is None:

        def as_it_is(run: Run) -> Any:
            value = evaluate(run)
            if value.__class__ is not Broken:
                run.known[number] = value
            return value

        return as_it_is
    one_line = careful and not is_indented(source)
    # most of what is printed is a key of a block, or one of the values themselves
    block, key = source[1:] if source[0] == "val" and len(source) == 3 else (None, None)

    def printed(run: Run) -> Any:
        above = run.values.get(block) if block is not None else None
        value = above.get(key) if above.__class__ is dict else evaluate(run)
        if value.__class__ is str:
            if one_line and "\n" in value:
                has_one_line(value, quote, source)
            value = read_text(value, quote)
        else:
            value = read_scalar(value, quote)
        if value.__class__ is not Broken:
            run.known[number] = value
        return value

    return printed


class Stretch:
    """What a stretch of rows makes, in order of the rows; values are named by their numbers in `Printed`."""

    def __init__(self, printed: Printed) -> None:
        self._printed = printed
        self._object: tuple[int, Sequence[str]] | None = None
        self._constants: dict[str, Any] = {}
        self._fields: dict[str, int] = {}
        self._chosen: list[tuple[int, Mapping[str, Any], Mapping[str, Any]]] = []
        self._items: list[tuple[str, int, Any]] = []
        self._written: dict[str, Origin] = {}
        self._checks: list[int] = []
        self._unkeyed: list[int] = []
        self._leaf: list[tuple[str | None, list[tuple[str, int]]] | Step] = []

    def begin(self, line: int, sources: Sequence[str]) -> None:
        """A new object."""
        self._object = (line, sources)

    def is_chosen(self, name: str) -> bool:
        """Whether a condition decides a field: then another value for it belongs into another stretch."""
        return any(name in then or name in otherwise for _, then, otherwise in self._chosen)

    def constant(self, name: str, value: Any) -> None:
        """A field that is the same whatever the values are."""
        self._fields.pop(name, None)
        self._constants[name] = value

    def choose(self, condition: int, then: Mapping[str, Any], otherwise: Mapping[str, Any]) -> None:
        """Fields whose constants a condition decides on."""
        self._chosen.append((condition, then, otherwise))

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
        """A value that is printed somewhere and has to be readable, or a check of such values."""
        self._checks.append(number)

    def unkeyed(self, number: int) -> None:
        """A value that is printed into the leaf values under no key, or a check of such values."""
        self._unkeyed.append(number)

    def leaf(self, block: str | None, key: str, number: int) -> None:
        """A value for the leaf chart, at the top or in a block."""
        last = self._leaf[-1] if self._leaf else None
        if isinstance(last, tuple) and last[0] == block:
            last[1].append((key, number))
        else:
            self._leaf.append((block, [(key, number)]))

    def put(self, condition: int | None, number: int, route: Sequence[str | None]) -> None:
        """A whole value (from `toYaml`) for the leaf chart; `condition` decides whether it gets it."""
        self._leaf.append(_put_step(self._printed, condition, number, route))

    def steps(self) -> list[Step]:
        """The steps that do it."""
        made: list[Step] = []
        if self._object is not None or self._constants or self._fields or self._items or self._chosen:
            made.append(self._object_step())
        if self._checks or self._unkeyed:
            made.append(self._check_step())
        for one in self._leaf:
            if not isinstance(one, tuple):
                made.append(one)
            elif one[0] is None:
                made.append(self._leaf_step(one[1]))
            else:
                made.append(self._block_step(one[0], one[1]))
        return made

    def _object_step(self) -> Step:
        begins, constants, chosen = self._object, self._constants, tuple(self._chosen)
        fields, items, written = tuple(self._fields.items()), tuple(self._items), self._written
        readable, value_of = self._printed.readable, self._printed.value

        def run(frame: Run) -> None:
            known = frame.known
            if begins is None:
                current = frame.current
            else:
                current = frame.current = Rendered(*begins)
                if frame.loops:
                    current.loops = dict(frame.loops)
                frame.objects.append(current)
            own = current.fields
            if constants:
                own.update(constants)
            for name, number in fields:
                value = known[number]
                own[name] = readable(frame, number) if value is OPEN else value
            for number, then, otherwise in chosen:
                value = value_of(frame, number)
                own.update(then if value and value is not UNKNOWN else otherwise)
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
        checks, unkeyed = tuple(self._checks), tuple(self._unkeyed)
        readable, work_out = self._printed.readable, self._printed.work_out

        def run(frame: Run) -> None:
            known = frame.known
            for number in checks:
                if known[number] is OPEN:
                    readable(frame, number)
            for number in unkeyed:
                if known[number] is OPEN and work_out[number](frame).__class__ is Broken:
                    frame.current.doubtful = True

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

    def _filler(self, pairs: Sequence[tuple[str, int]]) -> Callable[[Run, dict[str, Any]], None]:
        pairs, work_out = tuple(pairs), self._printed.work_out

        def fill(frame: Run, into: dict[str, Any]) -> None:
            known = frame.known
            for key, number in pairs:
                value = known[number]
                if value is OPEN:
                    value = work_out[number](frame)
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
            value = work_out[number](frame)
        for step in then if value and value is not UNKNOWN else otherwise:
            step(frame)

    return run


def _put_step(printed: Printed, condition: int | None, number: int, route: Sequence[str | None]) -> Step:
    value_of = printed.value

    def run(frame: Run) -> None:
        if condition is not None:
            decides = value_of(frame, condition)
            if not decides or decides is UNKNOWN:
                return
        value = value_of(frame, number)
        current = frame.current
        if not route and value.__class__ is YamlText and not isinstance(value.value, Mapping):
            current.doubtful = True
        put_value(current.leaf, route, value)

    return run
