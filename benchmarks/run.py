"""Measure and print a table: `python -m benchmarks.run [--sizes 1,100,1000] [--quick] [--charts DIR]`.

Writes benchmarks/RESULTS.md and docs/images/growth.svg after every size. Needs `os.wait4`: not Windows.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .cases import Case, busy_cases, own_cases, own_program, parse_cases, peer_cases, start_cases
from .generate import Shape, shape_of
from .measure import Usage, middle, peak_of_all
from .results import Row, Section, growth, page
from .rules import Cost

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = (1, 10, 100, 1_000, 10_000)
SAMPLE = 100
"""Instances that slow programs are measured on when a repo has more."""
EXACT_UP_TO = 1_000
BUSY_UP_TO = 1_000
"""Instances up to which a comparison and a repo with findings are measured: both are repos of their own."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often: `runs` times, until a case has taken `budget` seconds."""

    runs: int
    budget: float


def measure_all(cases: Sequence[Case], environment: Mapping[str, str], effort: Effort) -> tuple[Row, ...]:
    """The cases in turn, round by round, so that a busy moment of the machine touches all of them."""
    usages: dict[str, list[Usage]] = {case.key: [] for case in cases}
    for turn in range(effort.runs):
        for case in cases:
            known = usages[case.key]
            if case.missing or (known and (known[0].trouble or sum(one.wall for one in known) > effort.budget)):
                continue
            if turn == 0 and case.filled:
                case.measure(environment)
            _say(f"  {case.label}")
            known.append(case.measure(environment))
    rows = []
    for case in cases:
        known = usages[case.key]
        if case.missing:
            rows.append(Row(case.key, case.label, None, note=case.missing))
            continue
        usage = middle(known)
        if usage.trouble:
            rows.append(Row(case.key, case.label, None, note=usage.trouble))
            continue
        both = None
        if case.parallel and usage.wall > 0.5:
            case.prepare()
            try:
                both = peak_of_all(case.commands[0], case.around(environment))
            finally:
                case.finish()
        rows.append(Row(case.key, case.label, usage, len(known), both))
    return tuple(rows)


def continued(row: Row, one: tuple[Usage | None, int], sample: tuple[Usage | None, int], files: int) -> Row:
    """The row for `files` files, in a straight line through two measured (usage, files); memory as in the larger."""
    (low, low_files), (high, high_files) = one, sample
    if row.usage is None or low is None or high is None:
        return row
    times = (files - low_files) / (high_files - low_files)
    usage = Usage(low.wall + (high.wall - low.wall) * times, low.cpu + (high.cpu - low.cpu) * times, high.peak)
    return replace(row, usage=usage, runs=0, note=f"from {low_files:,} and {high_files:,} files")


class Bench:
    """Generated repos and figures of one session."""

    def __init__(
        self, work: str, effort: Effort, charts: str | None, exact_up_to: int, peers_in_full: bool, sample: int
    ) -> None:
        """`work` is a directory for repos and caches: repos that are there already are used again."""
        self.work, self.effort, self.charts = work, effort, charts
        self.exact_up_to, self.peers_in_full, self.sample = exact_up_to, peers_in_full, sample
        hidden = ("MAS_LINT_", "PYTHON", "FORCE_COLOR", "CLICOLOR")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        self.peers: dict[int, Section] = {}

    def _made(self, instances: int, kind: str = "repo", *, defects: int = 0, committed: bool = False) -> str:
        """The directory of a repo with this many instances."""
        directory = os.path.join(self.work, f"{kind}-{instances}")
        done = directory + ".done"
        if not os.path.exists(done):
            shutil.rmtree(directory, ignore_errors=True)
            _say(f"generating a {kind} of {instances:,}")
            command = [*_generate(directory, shape_of(instances)), "--defects", str(defects)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            if committed:
                _commit(directory)
            with open(done, "w", encoding="utf-8"):
                pass
        return directory

    def repo(self, instances: int) -> tuple[str, int, int]:
        """Directory, number of files and bytes of a sound repo with this many instances."""
        directory = self._made(instances)
        sizes = [
            os.path.getsize(os.path.join(parent, name)) for parent, _, names in os.walk(directory) for name in names
        ]
        return directory, len(sizes), sum(sizes)

    def start(self) -> Section:
        """The start-up section."""
        _say("start")
        directory, files, size = self.repo(1)
        effort = replace(self.effort, runs=self.effort.runs * 3)
        return Section(1, files, size, measure_all(tuple(start_cases(directory)), self.environment, effort))

    def rules(self) -> tuple[Cost, ...]:
        """What each rule costs, in a process of its own."""
        _say("rules")
        directory, _, _ = self.repo(self.sample)
        command = [sys.executable, "-m", "benchmarks.rules", directory, "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
        return tuple(Cost(**one) for one in json.loads(done.stdout))

    def section(self, instances: int) -> Section:
        """Everything for one size."""
        directory, files, size = self.repo(instances)
        _say(f"size {instances:,}")
        caches = os.path.join(self.work, f"caches-{instances}")
        shutil.rmtree(caches, ignore_errors=True)
        changing = _workspaces(directory)
        cases = [*parse_cases(directory), *own_cases(directory, caches, changing)]
        if instances <= BUSY_UP_TO:
            checkout = self._made(instances, "checkout", committed=True)
            faulty = self._made(instances, "faulty repo", defects=instances)
            cases.extend(busy_cases(checkout, _workspaces(checkout), faulty))
        if self.charts and instances <= self.exact_up_to:
            cases.extend(own_cases(directory, caches, changing, self.charts))
        rows = measure_all(cases, self.environment, self.effort)
        shutil.rmtree(caches, ignore_errors=True)
        return Section(instances, files, size, rows + self._peer_rows(instances, files))

    def _peer_rows(self, instances: int, files: int) -> tuple[Row, ...]:
        if self.peers_in_full or instances <= self.sample:
            return self._peer_section(instances).rows
        one, sample = self._peer_section(1), self._peer_section(self.sample)
        return tuple(
            continued(row, (one.usage(row.key), one.files), (sample.usage(row.key), sample.files), files)
            for row in sample.rows
        )

    def _peer_section(self, instances: int) -> Section:
        known = self.peers.get(instances)
        if known is None:
            directory, files, size = self.repo(instances)
            schemas = os.path.join(self.work, "schemas")
            if not os.path.exists(schemas):
                subprocess.run([*own_program(), "schema", "export", schemas], check=True, stdout=subprocess.DEVNULL)
            cases = tuple(peer_cases(directory, schemas))
            known = Section(instances, files, size, measure_all(cases, self.environment, self.effort))
            self.peers[instances] = known
        return known


def _workspaces(directory: str) -> str:
    """A file to change: the workspaces of some instance."""
    found = (parent for parent, _, names in os.walk(directory) if "ibm-mas-workspaces.yaml" in names)
    return os.path.join(next(found), "ibm-mas-workspaces.yaml")


def _commit(directory: str) -> None:
    """Put all of a directory into a Git repository of its own."""
    author = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), (*author, "commit", "-q", "-m", "All of it")):
        subprocess.run(["git", "-C", directory, *command], check=True)


