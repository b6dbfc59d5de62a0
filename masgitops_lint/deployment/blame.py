"""From an error of Helm to the config key that causes it.

The failing expression is read in its template; a variable is followed to what it is bound to, a range to its list.
Which entry of the list it was is found by rendering with that entry alone. What no expression explains (broken YAML) is
found by rendering with one suspicious value after the other taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from masgitops_lint.charts.helm.chart import Chart
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.template_text import Action, Loop, Route, Splice, TemplateText, template_text
from masgitops_lint.model.place import Keys

from .routes import lookup, present, replaced, scalars

Fails = Callable[[Mapping[str, Any]], RenderError | None]
"""Renders the failing chart with other values: the error, or None when it renders."""

_MOST_TRIES = 60


def text_at(chart: Chart, template: str) -> TemplateText | None:
    """The text of a template by Helm's name for it."""
    raw = chart.files.get(chart.template_path(template))
    return template_text(raw.decode("utf-8", "replace")) if raw is not None else None


def blamed_keys(error: RenderError, chart: Chart, values: Mapping[str, Any], fails: Fails) -> list[Keys]:
    """Routes into the chart's values that explain an error, best first; empty when none does.

    What follows the failing expression's own routes are the conditions and lists around it, innermost first.
    """
    if error.kind == "yaml":
        return [keys for keys in (culprit(error, values, fails),) if keys]
    text = text_at(chart, error.template)
    action = text.action_at(error.line, error.column) if text is not None else None
    if text is None or action is None:
        return [keys for keys in (culprit(error, values, fails),) if keys]
    routes = text.routes(error.expression, action) or text.routes(action.body, action)
    own = [_concrete(route, text, action, error, values, fails) for route in routes]
    own = [keys for keys in own if keys]
    own.sort(key=lambda keys: _suspicion(error, values, keys))
    around = [_concrete(route, text, action, error, values, fails) for route in text.guards(action)]
    return [*own, *(keys for keys in around if keys and keys not in own)]


def _suspicion(error: RenderError, values: Mapping[str, Any], keys: Keys) -> int:
    """0 for a value that fits the error, 1 for one that does not."""
    value = lookup(values, keys)
    if error.kind == "type":
        expected_text = "expected string" in error.message
        return 0 if value is None or not (expected_text and isinstance(value, str)) else 1
    return 1 if error.kind in ("nil", "index") and value is not None else 0


def _concrete(
    route: Route, text: TemplateText, action: Action, error: RenderError, values: Mapping[str, Any], fails: Fails
) -> Keys:
    """The route with list entries in it: the first entry for which the chart fails in the same way."""
    keys: list[str | int] = []
    for step in route:
        if not isinstance(step, Loop):
            keys.append(step)
            continue
        entry = failing_entry(tuple(keys), error, values, fails)
        if entry is None:
            break
        keys.append(entry)
    return tuple(keys)


def failing_entry(keys: Keys, error: RenderError, values: Mapping[str, Any], fails: Fails) -> str | int | None:
    """Which entry of the list or mapping at `keys` makes the chart fail as it did."""
    found: Any = lookup(values, keys)
    entries: list[str | int]
    if isinstance(found, list):
        entries = list(range(len(found)))
    elif isinstance(found, Mapping):
        entries = sorted(found)
    else:
        return None
    if len(entries) == 1:
        return entries[0]
    for entry in entries[:_MOST_TRIES]:
        kept: Any = [lookup(found, (entry,))] if isinstance(found, list) else {entry: lookup(found, (entry,))}
        again = fails(replaced(values, keys, kept))
        if again is not None and (again.template, again.line) == (error.template, error.line):
            return entry
    return None


def culprit(error: RenderError, values: Mapping[str, Any], fails: Fails) -> Keys:
    """The value without which the error is gone: text that is awkward in YAML first, then null, then the rest."""
    for keys, value in sorted(scalars(values), key=lambda item: _awkwardness(item[1]))[:_MOST_TRIES]:
        for plain in _stand_ins(value):
            again = fails(replaced(values, keys, plain))
            if again is None or (again.template, again.kind) != (error.template, error.kind):
                return keys
    return ()


def _stand_ins(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ("x", {"x": "x"})
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (value + 1,)
    return ("x",) if value != "x" else ("y",)


def _awkwardness(value: Any) -> int:
    if isinstance(value, str):
        if any(char in value for char in '\n"\\{}[]&*!|>%@`'):
            return 0
        return 1 if any(char in value for char in ":#'") or value.strip() != value else 4
    return 2 if value is None else 3


def config_route(
    keys: Keys, splices: Sequence[Splice], loops: Mapping[int, str | int], root_values: Mapping[str, Any]
) -> Keys | None:
    """Where in the root's values a leaf value comes from, by the lines that write the leaf's values text.

    The longest key wins; a mapping that is written whole counts with what is below it. None when no line fits.
    """
    best: tuple[int, int, Keys] | None = None
    for splice in splices:
        size = len(splice.key)
        if splice.key != keys[:size] or (not splice.whole and size != len(keys) and size == 0):
            continue
        if not splice.whole and size < len(keys) and not isinstance(lookup_route(splice, loops, root_values), Mapping):
            # a scalar line explains what is read below it only when nothing better is known
            rank = size * 2 - 1
        else:
            rank = size * 2
        route = concrete_route(splice.route, loops)
        if route is None:
            continue
        whole = (*route, *keys[size:])
        candidate = (rank, present(root_values, whole), whole)
        if best is None or candidate[:2] > best[:2]:
            best = candidate
    return best[2] if best is not None else None


def lookup_route(splice: Splice, loops: Mapping[int, str | int], values: Mapping[str, Any]) -> Any:
    """The root value that a line prints, or None."""
    route = concrete_route(splice.route, loops)
    return lookup(values, route) if route is not None else None


def concrete_route(route: Route, loops: Mapping[int, str | int]) -> Keys | None:
    """A route with the entries of the loops an object was rendered in; None when one is not known."""
    keys: list[str | int] = []
    for step in route:
        if isinstance(step, Loop):
            entry = loops.get(step.action)
            if entry is None:
                return None
            keys.append(entry)
        else:
            keys.append(step)
    return tuple(keys)
