"""The report of an earlier run over the same files, with the same rules, settings and wishes.

What is kept holds findings and counts, as the JSON report does: never the texts of files, and no secret values, which
findings never hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from masgitops_lint.engine.cache_key import run_key
from masgitops_lint.engine.result_store import open_store
from masgitops_lint.model.report import Report, RuleInfo
from masgitops_lint.repo.source_text import source_texts

if TYPE_CHECKING:
    from masgitops_lint.sdk import Context

_RULE = tuple(field.name for field in fields(RuleInfo))


class KnownReport:
    """The place where one run's report is kept; `directory` None is the user's cache directory."""

    def __init__(
        self,
        context: Context,
        wanted: Iterable[object],
        rules_directories: Iterable[str],
        baseline: str | None,
        directory: str | None,
    ) -> None:
        self._context = context
        self._key = run_key(context, wanted, rules_directories, baseline)
        self._store = open_store(directory)

    def read(self) -> Report | None:
        """The report as the run gave it, with the files' texts read anew; None when there is none."""
        if self._key is None:
            return None
        raw = self._store.get(self._key.text)
        if raw is None:
            return None
        from masgitops_lint.report.read_json import ReportError, report_from_object

        try:
            data = json.loads(raw)
            report = report_from_object(data["report"])
            rules = tuple(RuleInfo(**{**rule, "tags": tuple(rule["tags"])}) for rule in data["rules"])
        except (ValueError, KeyError, TypeError, ReportError):
            return None
        repository = self._context.repository
        sources = source_texts(repository, (finding.path for finding in report.findings))
        return replace(report, rules=rules, root=repository.snapshot.root, sources=sources)

    def keep(self, report: Report) -> None:
        """Keep the report of the run, unless a rule crashed or the files were edited meanwhile."""
        if self._key is None or report.crashes or not self._key.still_holds():
            return
        from masgitops_lint.report.json_report import report_object
        from masgitops_lint.report.read_json import report_from_object

        data = report_object(report)
        bare = replace(report, rules=(), root=".", sources={})
        if report_from_object(data) != bare:  # JSON cannot hold half a surrogate pair
            return
        rules = [{name: getattr(rule, name) for name in _RULE} for rule in report.rules]
        self._store.put(self._key.text, json.dumps({"report": data, "rules": rules}, separators=(",", ":")).encode())
