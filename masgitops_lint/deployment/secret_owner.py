"""Whose secret a path names: this scope's, another account's, cluster's or instance's, or nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from masgitops_lint.charts.secrets import SecretCatalogue
from masgitops_lint.mas.scope import Scope

Kind: TypeAlias = Literal["own", "account", "cluster", "instance", "none", "open"]


class Owner(NamedTuple):
    """`kind` "own": below this scope's ids; "account", "cluster" or "instance": below another one's; "none": no ids;
    "open": to be looked up in the whole repo.

    `name` is that other scope (`dev/cluster2`), `exists` whether the repo has it, `right` the path with this scope's
    own ids in place of the other ones.
    """

    kind: Kind
    name: str = ""
    exists: bool = True
    right: str = ""


def own_at_sight(scope: Scope) -> Callable[[str], bool]:
    """Tells whether a path begins with the scope's own ids: then no other scope can own it."""
    if not scope.account or not scope.cluster or scope.level == "sls":
        return lambda path: False
    above = f"{scope.account}/{scope.cluster}/"
    own_instance = scope.instance

    def is_own(path: str) -> bool:
        if not path.startswith(above):
            return False
        instance, below, _ = path[len(above) :].partition("/")
        return not below or not own_instance or instance == own_instance

    return is_own


class Owners:
    """The accounts, clusters and instances of a repo, to look paths up in."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.clusters: dict[str, set[str]] = {}
        self.instances: dict[tuple[str, str], set[str]] = {}
        self.customers: set[str] = set()
        self.levels: dict[tuple[str, str, str], set[str]] = {}
        for scope in scopes:
            for block in ("ibm_sls", "ibm_sls_standalone"):
                customer = scope.get(block, "ibm_customer_number")
                if customer is not None:
                    self.customers.add(str(customer).lower())
            if scope.account and scope.cluster and scope.level != "sls":
                self.clusters.setdefault(scope.account, set()).add(scope.cluster)
                if scope.instance:
                    self.instances.setdefault((scope.account, scope.cluster), set()).add(scope.instance)
                    self.levels.setdefault((scope.account, scope.cluster, scope.instance), set()).add(_side(scope))

    def owner(self, path: str, scope: Scope, jobs: SecretCatalogue | None) -> Owner:
        """Whose secret a path is, seen from a scope. `jobs` allows ids to be told that the repo does not have."""
        segments = path.split("/")
        for index, (account, cluster) in enumerate(pairwise(segments)):
            account_id = account.rpartition("_")[2] if account not in self.clusters else account
            if cluster in self.clusters.get(account_id, ()):
                return self._known(segments, index, account, account_id, cluster, scope)
        if any(segment.lower() in self.customers for segment in segments):
            # A standalone licence service keeps its secrets under the customer number, not under a cluster.
            return Owner("none")
        if jobs is not None:
            return self._by_template(path, scope, jobs)
        return Owner("none")

    def _known(
        self, segments: list[str], index: int, account: str, account_id: str, cluster: str, scope: Scope
    ) -> Owner:
        below = segments[index + 2] if index + 2 < len(segments) - 1 else ""
        instance = below if below in self.instances.get((account_id, cluster), ()) else ""
        right = list(segments)
        right[index] = account.replace(account_id, scope.account)
        right[index + 1] = scope.cluster
        if instance and scope.instance:
            right[index + 2] = scope.instance
        if account_id != scope.account:
            return Owner("account", f"{account_id}/{cluster}", True, "/".join(right))
        if cluster != scope.cluster:
            return Owner("cluster", f"{account_id}/{cluster}", True, "/".join(right))
        if instance and scope.instance and instance != scope.instance:
            if _side(scope) not in self.levels[account_id, cluster, instance]:
                # A suite takes the key of the AI service beside it, and an AI service the licence of the suite.
                return Owner("own")
            return Owner("instance", f"{account_id}/{cluster}/{instance}", True, "/".join(right))
        return Owner("own")

    def _by_template(self, path: str, scope: Scope, jobs: SecretCatalogue) -> Owner:
        """Ids that stand where a known kind of secret has them, and that no scope of the repo has."""
        own = {"account": scope.account, "cluster": scope.cluster, "instance": scope.instance}
        for match, _ in jobs.templates_of(path):
            found = match.groupdict()
            if not found or all(own.get(name) == value for name, value in found.items()):
                return Owner("own" if found else "none")
            if "cluster" not in found:
                continue
            return self._foreign(path, found, own)
        return Owner("none")

    def _foreign(self, path: str, found: Mapping[str, str], own: Mapping[str, str]) -> Owner:
        right = path
        names = [name for name in ("account", "cluster", "instance") if name in found]
        for name in names:
            if own.get(name):
                right = _replace_segment(right, found[name], own[name])
        kind: Kind = "account" if found.get("account") != own["account"] else "cluster"
        return Owner(kind, "/".join(found[name] for name in names if name != "instance"), False, right)

    def instance_unknown(self, path: str, scope: Scope, jobs: SecretCatalogue) -> Owner | None:
        """For a path of the own cluster: an instance that the repo does not have, where an instance's id stands."""
        if not scope.instance:
            return None
        prefix = f"{scope.account}/{scope.cluster}/"
        rest = path.removeprefix(prefix)
        if rest == path or "/" not in rest:
            return None
        instance = rest.split("/", 1)[0]
        if instance == scope.instance or instance in self.instances.get((scope.account, scope.cluster), ()):
            return None
        for match, template in jobs.templates_of(path):
            if not any(free in template for free in ("{instance}", "{*}", "{.")):
                return None
            if match.groupdict().get("instance") == instance:
                return Owner("instance", prefix + instance, False, prefix + scope.instance + rest[len(instance) :])
        return None


def _side(scope: Scope) -> str:
    """Whether a scope is of a suite or of an AI service."""
    return "suite" if scope.level == "instance" else "ai"


def _replace_segment(path: str, old: str, new: str) -> str:
    segments = path.split("/")
    for index, segment in enumerate(segments):
        if segment == old:
            segments[index] = new
            break
        if segment.endswith("_" + old):
            segments[index] = segment[: -len(old)] + new
            break
    return "/".join(segments)


def near_name(name: str, known: Iterable[str]) -> str:
    """The known name that `name` very likely is a misspelling of, or ""."""
    return next(iter(get_close_matches(name, list(known), 1, 0.88)), "")
