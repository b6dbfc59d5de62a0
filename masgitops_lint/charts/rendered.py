"""What running a profile's program gives: objects, what wrote their values, and the errors that stop a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from .expressions import Expression, Frame, TemplateError

NO_LOOPS: Mapping[str, tuple[Expression, str | int | None]] = {}
Step: TypeAlias = Callable[["Run"], None]
Row: TypeAlias = Sequence[Any]
OPEN: Final = object()
"""Stands where a run has not worked a value out."""


class Origin(NamedTuple):
    """What wrote a leaf value: the expression, the loops it stands in, and keys below the expression's own value."""

    expression: Expression
    loops: Mapping[str, tuple[Expression, str | int | None]]
    keys: tuple[str, ...] = ()


class Rendered:
    """One object of a template, as YAML reads what the template prints.

    `fields` maps a name to a value, `lists` to several of them. `sources` are the value keys that can make the
    object exist, the likeliest first, and `loops` the loops it stands in. `parameters` are an ApplicationSet's Helm
    parameters; its `root_name` is an evaluator, to be run with a parameter set as the frame's top. `leaf` are the
    values for its chart, `origins` tells what wrote them, by route, and `broken` what makes them unreadable;
    `written` tells what the object's own fields are made of. These four are known after `run_leaf`.
    """

    __slots__ = (
        *("broken", "doubtful", "fields", "leaf", "line", "lists", "loops", "origins", "parameters", "passed"),
        *("sources", "template", "written"),
    )

    def __init__(self, line: int, sources: Sequence[str] = ()) -> None:
        self.line = line
        self.sources = sources
        self.fields: dict[str, Any] = {}
        self.lists: dict[str, list[Any]] = {}
        self.parameters: list[list[Any]] = []
        self.leaf: dict[str, Any] = {}
        self.origins: dict[tuple[str, ...], Origin] = {}
        self.broken: list[Origin] = []
        self.written: dict[str, Origin] = {}
        self.loops: dict[str, tuple[Expression, str | int | None]] = {}
        self.template = ""
        self.passed = False
        """Whether `leaf` was worked out together with the object; what wrote the values is not known then."""
        self.doubtful = False
        """Whether some value in such a `leaf` makes the text around it unreadable: `run_leaf` tells which."""


class Run(Frame):
    """A frame with the objects rendered so far."""

    __slots__ = ("around", "assigned", "current", "guards", "known", "objects")

    def __init__(self, values: Mapping[str, Any], top: Mapping[str, Any] | None = None) -> None:
        super().__init__(values, top)
        self.objects: list[Rendered] = []
        self.guards: list[Expression] = []
        self.assigned: dict[str, tuple[Expression, str | int | None]] = {}
        self.around: Mapping[str, tuple[Expression, str | int | None]] | None = None
        """Loops and plain variables together, until one of them changes."""
        self.current = Rendered(1)
        self.known: list[Any] = []
        """What does not depend on variables (`stretches.Printed`), by number; `OPEN` where nobody has asked yet."""


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


class StopError(Exception):
    def __init__(self, error: TemplateError, line: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.line = line


def around(run: Run) -> Mapping[str, tuple[Expression, str | int | None]]:
    """The loops and plain variables that an expression can name at this point."""
    found = run.around
    if found is None:
        found = run.around = {**run.assigned, **run.loops} if run.loops or run.assigned else NO_LOOPS
    return found


def expanded(expression: Expression, loops: Mapping[str, tuple[Expression, str | int | None]]) -> Expression:
    """The expression with plain variables replaced by what they were given."""
    if expression[0] == "var":
        known = loops.get(expression[1])
        if known is not None and known[1] is None:
            rest = list(expression[2:])
            return [*known[0], *rest] if known[0][0] in ("val", "var") or not rest else ["fld", known[0], *rest]
        return expression
    return [expanded(part, loops) if isinstance(part, list) and part else part for part in expression]
