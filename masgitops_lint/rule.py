"""What a rule is: its code and name, and the examples that show it at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from masgitops_lint.model.finding import Affects, Draft, Fix, Replacement, Severity
from masgitops_lint.model.place import Place

Drafts: TypeAlias = Iterator[Draft]


class Example(NamedTuple):
    """A config repo that shows a rule at work.

    `files` are laid over a small clean MAS repo (`base="mas"`) or over nothing (`base="empty"`); `remove` takes files
    of that repo away. A line that must be flagged ends in `#! CODE`. `before`, for rules that compare two revisions,
    is the overlay of the older one. `settings` is the text of a `.mas-lint.yaml`.
    """

    title: str
    files: Mapping[str, str] = {}
    remove: tuple[str, ...] = ()
    base: str = "mas"
    settings: str = ""
    before: Mapping[str, str] | None = None
    before_remove: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    """Files (paths) that must be flagged as a whole, where no line can carry a mark (a removed or binary file)."""


_WITH_GENERIC_PART = frozenset({"CFG", "PRN", "REF", "SEC", "VER", "WAV"})


class Rule(NamedTuple):
    """A rule's identity. `severity` is the default and can be remapped; `code` is never reused.

    `options` maps an option's name to its default value; `needs_base` marks rules that compare two revisions. `local`
    promises that what a rule says about a cluster and all below it depends on that cluster's config alone (and its
    account's parameters), asked through `mas`, `deployment`, `values` and what is made of them: a large repo is then
    looked at a few clusters at a time, on several processors. `charts` marks rules about objects of rendered charts: a
    defect of a chart is told once for the whole repo.
    """

    code: str
    name: str
    severity: str
    tags: tuple[str, ...] = ()
    since: str = "0.1.0"
    options: Mapping[str, Any] = {}
    needs_base: bool = False
    local: bool = False
    charts: bool = False

    @property
    def generic(self) -> bool:
        """Whether a shipped rule is about generic manifests: ARG, FLX and 100 to 199 of the rest; never an own rule."""
        family, number = self.code[:3], self.code[3:]
        return family in ("ARG", "FLX") or (family in _WITH_GENERIC_PART and len(number) == 3 and number[0] == "1")

    def draft(
        self,
        place: Place,
        message: str,
        *,
        help: str = "",  # noqa: A002 - the field's name in every output format
        related: Iterable[tuple[Place, str]] = (),
        affects: Iterable[str] = (),
        fix: Fix | Replacement | None = None,
        severity: str | None = None,
    ) -> Draft:
        """A finding of this rule at `place`. `affects` names the Applications that are lost, frozen or changed."""
        names = tuple(dict.fromkeys(affects))
        return Draft(
            rule=self.code,
            name=self.name,
            severity=Severity(severity or self.severity),
            message=message,
            place=place,
            help=help,
            related=tuple(related),
            affects=Affects(len(names), names),
            fix=fix,
        )
