"""Whom a place concerns: the blast radius of findings whose rule names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from masgitops_lint.model.finding import Affects, Draft, Finding
from masgitops_lint.model.place import Place

if TYPE_CHECKING:
    from masgitops_lint.context import Context
    from masgitops_lint.kubernetes.unit import Unit

_NOBODY = ("LNT",)
"""Rules about mas-lint's own comments and settings."""


class Reach:
    """Answers for one context. What it is asked is worked out when a finding without Applications comes up."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def affects(self, draft: Draft) -> Affects:
        """The Applications that a rule names, else those that its place stands for; none where nobody can be named.

        In a part of a repo also none where what it concerns may lie in other parts: `completed` tells for the whole.
        """
        if _is_told(draft) or (self._is_part and self._is_across(draft.place.path)):
            return draft.affects
        names = self.concerned(draft.place)
        return Affects(len(names), names)

    def is_open(self, finding: Finding) -> bool:
        """Whether a finding of a part waits for `completed`."""
        return not _is_told(finding) and self._is_across(finding.path)

    def completed(self, finding: Finding) -> Finding:
        """A finding of a part with those that it concerns in the whole repo."""
        names = self.concerned(Place(finding.path, finding.keys))
        return replace(finding, affects=Affects(len(names), names))

    @property
    def _is_part(self) -> bool:
        return self._context.mas.whole is not self._context.mas

    def _is_across(self, path: str) -> bool:
        """Whether a file concerns more than its cluster: an account's root, or what an ApplicationSet cannot read."""
        mas = self._context.mas
        if not mas.found:
            return False
        return path in self._account_roots or (self._is_of_config(path) and not mas.file(path).readable)

    def is_config(self, path: str) -> bool:
        """Whether a generator reads a file of this name, wherever in the repo the file lies."""
        return path in self._context.mas.whole.config_path_set

    def concerned(self, place: Place) -> tuple[str, ...]:
        """Names of the Applications that depend on what stands at a place, labels of units for a manifest.

        In a config file: what the block or list entry makes or configures, everything of the directory for a base file,
        and the root that merges the file for what makes no Application by itself.
        """
        context = self._context
        if context.mas.found:
            if self._is_of_config(place.path):
                return self._of_config(place)
            if place.path in self._account_roots:
                account = self._account_roots[place.path]
                below = dict.fromkeys(one.name for one in context.deployment.applications if one.account == account)
                return tuple(below) or (self._of_manifest(place) if context.has_units else ())
        return self._of_manifest(place) if context.has_units else ()

    def _is_of_config(self, path: str) -> bool:
        return self.is_config(path) or path in self._context.mas.whole.stray

    @cached_property
    def _account_roots(self) -> dict[str, str]:
        roots = self._context.account_roots
        return {root.manifest.path: account for account, root in roots.items() if root.manifest is not None}

    def _of_config(self, place: Place) -> tuple[str, ...]:
        directory = place.path.rpartition("/")[0]
        deployment = self._context.deployment
        if not self._context.mas.file(place.path).readable and place.path in self._frozen:
            return self._frozen[place.path]
        if place.path in self._bases:
            return deployment.names_at(directory, place.keys) or deployment.names_under(directory)
        found = deployment.names_at(directory, place.keys) if place.keys else deployment.names_from(place.path)
        return found or self._root_of(directory)

    @cached_property
    def _frozen(self) -> dict[str, tuple[str, ...]]:
        """Files that cannot be read -> everything of the ApplicationSet that stops because of them."""
        context = self._context
        found: dict[str, dict[str, None]] = {}
        for one in context.mas.generations():
            for file in one.unreadable:
                names = found.setdefault(file.path, {})
                names.update((name, None) for scope in one.scopes for name in context.applications_of(scope))
        return {path: tuple(names) for path, names in found.items() if names}

    @cached_property
    def _bases(self) -> frozenset[str]:
        return frozenset(scope.base.path for scope in self._context.mas.meant if scope.base is not None)

    @cached_property
    def _roots(self) -> dict[str, str]:
        """Directories -> the Application whose chart reads their files, the ApplicationSet for that of an account."""
        applications = self._context.deployment.applications
        sets = {(one.account, one.name) for one in applications if one.kind == "ApplicationSet"}
        found = {one.scope: one.name for one in applications if one.parent is None}
        found.update({one.scope: one.name for one in applications if (one.account, one.parent) in sets})
        return found

    def _root_of(self, directory: str) -> tuple[str, ...]:
        """That of the directory above where there is none, as for one whose base file is broken."""
        while directory:
            if directory in self._roots:
                return (self._roots[directory],)
            directory = directory.rpartition("/")[0]
        return ()

    def _of_manifest(self, place: Place) -> tuple[str, ...]:
        for key in ((place.path, place.document), place.path):
            names = self._by_document.get(key)
            if names:
                return tuple(names)
        return self._context.units.affected(place.path.rpartition("/")[0])

    @cached_property
    def _by_document(self) -> dict[object, dict[str, None]]:
        """Documents, and whole files, -> labels of the units that are declared in them or apply an object of them.

        An ApplicationSet that generates nothing stands for itself.
        """
        found: dict[object, dict[str, None]] = {}
        for unit in self._context.units.units:
            known = unit.engine in ("argocd", "flux") and unit.kind != "bootstrap"
            for path, document in _documents(unit) if known else ():
                found.setdefault((path, document), {})[unit.label] = None
                found.setdefault(path, {})[unit.label] = None
        for unit in self._context.units.units:
            for obj in unit.objects:
                if obj.kind == "ApplicationSet" and obj.group == "argoproj.io":
                    found.setdefault((obj.path, obj.document), {f"ApplicationSet {obj.name}": None})
        return found


def _is_told(said: Draft | Finding) -> bool:
    """Whether a rule has named whom it concerns, or nobody can."""
    return bool(said.affects.names or said.affects.applications) or said.rule.startswith(_NOBODY)


def _documents(unit: Unit) -> Iterator[tuple[str, int]]:
    if unit.manifest is not None:
        yield unit.manifest.path, unit.manifest.document
    if unit.generator is not None:
        yield unit.generator.path, unit.generator.document
    for part in unit.chart_values:
        yield part.obj.path, part.obj.document
    for obj in unit.objects:
        yield obj.path, obj.document
        for change in obj.changes:
            yield change.place.path, change.place.document
