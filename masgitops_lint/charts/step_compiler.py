"""Compiles a program's rows into steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from .needs import Known, has_variable
from .rendered import Origin, Row, Run, Step, StopError, around, expanded
from .rows import assigned_variables
from .scalars import Broken, quote_of, read_scalar
from .steps import (
    OWN_FIELDS,
    branch,
    constants,
    document,
    mixed_in,
    noted,
    one_line,
    pairs_of,
    passed,
    passed_below,
    place_value,
    printed,
    put,
    put_value,
    refuses,
    set_field,
    watched_branch,
)
from .stretches import AS_IS, Printed, branch_on


class StepCompiler:
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
        shared: Printed | None = None,
    ) -> None:
        """What the steps do besides making objects.

        `leaf`: build leaf values and note what writes them; `passing`: build them without. `tolerant`: pass on errors.
        `careful`: look for texts of several lines. `telling`: an error comes with its line, which costs a call more a
        step. `checking`: nothing but the errors is wanted, so that objects are not made. `late`: the inside of a branch
        or loop is compiled when it is reached. `shared`: what depends on no variable is worked out once a run.
        """
        self.expressions = expressions
        self.leaf = leaf
        self.tolerant = tolerant
        self.careful = careful
        self.telling = telling
        self.checking = checking
        self.passing = passing
        self.late = late
        self.shared = shared
        self.line = 0
        self.made: dict[int, Evaluator] = {}

    def evaluator(self, number: int) -> Evaluator:
        found = self.made.get(number)
        if found is None:
            found = self.made[number] = compile_expression(self.expressions[number])
        return found

    def body(self, rows: Sequence[Row], known: Known) -> list[Step]:
        if self.shared is not None:
            from .joining import Joiner

            return Joiner(self, self.shared, known).steps_of(rows)
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
        return constants(fields, tuple(items))

    def field(self, row: Row, known: Known) -> Step:
        expression = self.expressions[row[2]]
        known.learn(row[2], expression)
        step = set_field(row[1], self.evaluator(row[2]), quote_of(row[3]), bool(row[4]), expression)
        if (self.leaf and not row[1].startswith("parameter")) or (self.passing and row[1] in OWN_FIELDS):
            step = noted(row[1], expression, step)
        return self.guarded(step, self.line)

    def leaf_value(self, row: Row, known: Known) -> Step | None:
        expression, evaluate = self.expressions[row[2]], self.evaluator(row[2])
        careful = self.careful and row[0] == "leaf"
        if careful:
            evaluate = one_line(evaluate, quote_of(row[3]), expression)
        if self.passing:
            known.learn(row[2], expression)
            return self.passing_step(row, evaluate)
        if self.leaf:
            return self.guarded(self.leaf_step(row), row[-1])
        if careful:
            return self.guarded(evaluate, row[5])
        return self.check(row[2], row[-1], known)

    def step(self, row: Row, known: Known) -> Step | None:
        kind = row[0]
        if kind == "doc":
            self.line = row[1]
            if self.checking:
                return None
            return document(row[1], row[2] if len(row) > 2 else ())
        if kind == "set" and self.checking:
            return self.print(["say", row[2], row[3], self.line], known)
        if kind == "set":
            return self.field(row, known)
        if kind in ("leaf", "put"):
            return self.leaf_value(row, known)
        if kind in ("say", "mix"):
            return self.print(row, known)
        if kind == "bad":
            return None if self.tolerant else self.guarded(refuses(self.expressions[row[1]]), row[2])
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
        last: tuple[Any, Any] = ({}, None)

        def run(frame: Run) -> None:
            nonlocal last
            if noting:
                if alone is None and last[0] != frame.assigned:
                    last = (dict(frame.assigned), (expanded(expression, frame.assigned), None))
                frame.assigned[name] = alone or last[1]
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
            return self.guarded(mixed_in(evaluate, expression), line)
        if known.printed(number, row[2]):
            return None
        known.print(number, row[2], expression)
        return self.guarded(printed(evaluate, quote_of(row[2]), expression), line)

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
                raise StopError(error, line) from None

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
                loops = around(run)
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
            origin = Origin(expression, around(run))
            place_value(current.leaf, route, value, opens=opens)
            if value.__class__ is Broken:
                current.broken.append(origin)
            if not listed:
                current.origins[known] = origin

        return scalar

    def passing_step(self, row: Row, evaluate: Evaluator) -> Step:
        """A leaf value without its origin."""
        route = tuple(None if part == "*" else part for part in row[1].split(".")) if row[1] else ()
        if row[0] == "put":
            return put(evaluate, route)
        quote, opens = quote_of(row[3]), bool(row[4])
        if len(route) == 1 and route[0] is not None:
            return passed(evaluate, route[0], quote)

        if len(route) == 2 and (block := route[0]) is not None and (key := route[1]) is not None:
            return passed_below(evaluate, block, key, quote)

        def scalar(run: Run) -> None:
            value = read_scalar(evaluate(run), quote)
            current = run.current
            if value.__class__ is Broken:
                current.doubtful = True
            place_value(current.leaf, route, value, opens=opens)

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
                raise StopError(error, line) from None

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
        assigned = assigned_variables(row, known.assigned)
        for name in assigned:
            known.forget(name)
        if not self.telling and word != "with" and not assigned:
            if self.shared is not None and not has_variable(self.expressions[number]):
                return branch_on(self.shared, self.shared.number(number, AS_IS), then, otherwise)
            return branch(condition, then, otherwise)
        guard = self.expressions[number] if self.telling else None
        return watched_branch(condition, then, otherwise, word == "with", assigned, guard)

    def each(self, row: Row, known: Known) -> Step | None:
        _, names, number, body_rows, otherwise_rows, line = row
        expression = self.expressions[number]
        items = self.condition(number, line, None)
        known.learn(number, expression)
        inside = known.copy()
        assigned = assigned_variables(row, known.assigned)
        for name in (*names, ".", *assigned):
            inside.forget(name)
        body = self.inside(body_rows, inside)
        otherwise = self.inside(otherwise_rows, known.copy())
        for name in assigned:
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
            pairs = pairs_of(value)
            if pairs is None:
                if tolerant:
                    return
                error = TemplateError("type", f"range can't iterate over {type_name(value)}", expression)
                raise StopError(error, line) if telling else error
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
