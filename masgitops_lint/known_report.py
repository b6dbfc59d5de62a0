"""The report of an earlier run over the same files, with the same rules, settings and wishes.

What is kept holds findings and counts, as the JSON report does: never the texts of files, and no secret values, which
findings never hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from masgitops_lint.engine.cache_key import run_key
from masgitops_lint.engine.kept_parts import KeptParts
from masgitops_lint.engine.report_rows import from_rows, to_rows
from masgitops_lint.model.report import Report
from masgitops_lint.repo.source_text import SourceTexts
from masgitops_lint.settings.result_store import open_store
from masgitops_lint.settings.seen_files import SeenFiles

if TYPE_CHECKING:
    from masgitops_lint.context import Context


class KnownReport:
    """The place where one run's report is kept; `directory` None is the user's cache directory.

    `jobs` processes look at what is in the files of a large repo.
    """

    def __init__(
        self,
        context: Context,
        wanted: Iterable[object],
        rules_directories: Iterable[str],
        baseline: str | None,
        directory: str | None,
        jobs: int = 1,
    ) -> None:
        self._context = context
        self._repository = context.repository
        self._store = open_store(directory)
        self._seen = SeenFiles(self._store, jobs)
        self._key = run_key(context, wanted, rules_directories, baseline, self._seen)

    def read(self) -> Report | None:
        """The report as the run gave it; the files' texts are read when somebody looks. None when there is none."""
        raw = self._store.get(self._key.text) if self._key is not None else None
        if raw is None:
            return None
        try:
            report = from_rows(json.loads(raw))
        except (LookupError, TypeError, ValueError):
            return None
        self._seen.keep()
        sources = SourceTexts(self._repository, (finding.path for finding in report.findings))
        return report._replace(root=self._repository.snapshot.root, sources=sources)

    def parts(self) -> KeptParts | None:
        """What runs over other states of the repo have left of those of its parts that are as they were."""
        return KeptParts(self._store, self._key) if self._key is not None else None

    def keep(self, report: Report) -> None:
        """Keep the report of a run, unless a rule crashed or the files were edited meanwhile.

        What a chart itself says with `fail` or `required` may quote a value: such a report is not kept either.
        """
        self._seen.keep()
        if self._key is None or report.crashes or _charts_speak(self._context):
            return
        if self._key.still_holds():
            self._store.put(self._key.text, json.dumps(to_rows(report), separators=(",", ":")).encode())


def _charts_speak(context: Context) -> bool:
    return context.mas.found and context.is_exact and any(one.kind == "fail" for one in context.deployment.errors)
