"""What the charts of a release do with the secret store: which Jobs write, read and delete which secrets.

The catalogue is `data/charts/secrets.json`; it names its sources. Path templates hold `{account}`, `{cluster}` and
`{instance}` (ids of the scope), `{.key}` (a value of the leaf chart), `{.key*}` (each key of a mapping of the leaf
chart) and `{*}` (one or more segments that somebody chose).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from masgitops_lint.data import data_text
from masgitops_lint.model.late_pattern import late_pattern

from .profile import version_key

JobKind: TypeAlias = Literal["writers", "runtime_reads", "deleters"]
KINDS: tuple[JobKind, ...] = ("writers", "runtime_reads", "deleters")

_FORMAT = 1
_VARIABLE = late_pattern(r"\{([^}]*)\}")


class Condition(NamedTuple):
    """A test of one value of the leaf chart: "set" (as Helm's `if`), "unset", "in" or "lacks" (a substring).

    `config` is the config key that decides it ("" where none does alone), `text` why nothing happens when it fails,
    `find` names a search for a better place ("jdbc": the suite configuration that should have matched).
    """

    key: str
    test: str
    value: Any = None
    config: str = ""
    text: str = ""
    find: str = ""

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the leaf chart's values fulfil it; a value that is not known counts as fulfilling."""
        value = values.get(self.key)
        if value is not None and not isinstance(value, str | int | float | bool | Mapping | list | tuple):
            return True
        if isinstance(value, str) and "<path:" in value:
            return True
        if self.test == "set":
            return bool(value)
        if self.test == "unset":
            return not value
        if self.test == "in":
            return ("" if value is None else value) in self.value
        return not (isinstance(value, str) and str(self.value) in value)


class SecretJob(NamedTuple):
    """A Job (or hook) of a leaf chart that writes, reads or deletes a secret.

    `chart` is the leaf chart's directory name without its number, `level` that of the root that renders it, `file` and
    `key` the config that makes it exist, `role` the account root's parameter that must be true for that. `wave` is the
    Job's wave inside the leaf.
    """

    path: str
    fields: tuple[str, ...]
    chart: str
    level: str
    job: str
    file: str = ""
    key: str = ""
    role: str = ""
    wave: int | None = None
    hook: str = ""
    when: tuple[Condition, ...] = ()
    optional: bool = False
    note: str = ""
    unless: tuple[tuple[str, str], ...] = ()
    """Config keys that, when set, keep the Application from existing, each with the reason."""


class PreCreated(NamedTuple):
    """A secret that no chart writes: `by` says who creates it."""

    path: str
    fields: tuple[str, ...]
    by: str
    note: str = ""


class ChartJobs(NamedTuple):
    """The Jobs of one leaf chart at one level."""

    writers: tuple[SecretJob, ...]
    runtime_reads: tuple[SecretJob, ...]
    deleters: tuple[SecretJob, ...]


@dataclass(frozen=True)
class SecretCatalogue:
    """The catalogue as one release has it."""

    writers: tuple[SecretJob, ...]
    pre_created: tuple[PreCreated, ...]
    runtime_reads: tuple[SecretJob, ...]
    deleters: tuple[SecretJob, ...]
    own_keys: frozenset[str] = frozenset()
    """Keys below which authors name secrets of their own, that no chart could write."""

    @cached_property
    def _by_chart(self) -> Mapping[tuple[str, str], ChartJobs]:
        found: dict[tuple[str, str], dict[JobKind, list[SecretJob]]] = {}
        for kind in KINDS:
            for job in getattr(self, kind):
                found.setdefault((job.chart, job.level), {}).setdefault(kind, []).append(job)
        return {place: ChartJobs(*(tuple(jobs.get(kind, ())) for kind in KINDS)) for place, jobs in found.items()}

    def of(self, chart: str, level: str) -> ChartJobs | None:
        """The Jobs of one leaf chart at one level; None when it has none."""
        return self._by_chart.get((chart, level))

    @cached_property
    def templates(self) -> tuple[str, ...]:
        """The templates of all paths that the charts know: of secrets created by hand, then of what Jobs write."""
        return tuple(one.path for kind in (self.pre_created, self.writers) for one in kind)

    @cached_property
    def _writers_by_length(self) -> Mapping[int, list[tuple[_Words, SecretJob]]]:
        return _by_length(self.writers)

    @cached_property
    def _by_hand_by_length(self) -> Mapping[int, list[tuple[_Words, PreCreated]]]:
        return _by_length(self.pre_created)

    def writers_of(self, path: str) -> Iterator[tuple[re.Match[str], SecretJob]]:
        """The Jobs whose template can give a path, with the ids in it."""
        return _giving(path, self._writers_by_length)

    def templates_of(self, path: str) -> Iterator[tuple[re.Match[str], str]]:
        """Templates that can give a path, with the ids in it: written ones first, then those by hand."""
        for match, job in self.writers_of(path):
            yield match, job.path
        for match, one in _giving(path, self._by_hand_by_length):
            yield match, one.path

    def created_by_hand(self, path: str) -> PreCreated | None:
        """The documented secret of a path that no chart writes."""
        return next((one for _, one in _giving(path, self._by_hand_by_length)), None)


_LONGEST = 12
_Entry = TypeVar("_Entry", SecretJob, PreCreated)
_Words: TypeAlias = frozenset[tuple[int, str]]
"""The segments of a template that are the same in every path, by position."""


def _by_length(entries: Iterable[_Entry]) -> Mapping[int, list[tuple[_Words, _Entry]]]:
    """The entries whose template can give a path with so many slashes, each with the words in it."""
    found: dict[int, list[tuple[_Words, _Entry]]] = {number: [] for number in range(_LONGEST + 1)}
    for entry in entries:
        length = entry.path.count("/")
        words = frozenset((index, part) for index, part in enumerate(entry.path.split("/")) if "{" not in part)
        for number in found:
            if number == length or (number > length and entry.path.endswith("{*}")):
                found[number].append((words, entry))
    return found


def _giving(path: str, by_length: Mapping[int, list[tuple[_Words, _Entry]]]) -> Iterator[tuple[re.Match[str], _Entry]]:
    segments = path.split("/")
    there = frozenset(enumerate(segments))
    for words, entry in by_length[min(len(segments) - 1, _LONGEST)]:
        # of many templates one or two have the right words in the right places: only these become patterns
        if words <= there:
            match = template_pattern(entry.path).fullmatch(path)
            if match is not None:
                yield match, entry


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = data_text("charts/secrets.json")
    data = json.loads(text)
    if data.get("format") != _FORMAT:
        raise ValueError(f"the secrets catalogue has format {data.get('format')!r}")
    return dict(data)


@lru_cache(maxsize=16)
def catalogue(release: str) -> SecretCatalogue:
    """The catalogue of a release of the source repo; a name that is no version is taken for the newest."""
    data = _data()
    version = version_key(release) if release[:1].isdigit() or release[:1] == "v" else (999,)
    return SecretCatalogue(
        tuple(_jobs(data["writers"], version)),
        tuple(
            PreCreated(one["path"], tuple(one["fields"]), one["by"], one.get("note", "")) for one in data["pre_created"]
        ),
        tuple(_jobs(data["runtime_reads"], version)),
        tuple(_jobs(data["deleted"], version)),
        frozenset(data["own_secrets"]["keys"]),
    )


@lru_cache(maxsize=1)
def asked_values() -> Mapping[str, Literal["text", "keys", "set"]]:
    """The leaf values that Jobs of any release depend on, by key: on the text, on the keys of a mapping, or only on
    whether there is something."""
    found: dict[str, Literal["text", "keys", "set"]] = {"mas_application_id": "text"}
    for job in (one for kind in ("writers", "runtime_reads", "deleted") for one in _data()[kind]):
        for name in (match[1] for match in _VARIABLE.finditer(job["path"]) if match[1].startswith(".")):
            found[name[1:].removesuffix("*")] = "keys" if name.endswith("*") else "text"
        for when in job.get("when", ()):
            if when["test"] in ("in", "lacks"):
                found[when["key"]] = "text"
            else:
                found.setdefault(when["key"], "set")
    return found


def _valid(entry: Mapping[str, Any], version: tuple[int, ...]) -> bool:
    since, until = entry.get("since"), entry.get("until")
    return not (since and version < version_key(since)) and not (until and version > version_key(until))


def _jobs(entries: list[dict[str, Any]], version: tuple[int, ...]) -> Iterator[SecretJob]:
    for one in entries:
        if not _valid(one, version):
            continue
        fields = [*one.get("fields", ()), *([one["field"]] if one.get("field") else ())]
        for since, more in one.get("added", {}).items():
            if version >= version_key(since):
                fields += more
        yield SecretJob(
            path=one["path"],
            fields=tuple(fields),
            chart=one["chart"],
            level=one["level"],
            job=one["job"],
            file=one.get("file", ""),
            key=one.get("key", ""),
            role=one.get("role", ""),
            wave=one.get("wave"),
            hook=one.get("hook", ""),
            when=tuple(
                Condition(
                    when["key"],
                    when["test"],
                    when.get("value"),
                    when.get("config", ""),
                    when.get("text", ""),
                    when.get("find", ""),
                )
                for when in one.get("when", ())
                if _valid(when, version)
            ),
            optional=bool(one.get("optional")),
            note=one.get("note", ""),
            unless=tuple(one.get("unless", {}).items()),
        )


@lru_cache(maxsize=512)
def template_pattern(template: str) -> re.Pattern[str]:
    """The paths that a template can give; `account`, `cluster` and `instance` are groups, each one segment."""
    parts: list[str] = []
    at = 0
    seen: set[str] = set()
    for match in _VARIABLE.finditer(template):
        parts.append(re.escape(template[at : match.start()]))
        name = match[1]
        if name in ("account", "cluster", "instance") and name not in seen:
            seen.add(name)
            parts.append(f"(?P<{name}>[^/]+)")
        elif name in seen:
            parts.append(f"(?P={name})")
        elif name == "*" and match.end() == len(template):
            parts.append(".+")
        else:
            parts.append("[^/]+")
        at = match.end()
    parts.append(re.escape(template[at:]))
    return re.compile("".join(parts))


@lru_cache(maxsize=512)
def _parts(template: str) -> tuple[str, ...]:
    """Texts and names by turns, beginning and ending with a text."""
    return tuple(_VARIABLE.split(template))


def fill(template: str, ids: Mapping[str, str], values: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths that a template gives with these ids and leaf values; none where something is missing."""
    first, *rest = _parts(template)
    paths: tuple[str, ...] = (first,)
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        paths = tuple([path + choice + text for path in paths for choice in _choices(name, ids, values)])
    return paths


def _choices(name: str, ids: Mapping[str, str], values: Mapping[str, Any]) -> tuple[str, ...]:
    if name.startswith(".") and name.endswith("*"):
        mapping = values.get(name[1:-1])
        return tuple(str(key) for key in mapping) if isinstance(mapping, Mapping) else ()
    value = values.get(name[1:]) if name.startswith(".") else ids.get(name)
    return (str(value),) if isinstance(value, str | int) and value not in ("", True, False) else ()


def with_ids(template: str, ids: Mapping[str, str]) -> str:
    """The template with the ids that are known filled in, the rest left as it is."""
    return _VARIABLE.sub(lambda match: ids.get(match[1]) or match[0], template)
