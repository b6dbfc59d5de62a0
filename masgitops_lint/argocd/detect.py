"""Which Argo CD runs: what was declared, else what the repo installs, with the evidence and where sources disagree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from masgitops_lint.model.late_pattern import late_pattern

from .evidence import RANK, Evidence, find_evidence
from .releases import data_date, is_supported, released, supported_gitops_lines, supported_lines
from .versions import ANY, Feature, Interval, at_version, parse_version, supports

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings.values import Settings

__all__ = ["DetectedArgoCD", "Disagreement", "Evidence", "Install", "Verdict", "detect"]


class Install(NamedTuple):
    """One installation that the repo describes. `evidence` is in order of weight: the first entry decides."""

    name: str
    evidence: tuple[Evidence, ...]

    @property
    def decisive(self) -> Evidence:
        """What the version is taken from: the heaviest entry that names one."""
        return next((one for one in self.evidence if not one.moving), self.evidence[0])

    @property
    def interval(self) -> Interval:
        """The versions that may run."""
        result = self.decisive.interval
        for one in self.evidence:
            if RANK[one.kind] == RANK[self.decisive.kind] and (meet := result.meet(one.interval)):
                result = meet
        return result


class Disagreement(NamedTuple):
    """Two sources that cannot both be right. `second` is None where the settings contradict `first`."""

    first: Evidence
    second: Evidence | None
    declared: str = ""


class Verdict(NamedTuple):
    """The Argo CD that serves an account: the versions it may be, how that is known, and the evidence (None: declared).

    `text` completes "Argo CD 2.10.4 (...)".
    """

    interval: Interval
    text: str
    evidence: Evidence | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self.interval != ANY

    def supports(self, feature: Feature | str) -> bool | None:
        """Whether it has a feature; None where that cannot be told."""
        return supports(self.interval, feature) if self.known else None

    @property
    def out_of_support(self) -> str:
        """Why it no longer gets fixes, as a sentence's end; "" where it does, or where that cannot be told.

        OpenShift GitOps is supported by Red Hat for its own three newest minors, whatever Argo CD is inside.
        """
        line = self.evidence.line if self.evidence is not None else ""
        if line:
            lines = supported_gitops_lines()
            if parse_version(line) >= parse_version(lines[0]):  # type: ignore[operator]
                return ""
            return f"OpenShift GitOps {line} gets no more fixes: {', '.join(lines)} do (known as of {data_date()})"
        if not self.known or is_supported(self.interval) is not False:
            return ""
        last = released(self.interval.line or "")
        age = f", released {last}," if last else ""
        kept = ", ".join(supported_lines())
        return f"Argo CD {self.interval}{age} gets no more fixes: {kept} do (known as of {data_date()})"

    @property
    def label(self) -> str:
        """How messages name it: `Argo CD 2.10.x (OpenShift GitOps channel gitops-1.12)`."""
        return f"Argo CD {self.interval} ({self.text})" if self.known else "an unknown Argo CD"


class DetectedArgoCD:
    """What is known of the Argo CD that serves each account; "" asks for the repo as a whole."""

    def __init__(
        self, evidence: Iterable[Evidence], settings: Settings, bases: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """`bases` maps the directory of a kustomization to the directories it builds on."""
        self.settings = settings
        self._bases = bases or {}
        self.evidence = tuple(evidence)
        self._verdicts: dict[str, Verdict] = {}

    @cached_property
    def installs(self) -> tuple[Install, ...]:
        """The installations, by name; scripts and CI only where nothing else tells."""
        strong = [one for one in self.evidence if one.kind != "script"]
        groups: dict[str, list[Evidence]] = {}
        for one in strong or self.evidence:
            groups.setdefault(one.install, []).append(one)
        built_on: set[str] = set()
        for directory, below in self._bases.items():
            for base in below if directory in groups else ():
                groups[directory].extend(groups.get(base, ()))
                built_on.add(base)
        groups = {name: found for name, found in groups.items() if name not in built_on}
        ordered = (
            Install(name, tuple(sorted(found, key=lambda one: (RANK[one.kind], one.moving, one.place.path))))
            for name, found in sorted(groups.items())
        )
        return tuple(ordered)

    def verdict(self, account: str = "") -> Verdict:
        """The Argo CD that serves an account. What was declared wins over what was found."""
        known = self._verdicts.get(account)
        if known is None:
            known = self._verdicts[account] = self._judge(account)
        return known

    def _judge(self, account: str) -> Verdict:
        declared = self.settings.argocd_version_for(account)
        interval = at_version(declared)
        if interval is not None:
            return Verdict(interval, "as declared")
        installs = self.serving(account)
        named = [one for one in installs if one.interval != ANY]
        if not named:
            first = installs[0].decisive if installs else None
            return Verdict(ANY, first.text if first else "nothing names one", first)
        result = named[0].interval
        for one in named[1:]:
            result = result.join(one.interval)
        lowest = min(named, key=lambda one: one.interval.low)
        text = lowest.decisive.text
        if len({one.interval for one in named}) > 1:
            text += f" and {len(named) - 1} other installation{'s' if len(named) > 2 else ''}"
        return Verdict(result, text, lowest.decisive)

    def serving(self, account: str) -> tuple[Install, ...]:
        """The installations that may serve an account: its own if some lie in a directory of its name, else all."""
        if not account:
            return self.installs
        own = tuple(one for one in self.installs if account in one.decisive.place.path.split("/")[:-1])
        others = set(self.settings.accounts) - {account}
        rest = tuple(one for one in self.installs if not others.intersection(one.decisive.place.path.split("/")[:-1]))
        return own or rest

    def supports(self, feature: Feature | str, account: str = "") -> bool | None:
        """Whether the Argo CD of an account has a feature; None where that cannot be told."""
        return self.verdict(account).supports(feature)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Sources that contradict each other, each pair of versions once."""
        return tuple(self._disagreements())

    def _disagreements(self) -> Iterator[Disagreement]:
        for install in self.installs:
            told = [one for one in install.evidence if not one.moving]
            for other in told[1:]:
                if not _fit(told[0], other):
                    yield Disagreement(told[0], other)
        seen: set[tuple[str, str]] = set()
        for first, second in combinations([one for one in self.installs if one.interval != ANY], 2):
            pair = (str(first.interval), str(second.interval))
            if first.interval.meet(second.interval) or pair in seen or _parallel(first.decisive, second.decisive):
                continue
            seen.add(pair)
            yield Disagreement(first.decisive, second.decisive)
        if self.settings.path is None:
            return
        told_by_settings: set[tuple[str, str]] = set()
        for account in ("", *self.settings.accounts):
            declared = self.settings.argocd_version_for(account)
            interval = at_version(declared)
            if declared is None or interval is None:
                continue
            for install in self.serving(account):
                key = (install.name, declared)
                if install.interval != ANY and not install.interval.meet(interval) and key not in told_by_settings:
                    told_by_settings.add(key)
                    yield Disagreement(install.decisive, None, declared)


