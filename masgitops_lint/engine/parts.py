"""A large repo a few clusters at a time: what rules see of a part, and what is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.context import Context
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.installs import Install
from masgitops_lint.deployment.join import join
from masgitops_lint.deployment.leaf_values import LeafValues
from masgitops_lint.deployment.secrets import Gathered, SecretsBuilder
from masgitops_lint.mas.parts import MasPart, part_of, split
from masgitops_lint.model.finding import Finding
from masgitops_lint.model.report import Crash

from .charts_parts import Shares
from .suppressions import MARKER

if TYPE_CHECKING:
    from masgitops_lint.argocd.detect import DetectedArgoCD
    from masgitops_lint.argocd.waves import Misread
    from masgitops_lint.charts.secrets import SecretCatalogue
    from masgitops_lint.deployment.hook_trouble import ChartTrouble, Found
    from masgitops_lint.kubernetes.units import UnitGraph
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.mas.catalogs import Catalogs
    from masgitops_lint.model.place import Place


HELD = 40
"""So many parts (some 1,600 instances) stay in memory once they are judged."""


class PartContext(Context):
    """Some clusters of a repo. What belongs to accounts or to the repo is the whole's."""

    def __init__(self, whole: Context, mas: MasPart, *, first: bool) -> None:
        super().__init__(whole.repository, whole.settings)
        self._whole = whole
        self._first = first
        self.__dict__["mas"] = mas

    @cached_property
    def has_units(self) -> bool:
        """Manifests go with the first part."""
        return self._first and self._whole.has_units

    @cached_property
    def units(self) -> UnitGraph:
        """The generic units of the whole."""
        return self._whole.units

    @cached_property
    def account_roots(self) -> dict[str, AccountRoot]:
        """The accounts' parameters."""
        return dict(self._whole.account_roots)

    @cached_property
    def _known_names(self) -> frozenset[str]:
        return self._whole._known_names

    @cached_property
    def _manifest_roots(self) -> dict[str, AccountRoot]:
        return dict(self._whole._manifest_roots)

    @cached_property
    def catalogs(self) -> Catalogs:
        """The operator catalogues."""
        return self._whole.catalogs

    @cached_property
    def argocd(self) -> DetectedArgoCD:
        """Which Argo CD runs."""
        return self._whole.argocd

    @cached_property
    def chart_troubles(self) -> tuple[ChartTrouble, ...]:
        """Nothing: a defect of a chart is told once, with all that install it."""
        return ()


@dataclass(slots=True)
class PartResult:
    """What is kept of a part: findings of local rules, and what rules that look across need."""

    number: int
    findings: list[Finding]
    crashes: list[Crash]
    deployment: Deployment
    gathered: Gathered
    installs: tuple[Install, ...]
    silent: bool
    """Whether no file holds a suppression comment or its like."""
    misread: tuple[tuple[str, Place, Misread], ...] = ()
    """Annotations about order that are not read as written, with the directory of their scope: for rendered charts."""
    troubles: tuple[Found, ...] = ()
    """What is wrong with hooks and waves in rendered charts."""


