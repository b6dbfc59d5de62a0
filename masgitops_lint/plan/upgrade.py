"""What changes when the same config moves to another release of the charts: the work to do, then what will happen.

Two views of one repo, each with its own charts, are compared: the files that ApplicationSets read, the Applications
that come out, the secrets that Jobs write, and the features of Argo CD needed. What the charts cannot tell (a file or
secret under a new name) is in `data/charts/upgrades.json`, each row with its source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from masgitops_lint.data import data_text
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Keys, Place

from .compare import compare
from .model import Change, Deletion, Plan

if TYPE_CHECKING:
    from masgitops_lint.deployment.build import BuildOptions, Subject
    from masgitops_lint.mas.scope import Scope

Phase: TypeAlias = Literal["files", "values", "secrets", "applications", "order", "argocd"]
PHASES: Mapping[Phase, str] = {
    "files": "files to rename or move",
    "values": "values to change",
    "secrets": "secrets to move",
    "applications": "Applications that come, go or move",
    "order": "sync waves that move",
    "argocd": "Argo CD",
}
"""The phases in order of work, with their headings: what has to be done before what will happen."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or to know. `since` is the release that brought it, "" where that is not known.

    `places` are in the repo; `names` are Applications. `work` is False for what happens by itself.
    """

    phase: Phase
    text: str
    places: tuple[Place, ...] = ()
    help: str = ""
    since: str = ""
    source: str = ""
    names: tuple[str, ...] = ()
    work: bool = True


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The whole comparison. `before` and `after` name the charts, `plan` holds every Application that differs."""

    before: str
    after: str
    steps: tuple[Step, ...]
    plan: Plan

    @property
    def empty(self) -> bool:
        """Whether nothing changes at all."""
        return not self.steps and self.plan.empty


def upgrade(base: Subject, head: Subject, options: BuildOptions | None = None) -> Upgrade:
    """What moving from the charts of `base` to those of `head` means; both are views of one repo."""
    plan = compare(base, head, options)
    steps = [
        *_files(base, head),
        *_values(base, head),
        *_secrets(base, head),
        *_applications(plan),
        *_order(plan),
        *_argocd(base, head),
    ]
    order = list(PHASES)
    steps.sort(key=lambda step: (order.index(step.phase), not step.work))
    return Upgrade(_charts(base), _charts(head), tuple(steps), plan)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, list[dict[str, Any]]]:
    text = data_text("charts/upgrades.json")
    loaded: Mapping[str, list[dict[str, Any]]] = json.loads(text)
    return loaded


def _charts(subject: Subject) -> str:
    """Which charts a side has: releases, or the source as it was named. Names in it are judged by the profile."""
    named: dict[str, None] = {}
    for account in subject.mas.accounts():
        release, charts = subject.profile(account).release, subject.settings.charts_for(account)
        real = charts is not None and charts.rpartition("@")[2].removeprefix("v") != release
        named[f"{charts} (names as in release {release})" if real else release] = None
    return ", ".join(named)


def _crossed(base: Subject, head: Subject, account: str, since: str) -> bool:
    """Whether a release lies between the two sides of an account."""
    from masgitops_lint.charts.profile import version_key

    wanted = version_key(since)
    return version_key(base.profile(account).release) < wanted <= version_key(head.profile(account).release)


def _account(scope: Scope) -> str:
    return scope.directory[len(scope.root) :].split("/", 1)[0]


# -- files ------------------------------------------------------------------------------------------------------------


