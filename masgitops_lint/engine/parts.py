"""A large repo a few clusters at a time: what rules see of a part, and what is kept of it."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from masgitops_lint.context import Context
from masgitops_lint.deployment.deployment import Deployment
from masgitops_lint.deployment.join import join
from masgitops_lint.deployment.leaf_values import LeafValues
from masgitops_lint.deployment.secrets import Gathered, SecretsBuilder
from masgitops_lint.mas.parts import MasPart, part_of, split
from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.finding import Finding
from masgitops_lint.model.report import Crash

if TYPE_CHECKING:
    from masgitops_lint.argocd.detect import DetectedArgoCD
    from masgitops_lint.kubernetes.units import UnitGraph
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.mas.catalogs import Catalogs
    from masgitops_lint.repo.yaml import Document


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


@dataclass(slots=True)
class PartResult:
    """What is kept of a part: findings of local rules, and what rules that look across need."""

    number: int
    findings: list[Finding]
    crashes: list[Crash]
    deployment: Deployment
    gathered: Gathered


class Parts:
    """The parts of one repo, and the whole put together from their results."""

    def __init__(self, whole: Context, shards: int = 1) -> None:
        self.whole = whole
        self.configs = split(whole.mas, shards)
        self._secrets = SecretsBuilder(whole.mas, whole.settings, whole.profile, whole.account)
        self._again: dict[int, Deployment] = {}

    def context(self, number: int) -> PartContext:
        """A fresh view of one part."""
        return PartContext(self.whole, self.configs[number], first=number == 0)

    def work(self, number: int, judge: Callable[[Context], tuple[list[Finding], list[Crash]]]) -> PartResult:
        """Let local rules judge one part, and keep what the whole needs of it."""
        part = self.context(number)
        findings, crashes = judge(part)
        gathered = self._secrets.gather(part.mas.scopes, part.deployment)
        return PartResult(number, findings, crashes, part.deployment, gathered)

    @cached_property
    def _index(self) -> Mapping[int, int]:
        return {id(scope): index for index, scope in enumerate(self.whole.mas.meant)}

    def provide(self, results: Sequence[PartResult]) -> None:
        """Give the whole what its parts have worked out."""
        results = sorted(results, key=lambda one: one.number)
        whole = self.whole.__dict__
        whole["deployment"] = join(self.whole.mas.scopes, [one.deployment for one in results])
        whole["secrets"] = self._secrets.assemble([one.gathered for one in results])

    def dump(self, result: PartResult, documents: list[Document]) -> bytes:
        """A result and what was parsed for it, to `load` in another process with the same parts."""

        def by_index(scope: Scope) -> tuple[Any, ...]:
            return _scope, (self._index[id(scope)],)

        def late(values: LeafValues) -> tuple[Any, ...]:
            directory = values.scope.directory if values.scope is not None else ""
            return _values, (result.number, directory, values.identity)

        stream = BytesIO()
        pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {Scope: by_index, LeafValues: late}
        pickler.dump((documents, result))
        return stream.getvalue()

    def load(self, answer: bytes) -> PartResult:
        """The result that another process dumped; what it parsed is taken over."""
        documents: list[Document]
        result: PartResult
        documents, result = _Loader(BytesIO(answer), self).load()
        self.whole.repository.adopt(documents)
        return result

    def values(self, number: int, directory: str, identity: tuple[Any, ...]) -> LeafValues:
        """The values of an Application that another process built, built again."""
        deployment = self._again.get(number)
        if deployment is None:
            deployment = self._again[number] = self.context(number).deployment
        for application in deployment.applications:
            values = application.values
            if not isinstance(values, LeafValues) or values.identity != identity:
                continue
            if (values.scope.directory if values.scope is not None else "") == directory:
                return values
        raise LookupError(f"no values for {identity} of {directory}")


class _LateValues(LeafValues):
    """Values that are built again in this process when somebody asks."""

    __slots__ = ("_arguments", "_parts", "_real")

    def __init__(self, parts: Parts, arguments: tuple[int, str, tuple[Any, ...]]) -> None:
        self._parts = parts
        self._arguments = arguments
        self._real: LeafValues | None = None
        self._found = None

    def __getattr__(self, name: str) -> Any:
        # the slots that the other process did not send
        if name not in ("_leaves", "_made"):
            raise AttributeError(name)
        if self._real is None:
            self._real = self._parts.values(*self._arguments)
        return getattr(self._real, name)


def _scope(index: int) -> Scope:
    raise NotImplementedError(f"scope {index} is looked up by the loader")


def _values(*arguments: Any) -> LeafValues:
    raise NotImplementedError(f"{arguments} are looked up by the loader")


class _Loader(pickle.Unpickler):
    def __init__(self, stream: IO[bytes], parts: Parts) -> None:
        super().__init__(stream)
        self._parts = parts

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name == "_scope":
            return self._parts.whole.mas.meant.__getitem__
        if module == __name__ and name == "_values":
            return lambda *arguments: _LateValues(self._parts, arguments)
        return super().find_class(module, name)


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
