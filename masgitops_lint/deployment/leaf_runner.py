"""Leaf Applications rendered: each different one once, from the cache where it can be, on all cores where it pays."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future
from typing import Any, Protocol, TypeAlias

from masgitops_lint.charts.helm.chart import Chart, ChartError
from masgitops_lint.charts.helm.engine import HelmEngine, open_engine
from masgitops_lint.charts.helm.failure import RenderError
from masgitops_lint.charts.helm.go_runtime import tuned_workers
from masgitops_lint.charts.source import ChartSource
from masgitops_lint.model.application import Resource

from .leaf import LeafJob, render_leaf

Outcome: TypeAlias = "tuple[Resource, ...] | RenderError"

CACHE_FORMAT = 2
_POOL_FROM = 400
"""From how many renders on starting processes costs less than it saves (each one loads Helm anew)."""
_BATCH = 30
_KEPT = 4000


class Cache(Protocol):
    """Results by key. Keys are hashes; what is stored holds names and placeholders, no values."""

    def get(self, digest: str, key: str) -> tuple[Resource, ...] | None:
        """The result stored for a key of one chart."""
        ...

    def put(self, digest: str, key: str, resources: tuple[Resource, ...]) -> None:
        """Remember a result."""
        ...

    def save(self) -> None:
        """Write what is new. Never raises."""
        ...


class DirectoryCache:
    """One JSON file a chart in a directory. A file that cannot be read or written is as good as none."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._known: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def _file(self, digest: str) -> str:
        return os.path.join(self._directory, f"{digest[:40]}.json")

    def _load(self, digest: str) -> dict[str, Any]:
        known = self._known.get(digest)
        if known is None:
            try:
                with open(self._file(digest), encoding="utf-8") as stream:
                    data = json.load(stream)
            except (OSError, ValueError):
                data = None
            known = self._known[digest] = data if isinstance(data, dict) else {}
        return known

    def get(self, digest: str, key: str) -> tuple[Resource, ...] | None:
        """See `Cache.get`."""
        found = self._load(digest).get(key)
        try:
            return None if found is None else tuple(_resource(item) for item in found)
        except (TypeError, ValueError):
            return None

    def put(self, digest: str, key: str, resources: tuple[Resource, ...]) -> None:
        """See `Cache.put`."""
        self._load(digest)[key] = [list(resource) for resource in resources]
        self._changed.add(digest)

    def save(self) -> None:
        """See `Cache.save`."""
        import tempfile

        for digest in sorted(self._changed):
            entries = self._known[digest]
            kept = dict(list(entries.items())[-_KEPT:])
            try:
                os.makedirs(self._directory, exist_ok=True)
                with tempfile.NamedTemporaryFile("w", dir=self._directory, delete=False, encoding="utf-8") as stream:
                    json.dump(kept, stream, separators=(",", ":"))
                os.replace(stream.name, self._file(digest))
            except OSError:
                return
        self._changed.clear()


def _resource(item: list[Any]) -> Resource:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in item]
    if len(values) != len(Resource._fields):
        raise ValueError("written by another version")
    return Resource(*values)


class LeafRunner:
    """Collects jobs and renders them. `jobs` is how many processes may be used (1: none beside this one)."""

    def __init__(self, charts: ChartSource, engine: HelmEngine, cache: Cache | None = None, jobs: int = 1) -> None:
        self._charts = charts
        self._engine = engine
        self._cache = cache
        self._processes = jobs
        self._waiting: list[tuple[str, LeafJob]] = []
        self._outcomes: dict[str, Outcome] = {}
        self._seen: dict[str, str] = {}
        self._running: list[tuple[list[tuple[str, LeafJob]], Future[list[Outcome]]]] = []
        self._pool: Any = None

    def add(self, job: LeafJob) -> str:
        """Take a job on; the key of its result. Raises `ChartError` when there is no such chart."""
        chart = self._charts.chart(job.chart)
        key = self._engine.version + job.key(chart)
        if key in self._seen:
            return key
        self._seen[key] = chart.digest
        known = self._cache.get(chart.digest, key) if self._cache is not None else None
        if known is not None:
            self._outcomes[key] = known
            return key
        self._waiting.append((key, job))
        if self._processes > 1 and len(self._waiting) >= (_POOL_FROM if self._pool is None else _BATCH):
            self._hand_out()
        return key

    def _hand_out(self) -> None:
        if self._pool is None:
            self._pool = _pool(self._processes, self._charts, self._engine)
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                # a pool starts its workers when there is work for them
                with tuned_workers():
                    future = self._pool.submit(render_batch, [job for _, job in batch])
            except Exception as error:  # a worker has died: see `finish`
                future = Future()
                future.set_exception(error)
            self._running.append((batch, future))

    def finish(self) -> dict[str, Outcome]:
        """Every result by key."""
        if self._pool is not None:
            self._hand_out()
            for batch, future in self._running:
                try:
                    results = future.result()
                except Exception:  # a worker that died or cannot be started: the work is done here instead
                    results = [_render(job, self._charts, self._engine) for _, job in batch]
                for (key, _), outcome in zip(batch, results, strict=True):
                    self._keep(key, outcome)
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool, self._running = None, []
        for key, job in self._waiting:
            self._keep(key, _render(job, self._charts, self._engine))
        self._waiting = []
        if self._cache is not None:
            self._cache.save()
        return self._outcomes

    def _keep(self, key: str, outcome: Outcome) -> None:
        self._outcomes[key] = outcome
        if self._cache is not None and isinstance(outcome, tuple):
            self._cache.put(self._seen[key], key, outcome)


def _pool(processes: int, charts: ChartSource, engine: HelmEngine) -> Any:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Go's runtime does not survive a fork: always spawn.
    return ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_start_worker, initargs=(charts.root, charts.label, engine.name)
    )


_worker: tuple[ChartSource, HelmEngine] | None = None


def _start_worker(root: str, label: str, engine: str) -> None:
    global _worker
    _worker = ChartSource(root, label), open_engine("binary" if engine == "binary" else "sdk")


def render_batch(jobs: list[LeafJob]) -> list[Outcome]:
    """Runs in a worker process."""
    assert _worker is not None
    charts, engine = _worker
    return [_render(job, charts, engine) for job in jobs]


def _render(job: LeafJob, charts: ChartSource, engine: HelmEngine) -> Outcome:
    try:
        chart: Chart = charts.chart(job.chart)
        return render_leaf(job, chart, engine)
    except RenderError as error:
        return error
    except ChartError as error:
        return RenderError("", 0, 0, "", str(error), "chart")
