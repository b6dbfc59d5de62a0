"""Many roots that nothing is known of: processes render a share each into the store, where the builder finds them.

Only what lies below an account's root is shared out. The result is that of one process: a root that a worker leaves
out, for whatever reason, is rendered by the builder itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.argocd.applicationset import Expansion
from masgitops_lint.argocd.globbing import with_prefix
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.go_runtime import tuned_workers
from masgitops_lint.charts.helm.late_engine import late_engine
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.mas.account_root import AccountRoot
from masgitops_lint.mas.config import CLUSTER_BASE
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place
from masgitops_lint.repo.content_digest import Known, contents_of, take_over
from masgitops_lint.repo.repository import Repository
from masgitops_lint.repo.snapshot import WorkingTree
from masgitops_lint.settings import Settings
from masgitops_lint.settings.result_store import open_store

from .config_files import ConfigFiles
from .deployment import FrozenSet
from .exact import Coming, ExactOptions, build_all
from .keeping import Entries, Entry, KeepingBuilder, Seat
from .kept_rows import Step
from .rendered import RenderedObject
from .root_chart import RootChart

if TYPE_CHECKING:
    from .build import BuildOptions, Subject

WORTH = 10
"""From how many roots below accounts on processes save more than it costs to start them."""


class Survey(KeepingBuilder):
    """Builds nothing: counts the roots below accounts that will have to be rendered, or rendered below."""

    stale = 0

    def _render_root(self, root: RootChart, place: Place) -> None:
        lies, key = self.account_keys(root)
        entry = self.entries.get(lies)
        known = entry.roots.get(key)
        if key in entry.failing:
            return
        if known is None or not self.holds(known):
            start = f"{root.account}/"
            paths = root.config.paths()
            self.stale += sum(path.startswith(start) and path.endswith(f"/{CLUSTER_BASE}") for path in paths)
            return
        for step in known.steps:
            if step.child and not self._is_whole(self.entries.get(step.child), step.child):
                self.stale += 1
                self.entries.forget(step.child)

    def _is_whole(self, entry: Entry, key: str) -> bool:
        root = entry.roots.get(key)
        if root is None and key in entry.failing:
            # it is rendered anew each time, by the builder itself
            return True
        if root is None or not self.holds(root):
            return False
        return all(self._is_whole(entry, step.child) for step in root.steps if step.child)


class Share(KeepingBuilder):
    """Builds the roots below accounts whose turn it is: `number` of `shares`. Accounts' own roots take turns too."""

    number = 0
    shares = 1
    _accounts = 0

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._of_accounts: set[str] = set()

    @property
    def _keeper(self) -> bool:
        return self._accounts % self.shares == self.number

    def account(self, account: str, charts: ChartSource, root: AccountRoot, config: ConfigFiles) -> None:
        """Build this share of one account."""
        super().account(account, charts, root, config)
        self._accounts += 1

    def _expand(self, made: RenderedObject, root: RootChart, only: frozenset[int] | None = None) -> Expansion:
        if self._depth == 1 and only is None and not self._keeper:
            only = frozenset(range(self.number, len(root.config.paths()), self.shares))
        return super()._expand(made, root, only)

    def _is_due(self, coming: Coming, place: int, above: RootChart) -> bool:
        return self._is_own(place) and super()._is_due(coming, place, above)

    def _is_own(self, place: int) -> bool:
        """Whether it is this share's turn to build the root that comes after `place` others."""
        if self._depth != 1 or not self._keeper:
            return True
        return (self._live[-1].position + place) % self.shares == self.number

    def _below(self, coming: Coming, above: RootChart) -> None:
        if not self._is_own(0):
            self._note_child(coming, above)
            return
        start = len(self.applications)
        super()._below(coming, above)
        if self._depth == 1:
            self._finish(start, coming.scope.directory)

    def _is_stale(self, step: Step) -> bool:
        own = self._depth != 1 or step.position % self.shares == self.number
        return own and super()._is_stale(step)

    def _child(self, step: Step, parent: Application, above: Seat) -> None:
        if self._depth == 1 and step.position % self.shares != self.number:
            return
        start = len(self.applications)
        super()._child(step, parent, above)
        if self._depth == 1:
            self._finish(start, step.application.scope)

    def _finish(self, start: int, directory: str) -> None:
        """Write what lies below an account's root, and let go of it: a share of a fleet does not fit into memory."""
        self.finish_leaves()
        paths = with_prefix(self.mas.repository.yaml_paths, f"{directory}/")
        for key in [key for key in self._written if key not in self._of_accounts]:
            entry, roots = self._written.pop(key)
            if self._untouched(paths):
                self._put(entry, roots)
            self.entries.forget(key)
        for index in range(start, len(self.applications)):
            self.applications[index] = self.applications[index]._replace(values={})
            self.rendered.pop(index, None)
        for done in (self.leaves, self.known_leaves, self.roots, self.changed):
            done.clear()
        self._runners.clear()

    def _freeze(self, record: Application, made: RenderedObject, root: RootChart, expansion: Expansion) -> None:
        self.frozen.append(FrozenSet(record.name, root.directory, expansion.error))

    def _root_failed(self, root: RootChart, error: RenderError, place: Place) -> None:
        # whose fault it is, and what is lost, the builder finds out
        self._fail(root.directory, root.name, root.chart.path, error.message, place, error.kind, root=True)

    def _remember(self, entry: Entry, key: str, root: Any, directory: str) -> None:
        if self._depth == 0:
            self._of_accounts.add(entry.key)
        if self._depth > 0 or self._keeper:
            super()._remember(entry, key, root, directory)


