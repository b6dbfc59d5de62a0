"""What each rule costs: `python -m benchmarks.rules [REPO] [--instances 100]`, in microseconds of CPU a file.

Every rule runs twice over one view of the repo, in one process. *first* includes what the rule is the first to ask for
(files, deployment, secrets), which others then find ready; *own* is the second time, with all of that ready.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

LIMIT = 10.0
"""Microseconds a file that a rule may cost."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a file, and drafts of findings."""

    code: str
    name: str
    first: float
    own: float
    findings: int


def costs(repo: str) -> tuple[Cost, ...]:
    """The rules that apply to `repo`, in the order they run. Files are parsed before the first."""
    from masgitops_lint.app import Request, open_session
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.engine.selection import Selection

    session = open_session(Request(path=repo))
    context, rules = session.context, load_rules()
    chosen = [
        one
        for one in Selection.build(rules, session.settings, (), ()).rules(rules)
        if not one.rule.needs_base and (context.has_units or not one.rule.generic)
    ]
    paths = context.repository.yaml_paths
    for path in paths:
        _ = context.repository.document(path)
    taken: list[list[float]] = [[], []]
    found: list[int] = []
    for times in taken:
        found.clear()
        for loaded in chosen:
            gc.collect()
            start = time.process_time()
            found.append(sum(1 for _ in loaded.check(context)))
            times.append((time.process_time() - start) * 1e6 / max(len(paths), 1))
    return tuple(
        Cost(loaded.rule.code, loaded.rule.name, first, own, count)
        for loaded, first, own, count in zip(chosen, *taken, found, strict=True)
    )


def table(rows: Iterable[Cost], limit: float = 0) -> str:
    """A Markdown table, the dearest first, without rules whose own cost is below `limit`."""
    shown = sorted((row for row in rows if row.own >= limit), key=lambda row: (-row.own, row.code))
    lines = [
        "| rule | own µs a file | first µs a file | findings |\n| --- | ---: | ---: | ---: |\n",
        *(f"| {row.code} {row.name} | {row.own:.1f} | {row.first:.1f} | {row.findings} |\n" for row in shown),
    ]
    return "".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Command line; exit code 1 when a rule costs more than `LIMIT`."""
    from .generate import files, shape_of, write

    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("repo", nargs="?", help="a config repo; otherwise one is made up")
    parser.add_argument("--instances", type=int, default=100, help="of the made-up repo (100)")
    parser.add_argument("--all", action="store_true", help=f"list the rules below {LIMIT:g} µs as well")
    parser.add_argument("--json", action="store_true", help="every rule as JSON")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        if given.repo is None:
            write(scratch, files(shape_of(given.instances)))
        rows = costs(given.repo or scratch)
    dear = [row for row in rows if row.own > LIMIT]
    if given.json:
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    print(table(rows, 0 if given.all else LIMIT))
    print(
        f"{len(rows)} rules, {len(dear)} of them above {LIMIT:g} µs a file; "
        f"all together {sum(row.own for row in rows):.0f} µs, the first time {sum(row.first for row in rows):.0f} µs"
    )
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
