"""Which way a deployment is found out: from the real charts when there are any, else from release profiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from .deployment import Deployment

if TYPE_CHECKING:
    from masgitops_lint.argocd.globbing import GlobMode
    from masgitops_lint.charts.helm.engine import EngineChoice
    from masgitops_lint.charts.helm.late_engine import LateEngine
    from masgitops_lint.charts.profile import ReleaseProfile
    from masgitops_lint.charts.source import ChartSource
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.mas.config import MasConfig
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings import Settings

    from .exact import ExactBuilder, ExactOptions


class Subject(Protocol):
    """What a deployment is built from; `sdk.Context` is one."""

    repository: Repository
    settings: Settings

    @property
    def mas(self) -> MasConfig:
        """The config repo."""
        ...

    def account(self, account: str) -> AccountRoot:
        """The parameters of one account."""
        ...

    def profile(self, account: str) -> ReleaseProfile:
        """The release profile of one account."""
        ...


class BuildOptions(NamedTuple):
    """How exact mode works: which Helm, on how many processes (0: one a core), with leaves or not, cached or not.

    `values` False says that nobody will look at the Applications' values: then a whole result can come from the cache.
    """

    engine: EngineChoice = "auto"
    processes: int = 0
    resources: bool = True
    cached: bool = True
    values: bool = True
    cache_directory: str | None = None
    """Where results are kept; None is the user's cache directory."""


def chart_source(subject: Subject, account: str) -> str | None:
    """The real charts that serve an account: a directory, `DIRECTORY@REVISION` or a fetched revision; None: a profile.

    A path in the settings counts from the config repo's root.
    """
    wanted = subject.settings.charts_for(account)
    return real_charts(wanted, subject.repository.snapshot.root) if wanted else None


def real_charts(wanted: str, root: str) -> str | None:
    """What `open_source` opens for charts that somebody named; None for a release or the file of a profile."""
    from masgitops_lint.charts.choose import is_profile_file
    from masgitops_lint.charts.source import is_source

    if is_profile_file(wanted):
        return None
    if is_source(wanted):
        return wanted
    below = os.path.join(root, wanted)
    if is_source(below):
        return below
    return wanted if _looks_like_path(wanted) else None


_AS_MEANT = BuildOptions()


def _looks_like_path(wanted: str) -> bool:
    return wanted.startswith((".", "~")) or "/" in wanted or "\\" in wanted


def build_deployment(subject: Subject, options: BuildOptions = _AS_MEANT, *, actual: bool = False) -> Deployment:
    """The deployment of a config repo: from a profile as it was meant, or (`actual`) as the generators read it.

    Real charts are always given what the generators read. Raises `SourceError` and `HelmMissingError` when exact mode
    cannot work.
    """
    accounts = subject.mas.accounts()
    sources = {account: chart_source(subject, account) for account in accounts}
    if not any(sources.values()):
        from .from_profile import build

        return with_assumptions(build(subject.mas, subject.profile, subject.account, actual=actual), subject)
    return build_from_charts(subject, sources, options)


def build_from_charts(subject: Subject, sources: Mapping[str, str | None], options: BuildOptions) -> Deployment:
    """The exact deployment; an account without charts of its own is served by those of the first that has some."""
    from masgitops_lint.charts.helm.late_engine import late_engine

    from .exact import build_exact

    charts, engine = _opener(subject, sources), late_engine(options.engine)
    exact = exact_options(subject, options)
    if not options.cached:
        return build_exact(subject.mas, charts, subject.account, engine, exact)
    if options.values:
        return _with_kept(subject, charts, engine, exact, options)
    from masgitops_lint.settings.cache_directory import cache_directory

    from .whole_cache import WholeCache, key_of

    cache = WholeCache(os.path.join(options.cache_directory or cache_directory(), "trees-of-applications"))
    key = key_of(_deciding(subject, {account: charts(account) for account in sources}, engine, exact))
    known = cache.get(key)
    if known is not None:
        return with_assumptions(known, subject)
    # processes render the leaves: roots in which something fails are not kept, and would be rendered twice
    built = _with_kept(subject, charts, engine, exact, options, shared_out=False)
    cache.put(key, built)
    return built


