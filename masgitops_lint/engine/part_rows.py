"""The result of a part as plain rows and back: how it comes from another process, and from an earlier run.

Rows hold what the part leaves to the whole: findings, names, waves, places and placeholders. They hold no values of the
config: those are read again if somebody asks. Whoever writes rows reads them with the same version and the same parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.waves import Misread
from masgitops_lint.deployment.deployment import AssumedParameter, Deployment, RenderFailure
from masgitops_lint.deployment.installs import Install
from masgitops_lint.deployment.leaf_values import LeafValues
from masgitops_lint.deployment.secret_owner import Owner
from masgitops_lint.deployment.secrets import Deleter, Gathered, RuntimeRead, Unmet, Use, Writer, account_of
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place, Span
from masgitops_lint.model.report import Crash
from masgitops_lint.model.secret import SecretReference

from .parts import LateValues, PartResult
from .report_rows import finding_of, finding_row

if TYPE_CHECKING:
    from masgitops_lint.charts.secrets import JobKind

    from .parts import Parts

_VALUES, _SOURCE = Application._fields.index("values"), Application._fields.index("source")
_LISTS = tuple(Application._fields.index(name) for name in ("finalizers", "sync_options", "misread"))
_PLACE, _MODIFIERS = SecretReference._fields.index("place"), SecretReference._fields.index("modifiers")
_OWN = Owner("own")
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
            "findings": [finding_row(finding) for finding in result.findings],
            "crashes": [(crash.rule, crash.error, crash.traceback) for crash in result.crashes],
            # what was rendered from real charts is known without
            "applications": [
                (*one[:_VALUES], _identity(one.values), *one[_VALUES + 1 :]) for one in deployment.applications
            ]
            if self._parts.shares is None
            else [],
            "misread": result.misread,
            "errors": deployment.errors if self._parts.shares is None else [],
            "assumed": deployment.assumed,
            "charts": deployment.charts,
            "uses": [
                (
                    use.reference,
                    use.keys,
                    self._scopes[id(use.scope)],
                    [at[id(one)] for one in use.readers],
                    None if use.owner == _OWN else use.owner,
                    [at[id(one)] for one in use.unsubstituted],
                )
                for use in gathered.uses
            ],
            "writers": [
                (
                    one.path,
                    one.fields,
                    self._job("writers", one),
                    at[id(one.application)],
                    one.unmet,
                )
                for one in gathered.writers
            ],
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
        applications = [self._application(row) for row in rows["applications"]] if share is None else share.applications
        uses = [
            Use(
                _reference(reference),
                tuple(keys),
                part.meant[scope],
                tuple([applications[at] for at in readers]),
                _OWN if owner is None else Owner(*owner),
                tuple([applications[at] for at in unsubstituted]),
            )
            for reference, keys, scope, readers, owner, unsubstituted in rows["uses"]
        ]
        writers = [
            Writer(path, tuple(fields), jobs[job], applications[at], applications[at].scope, tuple(map(_unmet, unmet)))
            for path, fields, job, at, unmet in rows["writers"]
        ]
        return PartResult(
            self._number,
            [finding_of(row) for row in rows["findings"]],
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
        )

    def _application(self, row: list[Any]) -> Application:
        row[_SOURCE] = _place(row[_SOURCE])
        for index in _LISTS:
            row[index] = tuple(row[index])
        values = row[_VALUES]
        row[_VALUES] = LateValues(self._parts, self._number, values[0], tuple(values[1:])) if values else {}
        return Application._make(row)


def _identity(values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What finds the values again: the directory of their scope, and what tells them from others there."""
    if not isinstance(values, LeafValues):
        return None
    return (values.scope.directory if values.scope is not None else "", *values.identity)


def _place(row: list[Any]) -> Place:
    path, keys, part, document, span, within = row
    return Place(path, tuple(keys), part, document, Span(*span) if span else None, within)


def _reference(row: list[Any]) -> SecretReference:
    row[_PLACE] = _place(row[_PLACE])
    row[_MODIFIERS] = tuple(row[_MODIFIERS])
    return SecretReference._make(row)


def _unmet(row: list[Any]) -> Unmet:
    text, place, decisive = row
    return Unmet(text, _place(place) if place else None, decisive)


def _failure(row: Iterable[Any]) -> RenderFailure:
    found = RenderFailure(*row)
    return found._replace(place=_place(found.place), lost=tuple(found.lost))  # type: ignore[arg-type]


def _parameter(row: list[Any]) -> AssumedParameter:
    name, value, origin, place = row
    return AssumedParameter(name, value, origin, _place(place) if place else None)
