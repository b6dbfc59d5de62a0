"""How long things take, by the times IBM publishes, summed along the waves. An estimate and nothing more.

Applications for which no time is published count as 0 minutes; those that IBM lists are what takes long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from masgitops_lint.data import data_text
from masgitops_lint.model.application import Application

from .events import Events
from .query import Graph
from .walk import reachable

_FORMAT = 1
_INSTALL = "ibm-mas-suite-app-install"
_CONFIG = "ibm-mas-suite-app-config"


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = data_text("durations.json")
    data = json.loads(text)
    if data.get("format") != _FORMAT:
        raise ValueError(f"the durations have format {data.get('format')!r}")
    return dict(data)


def source() -> str:
    """Where the times come from."""
    return str(_data()["source"])


def chart_of(application: Application) -> str:
    """The leaf chart's name without its wave numbers: `500-540-ibm-mas-suite-app-install` gives the rest."""
    return application.path.rstrip("/").rpartition("/")[2].lstrip("0123456789-")


def minutes(application: Application) -> int | None:
    """Published minutes until an Application is healthy; None where none are published."""
    chart = chart_of(application)
    if chart in (_INSTALL, _CONFIG):
        own = application.name.removesuffix(f".{application.cluster}.{application.instance}")
        found = _data()["install" if chart == _INSTALL else "config"].get(own.rpartition(".")[2])
    else:
        found = _data()["charts"].get(chart)
    return int(found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of a root. `start` and `minutes` as planned; `behind` is what stands still while it is blocked.

    `slowest` is the Application that takes longest; `waiting_minutes` is the longest way from here to the end.
    """

    number: int
    applications: tuple[str, ...]
    start: int
    minutes: int
    slowest: str
    behind: tuple[str, ...]
    waiting_minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Bringing up one root Application from nothing, once what it waits for is there.

    `critical` are the Applications that decide when it is done, with their minutes; `unpublished` counts those
    without a published time.
    """

    root: str
    level: str
    minutes: int
    waves: tuple[Wave, ...]
    critical: tuple[tuple[str, int], ...]
    unpublished: int
    instances: int = 0
    """Roots below this one's ApplicationSets, which no wave before theirs lets come into being."""


def plan(graph: Graph, root: Application) -> Plan | None:
    """The plan of a root Application; None when it renders nothing."""
    tree = graph.tree
    at = tree.find(root)
    by_wave: dict[int, list[Application]] = {}
    for child in tree.children.get(at, ()):
        application = graph.application(child)
        if application.wave is not None and application.kind == "Application":
            by_wave.setdefault(application.wave, []).append(application)
    if at < 0 or not by_wave:
        return None
    numbers = sorted(by_wave)
    slowest = {number: max(by_wave[number], key=lambda one: minutes(one) or 0) for number in numbers}
    lengths = {number: minutes(slowest[number]) or 0 for number in numbers}
    total = sum(lengths.values())
    waves: list[Wave] = []
    start = 0
    for position, number in enumerate(numbers):
        later = tuple(one.name for after in numbers[position + 1 :] for one in by_wave[after])
        names = tuple(one.name for one in by_wave[number])
        waves.append(Wave(number, names, start, lengths[number], slowest[number].name, later, total - start))
        start += lengths[number]
    critical = tuple((slowest[number].name, lengths[number]) for number in numbers if lengths[number])
    unknown = sum(minutes(one) is None for those in by_wave.values() for one in those)
    below = sum(len(tree.children.get(child, ())) for child in tree.children.get(at, ()) if tree.is_set(child))
    level = "instance" if root.instance else "cluster"
    return Plan(root.name, level, total, tuple(waves), critical, unknown, below)


def plans(graph: Graph) -> tuple[Plan, ...]:
    """The plans of all root Applications, clusters before their instances."""
    roots = (one for one in graph.applications if one.kind == "Application" and one.parent is not None)
    found = (plan(graph, root) for root in roots if graph.tree.children.get(graph.tree.find(root)))
    return tuple(one for one in found if one is not None)


def ready_after(graph: Graph, application: Application) -> int:
    """Minutes from an empty account until an Application is healthy, everything before it going as published.

    Only waves are counted: an Application that reads a secret out of turn is retried, not planned.
    """
    tree = graph.tree
    at = tree.find(application)
    if at < 0:
        return 0
    events = Events(tree, ())
    needed = reachable(events.waits, [2 * at + 1])
    times: dict[int, int] = {}
    work = [2 * at + 1]
    while work:
        event = work[-1]
        open_events = [one for one in events.waits[event] if one not in times]
        if open_events and event in needed:
            work += open_events
            continue
        work.pop()
        number = events.application(event)
        own = (minutes(graph.application(number)) or 0) if number >= 0 and event % 2 else 0
        times[event] = max((times[one] for one in events.waits[event]), default=0) + own
    return times[2 * at + 1]


def starts_after(graph: Graph, application: Application) -> int:
    """Minutes from an empty account until an Application's turn comes."""
    return ready_after(graph, application) - (minutes(application) or 0)


def in_words(number: int) -> str:
    """`90` as "1 h 30 min"."""
    hours, rest = divmod(number, 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest or not hours else [])])


def render(found: tuple[Plan, ...]) -> str:
    """The plans as text."""
    if not found:
        return f"no estimate of the time it takes: nothing here is among what times are published for ({source()})\n"
    lines = ["estimate of the time from nothing to healthy (published times, everything else as 0 minutes)"]
    for one in found:
        lines += ["", f"{one.root}: {in_words(one.minutes)}"]
        if one.critical:
            way = " -> ".join(f"{name} ({in_words(length)})" for name, length in one.critical)
            lines.append(f"  critical path: {way}")
        for wave in one.waves:
            if not wave.minutes and not wave.behind:
                continue
            behind = len(wave.behind)
            cost = "nothing waits for it"
            if behind:
                cost = f"while blocked, {_count(behind)} and {in_words(wave.waiting_minutes)} of work wait"
            length = f"{in_words(wave.minutes):>9} ({wave.slowest})" if wave.minutes else f"{'-':>9}"
            lines.append(f"  {wave.number:03d}  from {in_words(wave.start):>10}  {length}  {cost}")
        if one.instances:
            lines.append(f"  no instance of it ({one.instances}) is begun before the wave of its ApplicationSet")
        if one.unpublished:
            lines.append(
                f"  {one.unpublished} Application{'' if one.unpublished == 1 else 's'} without a published time"
            )
    lines += ["", f"source: {source()}"]
    return "\n".join(lines) + "\n"


def _count(number: int) -> str:
    return f"{number} Application{'' if number == 1 else 's'}"
