"""Helm in process: helm-python-sdk, ctypes over Helm's own Go SDK.

The Go runtime's threads do not survive a fork: use this from processes started with "spawn" only.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from .chart import Chart
from .engine import Rendered, RenderedFile, RenderJob, one_by_one
from .failure import RenderError, render_error
from .merging import merge_maps
from .parameters import Parameter, ParameterError, apply_parameters
from .together import Together, together, value_sets
from .values_texts import ValuesTexts

_KEPT_CHARTS = 256
_MOST_SPOILT = 5
"""How often rendering a chart for many at once may fail: in a repo with so many errors it takes longer."""


class SdkEngine:
    """Helm's Go SDK. Raises ImportError when the package is not installed, OSError when its library does not load."""

    name: Literal["sdk", "binary"] = "sdk"

    def __init__(self) -> None:
        try:
            import helm_python
        except ImportError:
            raise
        except Exception as error:  # the binding raises its own error class for a library it cannot load
            raise OSError(str(error)) from error
        self._helm = helm_python
        self._texts = ValuesTexts(self._parsed_by_helm)
        self._charts: dict[str, Any] = {}
        self._together: dict[str, Together | None] = {}
        self._spoilt: Counter[str] = Counter()

    @cached_property
    def version(self) -> str:
        """Version of the Helm SDK inside the library."""
        return str(self._helm.helm_sdk_version())

    def parse_values(self, text: str) -> dict[str, Any]:
        """See `HelmEngine.parse_values`."""
        return self._texts.read(text)

    def _parsed_by_helm(self, text: str) -> dict[str, Any]:
        try:
            return dict(self._helm.values_from_yaml(text))
        except self._helm.HelmError as error:
            raise render_error(_detail(error), "values") from None

    def render(
        self,
        chart: Chart,
        values: Mapping[str, Any] | None = None,
        *,
        values_text: Sequence[str] = (),
        parameters: Sequence[Parameter] = (),
        release_name: str = "release-name",
        namespace: str = "default",
    ) -> tuple[RenderedFile, ...]:
        """See `HelmEngine.render`."""
        merged = self._merged(values, values_text, parameters)
        loaded = self._load(chart)
        try:
            with _quiet:
                rendered = loaded.render(merged, name=release_name, namespace=namespace)
            if any("crds/" in path for path in chart.files):
                rendered |= {crd["filename"]: crd["data"] for crd in loaded.crds}
        except self._helm.HelmValuesError as error:
            raise render_error(_detail(error), "values") from None
        except self._helm.HelmError as error:
            raise render_error(_detail(error)) from None
        except (ValueError, RecursionError) as error:
            raise RenderError("", 0, 0, "", f"the values cannot be passed to Helm: {error}", "values") from None
        return _manifests(rendered)

    def _merged(
        self, values: Mapping[str, Any] | None, values_text: Sequence[str], parameters: Sequence[Parameter]
    ) -> dict[str, Any]:
        """All that a chart's defaults are overlaid with. Raises `RenderError`."""
        merged: dict[str, Any] = dict(values or {})
        for text in values_text:
            merged = merge_maps(merged, self.parse_values(text))
        try:
            return apply_parameters(merged, parameters) if parameters else merged
        except ParameterError as error:
            raise RenderError("", 0, 0, "", str(error), "values") from None

    def render_many(self, chart: Chart, jobs: Sequence[RenderJob]) -> list[Rendered]:
        """See `HelmEngine.render_many`: in one call where that gives the same."""
        if chart.digest not in self._together:
            self._together[chart.digest] = together(chart)
        both = self._together[chart.digest]
        if both is not None and len(jobs) > 1 and self._spoilt[chart.digest] < _MOST_SPOILT:
            try:
                return self._in_one_call(chart, both, jobs)
            except (RenderError, ValueError, LookupError):
                self._spoilt[chart.digest] += 1
        return one_by_one(self, chart, jobs)

    def _in_one_call(self, chart: Chart, both: Together, jobs: Sequence[RenderJob]) -> list[Rendered]:
        loaded = self._load(chart)
        sets = []
        for job in jobs:
            merged = self._merged(job.values, job.values_text, job.parameters)
            try:
                with _quiet:
                    sets.append((loaded.merge_values(merged), job.release_name, job.namespace))
            except self._helm.HelmError as error:
                raise render_error(_detail(error), "values") from None
        (printed,) = self.render(both.chart, value_sets(sets))
        rows = both.read(printed.text)
        if len(rows) != len(jobs):
            raise ValueError("a template is not run as expected")
        return [_manifests(row) for row in rows]

    def _load(self, chart: Chart) -> Any:
        known = self._charts.get(chart.digest)
        if known is None:
            try:
                known = self._helm.Chart.load_archive(archive(chart))
            except self._helm.HelmError as error:
                raise render_error(_detail(error), "chart") from None
            if len(self._charts) >= _KEPT_CHARTS:
                self._charts.clear()
            self._charts[chart.digest] = known
        return known


class _QuietStandardError:
    """While it is entered, what Go's log package writes to the process's standard error goes nowhere.

    Helm warns there about values that do not fit a chart's defaults, and prints them: they may be secrets.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._saved = -1

    def __enter__(self) -> None:
        with self._lock:
            self._depth += 1
            if self._depth > 1:
                return
            try:
                sys.stderr.flush()
                self._saved = os.dup(2)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)
            except (OSError, AttributeError, ValueError):
                self._saved = -1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._saved >= 0:
                os.dup2(self._saved, 2)
                os.close(self._saved)
                self._saved = -1


_quiet = _QuietStandardError()


def archive(chart: Chart) -> bytes:
    """The chart as a gzipped tar, as `helm package` lays it out."""
    name = chart.name or "chart"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=0) as tar:
        for path in sorted(chart.files):
            data = chart.files[path]
            info = tarfile.TarInfo(f"{name}/{path}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _manifests(rendered: Mapping[str, str]) -> tuple[RenderedFile, ...]:
    return tuple(
        RenderedFile(template, rendered[template])
        for template in sorted(rendered)
        if _is_manifest(template) and rendered[template].strip()
    )


def _is_manifest(template: str) -> bool:
    base = template.rpartition("/")[2]
    return not base.startswith("_") and base != "NOTES.txt"


def _detail(error: Any) -> str:
    detail = getattr(error, "detail", None)
    return detail if isinstance(detail, str) else json.dumps(str(error))
