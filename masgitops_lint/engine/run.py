"""Run rules over a context, as a whole or part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from masgitops_lint.context import Context
from masgitops_lint.model.finding import Draft, Finding
from masgitops_lint.model.report import Crash

from .reach import Reach
from .resolve import finding_from
from .rules import LoadedRule

if TYPE_CHECKING:
    from .kept_parts import KeptParts
    from .parts import PartResult, Parts, ShardView


Findings: TypeAlias = dict[tuple[object, ...], Finding]
Judge: TypeAlias = Callable[[Context], tuple[list[Finding], list[Crash]]]


class Judged(NamedTuple):
    """Findings in stable order, the rules that raised, and, where not all was judged, what was."""

    findings: list[Finding]
    crashes: list[Crash]
    shard: ShardView | None = None
    silent: frozenset[str] = frozenset()
    """Files that are known to hold no suppression comment or its like."""


def read_ahead(context: Context, jobs: int, shard: tuple[int, int] | None = None) -> None:
    """Parse, `jobs` processes sharing the work, what is not read part by part."""
    if jobs < 2:
        return
    paths: Iterable[str] = context.repository.yaml_paths
    if shard or in_parts(context):
        later = frozenset(context.mas.read_paths)
        paths = [path for path in paths if path not in later]
    context.repository.preload(jobs, paths)


def run_rules(
    context: Context,
    rules: Iterable[LoadedRule],
    *,
    jobs: int = 1,
    shard: tuple[int, int] | None = None,
    progress: Callable[[str], None] | None = None,
    kept: KeptParts | None = None,
) -> Judged:
    """What the rules find. A crash never hides what the rule had found before.

    A large MAS config repo is read and judged part by part where rules allow it, by `jobs` processes; the result is the
    same.
    `shard` (3, 8) leaves out the clusters that are not the third shard's, and looks across clusters in the first only.
    Parts that `kept` knows are not judged again.
    """
    wanted = [one for one in rules if _applies(one, context)]
    if not (shard or (any(one.rule.local for one in wanted) and in_parts(context))):
        found, stopped = _run(context, wanted)
        return Judged(_ordered(context, found), stopped)
    from .parts import Parts, in_order, shard_view

    parts = Parts(context, shard[1] if shard is not None else 1)
    local = [one for one in wanted if one.rule.local and not (one.rule.charts and parts.shares)]
    numbers = range(len(parts.configs))
    if shard is not None:
        numbers = numbers[shard[0] - 1 :: shard[1]]

    def judge(part: Context) -> tuple[list[Finding], list[Crash]]:
        found, stopped = _run(part, local)
        return list(found.values()), stopped

    if kept is not None:
        kept.open(parts, [one.rule.code for one in local])
    results = in_order(_shared_out(parts, numbers, judge, jobs, progress, kept))
    findings: Findings = {}
    crashes: dict[str, Crash] = {}
    reach = Reach(context)
    across_clusters = shard is None or shard[0] == 1
    if across_clusters or any(reach.is_open(finding) for result in results for finding in result.findings):
        # what the other shards judge is here only built, for what looks across
        others = [number for number in range(len(parts.configs)) if number not in numbers]
        parts.provide([*results, *_shared_out(parts, others, lambda part: ([], []), jobs, None, None)])
    for result in results:
        _add(findings, (reach.completed(one) if reach.is_open(one) else one for one in result.findings))
        for crash in result.crashes:
            crashes.setdefault(crash.rule, crash)
    if across_clusters:
        # without any config there are no parts, and nothing else looks at the manifests
        across, more = _run(context, [one for one in wanted if one not in local or not parts.configs])
        _add(findings, across.values())
        crashes.update({crash.rule: crash for crash in more})
    order = {one.rule.code: index for index, one in enumerate(wanted)}
    stopped = sorted(crashes.values(), key=lambda crash: order[crash.rule])
    view = shard_view(parts, results, shard) if shard is not None else None
    silent = (path for result in results if result.silent for path in parts.configs[result.number].read_paths)
    return Judged(_ordered(context, findings), stopped, view, frozenset(silent))


def _applies(loaded: LoadedRule, context: Context) -> bool:
    if loaded.rule.needs_base and context.base is None:
        return False
    return not loaded.rule.generic or context.has_units


def in_parts(context: Context) -> bool:
    """Whether parts are worth it."""
    if not context.mas.found:
        return False
    from masgitops_lint.mas.parts import PART_SIZE

    return len(context.mas.meant) > 2 * PART_SIZE


def _run(context: Context, rules: Sequence[LoadedRule]) -> tuple[Findings, list[Crash]]:
    drafts: list[tuple[LoadedRule, Draft]] = []
    crashes: dict[str, Crash] = {}
    for loaded in rules:
        try:
            for draft in loaded.check(context):
                drafts.append((loaded, draft))
        except Exception as error:
            crashes[loaded.rule.code] = _crash(loaded, error)
    made: list[Finding | None] = [None] * len(drafts)
    reach = Reach(context)
    # file by file, so that each is composed once for all its findings
    for index in sorted(range(len(drafts)), key=lambda index: drafts[index][1].place.path):
        loaded, draft = drafts[index]
        try:
            made[index] = finding_from(context, draft, reach)
        except Exception as error:
            crashes.setdefault(loaded.rule.code, _crash(loaded, error))
    findings: Findings = {}
    _add(findings, (finding for finding in made if finding is not None))
    return findings, [crashes[one.rule.code] for one in rules if one.rule.code in crashes]


def _crash(loaded: LoadedRule, error: Exception) -> Crash:
    import traceback

    text = "".join(traceback.format_exception(error))
    return Crash(loaded.rule.code, f"{type(error).__name__}: {error}", text)


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.rule, finding.path, finding.span, finding.message)


def _add(findings: Findings, more: Iterable[Finding]) -> None:
    for finding in more:
        findings.setdefault(_identity(finding), finding)


def _ordered(context: Context, findings: Findings) -> list[Finding]:
    said: Iterable[Finding] = findings.values()
    if len(findings) > 1 and context.mas.found:
        from .one_cause import one_cause_each

        # in one order, whoever found what first
        said = sorted(said, key=lambda finding: (finding.rule, finding.path))
        said = one_cause_each(said)
    return sorted(said, key=lambda finding: finding.sort_key)


def _shared_out(
    parts: Parts,
    numbers: Sequence[int],
    judge: Judge,
    jobs: int,
    progress: Callable[[str], None] | None,
    kept: KeptParts | None,
) -> Iterator[PartResult]:
    """The results of all parts, some of them from children, in any order; what a child fails on is done here."""
    from itertools import chain

    done: set[int] = set()
    known = [] if kept is None else [number for number in numbers if kept.has(number)]
    todo = sorted({*numbers}.difference(known))
    # who reads what is known is busy too
    jobs = min(jobs, len(todo) + bool(known))
    read: Iterable[PartResult] = () if kept is None else filter(None, map(kept.read, known))
    left = (_kept_lean(parts, number, judge, kept) for number in sorted(numbers) if number not in done)
    for result in chain(_from_all(parts, todo, judge, jobs, kept, read), left):
        done.add(result.number)
        yield result
        if progress is not None:
            progress(f"{len(done)} of {len(numbers)} parts checked")


def _from_all(
    parts: Parts,
    numbers: Sequence[int],
    judge: Judge,
    jobs: int,
    kept: KeptParts | None,
    read: Iterable[PartResult],
) -> Iterator[PartResult]:
    """The results that are `read`, while children are at work already, and then those of children and this process.

    What a child fails on is missing, and all of `numbers` where none can be made.
    """
    from masgitops_lint.repo.child_process import Turns, can_fork, start

    if jobs < 2 or not can_fork():
        yield from read
        return
    from .part_rows import from_bytes, to_bytes

    turns = Turns(numbers)

    def produce() -> Iterator[bytes]:
        for number in turns:
            result, raw = _work(parts, number, judge, kept)
            yield number.to_bytes(8, "big") + (raw or to_bytes(parts, result))
            parts.let_go(result)

    def result_of(answer: bytes) -> PartResult:
        return from_bytes(parts, int.from_bytes(answer[:8], "big"), answer[8:])

    children = [child for child in (start(produce) for _ in range(jobs - 1)) if child is not None]
    yield from read
    for number in turns:
        yield _kept_lean(parts, number, judge, kept)
        for child in children:
            yield from map(result_of, child.answers())
    turns.close()
    for child in children:
        yield from map(result_of, child.last_answers())


def _work(parts: Parts, number: int, judge: Judge, kept: KeptParts | None) -> tuple[PartResult, bytes]:
    """One part's result, and its rows if somebody keeps them."""
    result = parts.work(number, judge)
    if kept is None:
        return result, b""
    from .part_rows import to_bytes

    raw = to_bytes(parts, result)
    kept.keep(result, raw)
    return result, raw


def _kept_lean(parts: Parts, number: int, judge: Judge, kept: KeptParts | None) -> PartResult:
    """One part's result as this process keeps it."""
    result, _ = _work(parts, number, judge, kept)
    parts.let_go(result)
    return result