def _generate(directory: str, shape: Shape) -> list[str]:
    return [
        *(sys.executable, "-m", "benchmarks.generate", directory),
        *("--accounts", str(shape.accounts), "--clusters", str(shape.clusters), "--instances", str(shape.instances)),
    ]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def file_system(directory: str) -> str:
    """The kind of file system that a directory lies on, where the system tells (it is in Linux' /proc)."""
    if not os.path.exists("/proc/mounts"):
        return "unknown"
    where = os.path.realpath(directory)
    with open("/proc/mounts", encoding="utf-8") as stream:
        mounts = [line.split() for line in stream]
    above = [(mount, kind) for _, mount, kind, *_ in mounts if os.path.commonpath((mount, where)) == mount]
    return max(above, key=lambda one: len(one[0]))[1]


def machine_facts(work: str) -> dict[str, str]:
    """Date, processor, memory, system, versions and where `work` lies: nothing that names the machine or its owner."""
    processor = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            processor = next(
                (line.split(":", 1)[1].strip() for line in stream if line.startswith("model name")), processor
            )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    done = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    version = subprocess.run([*own_program(), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}",
        "load": f"{os.getloadavg()[0]:.1f} processes ready to run when it began",
        "files": f"on {file_system(work)}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "mas-lint": f"{version} ({done.stdout.strip() or 'no checkout'})",
    }


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(sorted({int(part.replace("_", "")) for part in text.split(",")}))
    if not sizes or sizes[0] < 1:
        raise ValueError
    return sizes


def main(arguments: list[str] | None = None) -> int:
    """Command line; exit code 1 when something could not be measured that should have been."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N,...", help="numbers of instances")
    parser.add_argument("--quick", action="store_true", help="every command once, the slow programs on 10 instances")
    parser.add_argument("--runs", type=int, default=5, help="times that a quick command is measured (5)")
    parser.add_argument("--budget", type=float, default=20, metavar="SECONDS", help="no further run after this (20)")
    parser.add_argument("--charts", metavar="DIR", help="a checkout of the source repo: measures exact mode too")
    parser.add_argument(
        "--exact-up-to", metavar="N", type=int, default=EXACT_UP_TO, help="instances up to which exact mode is measured"
    )
    parser.add_argument("--full-peers", action="store_true", help="the slow programs on every size, however long")
    parser.add_argument("--work", metavar="DIR", help="where repos are generated; they are kept and used again")
    parser.add_argument("--no-write", action="store_true", help="print only; leave RESULTS.md and the picture alone")
    given = parser.parse_args(arguments)
    effort = Effort(1, 0) if given.quick else Effort(given.runs, given.budget)
    charts = os.path.abspath(given.charts) if given.charts else None
    with tempfile.TemporaryDirectory() as scratch:
        work = os.path.abspath(given.work or scratch)
        os.makedirs(work, exist_ok=True)
        bench = Bench(work, effort, charts, given.exact_up_to, given.full_peers, 10 if given.quick else SAMPLE)
        facts, notes = machine_facts(work), _notes(charts, bench.sample, given.full_peers)
        start, sections, text = bench.start(), list[Section](), ""
        rules = bench.rules()
        for size in given.sizes:
            sections.append(bench.section(size))
            text = page(start, sections, facts, rules, notes)
            if not given.no_write:
                _write(os.path.join(ROOT, "benchmarks", "RESULTS.md"), text)
                _write(os.path.join(ROOT, "docs", "images", "growth.svg"), growth(sections))
    print(text)
    failed = [row for section in (start, *sections) for row in section.rows if row.note.startswith("exit code")]
    return 1 if failed else 0


def _notes(charts: str | None, sample: int, peers_in_full: bool) -> list[str]:
    notes = []
    if not peers_in_full:
        notes.append(
            f"Above {sample} instances the other programs' figures are continued in a straight line from one and from "
            f"{sample} instances; `--full-peers` measures them. Memory is that of the larger of the two."
        )
    notes.append("check-jsonschema is started once for every kind of config file, as each kind has its own schema.")
    notes.append("argocd-source-lint finds no Application in these repos: the time is that of looking for them.")
    if charts is None:
        notes.append("Exact mode was not measured: it needs `--charts DIR`, a checkout of the source repo.")
    return notes


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


if __name__ == "__main__":
    sys.exit(main())
