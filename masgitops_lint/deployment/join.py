"""The deployment of a whole repo from those of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.application import Application

from .deployment import AssumedParameter, Deployment, RenderFailure


def join(scopes: Iterable[Scope], parts: Sequence[Deployment]) -> Deployment:
    """One deployment, as if it had been built at once: same objects, same order.

    `scopes` are those of the whole, in its order. What an account renders is the same in all its parts and kept once.
    """
    order: dict[str, int] = {}
    for index, scope in enumerate(scopes, start=1):
        order.setdefault(scope.directory, 2 * index)
        order.setdefault(scope.directory[len(scope.root) :].split("/", 1)[0], 2 * index - 1)
    applications: list[Application] = []
    failures: dict[RenderFailure, list[str]] = {}
    assumed: dict[str, tuple[AssumedParameter, ...]] = {}
    accounts: dict[str, int] = {}
    for number, part in enumerate(parts):
        for one in part.applications:
            if "/" in one.scope or accounts.setdefault(one.scope, number) == number:
                applications.append(one)
        for failure in part.errors:
            failures.setdefault(failure._replace(lost=()), []).extend(failure.lost)
        assumed.update(part.assumed)
    return Deployment(
        tuple(sorted(applications, key=lambda one: order.get(one.scope, 0))),
        tuple(
            sorted(
                (failure._replace(lost=tuple(lost)) for failure, lost in failures.items()),
                key=lambda failure: order.get(failure.scope, 0),
            )
        ),
        assumed=_sorted(assumed),
        charts=", ".join(sorted({name for part in parts for name in part.charts.split(", ") if name})),
    )


def _sorted(assumed: Mapping[str, tuple[AssumedParameter, ...]]) -> dict[str, tuple[AssumedParameter, ...]]:
    return {account: assumed[account] for account in sorted(assumed)}
