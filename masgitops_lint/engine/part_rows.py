"""The result of a part as plain rows and back: how it comes from another process, and from an earlier run.

Rows hold what the part leaves to the whole: findings, names, waves, places and placeholders. They hold no values of the
config: those are read again if somebody asks. Whoever writes rows reads them with the same version and the same parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.waves import Misread
from masgitops_lint.deployment.deployment import AssumedParameter, Deployment, RenderFailure
from masgitops_lint.deployment.installs import Install
from masgitops_lint.deployment.leaf_values import Elsewhere, LeafValues
from masgitops_lint.deployment.secret_owner import Owner
from masgitops_lint.deployment.secrets import Deleter, Gathered, RuntimeRead, Unmet, Use, Writer, account_of
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place, Span
from masgitops_lint.model.report import Crash
from masgitops_lint.model.secret import SecretReference

from .columns import Packed, packed, unpacked
from .parts import PartResult
from .report_rows import finding_table, findings_of

if TYPE_CHECKING:
    from masgitops_lint.charts.secrets import JobKind
    from masgitops_lint.deployment.hook_trouble import Found

    from .parts import Parts

_OWN = Owner("own")
_NO_VALUES: Mapping[str, Any] = {}
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def to_bytes(parts: Parts, result: PartResult) -> bytes:
    """A result, for `from_bytes` with the same parts."""
    return _JSON.encode(_Writing(parts, result).rows()).encode("utf-8", "surrogatepass")


def from_bytes(parts: Parts, number: int, raw: bytes) -> PartResult:
    """The result of a part. Raises LookupError, TypeError or ValueError for anything but what `to_bytes` gives."""
    return _Reading(parts, number).result(json.loads(raw))


class _Writing:
    def __init__(self, parts: Parts, result: PartResult) -> None:
        self._parts = parts
        self._result = result
        self._part = parts.configs[result.number]
        self._scopes = {id(scope): index for index, scope in enumerate(self._part.meant)}
        self._accounts = {scope.directory: account_of(scope) for scope in self._part.meant}
        self._applications = {id(one): index for index, one in enumerate(result.deployment.applications)}
        self._jobs: dict[int, int] = {}
        self._job_rows: list[tuple[str, str, int]] = []

    def rows(self) -> dict[str, Any]:
        result, gathered, deployment = self._result, self._result.gathered, self._result.deployment
        at = self._applications
        return {
            "findings": finding_table(result.findings),
            "crashes": [(crash.rule, crash.error, crash.traceback) for crash in result.crashes],
            # what was rendered from real charts is known without
            "applications": _application_table(deployment.applications) if self._parts.shares is None else [],
            "misread": result.misread,
            "troubles": result.troubles,
            "errors": deployment.errors if self._parts.shares is None else [],
            "assumed": deployment.assumed,
            "charts": deployment.charts,
            "references": _reference_table([use.reference for use in gathered.uses]),
            "uses": _table(
                (
                    use.keys,
                    self._scopes[id(use.scope)],
                    tuple([at[id(one)] for one in use.readers]),
                    None if use.owner == _OWN else use.owner,
                    tuple([at[id(one)] for one in use.unsubstituted]),
                )
                for use in gathered.uses
            ),
            "writers": _table(
                (one.path, one.fields, self._job("writers", one), at[id(one.application)], one.unmet)
                for one in gathered.writers
            ),
            "reads": [
                (one.path, one.fields, self._job("runtime_reads", one), at[id(one.application)])
                for one in gathered.reads
            ],
            "deleters": [(one.path, self._job("deleters", one), at[id(one.application)]) for one in gathered.deleters],
            "jobs": self._job_rows,
            "installs": [
                (at[id(one.configuration)], at[id(one.install)], one.app, one.place) for one in result.installs
            ],
            "silent": result.silent,
            "scopes": [scope.facts() for scope in self._part.meant],
        }

    def _job(self, kind: JobKind, user: Writer | RuntimeRead | Deleter) -> int:
        job = user.job
        number = self._jobs.get(id(job))
        if number is None:
            assert user.application is not None
            account = self._accounts[user.application.scope]
            jobs = getattr(self._parts.catalogue(account), kind)
            position = next(index for index, one in enumerate(jobs) if one is job)
            number = self._jobs[id(job)] = len(self._job_rows)
            self._job_rows.append((account, kind, position))
        return number


class _Reading:
    def __init__(self, parts: Parts, number: int) -> None:
        self._parts = parts
        self._number = number

    def result(self, rows: Mapping[str, Any]) -> PartResult:
        part = self._parts.configs[self._number]
        for scope, facts in zip(part.meant, rows["scopes"], strict=True):
            scope.know(facts)
        jobs = [getattr(self._parts.catalogue(account), kind)[at] for account, kind, at in rows["jobs"]]
        shares = self._parts.shares
        share = None if shares is None else shares.of(self._number)
        applications = self._applications(rows["applications"]) if share is None else share.applications

        def at(positions: list[int]) -> tuple[Application, ...]:
            return tuple([applications[position] for position in positions])

        uses = [
            Use(reference, keys, part.meant[scope], readers, owner, unsubstituted)
            for reference, (keys, scope, readers, owner, unsubstituted) in zip(
                _references(rows["references"]), _rows(rows["uses"], (tuple, None, at, _owner, at)), strict=True
            )
        ]
        writers = [
            Writer(path, fields, jobs[job], applications[at], applications[at].scope, unmet)
            for path, fields, job, at, unmet in _rows(rows["writers"], (None, tuple, None, None, _all_unmet))
        ]
        return PartResult(
            self._number,
            list(findings_of(rows["findings"])),
            [Crash(*row) for row in rows["crashes"]],
            share
            or Deployment(
                tuple(applications),
                tuple(map(_failure, rows["errors"])),
                assumed={account: tuple(map(_parameter, found)) for account, found in rows["assumed"].items()},
                charts=rows["charts"],
            ),
            Gathered(
                uses,
                writers,
                [
                    RuntimeRead(path, tuple(names), jobs[job], applications[at])
                    for path, names, job, at in rows["reads"]
                ],
                [Deleter(path, jobs[job], applications[at]) for path, job, at in rows["deleters"]],
            ),
            tuple(
                Install(applications[configuration], applications[install], app, _place(place))
                for configuration, install, app, place in rows["installs"]
            ),
            bool(rows["silent"]),
            tuple((directory, _place(place), Misread(*wrong)) for directory, place, wrong in rows["misread"]),
            tuple(map(_found, rows["troubles"])),
        )

    def _applications(self, table: list[Any]) -> list[Application]:
        if not table:
            return []
        fields = dict(zip(Application._fields, table, strict=True))
        columns = {name: unpacked(fields[name], _MADE.get(name)) for name in fields}
        scopes, find = list(columns["scope"]), partial(self._parts.values, self._number)
        columns["values"] = [
            _NO_VALUES if identity is None else LeafValues.late(Elsewhere(find, scope, identity))
            for scope, identity in zip(scopes, columns["values"], strict=True)
        ]
        columns["scope"] = scopes
        columns["source"] = _places(fields["source"])
        return list(map(Application._make, zip(*columns.values(), strict=True)))


_MADE: Mapping[str, Callable[[Any], Any]] = {
    "finalizers": tuple,
    "sync_options": tuple,
    "misread": tuple,
    "values": lambda identity: identity and tuple(identity),
}
"""What becomes of the columns of Applications that JSON does not hold as they are."""


def _application_table(applications: Sequence[Application]) -> list[Any]:
    fields = dict(zip(Application._fields, zip(*applications, strict=True), strict=bool(applications)))
    return [
        _table(column) if name == "source" else packed(_identities(column) if name == "values" else column)
        for name, column in fields.items()
    ]


def _identities(values: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...] | None]:
    """What finds values again among those of their scope."""
    return [one.identity if isinstance(one, LeafValues) else None for one in values]


def _reference_table(references: Sequence[SecretReference]) -> list[Any]:
    fields = dict(zip(SecretReference._fields, zip(*references, strict=True), strict=bool(references)))
    return [_table(column) if name == "place" else packed(column) for name, column in fields.items()]


def _references(table: list[Any]) -> Iterator[SecretReference]:
    fields = dict(zip(SecretReference._fields, table, strict=bool(table)))
    columns = [
        _places(column) if name == "place" else unpacked(column, tuple if name == "modifiers" else None)
        for name, column in fields.items()
    ]
    return map(SecretReference._make, zip(*columns, strict=True))


def _places(table: list[Packed]) -> Iterable[Place]:
    return map(Place._make, _rows(table, (None, tuple, None, None, _span, None)))


def _table(rows: Iterable[Sequence[Any]]) -> list[Packed]:
    return [packed(column) for column in zip(*rows, strict=True)]


def _rows(table: list[Packed], made: Sequence[Callable[[Any], Any] | None]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, each column with what makes its values of what JSON holds."""
    if not table:
        return iter(())
    return zip(*(unpacked(column, make) for column, make in zip(table, made, strict=True)), strict=True)


