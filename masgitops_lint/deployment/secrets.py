"""The secrets graph of a config repo: every vault reference, who reads it, who writes it, and when.

Readers are Applications whose leaf values hold the placeholder. Writers are the Jobs of the release's catalogue in the
Applications that exist, each with the conditions that it does not meet. What nobody writes is created by hand, declared
in the settings, or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, TypeAlias

from masgitops_lint.argocd.placeholders import OPENER, scan
from masgitops_lint.argocd.secret_paths import reference
from masgitops_lint.charts.profile import ReleaseProfile
from masgitops_lint.charts.secrets import Condition, PreCreated, SecretCatalogue, SecretJob, catalogue, fill
from masgitops_lint.mas.account_root import AccountRoot
from masgitops_lint.mas.config import MasConfig
from masgitops_lint.mas.scope import Scope
from masgitops_lint.mas.texts import strings, texts_with
from masgitops_lint.model.application import Application
from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place
from masgitops_lint.model.secret import Backend, SecretReference
from masgitops_lint.settings.values import DeclaredSecret, Settings

from .deployment import Deployment
from .kept_values import placeholders_in, told_of
from .secret_names import Suggestion, suggest
from .secret_owner import Owner, Owners, near_name, own_at_sight

Status: TypeAlias = Literal["written", "off", "by-hand", "declared", "elsewhere", "unknown"]
"""How a secret comes to be: written by a Job that runs, by one that does not, by hand, declared in the settings,
not judged (another store, or another scope's), or not known at all."""


_OWN = Owner("own")
_OPEN = Owner("open")


class Use(NamedTuple):
    """One placeholder in the merged values of a scope, and the Applications that it is substituted in."""

    reference: SecretReference
    keys: Keys
    scope: Scope
    readers: tuple[Application, ...] = ()
    owner: Owner = _OWN
    unsubstituted: tuple[Application, ...] = ()
    """Applications that get the placeholder and whose source has no vault plugin."""

    @property
    def path(self) -> str:
        """The secret's path."""
        return self.reference.path


class Unmet(NamedTuple):
    """A condition of a writer that does not hold: the reason as a clause, and the config that decides it.

    `decisive` says that `place` is the key to change, not only near it.
    """

    text: str
    place: Place | None = None
    decisive: bool = False


class Writer(NamedTuple):
    """A Job that writes a secret: in which Application, and what keeps it from running."""

    path: str
    fields: tuple[str, ...]
    job: SecretJob
    application: Application | None
    scope: str
    unmet: tuple[Unmet, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether the Job is there and nothing keeps it from writing."""
        return self.application is not None and not self.unmet


class RuntimeRead(NamedTuple):
    """A Job that reads a secret itself, outside the vault plugin."""

    path: str
    fields: tuple[str, ...]
    job: SecretJob
    application: Application


class Deleter(NamedTuple):
    """A Job that deletes a secret when its Application is deleted."""

    path: str
    job: SecretJob
    application: Application


@dataclass(slots=True)
class Secret:
    """One secret path: its uses, writers and deleters, and what is known of its fields."""

    path: str
    backend: Backend
    status: Status
    uses: list[Use] = field(default_factory=list)
    writers: tuple[Writer, ...] = ()
    pre_created: PreCreated | None = None
    declared: DeclaredSecret | None = None
    runtime_reads: list[RuntimeRead] = field(default_factory=list)
    deleters: list[Deleter] = field(default_factory=list)
    suggestion: Suggestion | None = None
    extra_fields: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are read, in order of appearance."""
        read = dict.fromkeys(use.reference.field for use in self.uses)
        read.update(dict.fromkeys(name for one in self.runtime_reads for name in one.fields))
        return tuple(name for name in read if name)

    @property
    def known_fields(self) -> tuple[str, ...]:
        """The fields that writers and documentation name; empty where any field may be."""
        if self.declared is not None and not self.declared.fields:
            return ()
        names: dict[str, None] = {}
        for writer in self.writers:
            names.update(dict.fromkeys(writer.fields))
        for source in (self.pre_created, self.declared):
            if source is not None:
                names.update(dict.fromkeys(source.fields))
        names.update(dict.fromkeys(self.extra_fields))
        return tuple(names)


@dataclass(frozen=True)
class SecretsGraph:
    """All secrets by path, and all uses in order of scope and config."""

    secrets: Mapping[str, Secret]
    uses: tuple[Use, ...]
    writers: tuple[Writer, ...]

    @cached_property
    def by_scope(self) -> Mapping[str, tuple[Use, ...]]:
        """Uses by the directory of their scope."""
        found: dict[str, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.scope.directory, []).append(use)
        return {scope: tuple(uses) for scope, uses in found.items()}


@dataclass(slots=True)
class Gathered:
    """What the scopes of a part say about secrets, before anybody looks across: uses and the Jobs that exist."""

    uses: list[Use] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    reads: list[RuntimeRead] = field(default_factory=list)
    deleters: list[Deleter] = field(default_factory=list)


def build_secrets(
    mas: MasConfig,
    deployment: Deployment,
    settings: Settings,
    profiles: Callable[[str], ReleaseProfile],
    account_root: Callable[[str], AccountRoot],
) -> SecretsGraph:
    """The secrets graph of the meant config."""
    builder = SecretsBuilder(mas, settings, profiles, account_root)
    return builder.assemble([builder.gather(mas.scopes, deployment)])


_CHART_NUMBER = late_pattern(r"^\d+(?:-\d+)?-")


@lru_cache(maxsize=1024)
def chart_name(path: str) -> str:
    """A leaf chart's name: the last segment of its path without the number (`030-ibm-dro` -> `ibm-dro`)."""
    return _CHART_NUMBER.sub("", path.rstrip("/").rpartition("/")[2])


class SecretsBuilder:
    """Gathers what parts of a repo say about secrets, and assembles it. `mas` is the whole repo.

    Gathering looks at nothing but the part: what other scopes own is looked up when all is assembled.
    """

    def __init__(
        self,
        mas: MasConfig,
        settings: Settings,
        profiles: Callable[[str], ReleaseProfile],
        account_root: Callable[[str], AccountRoot],
    ) -> None:
        self.mas = mas
        self.settings = settings
        self.profiles = profiles
        self.account_root = account_root
        self.backend: Backend = settings.secrets.backend or "unknown"  # type: ignore[assignment]
        self._catalogues: dict[str, SecretCatalogue] = {}
        self._by_ids: dict[tuple[str, tuple[str, ...]], dict[tuple[str | None, ...], Scope]] = {}

    @cached_property
    def owners(self) -> Owners:
        """Whose ids stand in paths."""
        return Owners(self.mas.scopes)

    def catalogue(self, account_directory: str) -> SecretCatalogue:
        """The secret Jobs of the release that serves an account."""
        known = self._catalogues.get(account_directory)
        if known is None:
            known = self._catalogues[account_directory] = catalogue(self.profiles(account_directory).release)
        return known

    def gather(self, scopes: Iterable[Scope], deployment: Deployment) -> Gathered:
        """The uses in these scopes, and the Jobs of the Applications that they make."""
        by_directory: dict[str, list[Application]] = {}
        for application in deployment.applications:
            if application.kind == "Application":
                by_directory.setdefault(application.scope, []).append(application)
        found = Gathered()
        for scope in scopes:
            applications = by_directory.get(scope.directory, ())
            found.uses.extend(self.uses_of(scope, applications))
            jobs = self.catalogue(account_of(scope))
            for application in applications:
                self.jobs_of(application, scope, jobs, found)
        return found

    def assemble(self, parts: Iterable[Gathered]) -> SecretsGraph:
        """The graph of the whole repo. Uses are in order of scope, however they were gathered."""
        order = {scope.directory: index for index, scope in enumerate(self.mas.scopes)}
        parts = list(parts)
        uses = [self.owned(use) for part in parts for use in part.uses]
        uses.sort(key=lambda use: order[use.scope.directory])
        writers = sorted((one for part in parts for one in part.writers), key=lambda one: order[one.scope])
        by_path: dict[str, list[Writer]] = {}
        for writer in writers:
            by_path.setdefault(writer.path, []).append(writer)
        names = WrittenNames(by_path)
        secrets: dict[str, Secret] = {}
        for use in sorted(uses, key=lambda one: one.owner.kind != "own"):
            secret = secrets.get(use.path)
            if secret is None:
                secret = secrets[use.path] = self.classify(use, by_path, names)
            secret.uses.append(use)
        by_scope = {scope.directory: scope for scope in reversed(self.mas.scopes)}
        for read in (one for part in parts for one in part.reads):
            secret = secrets.get(read.path)
            if secret is None:
                secret = secrets[read.path] = self.read_only(read, by_path, by_scope.get(read.application.scope))
            secret.runtime_reads.append(read)
        for deleter in (one for part in parts for one in part.deleters):
            if deleter.path in secrets:
                secrets[deleter.path].deleters.append(deleter)
        for path, written in by_path.items():
            if path not in secrets:
                status: Status = "written" if any(writer.runs for writer in written) else "off"
                secrets[path] = Secret(path, "aws", status, writers=tuple(written))
        return SecretsGraph(secrets, tuple(uses), tuple(writers))

    # -- readers

    def uses_of(self, scope: Scope, applications: Iterable[Application]) -> Iterator[Use]:
        """Every placeholder in the merged values of a scope, and who of its Applications gets it."""
        found: list[tuple[Keys, SecretReference]] = []
        for keys, text in texts_with(scope.values, OPENER):
            place = scope.place(keys)
            found.extend((keys, reference(one, place, self.backend)) for one in scan(text))
        if not found:
            return
        holders, literally = _holders(applications)
        is_own = own_at_sight(scope)
        for keys, ref in found:
            readers = narrowed(tuple(holders.get(ref.raw, ())), ref.place)
            without = same_block(tuple(literally[ref.raw]), ref.place) if ref.raw in literally else ()
            yield Use(ref, keys, scope, readers, _OWN if is_own(ref.path) else _OPEN, without)

    def owned(self, use: Use) -> Use:
        """A use with its owner."""
        return use if use.owner.kind != "open" else use._replace(owner=self.owner_of(use.reference, use.scope))

    def owner_of(self, ref: SecretReference, scope: Scope) -> Owner:
        """Whose secret it is; a declared one, or one that fits the path convention, is its reader's own."""
        if self.declared(ref.path, scope) is not None or self.conventional(ref.path, scope):
            return Owner("own")
        jobs = self.catalogue(account_of(scope)) if self.judged(ref, scope) else None
        owner = self.owners.owner(ref.path, scope, jobs)
        if owner.kind == "own" and jobs is not None:
            return self.owners.instance_unknown(ref.path, scope, jobs) or owner
        return owner

    def conventional(self, path: str, scope: Scope) -> bool:
        ids = scope.ids
        return any(pattern_of(one, ids).fullmatch(path) for one in self.settings.secrets.path_convention)

    # -- Jobs

    def running(self, application: Application) -> Iterator[Writer]:
        """The Jobs of one Application that write a secret."""
        found = Gathered()
        for scope in self.mas.by_directory.get(application.scope, ()):
            self.jobs_of(application, scope, self.catalogue(account_of(scope)), found)
        return (writer for writer in found.writers if writer.runs)

    def jobs_of(
        self,
        application: Application,
        scope: Scope,
        jobs: SecretCatalogue,
        found: Gathered,
    ) -> None:
        """Add what the Jobs of one Application write, read and delete."""
        own = jobs.of(chart_name(application.path), scope.level)
        if own is None:
            return
        ids, values = scope.ids, told_of(application.values)
        for job in own.writers:
            unmet = tuple([self.unmet(when, job, application, scope) for when in job.when if not when.holds(values)])
            for path in fill(job.path, ids, values):
                found.writers.append(Writer(path, job.fields, job, application, scope.directory, unmet))
        for job in own.runtime_reads:
            if all(when.holds(values) for when in job.when):
                found.reads.extend(RuntimeRead(p, job.fields, job, application) for p in fill(job.path, ids, values))
        for job in own.deleters:
            if all(when.holds(values) for when in job.when):
                found.deleters.extend(Deleter(p, job, application) for p in fill(job.path, ids, values))

    def unmet(self, when: Condition, job: SecretJob, application: Application, scope: Scope) -> Unmet:
        if when.find == "jdbc":
            found = self.unmatched_jdbc(application, scope)
            if found is not None:
                return Unmet(when.text, found, True)
        place = application.source
        if when.config:
            place = scope.place(tuple(when.config.split(".")))
        text = when.text or f"`{when.key}` does not have the value that the Job needs"
        return Unmet(text, place, True)

    def unmatched_jdbc(self, application: Application, scope: Scope) -> Place | None:
        """The suite configuration that was probably meant for a database: same application, or named after it."""
        wanted = told_of(application.values).get("mas_application_id")
        configs = scope.get("ibm_mas_suite_configs")
        for index, config in enumerate(configs if isinstance(configs, list) else ()):
            if (
                isinstance(config, dict)
                and config.get("mas_application_id") == wanted
                and "jdbc" in str(config.get("mas_config_chart", ""))
            ):
                keys = ("ibm_mas_suite_configs", index)
                return scope.place((*keys, "jdbc_type") if "jdbc_type" in config else keys)
        return None

    # -- what a path is

    def classify(self, use: Use, by_path: Mapping[str, list[Writer]], names: WrittenNames) -> Secret:
        """What is known of the secret that a use is the first of."""
        ref, scope = use.reference, use.scope
        path = ref.path
        secret = Secret(path, ref.backend, "unknown")
        secret.declared = self.declared(path, scope)
        secret.extra_fields = self.contract_fields(path, scope)
        secret.writers = tuple(by_path.get(path, ()))
        if secret.declared is not None:
            secret.status = "declared"
            return secret
        if not self.judged(ref, scope) or use.owner.kind not in ("own", "none"):
            secret.status = "elsewhere"
            return secret
        jobs = self.catalogue(account_of(scope))
        secret.pre_created = jobs.created_by_hand(path)
        if any(writer.runs for writer in secret.writers):
            secret.status = "written"
        elif secret.writers:
            by_hand = secret.pre_created is not None and "{*}" not in secret.pre_created.path
            secret.status = "by-hand" if by_hand else "off"
        elif secret.pre_created is not None:
            secret.status = "by-hand"
            self.reconsider_by_hand(secret, use, names)
        else:
            self.without_writer(secret, scope, jobs, names)
            if secret.status == "unknown" and secret.suggestion is None and not jobs.own_keys.isdisjoint(use.keys):
                secret.status, secret.pre_created = "by-hand", PreCreated(path, (), "the operator")
        return secret

    def reconsider_by_hand(self, secret: Secret, use: Use, written_names: WrittenNames) -> None:
        """A free name in a by-hand path may be a misspelling of a name that a Job writes.

        It is none when the same block of the config says the name elsewhere: then the author means it.
        """
        if secret.pre_created is None or "{*}" not in secret.pre_created.path:
            return
        segments = secret.path.split("/")
        free = secret.pre_created.path.split("/").index("{*}")
        if free >= len(segments):
            return
        prefix, name = segments[:free], segments[free]
        names = written_names.below("/".join(prefix))
        if name in names:
            return
        block = use.scope.get(*use.keys[:2]) if len(use.keys) > 1 else None
        if any(text == name for text in strings(block)):
            return
        right = near_name(name, names)
        if right:
            # the block itself names the right one: no doubt is left
            sure = any(text == right for text in strings(block))
            path = "/".join([*prefix, right, *segments[free + 1 :]])
            secret.suggestion = Suggestion(path, "spelling", path in written_names.paths, sure)

    def without_writer(self, secret: Secret, scope: Scope, jobs: SecretCatalogue, written_names: WrittenNames) -> None:
        for match, job in jobs.writers_of(secret.path):
            owner = self.owner(job, match.groupdict(), scope)
            if owner is None:
                continue
            if "{." in job.path:
                # a name nobody declares: likelier misspelt than switched off
                continue
            secret.writers = (Writer(secret.path, job.fields, job, None, owner.directory, (self.absent(job, owner),)),)
            secret.status = "off"
            return
        beside = written_names.beside(secret.path, f"{scope.account}/{scope.cluster}/")
        secret.suggestion = suggest(secret.path, beside, jobs.templates, scope.ids)

    def owner(self, job: SecretJob, ids: Mapping[str, str], scope: Scope) -> Scope | None:
        """The scope that a path with these ids belongs to, if the repo has it."""
        names = tuple(sorted(ids))
        known = self._by_ids.get((job.level, names))
        if known is None:
            known = self._by_ids[job.level, names] = {}
            for candidate in self.mas.scopes:
                if candidate.level == job.level:
                    known.setdefault(tuple(candidate.ids.get(name) for name in names), candidate)
        return known.get(tuple(ids[name] for name in names))

    def absent(self, job: SecretJob, scope: Scope) -> Unmet:
        """Why the Application with the Job does not exist."""
        file = scope.file(job.file)
        if file is None:
            base = scope.base.path if scope.base is not None else scope.directory
            return Unmet(f"`{scope.directory}/{job.file}` does not exist", Place(base))
        if not scope.has(job.key):
            return Unmet(f"`{file.path}` has no `{job.key}`", Place(file.path), True)
        if not scope.get(job.key):
            return Unmet(f"`{job.key}` is empty", scope.place((job.key,), "key"), True)
        for config, text in job.unless:
            keys = tuple(config.split("."))
            if scope.get(*keys):
                return Unmet(text, scope.place(keys), True)
        root = self.account_root(account_of(scope))
        if job.role and not root.flag(job.role):
            return Unmet(f"the account root sets `{job.role}` to false", root.places.get(job.role))
        return Unmet(
            f"the charts leave out the Application for `{job.key}` with these values", scope.place((job.key,), "key")
        )

    def read_only(self, read: RuntimeRead, by_path: Mapping[str, list[Writer]], scope: Scope | None) -> Secret:
        """A secret that only Jobs read, first of all one of `scope`."""
        secret = Secret(read.path, "aws", "by-hand", writers=tuple(by_path.get(read.path, ())))
        if any(writer.runs for writer in secret.writers):
            secret.status = "written"
        if scope is not None:
            secret.pre_created = self.catalogue(account_of(scope)).created_by_hand(read.path)
            secret.declared = self.declared(read.path, scope)
            if secret.declared is not None:
                secret.status = "declared"
        return secret

    # -- settings

    def declared(self, path: str, scope: Scope) -> DeclaredSecret | None:
        for one in self.settings.secrets.declared:
            if pattern_of(one.path, scope.ids).fullmatch(path):
                return one
        return None

    def contract_fields(self, path: str, scope: Scope) -> tuple[str, ...]:
        names: list[str] = []
        for pattern, fields in self.settings.contract.secret_fields.items():
            if pattern_of(pattern, scope.ids).fullmatch(path):
                names += fields
        return tuple(names)

    def judged(self, ref: SecretReference, scope: Scope) -> bool:
        """Whether the release's catalogue can say something: AWS names below this repo's own accounts and clusters."""
        if ref.backend == "aws":
            return True
        if ref.backend != "unknown" or self.backend not in ("unknown", "aws"):
            return False
        return ref.path.startswith(f"{scope.account}/{scope.cluster}/")


def account_of(scope: Scope) -> str:
    """The account's directory."""
    return scope.directory[len(scope.root) :].split("/", 1)[0]


class WrittenNames:
    """The paths that Jobs write, by what stands before each of their segments."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = dict.fromkeys(paths)

    @cached_property
    def _below(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in self.paths:
            above, slash, name = path.rpartition("/")
            while slash:
                names = found.setdefault(above, set())
                if name in names:
                    break
                names.add(name)
                above, slash, name = above.rpartition("/")
        return found

    @cached_property
    def _beside(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(_first_two(path), []).append(path)
        return found

    def beside(self, *paths: str) -> list[str]:
        """The paths that share their first two segments, an account and a cluster as a rule, with one of these."""
        return [
            one for first in dict.fromkeys(_first_two(path) for path in paths) for one in self._beside.get(first, ())
        ]

    def below(self, prefix: str) -> set[str]:
        """The segments that come next after a prefix."""
        return self._below.get(prefix, set())


def _first_two(path: str) -> str:
    return "/".join(path.split("/", 2)[:2])


def _holders(
    applications: Iterable[Application],
) -> tuple[Mapping[str, list[Application]], Mapping[str, list[Application]]]:
    """Placeholder text -> the Applications whose leaf values hold it: those with the plugin, those without."""
    found: tuple[dict[str, list[Application]], dict[str, list[Application]]] = ({}, {})
    for application in applications:
        for raw in placeholders_in(application.values):
            found[0 if application.plugin else 1].setdefault(raw, []).append(application)
    return found


def same_block(applications: tuple[Application, ...], place: Place) -> tuple[Application, ...]:
    """Of these Applications, those made by the block or entry that a place stands in."""
    path, keys = place.path, place.keys
    return tuple(
        [
            one
            for one in applications
            if (source := one.source).path == path and source.keys and keys[: len(source.keys)] == source.keys
        ]
    )


def narrowed(applications: tuple[Application, ...], place: Place) -> tuple[Application, ...]:
    """Of the Applications that hold a placeholder, those made by the block or entry it stands in, if there are any."""
    if len(applications) < 2:
        return applications
    return same_block(applications, place) or applications


def pattern_of(template: str, ids: Mapping[str, str]) -> re.Pattern[str]:
    """A settings pattern: `{account}` and its like are the scope's ids (any segment for a missing one), `*` is any."""
    parts = re.split(r"(\{[a-z]+\}|\*)", template)
    texts: list[str] = []
    for part in parts:
        if part == "*":
            texts.append(".*")
        elif part.startswith("{") and part.endswith("}"):
            texts.append(re.escape(ids[part[1:-1]]) if part[1:-1] in ids else "[^/]+")
        else:
            texts.append(re.escape(part))
    return re.compile("".join(texts))


__all__ = [
    "Deleter",
    "RuntimeRead",
    "Secret",
    "SecretsGraph",
    "Status",
    "Suggestion",
    "Unmet",
    "Use",
    "Writer",
    "build_secrets",
    "chart_name",
]
