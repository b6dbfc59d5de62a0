"""Compiles a template that passes values to leaf charts: rows that depend on no variable are put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .needs import Known, has_variable
from .rendered import NO_LOOPS, Origin, Row, Step
from .scalars import quote_of, read_scalar
from .steps import OWN_FIELDS
from .stretches import AS_IS, Checks, Printed, Stretch

if TYPE_CHECKING:
    from .step_compiler import StepCompiler


class Joiner:
    """One list of rows; what belongs to no stretch goes to the compiler. `known` is used up."""

    def __init__(self, compiler: StepCompiler, printed: Printed, known: Known) -> None:
        self._compiler = compiler
        self._expressions = compiler.expressions
        self._printed = printed
        self._known = known
        self._steps: list[Step] = []
        self._stretch = Stretch(printed)

    def steps_of(self, rows: Sequence[Row]) -> list[Step]:
        """The steps of the rows."""
        for row in rows:
            if self._joins(row):
                continue
            step = self._compiler.step(row, self._known)
            if step is not None:
                self._flush()
                self._steps.append(step)
        self._flush()
        return self._steps

    def _flush(self) -> None:
        self._steps += self._stretch.steps()
        self._stretch = Stretch(self._printed)

    def _joins(self, row: Row) -> bool:
        """Add a row to the stretch; False for one that does not go into any."""
        kind = row[0]
        if kind == "doc":
            # what stands before it belongs to another object
            self._flush()
            self._compiler.line = row[1]
            self._stretch.begin(row[1], row[2] if len(row) > 2 else ())
            return True
        if self._compiler.constant(row):
            self._add_constants(row)
            return True
        if kind == "say":
            return self._joins_checks(row)
        if kind == "set":
            return self._joins_fields(row)
        if kind == "leaf":
            return self._joins_leaf(row)
        if kind == "put":
            return self._joins_puts(row, None)
        return kind == "if" and self._joins_choices(row)

    def _varies(self, number: int) -> bool:
        return has_variable(self._expressions[number])

    def _claim(self, name: str) -> None:
        """The rows to come set a field."""
        if self._stretch.is_chosen(name):
            self._flush()

    def _constants(self, row: Row) -> dict[str, Any]:
        if row[0] == "fix":
            return dict(row[1])
        return {row[1]: read_scalar(self._expressions[row[2]][1], quote_of(row[3]))}

    def _add_constants(self, row: Row) -> None:
        for name, value in self._constants(row).items():
            if row[0] == "set" and row[4]:
                self._stretch.constant_item(name, value)
                continue
            self._claim(name)
            self._stretch.constant(name, value)

    def _joins_checks(self, row: Row) -> bool:
        number, quote = row[1], row[2]
        if self._varies(number):
            return False
        if not self._known.printed(number, quote):
            self._known.print(number, quote, self._expressions[number])
            self._stretch.check(self._printed.number(number, quote_of(quote)))
        return True

    def _joins_fields(self, row: Row) -> bool:
        name, number = row[1], row[2]
        if name.startswith(("parameter", "root")) or self._varies(number):
            return False
        self._known.learn(number, self._expressions[number])
        value = self._printed.number(number, quote_of(row[3]))
        if row[4]:
            self._stretch.item(name, value)
            return True
        self._claim(name)
        origin = Origin(self._expressions[number], NO_LOOPS) if name in OWN_FIELDS else None
        self._stretch.field(name, value, origin)
        return True

    def _joins_leaf(self, row: Row) -> bool:
        *above, key = row[1].split(".")
        number = row[2]
        if key == "*" or len(above) > 1 or "*" in above or self._varies(number):
            return False
        self._known.learn(number, self._expressions[number])
        value = self._printed.number(number, quote_of(row[3]), careful=True)
        if key:
            self._stretch.leaf(above[0] if above else None, key, value)
        else:
            self._stretch.unkeyed(value)
        return True

    def _joins_puts(self, row: Row, condition: int | None) -> bool:
        route, number = row[1], row[2]
        if self._varies(number):
            return False
        if condition is None:
            self._known.learn(number, self._expressions[number])
        keys = tuple(None if part == "*" else part for part in route.split(".")) if route else ()
        self._stretch.put(condition, self._printed.number(number, AS_IS), keys)
        return True

    def _joins_choices(self, row: Row) -> bool:
        """Add a branch that sets constants, passes on one whole value, or only checks."""
        _, number, then, otherwise, _ = row
        if self._varies(number):
            return False
        compiler = self._compiler
        if all(compiler.constant(one) and (one[0] == "fix" or not one[4]) for one in (*then, *otherwise)):
            first, second = (
                {k: v for one in rows for k, v in self._constants(one).items()} for rows in (then, otherwise)
            )
            for name in (*first, *second):
                self._claim(name)
            self._stretch.choose(self._printed.number(number, AS_IS), first, second)
        elif len(then) == 1 and then[0][0] == "put" and not otherwise:
            if not self._joins_puts(then[0], self._printed.number(number, AS_IS)):
                return False
        elif not self._joins_conditional_checks(row):
            return False
        self._known.learn(number, self._expressions[number])
        return True

    def _joins_conditional_checks(self, row: Row) -> bool:
        checks = self._checks_of([row], "say")
        if checks is not None:
            self._stretch.check(self._printed.check(checks))
            return True
        unkeyed = self._checks_of([row], "leaf")
        if unkeyed is None:
            return False
        self._stretch.unkeyed(self._printed.check(unkeyed))
        return True

    def _checks_of(self, rows: Sequence[Row], wanted: str) -> Checks | None:
        """Rows that print (`say`) or pass on without a key (`leaf`) and do nothing else; None for other rows."""
        found: list[tuple[Any, ...]] = []
        for row in rows:
            kind = row[0]
            if kind == "if" and not self._varies(row[1]):
                then, otherwise = self._checks_of(row[2], wanted), self._checks_of(row[3], wanted)
                if then is None or otherwise is None:
                    return None
                found.append(("if", row[1], then, otherwise))
            elif kind == "say" and wanted == "say" and not self._varies(row[1]):
                found.append(("say", row[1], quote_of(row[2])))
            elif kind == "mix" and wanted == "say" and not self._varies(row[1]):
                found.append(("mix", row[1]))
            elif kind == "leaf" and wanted == "leaf" and not row[1] and not self._varies(row[2]):
                found.append(("unkeyed", row[2], quote_of(row[3])))
            else:
                return None
        return tuple(found)
