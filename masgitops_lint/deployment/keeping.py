"""The exact deployment with what an earlier run has rendered: only roots whose input has changed are rendered again.

A root chart's input is its chart, values, parameters and config files; it is kept under a hash of them. What an
ApplicationSet generates hangs on files too: a trace of them is kept with the root that holds the set. An account's
root is an entry of its own, and so is each root below it, together with all that hang on that one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from masgitops_lint.charts.helm.engine import HelmEngine
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.mas.account_root import AccountRoot
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place
from masgitops_lint.repo.content_digest import content_of, times_of
from masgitops_lint.settings.result_store import ResultStore
from masgitops_lint.settings.this_program import this_program

from .application_source import leaf_job
from .config_files import ConfigFiles
from .deployment import ChangedValue, Deployment
from .exact import TOGETHER, Coming, ExactBuilder, ExactOptions, KnownLeaf, base_path
from .kept_objects import Objects, decoded
from .kept_rows import KeptEntry, KeptRoot, Step, packed, unpacked
from .rendered import RenderedObject
from .root_chart import VALUES_VARIABLE, RootChart
from .set_trace import SetTrace, SetTraces

_QUOTING_NOTHING = frozenset({"nil", "type", "index", "chart", "parse"})
"""Kinds of `RenderError` whose message holds names and types, and no value of the config."""


class StaleError(Exception):
    """What was kept does not fit what is there: everything is rendered anew."""


class Entry:
    """Roots of an earlier run by their keys: one account's own, or one below it with all that hang on it."""

    def __init__(self, key: str, raw: bytes | None) -> None:
        self.key = key
        self.raw = raw
        self._kept = KeptEntry({})
        if raw is not None:
            try:
                self._kept = unpacked(raw)
            except (LookupError, TypeError, ValueError, AttributeError):
                self.raw = None
        self.roots = self._kept.roots
        self.failing = self._kept.failing

    @cached_property
    def leaves(self) -> Mapping[str, Objects]:
        """The objects of all leaves by their keys."""
        steps = [step for root in self.roots.values() for step in root.steps]
        known = {step.leaf: step.resources for step in steps if step.leaf and step.resources is not None}
        return {**self._kept.leaves, **known}

    def take_over(self, old: Entry) -> None:
        """Look for roots and leaves where they were under another key."""
        self._kept, self.roots = old._kept, old.roots


class Entries:
    """The entries of a store, each read once."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store
        self._known: dict[str, Entry] = {}

    def get(self, key: str) -> Entry:
        """The entry of a key; an empty one where nothing was kept."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Entry(key, self._store.get(key))
        return known

    def put(self, key: str, raw: bytes) -> None:
        """Keep an entry."""
        self._known.pop(key, None)
        self._store.put(key, raw)

    def forget(self, key: str) -> None:
        """Read an entry anew when it is asked for next."""
        self._known.pop(key, None)


class KeptLeaves:
    """Leaves of the entry at hand, as the cache of a `LeafRunner`. New ones are kept with their roots."""

    def __init__(self) -> None:
        self.entry = Entry("", None)

    def get(self, digest: str, key: str) -> tuple[Resource, ...] | None:
        """See `leaf_runner.Cache`."""
        known = self.entry.leaves.get(key)
        return None if known is None else decoded(known)

    def put(self, digest: str, key: str, resources: tuple[Resource, ...]) -> None:
        """See `leaf_runner.Cache`."""

    def save(self) -> None:
        """See `leaf_runner.Cache`."""


class Seat:
    """A root chart that is put together, and rendered, when somebody needs it.

    `steps` is what it makes, where that is known, and `below` the charts of those roots that were found again, by the
    number of their set and their position in it.
    """

    def __init__(self, make: Callable[[], RootChart], render: Callable[[RootChart], list[RenderedObject]]) -> None:
        self._make = make
        self._render = render
        self.steps: Sequence[Step] = ()
        self.below: dict[tuple[int, int], RootChart] = {}

    @cached_property
    def root(self) -> RootChart:
        """The chart with its values."""
        return self._make()

    @cached_property
    def sets(self) -> list[RenderedObject]:
        """The ApplicationSets that it renders."""
        return [made for made in self._render(self.root) if made.kind == "ApplicationSet"]


@dataclass(slots=True)
class _Live:
    """A root that is being rendered, and what is to be kept of it."""

    key: str
    name: str
    entry: Entry
    sets: list[SetTrace] = field(default_factory=list)
    made: list[_Made] = field(default_factory=list)
    position: int = 0
    failures: int = 0
    below: int = 0
    broken: bool = False


