"""A baseline: the findings that were there when mas-lint was taken up, kept in a JSON file and left out of the report.

Entries are keyed on rule, file and config path with a count, never on a line or a wording. An entry that matches
nothing any more is stale and becomes a note, so that the file only ever gets smaller.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from masgitops_lint.model.finding import Finding
from masgitops_lint.model.place import Span
from masgitops_lint.model.report import Suppressed

from .identity import identity
from .own_rules import OWN_RULES, STALE_BASELINE

VERSION = 1
DEFAULT_NAME = ".mas-lint-baseline.json"

Identity: TypeAlias = tuple[str, str, str]
"""Rule, path, config path."""

_OWN_CODES = frozenset(rule.code for rule in OWN_RULES)


class BaselineError(Exception):
    """A baseline file that cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """So many findings of one identity."""

    rule: str
    path: str
    at: str
    count: int = 1

    @property
    def identity(self) -> Identity:
        """What findings are compared by."""
        return (self.rule, self.path, self.at)


class Baseline(NamedTuple):
    """The entries of a baseline file; `path` is how the file is called in reports, `raw` its bytes."""

    path: str
    entries: tuple[Entry, ...] = ()
    raw: bytes = b""

    def span(self, index: int) -> Span:
        """Where an entry stands. JSON is YAML: positions come from the same parser as everywhere."""
        from masgitops_lint.repo.yaml import parse

        document = parse(self.path, self.raw)
        return document.span(("findings", index)) if document.ok else Span()


class Outcome(NamedTuple):
    """Findings that are new, findings that the baseline knows, and notes on entries that are stale."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    stale: tuple[Finding, ...]


def write_baseline(findings: Iterable[Finding], data: Callable[[str], object] | None = None) -> str:
    """The text of a baseline that holds `findings`: one entry a line, sorted, so that diffs are readable.

    `data` gives a file's document, by which list items are named. Findings about suppressions are left out.
    """
    counts = Counter(
        identity(finding, data(finding.path) if data else None)
        for finding in findings
        if finding.rule not in _OWN_CODES
    )
    lines = [
        json.dumps({"rule": rule, "path": path, "at": at, "count": count})
        for (rule, path, at), count in sorted(counts.items(), key=lambda item: (item[0][1], item[0][2], item[0][0]))
    ]
    body = ",\n".join(f"    {line}" for line in lines)
    return f'{{\n  "version": {VERSION},\n  "findings": [{chr(10) + body + chr(10) + "  " if lines else ""}]\n}}\n'


def load_baseline(file: str, root: str) -> Baseline:
    """The baseline in `file`; reports call it by its path under `root` where it lies there. Raises `BaselineError`."""
    try:
        with open(file, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        raise BaselineError(f"{file}: cannot read the baseline: {error.strerror or error}") from None
    below = os.path.relpath(os.path.abspath(file), root).replace(os.sep, "/")
    return read_baseline(file if below.startswith("../") else below, raw)


def read_baseline(path: str, raw: bytes) -> Baseline:
    """The baseline that `raw` holds. Raises `BaselineError`."""
    try:
        loaded = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: not a baseline: {error}") from None
    if not isinstance(loaded, dict) or not isinstance(loaded.get("findings"), list):
        raise BaselineError(f'{path}: not a baseline: it has no list "findings"; `mas-lint baseline` writes one')
    if loaded.get("version") != VERSION:
        raise BaselineError(f"{path}: baseline version {loaded.get('version')!r} is not supported; write it anew")
    entries = []
    for index, item in enumerate(loaded["findings"]):
        entry = _entry(item)
        if entry is None:
            span = Baseline(path, raw=raw).span(index)
            where = f"{path}:{span.line}:{span.column}"
            raise BaselineError(f'{where}: an entry needs "rule", "path" and "at" as text and "count" as a number')
        entries.append(entry)
    return Baseline(path, tuple(entries), raw)


def apply_baseline(
    findings: Iterable[Finding],
    baseline: Baseline,
    data: Callable[[str], object] | None = None,
    *,
    active: frozenset[str],
    covers: Callable[[str], bool] = lambda path: True,
) -> Outcome:
    """Take out the findings that the baseline knows.

    `active` are the codes of the rules that ran, `covers` tells which paths were linted: an entry of another rule or
    path cannot be called stale.
    """
    left = Counter[Identity]()
    known = {(entry.rule, entry.path) for entry in baseline.entries}
    for entry in baseline.entries:
        left[entry.identity] += entry.count
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding in findings:
        key = None
        if (finding.rule, finding.path) in known:
            key = identity(finding, data(finding.path) if data else None)
        if key is not None and left[key] > 0:
            left[key] -= 1
            silenced.append(Suppressed(finding, "baseline", baseline.path))
        else:
            kept.append(finding)
    return Outcome(tuple(kept), tuple(silenced), tuple(_stale(baseline, left, active, covers)))


def _stale(
    baseline: Baseline, left: Counter[Identity], active: frozenset[str], covers: Callable[[str], bool]
) -> Iterable[Finding]:
    for index, entry in enumerate(baseline.entries):
        unmatched = left.pop(entry.identity, 0)
        if unmatched > 0 and entry.rule in active and covers(entry.path):
            where = f"{entry.path}: {entry.at}" if entry.at else entry.path
            number = f"{unmatched} of its findings are" if entry.count > 1 else "its finding is"
            message = f"the baseline entry {entry.rule} at {where} is stale: {number} gone"
            advice = "write the baseline anew with `mas-lint baseline`, so that the finding cannot come back unseen"
            yield STALE_BASELINE.finding(baseline.path, baseline.span(index), message, advice)


def _entry(item: object) -> Entry | None:
    if not isinstance(item, dict):
        return None
    texts = [item.get(key) for key in ("rule", "path", "at")]
    count = item.get("count", 1)
    if not all(isinstance(text, str) for text in texts) or not isinstance(count, int) or count < 1:
        return None
    return Entry(str(texts[0]), str(texts[1]), str(texts[2]), count)
