"""Config values that a root chart writes into a leaf's values text, and that come out as something else.

A root chart prints values into YAML text: `key: {{ value }}` reads text such as `0123` as a number, and with quotes
around it a quote or backslash in the value breaks it; a mapping printed without `toYaml` becomes `map[...]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masgitops_lint.argocd.gotext import go_float
from masgitops_lint.charts.helm.template_text import Splice
from masgitops_lint.model.place import Keys

from .blame import concrete_route
from .routes import lookup, present


@dataclass(frozen=True, slots=True)
class Spliced:
    """One value that changes on its way: the config route, the leaf's key, and what it turns into.

    `kind` is "number" (text read as a number), "boolean", "null", "map" (a mapping or list printed by Go) or "text"
    (the text itself changes).
    """

    config: Keys
    leaf: Keys
    kind: str


def changed_values(
    splices: Sequence[Splice],
    loops: Mapping[int, str | int],
    root_values: Mapping[str, Any],
    leaf_values: Mapping[str, Any],
) -> Iterator[Spliced]:
    """Values of one leaf that are not what the config file says. Text that prints the same afterwards is left out."""
    for splice in splices:
        if not splice.plain:
            continue
        route = concrete_route(splice.route, loops)
        if route is None or present(root_values, route) < len(route):
            continue
        if present(leaf_values, splice.key) < len(splice.key):
            continue
        before, after = lookup(root_values, route), lookup(leaf_values, splice.key)
        kind = change_of(before, after)
        if kind:
            yield Spliced(route, splice.key, kind)


def change_of(before: Any, after: Any) -> str:
    """What happened to a value on its way into the values text; "" when it still prints the same."""
    if isinstance(before, Mapping | list):
        return "map" if isinstance(after, str) and after.startswith(("map[", "[")) and before else ""
    if not isinstance(before, str) or before == "":
        return ""
    if isinstance(after, str):
        return "" if after == before else "text"
    if after is None:
        return "null"
    if isinstance(after, bool):
        return "" if before == ("true" if after else "false") else "boolean"
    if isinstance(after, int | float):
        return "" if before == go_float(float(after)) else "number"
    return "text"