def _files(base: Subject, head: Subject) -> Iterator[Step]:
    """Files and directories that the new charts' ApplicationSets read no more, or read now."""
    renamed = {row["from"]: row for row in _rows()["files"]}
    after = {(scope.level, scope.directory): scope for scope in head.mas.meant}
    gone: dict[str, list[Place]] = {}
    moved: dict[tuple[str, str, str], list[Place]] = {}
    for scope in base.mas.meant:
        account = _account(scope)
        specs = {spec.level: spec for spec in head.profile(account).applicationsets}
        spec = specs.get(scope.level)
        known = {file.name for file in spec.files} if spec is not None else frozenset()
        left_behind = False
        for file in scope.files:
            if file.name not in known:
                gone.setdefault(file.name, []).append(Place(file.path))
                left_behind = True
        if spec is not None and spec.prefix != scope.spec.prefix and not left_behind:
            now = after.get((scope.level, scope.directory))
            if now is None:
                key = (scope.level, scope.spec.prefix, spec.prefix)
                moved.setdefault(key, []).extend(Place(file.path) for file in scope.files)
    for name, places in gone.items():
        row = renamed.get(name, {})
        target = row.get("to")
        text = f"`{name}` is `{target}`" if target else f"`{name}` is read by nothing any more"
        yield Step(
            "files",
            text,
            tuple(dict.fromkeys(places)),
            row.get("help", "") or ("" if target else "remove the file, or move what is still needed"),
            row.get("since", ""),
            row.get("source", ""),
        )
    for (level, old, new), places in moved.items():
        yield Step(
            "files",
            f"config of level {level} is looked for in `{_pattern(new)}`, not in `{_pattern(old)}`",
            tuple(dict.fromkeys(places)),
            f"move the files to `{_pattern(new)}`",
        )
    yield from _newly_read(base, head)


def _pattern(prefix: str) -> str:
    return prefix.replace("{", "<").replace("}", ">") + "/"


def _newly_read(base: Subject, head: Subject) -> Iterator[Step]:
    before = {file.path for scope in base.mas.meant for file in scope.files}
    found: dict[str, list[Place]] = {}
    for scope in head.mas.meant:
        for file in scope.files:
            if file.path not in before:
                found.setdefault(file.name, []).append(Place(file.path))
    for name, places in found.items():
        yield Step(
            "files", f"`{name}` was read by nothing, and is read now", tuple(places), "check its content", work=False
        )


# -- values -----------------------------------------------------------------------------------------------------------


def _values(base: Subject, head: Subject) -> Iterator[Step]:
    """Keys under a new name, and blocks that need another one from now on."""
    for row in _rows()["keys"]:
        route = tuple(row["from"].split("."))
        places = [
            scope.place(route, "key")
            for scope in base.mas.meant
            if scope.has(*route) and _crossed(base, head, _account(scope), row["since"])
        ]
        if places:
            text = f"`{row['from']}` is `{row['to']}`"
            yield Step("values", text, tuple(dict.fromkeys(places)), since=row["since"], source=row["source"])
    for row in _rows()["needs"]:
        found = [
            place
            for scope in base.mas.meant
            if _crossed(base, head, _account(scope), row["since"])
            for place in _lacking(scope, row)
        ]
        if found:
            places_ = tuple(dict.fromkeys(found))
            yield Step("values", row["text"], places_, row["help"], row["since"], row["source"])
    yield from _failures(base, head)


def _lacking(scope: Scope, row: Mapping[str, Any]) -> Iterator[Place]:
    if "list" in row:
        match = row["match"]
        others = [item for _, item in scope.items(match["list"])]
        skip = row.get("unless_name", {})
        for keys, item in scope.items(row["list"]):
            name = str(item.get(skip.get("key", ""), ""))
            if any(word in name for word in skip.get("holds", ())):
                continue
            same = [one for one in others if one.get(match["same"]) == item.get(match["same"])]
            if not any(all(one.get(key) == value for key, value in match["equals"].items()) for one in same):
                yield scope.place(keys)
        return
    block = scope.get(row["key"])
    if not block:
        return
    without = row.get("without")
    if without is not None:
        if isinstance(block, Mapping) and block.get(without):
            yield scope.place((row["key"], without), "key")
    elif not scope.get(row["with"]):
        yield scope.place((row["key"],), "key")