class Parts:
    """The parts of one repo, and the whole put together from their results."""

    def __init__(self, whole: Context, shards: int = 1) -> None:
        self.whole = whole
        self.configs = split(whole.mas, shards)
        self._secrets = SecretsBuilder(whole.mas, whole.settings, whole.profile, whole.account)
        self._again: dict[int, Deployment] = {}
        self.shares = Shares(whole.deployment, self.configs) if whole.is_exact else None

    def context(self, number: int) -> PartContext:
        """A fresh view of one part."""
        part = PartContext(self.whole, self.configs[number], first=number == 0)
        if self.shares is not None:
            part.__dict__["deployment"] = self.shares.of(number)
        return part

    def work(self, number: int, judge: Callable[[Context], tuple[list[Finding], list[Crash]]]) -> PartResult:
        """Let local rules judge one part, and keep what the whole needs of it."""
        part = self.context(number)
        findings, crashes = judge(part)
        gathered = self._secrets.gather(part.mas.scopes, part.deployment)
        silent = not any(part.repository.mentions(path, MARKER) for path in part.mas.read_paths)
        result = PartResult(number, findings, crashes, part.deployment, gathered, part.installs, silent)
        if self.shares is not None:
            result.misread = tuple((scope.directory, place, wrong) for scope, place, wrong in part.misread_values)
            result.troubles = part.found_troubles()
        return result

    def let_go(self, result: PartResult) -> None:
        """Hold the files and values of a part that has been judged no longer, unless it is among the first.

        Few are asked for again. To free memory takes time too, so that a fleet whose parts fit keeps them all.
        """
        if result.number < HELD:
            return
        config = self.configs[result.number]
        if self.shares is None:
            find = partial(self.values, result.number)
            for application in result.deployment.applications:
                if isinstance(application.values, LeafValues):
                    application.values.let_go(find, application.scope)
        for scope in config.meant:
            scope.forget()
        self.whole.repository.forget(config.read_paths)

    def provide(self, results: Sequence[PartResult]) -> None:
        """Give the whole what its parts have worked out."""
        results = sorted(results, key=lambda one: one.number)
        whole = self.whole.__dict__
        if self.shares is None:
            whole["deployment"] = join(self.whole.mas.scopes, [one.deployment for one in results])
        else:
            scopes = {scope.directory: scope for scope in self.whole.mas.scopes}
            whole["misread_values"] = tuple(
                (scopes[directory], place, wrong) for one in results for directory, place, wrong in one.misread
            )
            if self.shares.apart:
                from masgitops_lint.deployment.hook_trouble import told_once

                found = self.shares.in_order((one.number, one.troubles) for one in results)
                whole["chart_troubles"] = told_once(found)
        order = {scope.directory: index for index, scope in enumerate(self.whole.mas.meant)}
        installs = (install for one in results for install in one.installs)
        whole["installs"] = tuple(sorted(installs, key=lambda one: order[one.configuration.scope]))
        whole["secrets"] = self._secrets.assemble([one.gathered for one in results])

    def catalogue(self, account: str) -> SecretCatalogue:
        """The secret Jobs of the release that serves an account."""
        return self._secrets.catalogue(account)

    def values(self, number: int, scope: str, identity: tuple[Any, ...]) -> LeafValues:
        """The values of an Application that is no longer here, built again."""
        deployment = self._again.get(number)
        if deployment is None:
            deployment = self._again[number] = self.context(number).deployment
        for application in deployment.applications:
            values = application.values
            if application.scope == scope and isinstance(values, LeafValues) and values.identity == identity:
                return values
        raise LookupError(f"no values for {identity} of {scope}")


class ShardView(NamedTuple):
    """What one shard has judged.

    `covers` tells which files are its own; `first`: it has looked across all clusters too.

    Every file, scope and Application is in one shard of the repo, so that their numbers add up.
    """

    covers: Callable[[str], bool]
    first: bool
    clusters: int
    instances: int
    applications: int
    files: int


def shard_view(parts: Parts, results: Iterable[PartResult], shard: tuple[int, int]) -> ShardView:
    """The view of shard (K, N), which has given these results."""
    index, count = shard
    own = [config for number, config in enumerate(parts.configs) if number % count == index - 1]
    number_of = part_of(parts.configs)
    levels = Counter(scope.level for config in own for scope in config.scopes)
    firsts: dict[str, int] = {}
    for number, config in enumerate(parts.configs):
        for account in config.accounts():
            firsts.setdefault(account, number)
    applications = [
        one
        for result in results
        for one in result.deployment.applications
        # what an account's own root makes is in all its parts
        if one.kind == "Application" and ("/" in one.scope or firsts.get(one.scope) == result.number)
    ]
    return ShardView(
        covers=lambda path: number_of(path) % count == index - 1,
        first=index == 1,
        clusters=levels["cluster"],
        instances=levels["instance"] + levels["aiservice"] + levels["sls"],
        applications=len(applications),
        files=sum(len(config.config_paths) for config in own),
    )


def in_order(results: Iterable[PartResult]) -> list[PartResult]:
    """Results by the number of their part."""
    return sorted(results, key=lambda one: one.number)