def _with_kept(
    subject: Subject,
    charts: Callable[[str], ChartSource],
    engine: LateEngine,
    exact: ExactOptions,
    options: BuildOptions,
    *,
    shared_out: bool = True,
) -> Deployment:
    """The exact deployment, as much as possible of it from earlier runs; processes share out many roots."""
    from masgitops_lint.settings.result_store import open_store

    from .exact import build_all, unfinished
    from .keeping import Entries, KeepingBuilder, StaleError

    def anew() -> ExactBuilder:
        return unfinished(subject.mas, charts, subject.account, engine, exact)

    entries = Entries(open_store(options.cache_directory))
    try:
        if shared_out and exact.processes > 1:
            from .warming import warm

            warm(subject, charts, exact, options, entries)
        builder = KeepingBuilder(subject.mas, engine, exact, entries, engine.identity, anew)
        return build_all(builder, charts, subject.account).result()
    except StaleError:
        return anew().result()


def _deciding(
    subject: Subject, charts: Mapping[str, ChartSource], engine: LateEngine, exact: ExactOptions
) -> Iterator[str]:
    """Everything that decides an exact deployment: program, Helm, settings, charts, and every YAML file of the repo."""
    from masgitops_lint.version import __version__

    yield from (__version__, engine.identity, str(exact.globbing), str(exact.version), str(exact.resources))
    yield repr(subject.settings)
    for account, source in sorted(charts.items()):
        yield from (account, source.label, source.digest)
    repository = subject.repository
    for path in repository.yaml_paths:
        yield path
        try:
            yield repository.snapshot.oid(path)
        except OSError as error:
            yield str(error)


def exact_builder(
    subject: Subject, options: BuildOptions
) -> Callable[[MasConfig, Callable[[str], bool]], ExactBuilder] | None:
    """A function that renders all roots of a config repo (some files may be left out) and leaves the leaves to do.

    None when no real charts are known. Raises `SourceError` and `HelmMissingError`.
    """
    sources = {account: chart_source(subject, account) for account in subject.mas.accounts()}
    if not any(sources.values()):
        return None
    from masgitops_lint.charts.helm.engine import open_engine

    from .exact import unfinished

    charts, engine, exact = _opener(subject, sources), open_engine(options.engine), exact_options(subject, options)
    return lambda mas, keep: unfinished(mas, charts, subject.account, engine, exact, keep)


def _opener(subject: Subject, sources: Mapping[str, str | None]) -> Callable[[str], ChartSource]:
    default = next(source for source in sources.values() if source)
    return lambda account: opened_source(subject.repository, sources.get(account) or default)


def charts_of(subject: Subject) -> Callable[[str], ChartSource]:
    """The real charts of each account of a repo that names some."""
    return _opener(subject, {account: chart_source(subject, account) for account in subject.mas.accounts()})


_OPENED: WeakKeyDictionary[Repository, dict[str, ChartSource]] = WeakKeyDictionary()


def opened_source(repository: Repository, wanted: str) -> ChartSource:
    """The charts of that name, opened and read once for all who look at a repository. Raises `SourceError`."""
    from masgitops_lint.charts.source import open_source

    known = _OPENED.setdefault(repository, {})
    if wanted not in known:
        known[wanted] = open_source(wanted)
    return known[wanted]


def exact_options(subject: Subject, options: BuildOptions) -> ExactOptions:
    """What the settings and the caller say about how to build."""
    from masgitops_lint.settings.cache_directory import cache_directory

    from .exact import ExactOptions, default_processes
    from .leaf_runner import CACHE_FORMAT, DirectoryCache

    directory = options.cache_directory or cache_directory()
    cache = DirectoryCache(os.path.join(directory, f"leaves-{CACHE_FORMAT}")) if options.cached else None
    return ExactOptions(
        globbing=_globbing(subject.settings),
        version=_version(subject.settings),
        resources=options.resources,
        processes=options.processes or default_processes(),
        cache=cache,
    )


def _globbing(settings: Settings) -> GlobMode:
    return "strict" if getattr(settings, "globbing", "greedy") == "strict" else "greedy"


def _version(settings: Settings) -> tuple[int, ...] | None:
    text = (settings.argocd_version or "").lstrip("v")
    parts = [part for part in text.split("-")[0].split(".") if part.isdigit()]
    return tuple(int(part) for part in parts) or None


def with_assumptions(deployment: Deployment, subject: Subject) -> Deployment:
    """The deployment with the parameters of every account and where they are known from."""
    from dataclasses import replace

    from .assumptions import assumed_parameters

    return replace(
        deployment,
        assumed={account: tuple(assumed_parameters(subject.account(account))) for account in subject.mas.accounts()},
    )