def _failures(base: Subject, head: Subject) -> Iterator[Step]:
    """Charts that rendered and no longer do."""
    before = {(one.application, one.place) for one in _deployment(base)}
    grouped: dict[str, list[Any]] = {}
    for failure in _deployment(head):
        if (failure.application, failure.place) not in before:
            grouped.setdefault(failure.message, []).append(failure)
    for message, failures in grouped.items():
        lost = tuple(dict.fromkeys(name for failure in failures for name in (failure.application, *failure.lost)))
        places = tuple(dict.fromkeys(failure.place for failure in failures))
        yield Step("values", f"a chart no longer renders: {message}", places, names=lost)


def _deployment(subject: Subject) -> Iterable[Any]:
    deployment = getattr(subject, "deployment", None)
    return deployment.errors if deployment is not None else ()


# -- secrets ----------------------------------------------------------------------------------------------------------


def _secrets(base: Subject, head: Subject) -> Iterator[Step]:
    """References to secrets that the new charts write elsewhere, under other names, or not at all."""
    from masgitops_lint.argocd.placeholders import scan
    from masgitops_lint.mas.texts import config_texts

    references = [
        (text.place, placeholder)
        for text in config_texts(base.mas)
        if isinstance(text.value, str) and "<path:" in text.value
        for placeholder in scan(text.value)
    ]
    for row in _rows()["secrets"]:
        places = []
        fields: set[str] = set()
        for place, one in references:
            if row["segment"] in one.path.split("/") and _crossed(base, head, _of_path(base, place.path), row["since"]):
                places.append(place)
                fields.add(one.key)
        if places:
            changed = [f"`{old}` is `{new}`" for old, new in row["fields"].items() if old in fields]
            text = f"the secret `.../{row['segment']}` is `.../{row['to']}`" + (
                f", {', '.join(changed)}" if changed else ""
            )
            yield Step("secrets", text, tuple(places), row["help"], row["since"], row["source"])
    yield from _written(base, head, references)


def _of_path(subject: Subject, path: str) -> str:
    return subject.mas.relative(path).split("/", 1)[0]


def _written(base: Subject, head: Subject, references: list[tuple[Place, Any]]) -> Iterator[Step]:
    """Secrets whose writer has gone, or writes other fields."""
    from masgitops_lint.charts.secrets import catalogue

    found: dict[tuple[str, str], list[Place]] = {}
    helps: dict[tuple[str, str], str] = {}
    for place, one in references:
        account = _of_path(base, place.path)
        old, new = catalogue(base.profile(account).release), catalogue(head.profile(account).release)
        path = one.path.rpartition(":secret:")[2] if ":secret:" in one.path else one.path
        wrote = [job for _, job in old.writers_of(path) if one.key in job.fields]
        still = any(one.key in job.fields for _, job in new.writers_of(path))
        if not wrote or still:
            continue
        job = wrote[0]
        successors = [other for other in new.writers if other.job.rpartition("/")[2] == job.job.rpartition("/")[2]]
        successors = successors or [
            other for other in new.writers if other.chart == job.chart and other.level == job.level
        ]
        key = (job.path, one.key)
        found.setdefault(key, []).append(place)
        if successors and successors[0].path != job.path:
            helps[key] = f"its Job writes `{successors[0].path}` now"
        elif successors:
            fields = ", ".join(f"`{name}`" for name in successors[0].fields)
            helps[key] = f"its Job writes the fields {fields} now"
        elif new.created_by_hand(path):
            helps[key] = "create it by hand"
    for (path, field), places in found.items():
        text = f"nothing writes `{field}` of the secret `{path}` any more"
        yield Step("secrets", text, tuple(places), helps.get((path, field), "create it by hand, or use another secret"))


# -- what will happen -------------------------------------------------------------------------------------------------


def _kind(application: Application) -> str:
    """What an Application is an instance of: its chart's name without the number."""
    chart = application.path.rpartition("/")[2]
    return chart.partition("-")[2] if chart[:1].isdigit() else chart or application.name


