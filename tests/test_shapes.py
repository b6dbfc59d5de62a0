"""Values of one shape fail alike: a chart that renders for some renders for the others."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from typing import Any

import pytest

from masgitops_lint.charts.profile import ReleaseProfile, load, newest, releases
from masgitops_lint.charts.program import ChartProgram
from masgitops_lint.charts.rendered import Failure
from masgitops_lint.charts.rows import all_rows, parts_of
from masgitops_lint.charts.scalars import Broken, read_text
from masgitops_lint.charts.shapes import Shapes
from masgitops_lint.charts.value_reads import reads_of
from masgitops_lint.charts.values import coalesce

TEXTS = [
    "",
    "abc",
    "manage",
    "m010203",
    "core-dev.example.com",
    "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/c1/i1/mongo#username>",
    "<path:dev/c1/sls#ca_b64>",
    "<path:dev/c1/sls#ca | base64decode>",
    "Mail of m01, the first (of two)",
    "ou=people,dc=example,dc=com",
    "https://x.example.com:443/a?b=c",
    "a: b",
    "a #b",
    "it's",
    'say "x"',
    "back\\slash",
    "one\ntwo",
    "one\n  two\n",
    "[a",
    "{a}",
    "*a",
    "&a b",
    "!!binary x",
    "- a",
    "%a",
    "@a",
    "null",
    "true",
    "8.10.x",
    "9.2.x",
    "5.0.0",
    "12",
    "08",
    "500Gi",
    "1e",
    "0x1f",
    "1e3",
    "-",
    "~",
    " padded ",
    "sdb",
    "xsdby",
    "a" * 40 + ":b",
    "a" * 37 + ":" + "b" * 20,
    "cGFzc3dvcmQ=" * 60,
]
OTHERS = [
    None,
    True,
    False,
    0,
    1,
    443,
    1.5,
    2000000,
    [],
    {},
    ["a", "b:c"],
    [{"a": "b", "name": "x"}],
    {"k": "v", "l": []},
]


def _random_value(choose: random.Random, depth: int = 0) -> Any:
    kind = choose.random()
    if kind < 0.7:
        return choose.choice(TEXTS)
    if kind < 0.9 or depth > 2:
        return copy.deepcopy(choose.choice(OTHERS))
    if kind < 0.95:
        return [_random_value(choose, depth + 1) for _ in range(choose.randrange(3))]
    return {choose.choice(("name", "a", "spec", "crt")): _random_value(choose, depth + 1) for _ in range(3)}


def _set(values: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        below = values.setdefault(key, {})
        if not isinstance(below, dict):
            return
        values = below
    if not isinstance(values.get(keys[-1]), dict) or isinstance(value, dict):
        values[keys[-1]] = value


def _values(routes: list[tuple[str, ...]], words: list[str], choose: random.Random) -> dict[str, Any]:
    """Values that are mostly right: a text at every route, here and there something else."""
    values: dict[str, Any] = {}
    for route in routes:
        kind = choose.random()
        if kind < 0.75:
            _set(values, route, choose.choice(["abc", "m010203", *words]))
        elif kind < 0.95:
            _set(values, route, _random_value(choose))
    return values


def _varied(value: Any, choose: random.Random) -> Any:
    """The same values with some texts replaced by others."""
    if isinstance(value, str):
        return choose.choice(TEXTS[1:]) if choose.random() < 0.3 else value
    if isinstance(value, dict):
        return {key: _varied(below, choose) for key, below in value.items()}
    if isinstance(value, list):
        return [_varied(below, choose) for below in value]
    return value


def _routes(profile: ReleaseProfile, path: str) -> list[tuple[str, ...]]:
    templates = profile.data["leaves"][path]["templates"]
    found = {read.keys for rows in templates.values() for read in reads_of(rows, profile.data["expressions"])}
    return sorted(keys for keys in found if keys)


def _words(profile: ReleaseProfile, path: str) -> list[str]:
    """Texts of the templates: what values are compared with is among them."""
    table = profile.data["expressions"]
    numbers = {
        row[1]
        for rows in profile.data["leaves"][path]["templates"].values()
        for row in all_rows(rows)
        if row[0] == "if"
    }
    return sorted(
        {
            part[1]
            for number in numbers
            for part in parts_of(table[number])
            if part[0] == "lit" and isinstance(part[1], str)
        }
    )


def _check(profile: ReleaseProfile, path: str, choose: random.Random, rounds: int) -> int:
    leaf = profile.data["leaves"][path]
    shapes = Shapes(leaf["templates"].values(), profile.data["expressions"], leaf.get("defaults", {}))
    chart = ChartProgram(path, leaf.get("defaults", {}), leaf["templates"], profile.data["expressions"])
    routes, words = _routes(profile, path), _words(profile, path)
    seen: dict[Any, tuple[bool, dict[str, Any]]] = {}
    alike = 0
    for _ in range(rounds):
        first = _values(routes, words, choose)
        for key, default in chart.defaults.items():
            if isinstance(default, dict) and choose.random() < 0.2:
                first[key] = {below: choose.choice([None, None, "abc"]) for below in [*default, "other"]}
        for values in (first, *(_varied(first, choose) for _ in range(4))):
            shape = shapes.of(values)
            fails = bool(chart.failures(coalesce(values, chart.defaults)))
            known = seen.setdefault(shape, (fails, values))
            assert known[0] == fails, (path, known[1], values)
            alike += known[1] is not values and known[1] != values
    return alike


@pytest.mark.parametrize("release", [releases()[0], releases()[-1]])
def test_values_of_one_shape_fail_alike(release: str) -> None:
    profile = load(release)
    alike = sum(_check(profile, path, random.Random(path), 12) for path in profile.data["leaves"])
    assert alike > 100


def test_texts_that_are_only_printed_have_one_shape() -> None:
    chart = "instance-applications/130-ibm-mas-mongo-config"
    profile = newest()
    shapes = Shapes(profile.data["leaves"][chart]["templates"].values(), profile.data["expressions"], {})
    one, other = ({"instance_id": name, "mas_config_name": f"{name}-mongo"} for name in ("inst1", "inst2"))
    assert shapes.of(one) == shapes.of(other)
    assert shapes.of(one) != shapes.of({**one, "instance_id": ""})
    assert shapes.of(one) != shapes.of({**one, "instance_id": 'a"b'})
    assert shapes.of(one) != shapes.of({**one, "instance_id": None})
    assert len({shapes.of({**one, "instance_id": number}) for number in range(20)}) == 20
    assert shapes.of({"instance_id": 4}) != shapes.of({})
    assert shapes.of({"instance_id": object()}) is None


@pytest.mark.parametrize("before", ["", "mas-", "*.c-", "a ", "=", ",", "%", "$", "(", "@", "x: ", "?", ">"])
@pytest.mark.parametrize("after", ["", "-core", ":", ": x", ".svc", ") and", " 2>/dev/null; then", "&"])
@pytest.mark.parametrize("quote", ["", '"', "'", "|"])
def test_texts_of_one_shape_are_printed_alike(before: str, after: str, quote: str) -> None:
    from masgitops_lint.charts.shapes import _PRINTABLE, _printable
    from masgitops_lint.charts.value_reads import _HARMLESS

    if not (_HARMLESS.fullmatch(before) and _HARMLESS.fullmatch(after)):
        return
    texts = [text for text in TEXTS if _printable(text) is _PRINTABLE]
    assert len(texts) > 8
    assert len({read_text(before + text + after, quote).__class__ is Broken for text in texts}) == 1


def test_a_chart_is_tried_once_a_shape_and_told_of_every_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = newest()
    path = "instance-applications/110-ibm-db2u"
    leaf = profile.data["leaves"][path]
    chart = ChartProgram(path, leaf.get("defaults", {}), leaf["templates"], profile.data["expressions"])
    tries: list[Any] = []
    failures = chart.failures

    def counted(values: Mapping[str, Any]) -> list[Failure]:
        tries.append(values)
        return failures(values)

    monkeypatch.setattr(chart, "failures", counted)
    same = {"cluster_admin_role": True, "application_admin_role": True, "db2_channel": "v1", "db2_install_plan": "x"}
    good = [{"db2_namespace": f"db2u-{number}", **same} for number in range(20)]
    assert not any(chart.failures_given(values) for values in good)
    assert len(tries) < 8
    assert all(chart.failures_given({**values, "db2_channel": 'x": y'}) for values in good)


def test_a_null_takes_away_what_the_chart_has_itself() -> None:
    templates = {"a.yaml": [["doc", 1], ["if", 0, [["bad", 1, 3]], [], 2]]}
    expressions = [["call", "not", ["val", "block"]], ["lit", True]]
    shapes = Shapes(templates.values(), expressions, {"block": {"key": 1}})
    assert shapes.of({"block": {"key": None}}) != shapes.of({"block": {"other": 1}})
    assert Shapes(templates.values(), expressions, {}).of({"block": {"a": 1}}) == Shapes(
        templates.values(), expressions, {}
    ).of({"block": {"b": None}})
