"""The stream from a path to a report: the public API of mas-lint."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from masgitops_lint.model.finding import Finding
from masgitops_lint.model.report import Charts, Crash, Part, Report, Skipped, Summary, Suppressed

if TYPE_CHECKING:
    from masgitops_lint.context import Context
    from masgitops_lint.deployment.build import BuildOptions
    from masgitops_lint.engine.approvals import Approval
    from masgitops_lint.engine.directives import FileDirectives
    from masgitops_lint.engine.kept_parts import KeptParts
    from masgitops_lint.engine.parts import ShardView
    from masgitops_lint.engine.rules import LoadedRule
    from masgitops_lint.engine.run import Judged
    from masgitops_lint.engine.selection import Selection
    from masgitops_lint.layout import Target
    from masgitops_lint.plan.model import Plan
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.repo.snapshot import Snapshot
    from masgitops_lint.repo.yaml import Document
    from masgitops_lint.settings import Settings


class UsageError(Exception):
    """The request cannot be carried out as given: the command line exits 2 with this sentence."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to lint and how.

    `path` is a directory (or a file in one), `revision` a Git revision or `:index` instead of the working tree, `base`
    a Git revision or directory to compare with. `baseline` is a file; "" takes none even if the settings name one.
    `today` decides whether a suppression has expired.

    `accounts` (names of account directories, () for all) and `shard` (`(3, 8)`: the third of eight) narrow a run to a
    part of the fleet. `jobs` is how many processes work, None for as many as the work is worth. `cache` keeps reports
    below `cache_dir` (None: the user's cache directory) and takes an unchanged run's report from there.
    """

    path: str = "."
    revision: str | None = None
    base: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: str | None = None
    isolated: bool = False
    baseline: str | None = None
    rules: tuple[str, ...] = ()
    charts: str | None = None
    argocd_version: str | None = None
    suppressions: bool = True
    today: date = field(default_factory=date.today)
    progress: Callable[[str], None] | None = None
    accounts: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    jobs: int | None = None
    cache: bool = False
    cache_dir: str | None = None


class Session(NamedTuple):
    """A request made ready: where, with which settings, and the view of the repo that rules and commands share."""

    target: Target
    settings: Settings
    context: Context


def open_snapshot(path: str, revision: str | None = None) -> Snapshot:
    """The working tree at `path`, one of its Git revisions, or (`:index`) what is staged. Raises `UsageError`."""
    from masgitops_lint.repo.snapshot import GitError, GitIndex, GitRevision, WorkingTree

    try:
        if revision is None:
            return WorkingTree(path)
        return GitIndex(path) if revision == ":index" else GitRevision(path, revision)
    except GitError as error:
        raise UsageError(str(error)) from error


def open_session(request: Request) -> Session:
    """Locate, read the settings, and open the snapshots a request names. Raises `UsageError` or `SettingsError`."""
    from masgitops_lint.context import Context
    from masgitops_lint.layout import locate
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings.load import load_settings
    from masgitops_lint.settings.patterns import PathPatterns

    try:
        target = locate(request.path)
    except FileNotFoundError as error:
        raise UsageError(f"there is no file or directory {request.path}") from error
    settings = load_settings(target.root, request.config, isolated=request.isolated)
    if request.argocd_version:
        from masgitops_lint.argocd.versions import at_version

        if at_version(request.argocd_version) is None:
            raise UsageError(f"`{request.argocd_version}` is no version of Argo CD; write it as 2.13.1 or 2.13")
        accounts = {name: one._replace(argocd_version=None) for name, one in settings.accounts.items()}
        settings = settings._replace(argocd_version=request.argocd_version, accounts=accounts)
    if request.charts:
        settings = settings._replace(source=settings.source._replace(charts=request.charts))
    excluded: Callable[[str], bool] | None = PathPatterns(settings.exclude).matches if settings.exclude else None
    older = _base_snapshot(target.root, request.base, request.revision) if request.base is not None else None
    newer = open_snapshot(target.root, request.revision)
    if request.accounts:
        snapshots = [one for one in (older, newer) if one is not None]
        directories = _account_directories(request.accounts, snapshots, settings, excluded)
        excluded = _other_accounts(request.accounts, directories, excluded)
    repository = Repository(newer, excluded)
    base = None if older is None else Context(Repository(older, excluded, repository), settings)
    return Session(target, settings, Context(repository, settings, base))


def _account_directories(
    wanted: Sequence[str], snapshots: Sequence[Snapshot], settings: Settings, excluded: Callable[[str], bool] | None
) -> dict[str, str]:
    """The directories of accounts and their names. Other accounts are read only when a wanted one is missing."""
    from masgitops_lint.context import Context
    from masgitops_lint.repo.repository import Repository

    names = frozenset(wanted)

    def elsewhere(path: str) -> bool:
        return names.isdisjoint(path.split("/")) or (excluded is not None and excluded(path))

    directories: dict[str, str] = {}
    for only in (elsewhere, excluded):
        for snapshot in snapshots:
            everything = Context(Repository(snapshot, excluded), settings).mas
            prefixes = [root.prefix for root in Context(Repository(snapshot, only), settings).mas.roots]
            for path in everything.repository.paths:
                if path.rpartition("/")[2] in everything.known_names:
                    for prefix in prefixes:
                        name, below, _ = path[len(prefix) :].partition("/")
                        if below and path.startswith(prefix):
                            directories[prefix + name] = name
        if names <= set(directories.values()):
            break
    return directories


def _other_accounts(
    wanted: Sequence[str], directories: Mapping[str, str], excluded: Callable[[str], bool] | None
) -> Callable[[str], bool]:
    """What is left out when only some accounts are looked at. Raises `UsageError` for one that is not there."""
    known = sorted(set(directories.values()))
    for name in wanted:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known[:8]) or 'none'}"
            raise UsageError(f"there is no account `{name}`: {hint}")
    others = tuple(f"{directory}/" for directory, name in directories.items() if name not in wanted)

    def left_out(path: str) -> bool:
        return path.startswith(others) or (excluded is not None and excluded(path))

    return left_out


def _base_snapshot(root: str, base: str, revision: str | None) -> Snapshot:
    """The older side: a directory when there is one of that name, else a Git revision.

    Against a working tree or the index that is the merge base with what is checked out, as in a pull request. Between
    two named revisions it is the one that was named, so that a way back can be planned too.
    """
    from masgitops_lint.layout import locate
    from masgitops_lint.repo.snapshot import GitError, GitRevision, WorkingTree, merge_base

    if os.path.isdir(base):
        return WorkingTree(locate(base).root)
    try:
        named = revision is not None and revision != ":index"
        return GitRevision(root, base if named else merge_base(root, base))
    except GitError as error:
        raise UsageError(str(error)) from error


def lint(request: Request) -> Report:
    """Lint what the request names. Raises `UsageError`, `SettingsError`, `RuleLoadError` or `UnknownRuleError`."""
    session = open_session(request)
    if not request.cache:
        return lint_session(request, session)
    from masgitops_lint.known_report import KnownReport

    # what is wanted, however it is named and worked on
    wanted = replace(request, path="", config=None, progress=None, jobs=None, cache=False, cache_dir=None)
    baseline = session.settings.baseline if request.baseline is None else request.baseline
    jobs = _jobs(request, session.context.repository)
    known = KnownReport(
        session.context, (wanted, session.target.prefix), request.rules, baseline, request.cache_dir, jobs
    )
    report = known.read()
    if report is None:
        report = lint_session(request, session, known.parts())
        known.keep(report)
    return report


def lint_session(request: Request, session: Session, kept: KeptParts | None = None) -> Report:
    """Lint what is already open. Raises `RuleLoadError`, `UnknownRuleError` or `BaselineError`.

    `kept` has what earlier runs left of a large repo, and takes what this one leaves.
    """
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.engine.run import read_ahead, run_rules
    from masgitops_lint.engine.selection import Selection

    rules = load_rules(request.rules)
    selection = Selection.build(rules, session.settings, request.select, request.ignore)
    repository, tell = session.context.repository, request.progress or (lambda text: None)
    jobs = _jobs(request, repository)
    tell(f"reading {len(repository.yaml_paths):,} files")
    read_ahead(session.context, jobs, request.shard)
    _render_charts(request, session.context, tell)
    tell("checking")
    judged = run_rules(
        session.context, selection.rules(rules), jobs=jobs, shard=request.shard, progress=request.progress, kept=kept
    )
    return _report(request, session, rules, selection, judged)


_FILES_A_PROCESS = 400
"""Below so many files a second process costs more than it saves."""


def _jobs(request: Request, repository: Repository) -> int:
    """How many processes to work with: as asked for, else as many as there are processors and work for."""
    from masgitops_lint.repo.child_process import can_fork, processors

    if not can_fork():
        return 1
    if request.jobs is not None:
        return max(request.jobs, 1)
    return max(1, min(processors(), len(repository.yaml_paths) // _FILES_A_PROCESS))


def _render_charts(request: Request, context: Context, tell: Callable[[str], None]) -> None:
    """Render real charts, if any are named, before a rule asks: what keeps them from rendering is for the user."""
    from masgitops_lint.deployment.build import BuildOptions, build_deployment, chart_source

    try:
        if any(chart_source(context, account) for account in context.mas.accounts()):
            tell("rendering the charts")
            options = BuildOptions(processes=request.jobs or 0, cached=request.cache, cache_directory=request.cache_dir)
            context.build_options = options
            context.__dict__["deployment"] = build_deployment(context, options)
    except Exception as error:
        from masgitops_lint.charts.helm.engine import HelmMissingError
        from masgitops_lint.charts.source import SourceError

        if isinstance(error, SourceError | HelmMissingError):
            raise UsageError(str(error)) from error
        raise


def new_baseline(request: Request) -> tuple[str, str, Report]:
    """A baseline of today's findings: the file where it belongs, its text, and the report it was made from.

    Raises `UsageError` for a part of a repo: the entries of the other parts would be lost.
    """
    from masgitops_lint.engine.baseline import DEFAULT_NAME, write_baseline

    session = open_session(request)
    if session.target.prefix:
        raise UsageError(f"a baseline holds the findings of a whole config repo: name {session.target.root}")
    repository = session.context.repository
    report = lint_session(replace(request, baseline=""), session)
    file = request.baseline or session.settings.baseline or os.path.join(session.target.root, DEFAULT_NAME)
    known = (path for path in {finding.path for finding in report.findings} if path in repository.path_set)
    data = {path: repository.document(path).data for path in known}
    return file, write_baseline(report.findings, data.get), report


def _report(
    request: Request,
    session: Session,
    rules: tuple[LoadedRule, ...],
    selection: Selection,
    judged: Judged,
) -> Report:
    from masgitops_lint.repo.source_text import SourceTexts

    context, target = session.context, session.target
    findings, crashes, shard, _ = judged
    kept = [finding for finding in selection.apply(findings) if target.covers(finding.path)]
    suppressed: list[Suppressed] = []
    if request.suppressions:
        kept, suppressed = _silence(request, session, rules, selection, judged._replace(findings=kept))
    kept.sort(key=lambda finding: finding.sort_key)
    used = {finding.rule for finding in kept} | {silenced.finding.rule for silenced in suppressed}
    repository = context.repository
    skipped = tuple(Skipped(path, reason) for path, reason in repository.skipped)
    suppressed.sort(key=lambda silenced: silenced.finding.sort_key)
    charts = _charts(context)
    narrowed = request.accounts or (request.shard is not None and request.shard[1] > 1)
    part = Part(request.accounts, request.shard, charts) if narrowed else None
    return Report(
        findings=tuple(kept),
        summary=_summary(context, shard, kept, len(suppressed), len(skipped)),
        rules=tuple(loaded.info() for loaded in rules if loaded.rule.code in used),
        suppressed=tuple(suppressed),
        skipped=skipped,
        crashes=tuple(crashes),
        notes=_notes(charts, part),
        part=part,
        root=target.root,
        sources=SourceTexts(repository, (finding.path for finding in kept)),
    )


def _silence(
    request: Request,
    session: Session,
    rules: tuple[LoadedRule, ...],
    selection: Selection,
    judged: Judged,
) -> tuple[list[Finding], list[Suppressed]]:
    from masgitops_lint.engine.baseline import apply_baseline, load_baseline
    from masgitops_lint.engine.selection import RuleIndex
    from masgitops_lint.engine.suppressions import apply_suppressions, collect_directives

    repository, settings = session.context.repository, session.settings
    compared = session.context.base is not None
    findings, crashes, shard, silent = judged
    ran = frozenset(
        loaded.rule.code
        for loaded in rules
        if (compared or not loaded.rule.needs_base) and (shard is None or shard.first or loaded.rule.local)
    )
    active = (selection.codes & ran) - {crash.rule for crash in crashes}

    def covers(path: str) -> bool:
        return session.target.covers(path) and (shard is None or shard.covers(path))

    def document(path: str) -> Document | None:
        return repository.document(path) if path in repository.path_set else None

    def data(path: str) -> object:
        found = document(path)
        return found.data if found is not None else None

    telling = (path for path in repository.yaml_paths if path not in silent and session.target.covers(path))
    directives = collect_directives(repository, telling)
    findings, approved = _approved(request, session, findings, directives)
    outcome = apply_suppressions(
        findings,
        directives,
        RuleIndex(loaded.rule for loaded in rules),
        active=active,
        today=request.today,
        document=document,
        tells=covers,
    )
    kept, dropped = selection.split([*outcome.findings, *selection.apply(outcome.extra)])
    suppressed = [*approved, *outcome.suppressed, *dropped]
    baseline = settings.baseline if request.baseline is None else request.baseline
    if baseline:
        known = load_baseline(baseline, session.target.root)
        applied = apply_baseline(kept, known, data, active=active, covers=covers)
        kept = [*applied.findings, *selection.apply(applied.stale)]
        suppressed.extend(applied.suppressed)
    return kept, suppressed


def _approved(
    request: Request, session: Session, findings: list[Finding], directives: tuple[FileDirectives, ...]
) -> tuple[list[Finding], list[Suppressed]]:
    """Findings about deletions without those that somebody approved."""
    if session.context.base is None or not any(finding.rule.startswith("PRN") for finding in findings):
        return findings, []
    from masgitops_lint.engine.approvals import apply_approvals

    return apply_approvals(findings, session.context.plan, _approvals(request, session, directives))


def _approvals(request: Request, session: Session, directives: tuple[FileDirectives, ...]) -> tuple[Approval, ...]:
    from masgitops_lint.engine.approvals import approvals
    from masgitops_lint.repo.history import messages_between

    base = session.context.base
    assert base is not None
    messages = messages_between(base.repository.snapshot, session.context.repository.snapshot)
    return approvals(directives, messages, request.today)


class PlanOutcome(NamedTuple):
    """A plan with the findings about it. `approved` maps a removed Application to the reason why it may go."""

    plan: Plan
    findings: tuple[Finding, ...]
    approved: Mapping[str, str]
    suppressed: tuple[Suppressed, ...] = ()
    crashes: tuple[Crash, ...] = ()


def plan_change(request: Request, session: Session, build: BuildOptions | None = None) -> PlanOutcome:
    """The plan of what is open already, and what the PRN rules say about it. Raises what `lint_session` raises.

    `build` says how real charts are rendered, where some are named.
    """
    from masgitops_lint.engine.approvals import approval_of
    from masgitops_lint.engine.rules import load_rules
    from masgitops_lint.engine.run import run_rules
    from masgitops_lint.engine.selection import Selection
    from masgitops_lint.engine.suppressions import collect_directives

    context = session.context
    context.build_options = build
    plan = context.plan
    if plan.empty and not plan.blocked:
        return PlanOutcome(plan, (), {})
    rules = tuple(one for one in load_rules(request.rules) if one.rule.needs_base)
    selection = Selection.build(rules, session.settings, request.select or ("PRN",), request.ignore)
    judged = run_rules(context, selection.rules(rules))
    kept = selection.apply(judged.findings)
    suppressed: list[Suppressed] = []
    if request.suppressions:
        kept, suppressed = _silence(request, session, rules, selection, judged._replace(findings=kept))
    kept = [one for one in kept if not one.rule.startswith("LNT")]
    directives = collect_directives(context.repository, context.repository.yaml_paths)
    given = _approvals(request, session, directives)
    approved = {one.application.name: said.reason for one in plan.removed if (said := approval_of(one, given))}
    ordered = tuple(sorted(kept, key=lambda finding: finding.sort_key))
    return PlanOutcome(plan, ordered, approved, tuple(suppressed), tuple(judged.crashes))


def _summary(
    context: Context, shard: ShardView | None, findings: list[Finding], suppressed: int, skipped: int
) -> Summary:
    severities = Counter(finding.severity.value for finding in findings)
    mas = context.mas
    units = context.units if context.has_units and (shard is None or shard.first) else None
    if shard is None:
        clusters = sum(scope.level == "cluster" for scope in mas.scopes)
        instances = sum(scope.level in ("instance", "aiservice", "sls") for scope in mas.scopes)
        applications = sum(a.kind == "Application" for a in context.deployment.applications) if mas.found else 0
        files = len(mas.config_paths)
    else:
        clusters, instances, applications, files = shard.clusters, shard.instances, shard.applications, shard.files
    return Summary(
        accounts=len(mas.accounts()),
        clusters=clusters + (units.cluster_count if units else 0),
        instances=instances,
        applications=applications + (units.unit_count if units else 0),
        files=files + (units.file_count if units else 0),
        skipped=skipped,
        errors=severities["error"],
        warnings=severities["warning"],
        notes=severities["note"],
        suppressed=suppressed,
    )


def _charts(context: Context) -> Charts:
    """What stands for the charts of which accounts."""
    from masgitops_lint.deployment.build import chart_source
    from masgitops_lint.report.fleet_notes import charts_by_choice

    def choice(account: str) -> str:
        real = chart_source(context, account)
        return f"rendered from {real}" if real else context.explain_profile(account)

    return charts_by_choice((account, choice(account)) for account in context.mas.accounts())


def _notes(charts: Charts, part: Part | None) -> tuple[str, ...]:
    from masgitops_lint.report.fleet_notes import chart_notes, part_note

    return chart_notes(charts) + ((part_note(part),) if part else ())


def nothing_checked(report: Report) -> bool:
    """Whether the run saw nothing that mas-lint knows: a green tick would be a lie.

    A shard may be empty, where there are more of them than clusters; the first one is so only in an empty repo.
    """
    if report.part is not None and report.part.shard is not None and report.part.shard[0] > 1:
        return False
    return report.summary.files == 0 and not report.findings and not report.crashes


def exit_code(report: Report, fail_on: str) -> int:
    """0 clean, 1 findings at or above `fail_on`, 2 a rule crashed, 3 nothing to check."""
    if report.crashes:
        return 2
    if nothing_checked(report):
        return 3
    ranks = {"error": 3, "warning": 2, "note": 1, "never": 4}
    return 1 if any(finding.severity.rank >= ranks[fail_on] for finding in report.findings) else 0