@dataclass(slots=True)
class _Made:
    """A step on its way; the Application is known by its number."""

    index: int
    changed: tuple[ChangedValue, ...] = ()
    leaf: str = ""
    child: str = ""
    number: int = 0
    position: int = 0


class KeepingBuilder(ExactBuilder):
    """Builds like `ExactBuilder`, with the same result, and keeps roots in a store.

    `identity` stands for the Helm that renders, `again` gives a builder with all roots rendered anew, for those who
    want the values of Applications that were kept without; without it nobody may ask.
    """

    def __init__(
        self,
        mas: MasConfig,
        engine: HelmEngine,
        options: ExactOptions,
        entries: Entries,
        identity: str,
        again: Callable[[], ExactBuilder] | None = None,
    ) -> None:
        self._leaves_at_hand = KeptLeaves()
        options = ExactOptions(
            options.globbing, options.version, options.resources, options.processes, self._leaves_at_hand
        )
        super().__init__(mas, engine, options)
        self.entries = entries
        self._identity = identity
        self._again = again
        self._anew: ExactBuilder | None = None
        self._live: list[_Live] = []
        self._depth = 0
        self._next: tuple[str, Entry] | None = None
        self._traces: SetTraces | None = None
        self._base = ""
        self._old_keys: dict[str, str] = {}
        self._inputs: dict[str, list[str]] = {}
        self._written: dict[str, tuple[Entry, dict[str, _Live | KeptRoot]]] = {}
        # before anything is parsed: see `_untouched`
        content_of(mas.repository.snapshot, mas.repository.yaml_paths)

    def values(self, index: int) -> Mapping[str, Any]:
        """The values of an Application, by its number."""
        if self._anew is None:
            assert self._again is not None
            self._anew = self._again()
        return self._anew.applications[index].values

    # --- what a root is kept under

    def account(self, account: str, charts: ChartSource, root: AccountRoot, config: ConfigFiles) -> None:
        """Build one account."""
        self._traces = SetTraces(config, self.options.globbing)
        options = (self.options.globbing, self.options.version, self.options.resources)
        self._base = _digest(this_program(), self._identity, charts.digest, repr(options), config.root.prefix)
        super().account(account, charts, root, config)

    def account_keys(self, root: RootChart) -> tuple[str, str]:
        """Where an account's entry lies, and what its root is made of."""
        repository = self.mas.repository.snapshot.root
        place = _digest("account root", this_program(), repository, root.config.root.prefix, root.account)
        return place, _digest(self._base, root.account, root.chart.digest, json.dumps(root.values, default=repr))

    def _key(self, record: Application, manifest: Mapping[str, Any], scope: Scope, above: RootChart) -> str:
        """The key of a generated Application's root; "" for one without a chart."""
        job = leaf_job(manifest, VALUES_VARIABLE)
        if job is None:
            return ""
        parameters = [f"{one.name}={one.value}={one.force_string}" for one in job.parameters]
        files = [file.path for file in scope.files]
        return _digest(
            self._base,
            *(record.name, record.parent or "", job.chart, job.release_name, job.namespace, above.account),
            *(scope.level, scope.spec.parent, scope.directory, scope.spec.merge_key or "", base_path(scope)),
            *("parameters", *parameters, "values", *job.values_text, "files", *files),
            self._tracing.content(path[len(scope.root) :] for path in files),
        )

    @property
    def _tracing(self) -> SetTraces:
        assert self._traces is not None
        return self._traces

    # --- roots that are kept

    def holds(self, root: KeptRoot) -> bool:
        """Whether the sets of a root would read the same files as then."""
        if root.held is None:
            root.held = all(map(self._tracing.holds, root.sets))
        return root.held

    def _entry(self, key: str, name: str) -> Entry:
        """The entry that a root belongs to: below an account's root each has its own."""
        if self._depth > 1:
            return self._leaves_at_hand.entry
        entry = self.entries.get(key)
        if entry.raw is None and name in self._old_keys:
            # what it was called for before: some roots and leaves below may be the same
            entry.take_over(self.entries.get(self._old_keys[name]))
        self._leaves_at_hand.entry = entry
        return entry

    def _replay(self, key: str, root: KeptRoot, entry: Entry, seat: Seat, directory: str) -> None:
        """Take over what a root has made, and see to the roots below it."""
        self._remember(entry, key, root, directory)
        self._depth += 1
        seat.steps = root.steps
        sets: list[Application] = []
        for step in root.steps:
            index = len(self.applications)
            application = step.application
            self.applications.append(application)
            bind = getattr(application.values, "bind", None)
            if bind is not None:
                bind(index, self.values)
            self.changed.extend(step.changed)
            outcome = step.failure or step.resources
            if outcome is not None and step.leaf:
                self.known_leaves.append(KnownLeaf(index, outcome))
            elif step.failure is not None:
                self.lose_leaf(index, step.failure)
            if step.child:
                self._child(step, sets[step.number], seat)
            elif application.kind == "ApplicationSet":
                sets.append(application)
        self._depth -= 1

    def _child(self, step: Step, parent: Application, above: Seat) -> None:
        """A root below one that was kept: kept as well, or rendered."""

        def make() -> RootChart:
            return self._found_again(step, parent, above)

        entry = self._entry(step.child, step.application.name)
        seat = Seat(make, lambda root: self.renderer.render(root, root.values))
        known = entry.roots.get(step.child)
        if known is not None and self.holds(known):
            self._replay(step.child, known, entry, seat, step.application.scope)
            return
        root = seat.root
        assert root.scope is not None
        self._next = step.child, entry
        self._render_root(root, Place(base_path(root.scope)))

    def _is_stale(self, step: Step) -> bool:
        """Whether a root that a kept one makes has to be rendered."""
        known = self._entry(step.child, step.application.name).roots.get(step.child)
        return known is None or not self.holds(known)

    def _found_again(self, step: Step, parent: Application, above: Seat) -> RootChart:
        """The root chart of a generated Application, from the set that generates it."""
        if (step.number, step.position) not in above.below:
            entry = self._leaves_at_hand.entry
            others = (one for one in above.steps if one.child and one.number == step.number)
            later = (one for one in others if one.position > step.position and self._is_stale(one))
            self._find_again([step, *islice(later, TOGETHER - 1)], parent, above)
            self._leaves_at_hand.entry = entry
        return above.below.pop((step.number, step.position))

    def _find_again(self, steps: Sequence[Step], parent: Application, above: Seat) -> None:
        """The root charts of some that one set generates, all rendered in one call."""
        try:
            made = above.sets[steps[0].number]
        except (IndexError, RenderError) as error:
            raise StaleError from error
        expansion = self._expand(made, above.root, frozenset(step.position for step in steps))
        if [one.name for one in expansion.applications] != [step.application.name for step in steps]:
            raise StaleError
        for step, generated in zip(steps, expansion.applications, strict=True):
            found = self._chart_below(self._coming(generated, parent, made, above.root), above.root)
            if isinstance(found, str):
                raise StaleError
            above.below[step.number, step.position] = found
        if len(steps) > 1:
            self.renderer.render_ahead(list(above.below.values()))

    # --- roots that are rendered

    def _key_of(self, coming: Coming, above: RootChart) -> str:
        if coming.key is None:
            coming.key = self._key(coming.record, coming.generated.manifest, coming.scope, above)
        return coming.key

    def _is_due(self, coming: Coming, place: int, above: RootChart) -> bool:
        key = self._key_of(coming, above)
        known = self._entry(key, coming.record.name).roots.get(key) if key else None
        return known is None or not self.holds(known)

    def _note_child(self, coming: Coming, above: RootChart) -> str:
        """Write down that the root at hand makes another one; that one's key."""
        live = self._live[-1]
        key = self._key_of(coming, above)
        index, number = len(self.applications) - 1, len(live.sets) - 1
        live.made.append(_Made(index, child=key, number=number, position=live.position))
        live.position += 1
        live.broken = live.broken or not key
        return key

    def _below(self, coming: Coming, above: RootChart) -> None:
        key = self._note_child(coming, above)
        if not key:
            super()._below(coming, above)
            return

        def make() -> RootChart:
            found = self._chart_below(coming, above)
            if isinstance(found, str):
                raise StaleError
            return found

        entry = self._entry(key, coming.record.name)
        known = entry.roots.get(key)
        if known is not None and self.holds(known):
            seat = Seat(make, lambda root: self.renderer.render(root, root.values))
            self._replay(key, known, entry, seat, coming.scope.directory)
            return
        self._next = key, entry
        super()._below(coming, above)
        self._next = None

    def _render_root(self, root: RootChart, place: Place) -> None:
        if self._next is not None:
            (key, entry), self._next = self._next, None
        else:
            lies, key = self.account_keys(root)
            entry = self.entries.get(lies)
            self._leaves_at_hand.entry = entry
            self._old_keys = {
                step.application.name: step.child for old in entry.roots.values() for step in old.steps if step.child
            }
            known = entry.roots.get(key)
            if known is not None and self.holds(known):
                seat = Seat(lambda: root, lambda root: self.renderer.render(root, root.values))
                self._replay(key, known, entry, seat, root.directory)
                return
        live = _Live(key, root.name, entry)
        self._remember(entry, key, live, root.directory)
        before = self._failures
        self._live.append(live)
        self._depth += 1
        super()._render_root(root, place)
        self._depth -= 1
        self._live.pop()
        failures = self._failures - before
        live.broken = live.broken or failures > live.below
        if self._live:
            self._live[-1].below += failures

    @property
    def _failures(self) -> int:
        """How many roots, sets and generated Applications have failed; of leaves it is kept with their root."""
        return len(self.errors) - len(self.failed) + len(self.frozen)

    def _remember(self, entry: Entry, key: str, root: _Live | KeptRoot, directory: str) -> None:
        self._inputs.setdefault(directory, []).append(key)
        self._written.setdefault(entry.key, (entry, {}))[1][key] = root

    def _application(self, made: RenderedObject, root: RootChart) -> None:
        changes, leaves = len(self.changed), len(self.leaves)
        index = len(self.applications)
        super()._application(made, root)
        leaf = self.leaves[-1].key if len(self.leaves) > leaves else ""
        self._live[-1].made.append(_Made(index, tuple(self.changed[changes:]), leaf))

    def _application_set(self, made: RenderedObject, root: RootChart) -> None:
        live = self._live[-1]
        live.made.append(_Made(len(self.applications)))
        live.position = 0
        spec = made.get("spec", "generators")
        live.sets.append(self._tracing.trace(spec))
        super()._application_set(made, root)

    # --- what is written

    def result(self) -> Deployment:
        """Render the leaves, put everything together, and keep what is new."""
        deployment = super().result()
        if self._any_live(self._written.values()) and self._untouched(self.mas.repository.yaml_paths):
            for entry, roots in self._written.values():
                self._put(entry, roots)
        return replace(deployment, inputs={directory: tuple(keys) for directory, keys in self._inputs.items()})

    def _any_live(self, written: Iterable[tuple[Entry, Mapping[str, _Live | KeptRoot]]]) -> bool:
        return any(isinstance(root, _Live) for _, roots in written for root in roots.values())

    def _untouched(self, paths: Sequence[str]) -> bool:
        """Whether files have not been edited since they were looked at."""
        snapshot = self.mas.repository.snapshot
        return times_of(snapshot, paths) == content_of(snapshot, paths).times

    def _put(self, entry: Entry, roots: Mapping[str, _Live | KeptRoot]) -> None:
        """Keep an entry, if there is anything new in it."""
        if self._any_live([(entry, roots)]) and (raw := packed(self._kept_of(roots))) != entry.raw:
            self.entries.put(entry.key, raw)

    def _kept_of(self, roots: Mapping[str, _Live | KeptRoot]) -> KeptEntry:
        kept = {key: found for key, root in roots.items() if (found := self._kept(root)) is not None}
        failing = [root for key, root in roots.items() if key not in kept and isinstance(root, _Live)]
        leaves = {
            made.leaf: self.rendered[made.index]
            for root in failing
            for made in root.made
            if made.index in self.rendered
        }
        return KeptEntry(kept, frozenset(root.key for root in failing), leaves)

    def _kept(self, root: _Live | KeptRoot) -> KeptRoot | None:
        """What is kept of a root; None when it has failed, or when a leaf has in a way that may quote a value."""
        if isinstance(root, KeptRoot):
            return root
        if root.broken or not all(map(self._is_known, root.made)):
            return None
        return KeptRoot(root.name, root.sets, [self._step(made) for made in root.made])

    def _is_known(self, made: _Made) -> bool:
        failure = self.failed.get(made.index)
        if failure is not None:
            quotes = failure.kind not in _QUOTING_NOTHING or '"' in failure.message
            return not quotes and failure.place.span is None
        return not made.leaf or made.index in self.rendered

    def _step(self, made: _Made) -> Step:
        return Step(
            self.applications[made.index],
            made.changed,
            made.leaf,
            self.rendered.get(made.index),
            made.child,
            made.number,
            made.position,
            self.failed.get(made.index),
        )


def _digest(*parts: str) -> str:
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(f"{len(data)}:".encode())
        state.update(data)
    return state.hexdigest()
