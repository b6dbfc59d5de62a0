"""What was measured as Markdown: a table a size, the goals, and what the machine was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .measure import Usage
from .plot import Line, Panel, svg
from .rules import LIMIT, Cost, table

COLD, WARM, PARSE = "cold", "warm", "compose"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured. `usage` is None when it could not be, and `note` says why.

    `runs` is how many times; 0 stands for a figure continued from smaller sizes. `all_processes` is the largest sum
    of bytes over all processes at a time.
    """

    key: str
    label: str
    usage: Usage | None
    runs: int = 0
    all_processes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one size; `files` and `size` (bytes) are those of the repo, 0 for the start-up section."""

    instances: int
    files: int
    size: int
    rows: tuple[Row, ...]

    def usage(self, key: str) -> Usage | None:
        """The row's figures, None when it is missing or failed."""
        return next((row.usage for row in self.rows if row.key == key), None)


def page(
    start: Section,
    sections: Sequence[Section],
    facts: Mapping[str, str],
    rules: Sequence[Cost] = (),
    notes: Iterable[str] = (),
) -> str:
    """RESULTS.md."""
    parts = [
        "# What linting costs\n",
        "Written by `python -m benchmarks.run`; do not edit. The repos are made by `benchmarks/generate.py`.\n",
        "".join(f"- {name}: {value}\n" for name, value in facts.items()),
        "Figures are medians of whole processes, by the operating system's own accounting: seconds on the clock, "
        "seconds of CPU over all processes, peak memory of the largest process, and of all of them together where "
        "there are several. *parsing* is reading the same files with PyYAML's C parser, positions included, in one "
        "process, and doing nothing else; *mas-lint* is the run with a cold cache.\n",
        "![Time and memory against the number of instances](../docs/images/growth.svg)\n",
        f"## Start\n\n{_start_table(start)}",
    ]
    checks = goals(start, sections, rules)
    if checks:
        parts.append("## Goals\n\n" + _table(("goal", "at most", "measured", ""), [list(one) for one in checks]))
    for section in sections:
        head = f"{section.instances:,} instance{'s' if section.instances > 1 else ''}"
        parts.append(f"## {head}: {section.files:,} files, {section.size / 1e6:.1f} MB\n\n{_size_table(section)}")
    if rules:
        text = (
            f"{len(rules)} rules cost {sum(rule.own for rule in rules):.0f} µs of CPU a file together, in one process "
            "and with files parsed; *first* includes what a rule is the first to ask for. Those above "
            f"{LIMIT / 2:g} µs:\n\n"
        )
        parts.append(f"## Rules\n\n{text}{table(rules, LIMIT / 2)}")
    remarks = "".join(f"- {note}\n" for note in notes)
    if remarks:
        parts.append(f"## Notes\n\n{remarks}")
    return "\n".join(parts)


def _start_table(section: Section) -> str:
    reference = section.usage("click")
    rows = []
    for row in section.rows:
        if row.usage is None:
            rows.append([row.label, "-", "-", "-", "-", row.note])
            continue
        ratio = f"{row.usage.wall / reference.wall:.2f} x" if reference else "-"
        rows.append([row.label, *_figures(row.usage), ratio, str(row.runs)])
    return _table(("command", "clock s", "CPU s", "peak MB", "of `import click`", "runs"), rows)


def _size_table(section: Section) -> str:
    parse, own = section.usage(PARSE), section.usage(COLD)
    rows = []
    for row in section.rows:
        if row.usage is None:
            rows.append([row.label, *["-"] * 8, row.note])
            continue
        rows.append(
            [
                row.label,
                *_figures(row.usage),
                f"{row.all_processes / 1e6:.0f}" if row.all_processes else "",
                f"{row.usage.wall / section.files * 1e6:,.0f}",
                f"{row.usage.wall / parse.wall:.2f} x" if parse else "-",
                f"{row.usage.cpu / parse.cpu:.2f} x" if parse else "-",
                f"{row.usage.wall / own.wall:.2f} x" if own else "-",
                f"{row.runs or 'continued'}{'; ' + row.note if row.note else ''}",
            ]
        )
    head = ("", "clock s", "CPU s", "peak MB", "together MB", "µs a file", "of parsing", "(CPU)", "of mas-lint", "runs")
    return _table(head, rows)