def _fit(first: Evidence, second: Evidence) -> bool:
    """Whether two sources of one installation agree: the image may be a later patch than the manifests or the chart."""
    if first.interval.meet(second.interval):
        return True
    lines = first.interval.line, second.interval.line
    return RANK[first.kind] != RANK[second.kind] and lines[0] is not None and lines[0] == lines[1]


def _parallel(first: Evidence, second: Evidence) -> bool:
    """Whether two installations are one form in sibling places, as one for each environment: they may differ."""
    one, other = first.place.path.split("/"), second.place.path.split("/")
    if first.kind != second.kind or len(one) != len(other):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _bases(repository: Repository, evidence: Iterable[Evidence]) -> dict[str, tuple[str, ...]]:
    """For the directory of every kustomization with evidence: the local directories it builds on, at any depth."""
    directories = {one.place.path.rpartition("/")[0] for one in evidence if _KUSTOMIZATION.search(one.place.path)}
    return {directory: tuple(_below(repository, directory)) for directory in sorted(directories)}


_KUSTOMIZATION = late_pattern(r"(?:^|/)kustomization\.ya?ml$")


def _below(repository: Repository, start: str) -> Iterator[str]:
    pending, seen = [start], {start}
    while pending and len(seen) < 50:
        directory = pending.pop()
        for name in ("kustomization.yaml", "kustomization.yml"):
            path = posixpath.join(directory, name)
            found = repository.document(path).data if path in repository.path_set else None
            data = found if isinstance(found, dict) else {}
            for key in ("resources", "bases", "components"):
                listed = data.get(key)
                for entry in listed if isinstance(listed, list) else ():
                    below = posixpath.normpath(posixpath.join(directory, entry)) if isinstance(entry, str) else ""
                    if below and "://" not in str(entry) and below not in seen:
                        seen.add(below)
                        pending.append(below)
                        yield below


def detect(repository: Repository, settings: Settings, skip: frozenset[str] = frozenset()) -> DetectedArgoCD:
    """What a repo and its settings tell of the Argo CD that runs. Files named `skip` (MAS config) are not opened."""
    evidence = find_evidence(repository, skip)
    return DetectedArgoCD(evidence, settings, _bases(repository, evidence))