class _Work(NamedTuple):
    """What a worker needs to know; `make` opens the config repo again, `content` is what its files hold."""

    make: Callable[[Repository, Settings], Subject]
    root: str
    paths: frozenset[str]
    content: Known
    settings: Settings
    options: BuildOptions
    number: int
    shares: int


def warm(
    subject: Subject,
    charts: Callable[[str], ChartSource],
    exact: ExactOptions,
    options: BuildOptions,
    entries: Entries,
) -> None:
    """Let `exact.processes` processes render what is missing in the store, if it is worth it."""
    repository = subject.repository
    if not isinstance(repository.snapshot, WorkingTree):
        return
    engine = late_engine(options.engine)
    survey = Survey(subject.mas, engine, exact, entries, engine.identity)
    build_all(survey, charts, subject.account)
    if survey.stale < WORTH or not open_store(options.cache_directory).works():
        return
    from multiprocessing import get_context

    work = _Work(
        type(subject),
        repository.snapshot.root,
        frozenset(repository.paths),
        contents_of(repository.snapshot).found,
        subject.settings,
        options._replace(processes=1),
        number=0,
        shares=exact.processes,
    )
    # Go's runtime does not survive a fork: always spawn
    spawn = get_context("spawn")
    workers = [
        spawn.Process(target=_render_share, args=(work._replace(number=number),), daemon=True)
        for number in range(work.shares)
    ]
    # where none can be started the builder does it all
    with suppress(OSError, AssertionError), tuned_workers():
        for worker in workers:
            worker.start()
    for worker in workers:
        if worker.pid is not None:
            worker.join()


def _render_share(work: _Work) -> None:
    """Runs in a worker process. What goes wrong here goes wrong again, and is told, where the builder is."""
    from .build import charts_of, exact_options

    with suppress(Exception):
        tree = WorkingTree(work.root)
        # from before this process: files that are edited since are not what is kept
        take_over(tree, work.content)
        repository = Repository(tree, lambda path: path not in work.paths)
        subject = work.make(repository, work.settings)
        engine = late_engine(work.options.engine)
        entries = Entries(open_store(work.options.cache_directory))
        share = Share(subject.mas, engine, exact_options(subject, work.options), entries, engine.identity)
        share.number, share.shares = work.number, work.shares
        build_all(share, charts_of(subject), subject.account).result()