def _span(row: list[int] | None) -> Span | None:
    return Span(*row) if row else None


def _owner(row: list[Any] | None) -> Owner:
    return _OWN if row is None else Owner(*row)


def _place(row: list[Any]) -> Place:
    path, keys, part, document, span, within = row
    return Place(path, tuple(keys), part, document, _span(span), within)


def _all_unmet(rows: list[list[Any]]) -> tuple[Unmet, ...]:
    return tuple(map(_unmet, rows))


def _found(row: list[Any]) -> Found:
    from masgitops_lint.deployment.hook_trouble import ChartTrouble, Found

    stage, number, application, told = row
    trouble = ChartTrouble(*told)
    place, wrong = _place(told[4]), Misread(*trouble.misread) if trouble.misread else None
    return Found(stage, number, application, trouble._replace(place=place, applications=(), misread=wrong))


def _unmet(row: list[Any]) -> Unmet:
    text, place, decisive = row
    return Unmet(text, _place(place) if place else None, decisive)


def _failure(row: Iterable[Any]) -> RenderFailure:
    found = RenderFailure(*row)
    return found._replace(place=_place(found.place), lost=tuple(found.lost))  # type: ignore[arg-type]


def _parameter(row: list[Any]) -> AssumedParameter:
    name, value, origin, place = row
    return AssumedParameter(name, value, origin, _place(place) if place else None)
