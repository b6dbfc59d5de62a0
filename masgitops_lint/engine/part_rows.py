"""The result of a part as plain rows and back: how it comes from another process, and from an earlier run.

Rows hold what the part leaves to the whole: findings, names, waves, places and placeholders. They hold no values of the
config: those are read again if somebody asks. Whoever writes rows reads them with the same version and the same parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.waves import Misread
from masgitops_lint.deployment.deployment import AssumedParameter, Deployment
from masgitops_lint.deployment.installs import Install
from masgitops_lint.deployment.leaf_values import Elsewhere, LeafValues
from masgitops_lint.deployment.rows import (
    application_table,
    applications_of,
    failure_of,
    place_of,
    reference_table,
    references_of,
    scopes_of,
)
from masgitops_lint.deployment.secret_owner import Owner
from masgitops_lint.deployment.secrets import Deleter, Gathered, RuntimeRead, Unmet, Use, Writer, account_of
from masgitops_lint.model.application import Application
from masgitops_lint.model.report import Crash
from masgitops_lint.settings.columns import column_of, table, values_of
from masgitops_lint.settings.columns import rows as rows_of

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
        # what was rendered from real charts is known without
        applications = deployment.applications if self._parts.shares is None else ()
        return {
            "findings": finding_table(result.findings),
            "crashes": [(crash.rule, crash.error, crash.traceback) for crash in result.crashes],
            "applications": application_table(applications),
            "values": column_of(tuple(_identities(applications))),
            "misread": result.misread,
            "troubles": result.troubles,
            "errors": deployment.errors if self._parts.shares is None else [],
            "assumed": deployment.assumed,
            "charts": deployment.charts,
            "references": reference_table([use.reference for use in gathered.uses]),
            "uses": table(
                (
                    use.keys,
                    self._scopes[id(use.scope)],
                    tuple([at[id(one)] for one in use.readers]),
                    None if use.owner == _OWN else use.owner,
                    tuple([at[id(one)] for one in use.unsubstituted]),
                )
                for use in gathered.uses
            ),
            "writers": table(
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
        applications = self._applications(rows["applications"], rows["values"]) if share is None else share.applications

        def at(positions: list[int]) -> tuple[Application, ...]:
            return tuple([applications[position] for position in positions])

        uses = [
            Use(reference, keys, part.meant[scope], readers, owner, unsubstituted)
            for reference, (keys, scope, readers, owner, unsubstituted) in zip(
                references_of(rows["references"]), rows_of(rows["uses"], (tuple, None, at, _owner, at)), strict=True
            )
        ]
        writers = [
            Writer(path, fields, jobs[job], applications[at], applications[at].scope, unmet)
            for path, fields, job, at, unmet in rows_of(rows["writers"], (None, tuple, None, None, _all_unmet))
        ]
        return PartResult(
            self._number,
            list(findings_of(rows["findings"])),
            [Crash(*row) for row in rows["crashes"]],
            share
            or Deployment(
                tuple(applications),
                tuple(map(failure_of, rows["errors"])),
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
                Install(applications[configuration], applications[install], app, place_of(place))
                for configuration, install, app, place in rows["installs"]
            ),
            bool(rows["silent"]),
            tuple((directory, place_of(place), Misread(*wrong)) for directory, place, wrong in rows["misread"]),
            tuple(map(_found, rows["troubles"])),
        )

    def _applications(self, columns: list[Any], identities: list[Any]) -> list[Application]:
        find = partial(self._parts.values, self._number)
        values = [
            _NO_VALUES if identity is None else LeafValues.late(Elsewhere(find, scope, tuple(identity)))
            for scope, identity in zip(scopes_of(columns), values_of(identities), strict=True)
        ]
        return applications_of(columns, values)


def _identities(applications: Iterable[Application]) -> Iterator[tuple[Any, ...] | None]:
    """What finds the values of each again among those of its scope."""
    return (one.values.identity if isinstance(one.values, LeafValues) else None for one in applications)


def _owner(row: list[Any] | None) -> Owner:
    return _OWN if row is None else Owner(*row)


def _all_unmet(rows: list[list[Any]]) -> tuple[Unmet, ...]:
    return tuple(map(_unmet, rows))


def _found(row: list[Any]) -> Found:
    from masgitops_lint.deployment.hook_trouble import ChartTrouble, Found

    stage, number, application, told = row
    trouble = ChartTrouble(*told)
    place, wrong = place_of(told[4]), Misread(*trouble.misread) if trouble.misread else None
    return Found(stage, number, application, trouble._replace(place=place, applications=(), misread=wrong))


def _unmet(row: list[Any]) -> Unmet:
    text, place, decisive = row
    return Unmet(text, place_of(place) if place else None, decisive)


def _parameter(row: list[Any]) -> AssumedParameter:
    name, value, origin, place = row
    return AssumedParameter(name, value, origin, place_of(place) if place else None)
