"""The steps of a compiled program: closures over evaluators that make objects, fill in values, or check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .expressions import UNKNOWN, Evaluator, Expression, Frame, TemplateError, YamlText, compile_expression, type_name
from .rendered import Origin, Rendered, Run, Step, around
from .rows import parts_of
from .scalars import Broken, read_scalar, read_text

OWN_FIELDS = frozenset({"name", "namespace", "server", "path"})
"""Fields whose making is noted in every run: a missing part of theirs is told by its config key."""


def branch(condition: Evaluator, then: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """A condition that changes neither the dot nor a variable."""

    def run(frame: Run) -> None:
        value = condition(frame)
        for step in then if value and value is not UNKNOWN else otherwise:
            step(frame)

    return run


def watched_branch(
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


def passed(evaluate: Evaluator, key: str, quote: str) -> Step:
    """A value that goes to the leaf chart under a key of its own."""

    def run(frame: Run) -> None:
        value = evaluate(frame)
        value = read_text(value, quote) if value.__class__ is str else read_scalar(value, quote)
        current = frame.current
        current.leaf[key] = value
        if value.__class__ is Broken:
            current.doubtful = True

    return run


def passed_below(evaluate: Evaluator, block: str, key: str, quote: str) -> Step:
    """A value that goes to the leaf chart one level down."""

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


def put(evaluate: Evaluator, route: Sequence[str | None]) -> Step:
    """A whole value (from `toYaml`) that goes to the leaf chart below a route."""

    def run(frame: Run) -> None:
        value = evaluate(frame)
        current = frame.current
        if not route and value.__class__ is YamlText and not isinstance(value.value, Mapping):
            current.doubtful = True
        put_value(current.leaf, route, value)

    return run


def pairs_of(value: Any) -> Iterator[tuple[Any, Any]] | None:
    """What `range` gives for a value: index and element, or key and value in order of key; None for the rest."""
    if isinstance(value, list):
        return enumerate(value)
    if isinstance(value, Mapping):
        return iter(sorted(value.items(), key=lambda pair: str(pair[0])))
    return None


def document(line: int, sources: Sequence[str]) -> Step:
    """A new object begins."""

    def run(frame: Run) -> None:
        frame.current = made = Rendered(line, sources)
        if frame.loops:
            made.loops = dict(frame.loops)
        frame.objects.append(made)

    return run


def noted(name: str, expression: Expression, step: Step) -> Step:
    """A step whose expression is kept as the origin of a field."""

    def run(frame: Run) -> None:
        frame.current.written[name] = Origin(expression, around(frame))
        step(frame)

    return run


def constants(fields: Mapping[str, Any], items: Sequence[tuple[str, Any]]) -> Step:
    """Fields and list items that are the same whatever the values are."""

    def run(frame: Run) -> None:
        current = frame.current
        current.fields.update(fields)
        for name, value in items:
            current.lists.setdefault(name, []).append(value)

    return run


def set_field(name: str, evaluate: Evaluator, quote: str, opens: bool, expression: Expression) -> Step:
    """One of the object's own fields."""
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
            frame.current.lists.setdefault(name, []).append(readable(evaluate(frame), quote, expression))

        return item

    def scalar(frame: Run) -> None:
        fields = frame.current.fields
        try:
            fields[name] = readable(evaluate(frame), quote, expression)
        except TemplateError:
            fields[name] = UNKNOWN
            raise

    return scalar


def readable(value: Any, quote: str, expression: Expression) -> Any:
    """What YAML makes of a printed value. Raises TemplateError for a text that breaks the YAML around it."""
    found = read_scalar(value, quote)
    if found.__class__ is Broken:
        raise broken(expression)
    return found


def broken(expression: Expression) -> TemplateError:
    """The error for a printed text that breaks the YAML around it."""
    return TemplateError("yaml", "the rendered YAML cannot be read any more", _strange(expression))


def _strange(expression: Expression) -> Expression:
    """The first part of a text that is no constant."""
    if expression[0] == "cat":
        return next((part for part in expression[1:] if part[0] != "lit"), expression)
    return expression


def printed(evaluate: Evaluator, quote: str, expression: Expression) -> Step:
    """A check that a printed value leaves the YAML around it readable."""

    def run(frame: Run) -> None:
        value = evaluate(frame)
        if value.__class__ is not str or read_text(value, quote).__class__ is Broken:
            readable(value, quote, expression)

    return run


def refuses(condition: Expression) -> Step:
    """A check of a condition under which the chart writes YAML that nothing can read."""
    parts = [condition, *(part for part in parts_of(condition) if part[0] in ("val", "var", "dot"))]
    evaluators = [(part, compile_expression(part)) for part in reversed(parts)]

    def run(frame: Run) -> None:
        blamed = next((part for part, evaluate in reversed(evaluators[:-1]) if evaluate(frame)), condition)
        raise TemplateError("yaml", "with this value the chart writes YAML that cannot be read", blamed)

    return run


def mixed_in(evaluate: Evaluator, expression: Expression) -> Step:
    """A check that what is printed among the keys of a mapping is a mapping itself."""

    def run(frame: Run) -> None:
        value = evaluate(frame)
        if value.__class__ is YamlText and not (isinstance(value.value, Mapping) and value.value):
            what = f"{type_name(value.value)} stands where keys of a mapping belong: the rendered YAML cannot be read"
            if isinstance(value.value, Mapping):
                what = "an empty mapping is printed as `{}` among other keys: the rendered YAML cannot be read"
            raise TemplateError("yaml", what, expression)

    return run


def one_line(evaluate: Evaluator, quote: str, expression: Expression) -> Evaluator:
    """The evaluator of a printed text, with a check that the text has one line."""
    if is_indented(expression):
        return evaluate

    def run(frame: Frame) -> Any:
        value = evaluate(frame)
        if value.__class__ is str:
            has_one_line(value, quote, expression)
        return value

    return run


def is_indented(expression: Expression) -> bool:
    """Whether a template itself sees to the indentation of a text, so that it may have several lines."""
    return expression[0] == "call" and expression[1] in ("indent", "nindent")


def has_one_line(value: str, quote: str, expression: Expression) -> None:
    """Check a text that is printed where one line belongs. Raises TemplateError."""
    if "\n" not in value:
        return
    rest = value.split("\n", 1)[1]
    if rest.strip() or quote in ('"', "'"):
        message = "a text of several lines ends the block that it is printed into: the rendered YAML cannot be read"
        raise TemplateError("yaml", message, _strange(expression))


def put_value(into: dict[str, Any], route: Sequence[str | None], value: Any) -> None:
    """Write a whole value (from `toYaml`) below a route; at the top its keys are mixed in."""
    while value.__class__ is YamlText:
        value = value.value
    if not route:
        if value.__class__ is dict or isinstance(value, Mapping):
            into.update(value)
        return
    place_value(into, route, value, opens=False)


def place_value(into: dict[str, Any], route: Sequence[str | None], value: Any, *, opens: bool) -> None:
    """Write a value below a route; None in a route stands for the last item of a list, a new one where `opens`."""
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