def _applications(plan: Plan) -> Iterator[Step]:
    again = {one.application.name: one.application for one in plan.added}
    left = {one.application.name for one in plan.removed}
    added: dict[str, list[Application]] = {}
    for addition in plan.added:
        if addition.application.name not in left and not addition.moved_from:
            added.setdefault(_kind(addition.application), []).append(addition.application)
    removed: dict[tuple[str, str], list[Deletion]] = {}
    for deletion in plan.removed:
        name = deletion.application.name
        if name in again:
            yield Step(
                "applications",
                f"{name} moves from {deletion.application.parent} to {again[name].parent}",
                (again[name].source,),
                names=(name,),
                work=False,
            )
        elif deletion.moved_to:
            yield Step(
                "applications",
                f"{name} becomes {deletion.moved_to}: a deletion and a creation ({deletion.effect}: {deletion.reason})",
                (deletion.place,),
                _stakes(deletion),
                names=(name, deletion.moved_to),
                work=False,
            )
        else:
            removed.setdefault((_kind(deletion.application), f"{deletion.effect}: {deletion.reason}"), []).append(
                deletion
            )
    for (kind, effect), deletions in removed.items():
        names = tuple(one.application.name for one in deletions)
        stakes = dict.fromkeys(line for one in deletions if (line := _stakes(one)))
        places = tuple(dict.fromkeys(one.place for one in deletions))
        yield Step("applications", f"{kind} goes ({effect})", places, "; ".join(stakes), names=names, work=False)
    for kind, applications in added.items():
        names = tuple(one.name for one in applications)
        places = tuple(dict.fromkeys(one.source for one in applications))
        wave = applications[0].wave
        yield Step("applications", f"{kind} comes, in wave {wave}", places, names=names, work=False)
    yield from _fields(plan, ("namespace", "server", "prune"), "applications")


def _stakes(deletion: Deletion) -> str:
    return ", ".join(f"{one.kind} {one.name}: {one.loss}" for one in deletion.stakes if not one.protected)


def _order(plan: Plan) -> Iterator[Step]:
    yield from _fields(plan, ("wave",), "order")


def _fields(plan: Plan, wanted: Iterable[str], phase: Phase) -> Iterator[Step]:
    """Properties that change, one step for all Applications of a kind that change alike."""
    names = frozenset(wanted)
    grouped: dict[tuple[str, str, str], list[Change]] = {}
    for change in plan.changed:
        for one in change.fields:
            if one.name in names:
                before, after = (_general(value, change.application) for value in (one.before, one.after))
                grouped.setdefault((_kind(change.application), one.name, f"{before} -> {after}"), []).append(change)
    for (kind, name, text), changes in grouped.items():
        yield Step(
            phase,
            f"{kind}: {name} {text}",
            tuple(dict.fromkeys(one.place for one in changes)),
            names=tuple(one.application.name for one in changes),
            work=False,
        )


def _general(value: Any, application: Application) -> str:
    """A value with ids replaced by their names, so that instances that change alike are one step."""
    text = "none" if value is None else str(value)
    for name in ("tenant", "instance", "cluster"):
        own = getattr(application, name)
        if isinstance(value, str) and own and own in text:
            text = text.replace(own, f"<{name}>")
    return text


def _argocd(base: Subject, head: Subject) -> Iterator[Step]:
    from masgitops_lint.argocd.versions import features, lowest_with

    known = features()
    for account in base.mas.accounts():
        old, new = base.profile(account).argocd_uses, head.profile(account).argocd_uses
        before = lowest_with(known[name] for name in old if name in known)
        after = lowest_with(known[name] for name in new if name in known)
        if before is not None and after is not None and after > before:
            fresh = [
                known[name].title for name in new if name not in old and name in known and known[name].since > before
            ]
            text = f"account {account} needs Argo CD {after} or newer (so far {before}): {', '.join(fresh)}"
            yield Step("argocd", text)


def keys_text(keys: Keys) -> str:
    """A route as text, such as `ibm_mas_suite_configs[1].jdbc_type`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text
