"""A template that has been run often does what it did at first."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from typing import Any

import pytest

from masgitops_lint.charts.profile import newest
from masgitops_lint.charts.program import ChartProgram
from masgitops_lint.charts.rendered import Failure, Rendered

from .conftest import CLEAN
from .shop import context_of

TEXTS = ["", "abc", 'say "x"', "a: b", "one\ntwo", "true", "null", "12", "- a", "it's", "<path:dev/c1/i1#key>"]
OTHERS: list[Any] = [None, True, False, 0, 7, 1.5, [], {}, ["a"], {"k": "v"}]


def _rendered_values(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The values that the charts of a correct repo are rendered with, by level."""
    found: list[tuple[str, dict[str, Any]]] = []
    render = ChartProgram.render

    def noted(self: ChartProgram, values: dict[str, Any], *, passing: bool = False) -> Any:
        found.append((self.chart, values))
        return render(self, values, passing=passing)

    with monkeypatch.context() as patch:
        patch.setattr(ChartProgram, "render", noted)
        assert context_of(CLEAN).deployment.applications
    return found


def _program(chart: str) -> ChartProgram:
    profile = newest()
    facts = next(one for one in profile.data["roots"].values() if one["chart"] == chart)
    return ChartProgram(chart, facts["defaults"], facts["templates"], profile.data["expressions"])


def _routes(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [above] if above else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        found += _routes(below, (*above, key))
    return found


def _changed(values: dict[str, Any], choose: random.Random) -> dict[str, Any]:
    result = copy.deepcopy(values)
    for _ in range(choose.randrange(1, 4)):
        route = choose.choice(_routes(result))
        current: Any = result
        for key in route[:-1]:
            current = current[key]
        if choose.random() < 0.2 and isinstance(current, dict):
            del current[route[-1]]
        else:
            current[route[-1]] = copy.deepcopy(choose.choice([*TEXTS, *OTHERS]))
    return result


def _made(objects: list[Rendered], failures: list[Failure]) -> list[Any]:
    return [
        *(
            (
                one.line,
                one.template,
                {name: repr(value) for name, value in one.fields.items() if name != "root_name"},
                repr(one.lists),
                one.passed and (repr(one.leaf), one.doubtful),
                one.loops,
                one.passed and {name: origin.expression for name, origin in one.written.items()},
            )
            for one in objects
        ),
        *((one.template, one.line, one.error.kind, one.error.message, one.error.expression) for one in failures),
    ]


@pytest.mark.parametrize("passing", [True, False])
def test_often_is_as_at_first(monkeypatch: pytest.MonkeyPatch, passing: bool) -> None:
    choose = random.Random(1)
    failed = 0
    for chart, values in _rendered_values(monkeypatch):
        settled = _program(chart)
        for _ in range(6):
            settled.render(values, passing=passing)
        for changed in (values, *(_changed(values, choose) for _ in range(12))):
            now: Mapping[str, Any] = copy.deepcopy(changed)
            expected = _made(*_program(chart).render(changed, passing=passing))
            assert _made(*settled.render(now, passing=passing)) == expected
            failed += bool(expected) and not isinstance(expected[-1][0], int)
    assert failed > 10