def _figures(usage: Usage) -> tuple[str, str, str]:
    return seconds(usage.wall), seconds(usage.cpu), f"{usage.peak / 1e6:.0f}"


def seconds(value: float) -> str:
    """Three figures that count: `0.043`, `1.25`, `12.5`, `125`."""
    for limit, digits in ((1, 3), (10, 2), (100, 1)):
        if value < limit:
            return f"{value:.{digits}f}"
    return f"{value:,.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, ruler, *rows))


def goals(start: Section, sections: Sequence[Section], rules: Sequence[Cost] = ()) -> list[tuple[str, str, str, str]]:
    """What is asked of mas-lint, as goal, limit, measured value and whether it is met, for what was measured."""
    found: list[tuple[str, str, str, str]] = []

    def at_most(goal: str, limit: float, value: float | None, unit: str) -> None:
        if value is not None:
            found.append((goal, f"{limit:g} {unit}", f"{value:.2f} {unit}", "met" if value <= limit else "**missed**"))

    by_size = {section.instances: section for section in sections}
    at_most('`--version` beside `python -c "import click"`', 1.5, _over(start, "version", start, "click"), "x")
    one = start.usage("one")
    at_most("one instance, cold", 0.35, one.wall if one else None, "s")
    at_most("the dearest rule, a file", LIMIT, max((rule.own for rule in rules), default=None), "µs")
    fleet = by_size.get(1000)
    if fleet is not None:
        cold = fleet.usage(COLD)
        at_most("1,000 instances, cold", 3, cold.wall if cold else None, "s")
        at_most("1,000 instances, cold, beside parsing", 3, _over(fleet, COLD, fleet, PARSE), "x")
        at_most("1,000 instances, warm, beside parsing", 0.5, _over(fleet, WARM, fleet, PARSE), "x")
        at_most("1,000 instances, peak of a process", 400, cold.peak / 1e6 if cold else None, "MB")
        for key, name, times in (
            ("yamllint", "yamllint", 30),
            ("argocd", "argocd-source-lint", 25),
            ("schemas", "check-jsonschema", 3),
        ):
            at_most(f"1,000 instances, cold, beside {name}", 1 / times, _over(fleet, COLD, fleet, key), "x")
        exact, warm, changed = (fleet.usage(f"exact {key}") for key in (COLD, WARM, "changed"))
        at_most("1,000 instances, exact, cold", 120, exact.wall if exact else None, "s")
        at_most("1,000 instances, exact, warm", 5, warm.wall if warm else None, "s")
        at_most("1,000 instances, exact, one changed", 1, changed.wall if changed else None, "s")
        same = fleet.usage("changed")
        rendering = changed.wall - same.wall if changed and same else None
        at_most("1,000 instances, one changed, exact less profile: re-rendering", 1, rendering, "s")
        if 10_000 in by_size:
            ratio = _over(by_size[10_000], COLD, fleet, COLD)
            at_most("10,000 instances beside 1,000, cold", 12, ratio, "x")
    return found


def _over(section: Section, key: str, other: Section, reference: str) -> float | None:
    upper, lower = section.usage(key), other.usage(reference)
    return upper.wall / lower.wall if upper and lower else None


def growth(sections: Sequence[Section]) -> str:
    """The picture: clock and memory against instances, with parsing beside them."""
    names = ((COLD, "mas-lint, cold cache"), (WARM, "mas-lint, warm cache"), (PARSE, "only parsing (PyYAML in C)"))
    times, memory = [], []
    for key, name in names:
        known = [(float(section.instances), usage) for section in sections if (usage := section.usage(key))]
        times.append(Line(name, tuple((x, usage.wall) for x, usage in known), key == PARSE))
        memory.append(Line(name, tuple((x, usage.peak / 1e6) for x, usage in known), key == PARSE))
    panels = (
        Panel("Time to lint the whole repo", "seconds on the clock", tuple(times)),
        Panel("Memory of the largest process", "MB at the peak", tuple(memory)),
    )
    return svg(panels, "MAS instances in the repo", "Time and memory of mas-lint against the number of instances")
