"""Both snapshots as Argo CD builds them, restricted to what the change can touch.

The ApplicationSets' generators decide what exists (merge keys, greedy globbing), not the directories. Scopes whose
files and parents have the same content on both sides render to the same objects, so they are built on neither side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from masgitops_lint.mas.config import Generation, GlobMode, MasConfig
from masgitops_lint.mas.scope import ConfigFile, Scope
from masgitops_lint.model.place import Place

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import BuildOptions, Subject
    from masgitops_lint.deployment.deployment import Deployment
    from masgitops_lint.repo.repository import Repository


@dataclass(frozen=True)
class Frozen:
    """An ApplicationSet that applies nothing: its name, why, and where."""

    name: str
    reason: str
    place: Place
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class View:
    """One side: its config, the scopes that the generators really make, and the deployment of the touched ones."""

    subject: Subject
    scopes: tuple[Scope, ...]
    frozen: Mapping[str, Frozen]
    deployment: Deployment
    unreadable: frozenset[str] = frozenset()
    by_directory: Mapping[str, Scope] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        """The files of this side."""
        return self.subject.repository


@dataclass(frozen=True)
class _Scopes:
    """Stands in for a `MasConfig` where only the scopes are asked for."""

    scopes: tuple[Scope, ...]


def touches_deployment(paths: Iterable[str], base: Subject, head: Subject, known_names: frozenset[str]) -> bool:
    """Whether any changed file can matter to Argo CD: a config file by name, or the Account Root Application."""
    for path in paths:
        if path.rpartition("/")[2] in known_names:
            return True
        for side in (base, head):
            if path in side.repository.path_set and side.repository.mentions(path, "ibm-mas-account-root"):
                return True
    return False


def views(base: Subject, head: Subject, paths: Iterable[str], options: BuildOptions | None = None) -> tuple[View, View]:
    """Both sides, built as far as the change reaches."""
    mode = _mode(head)
    base_scopes, base_frozen, base_bad = _actual(base, mode)
    head_scopes, head_frozen, head_bad = _actual(head, mode)
    whole = _parameters_differ(base, head)
    changed = frozenset(paths)
    touched = _touched(base_scopes, changed, base, head, whole)
    touched |= _touched(head_scopes, changed, base, head, whole)
    # what one side hangs on is built on the other side too: a parent that both have is not removed
    touched |= {_key(scope) for scope in (*_with_parents(base_scopes, touched), *_with_parents(head_scopes, touched))}
    left = _build(base, base_scopes, touched, base_bad, options)
    right = _build(head, head_scopes, touched, head_bad, options)
    return (
        View(base, base_scopes, base_frozen, left, base_bad, {s.directory: s for s in base_scopes}),
        View(head, head_scopes, head_frozen, right, head_bad, {s.directory: s for s in head_scopes}),
    )


def _mode(subject: Subject) -> GlobMode:
    return "strict" if subject.settings.globbing == "strict" else "greedy"


def _parameters_differ(base: Subject, head: Subject) -> bool:
    """Whether an account root's parameters or charts differ: then every Application of it may."""
    accounts = {*base.mas.accounts(), *head.mas.accounts()}
    return any(
        base.account(one).values != head.account(one).values
        or base.profile(one) is not head.profile(one)
        or base.settings.charts_for(one) != head.settings.charts_for(one)
        for one in accounts
    )


Key = tuple[str, str]
"""Level and directory of a scope: what names it on both sides."""


def _key(scope: Scope) -> Key:
    return scope.level, scope.directory


def _touched(scopes: Iterable[Scope], changed: frozenset[str], base: Subject, head: Subject, whole: bool) -> set[Key]:
    """Scopes that can differ: one of their files does, or the set of files, or a parent can."""
    found: set[Key] = set()
    for scope in scopes:
        own = whole or any(file.path in changed for file in scope.files)
        if own or (scope.parent is not None and _key(scope.parent) in found):
            found.add(_key(scope))
    return found


def _actual(subject: Subject, mode: GlobMode) -> tuple[tuple[Scope, ...], dict[str, Frozen], frozenset[str]]:
    """What the generators make, as if nothing froze them; what freezes them; and the files that cannot be read."""
    scopes: list[Scope] = []
    frozen: dict[str, Frozen] = {}
    bad: set[str] = set()
    made: dict[int, Scope] = {}
    for generation in subject.mas.generations(mode):
        bad.update(file.path for file in generation.unreadable)
        if generation.frozen:
            name = _set_name(generation)
            frozen[name] = _frozen(name, generation)
        for scope in generation.scopes:
            if scope.base is None or not scope.base.readable:
                continue
            parent = made.get(id(generation.parent)) if generation.parent is not None else None
            if generation.parent is not None and parent is None:
                continue
            files = tuple(file for file in scope.files if file.readable)
            real = Scope(scope.spec, scope.root, scope.directory, files, scope.base, parent)
            made[id(scope)] = real
            scopes.append(real)
    return tuple(scopes), frozen, frozenset(bad)


def _set_name(generation: Generation) -> str:
    parent = generation.parent
    ids = {"account": generation.pattern.split("/", 1)[0]}
    if parent is not None:
        ids = {"account": parent.account, "cluster": parent.cluster, "instance": parent.instance}
    name = generation.spec.name
    for key, value in ids.items():
        name = name.replace("{" + key + "}", value)
    return name


def _frozen(name: str, generation: Generation) -> Frozen:
    files: list[ConfigFile] = [file for freeze in generation.freezes for file in freeze.files]
    if generation.unreadable:
        first = generation.unreadable[0]
        reason = f"`{first.path}` cannot be read, so the ApplicationSet `{name}` creates, updates and deletes nothing"
        return Frozen(name, reason, Place(first.path), frozenset(file.path for file in generation.unreadable))
    one, other = files[0], files[1]
    reason = (
        f"`{one.path}` and `{other.path}` have the same merge key, so the ApplicationSet `{name}` creates, updates and "
        "deletes nothing"
    )
    return Frozen(name, reason, Place(other.path, (generation.spec.merge_key or "merge-key",)), frozenset())


def _build(
    subject: Subject,
    scopes: tuple[Scope, ...],
    touched: set[Key],
    bad: frozenset[str],
    options: BuildOptions | None,
) -> Deployment:
    from masgitops_lint.deployment.build import BuildOptions, chart_source, exact_builder

    wanted = _with_parents(scopes, touched)
    if any(chart_source(subject, account) for account in subject.mas.accounts()):
        builder = exact_builder(subject, options or BuildOptions())
        if builder is not None:
            files = {file.path for scope in wanted for file in scope.files}
            hidden = {path for path in subject.mas.config_paths if path not in files} | bad
            keep: Callable[[str], bool] = lambda path: path not in hidden  # noqa: E731
            return builder(subject.mas, keep).result()
    from masgitops_lint.deployment.from_profile import build

    return build(cast(MasConfig, _Scopes(wanted)), subject.profile, subject.account)


def _with_parents(scopes: tuple[Scope, ...], touched: set[Key]) -> tuple[Scope, ...]:
    """The touched scopes and what they hang on, in order."""
    needed: set[int] = set()
    for scope in scopes:
        current: Scope | None = scope if _key(scope) in touched else None
        while current is not None and id(current) not in needed:
            needed.add(id(current))
            current = current.parent
    return tuple(scope for scope in scopes if id(scope) in needed)
