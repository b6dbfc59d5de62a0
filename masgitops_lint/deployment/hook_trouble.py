"""Hooks and waves inside rendered charts that do not work as meant: exact mode only, where the objects are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from masgitops_lint.argocd.hook_order import Item, Piece, Sibling, missing, missing_elsewhere
from masgitops_lint.argocd.waves import Misread, misread_annotation
from masgitops_lint.model.application import Application, Resource
from masgitops_lint.model.place import Place

from .deployment import Deployment


class ChartTrouble(NamedTuple):
    """One defect of a chart's template, with everyone that installs it.

    `kind` is "misread" (then `misread` says what), "early" (a PreSync hook before what it needs), "late" (a PostDelete
    hook after what it needs is gone), "elsewhere" (gone with `other`, an Application of a later wave), "kept" (a
    PostDelete hook of an Application whose objects stay) or "unknown" (a hook, `needed`, that the Argo CD which runs
    does not know). `label` is the object, `needed` what it misses.
    """

    kind: str
    chart: str
    template: str
    label: str
    place: Place
    applications: tuple[str, ...]
    misread: Misread | None = None
    needed: str = ""
    provider: str = ""
    other: str = ""


class Found(NamedTuple):
    """A defect where one Application installs it. `stage` and `number` tell where it stands among all."""

    stage: int
    number: int
    application: str
    trouble: ChartTrouble


def told_once(found: Iterable[Found]) -> tuple[ChartTrouble, ...]:
    """Each defect with all that install it, in order of the first."""
    same: dict[tuple[str, ...], tuple[ChartTrouble, list[str]]] = {}
    for _, _, application, one in found:
        # names of objects hold the ids of instances; the template does not
        wrong = f"{one.misread.annotation}={one.misread.text}" if one.misread is not None else ""
        key = (one.kind, one.chart, one.template, one.label.partition(" ")[0], one.needed.partition(" ")[0], wrong)
        same.setdefault(key, (one, []))[1].append(application)
    return tuple(one._replace(applications=tuple(dict.fromkeys(names))) for one, names in same.values())


def found_troubles(
    deployment: Deployment,
    written: Mapping[str, Iterable[str]],
    unknown: Mapping[str, Collection[str]] = {},
) -> tuple[Found, ...]:
    """What is wrong, Application by Application, then between those of one root, then with what Argo CD is too old for.

    `written` are the annotations that the config itself brings: directory of a scope -> `annotation=text`. `unknown`
    are the types of hooks that the Argo CD of an account does not know.
    """
    return (
        *(
            Found(0, number, one.name, trouble)
            for number, one in enumerate(deployment.applications)
            for trouble in _own(one, deployment, written)
        ),
        *(Found(1, number, one.name, trouble) for number, one, trouble in _siblings(deployment)),
        *(
            Found(2, number, one.name, trouble)
            for number, one in enumerate(deployment.applications)
            for trouble in _unknown(one, deployment, unknown)
        ),
    )


def _own(one: Application, deployment: Deployment, written: Mapping[str, Iterable[str]]) -> Iterator[ChartTrouble]:
    for text in one.misread:
        yield _misread(one, one.template, f"{one.kind} {one.name}", text, root=True)
    resources = deployment.resources.get(one.name, ())
    for resource in resources:
        for text in resource.misread:
            if text not in written.get(one.scope, ()):
                yield _misread(one, resource.template, _label(resource), text)
    # most Applications have no hook that could miss anything
    if any(map(_may_miss, resources)):
        yield from _hooks(one, resources)


def _may_miss(one: Resource) -> bool:
    if not one.needs or not one.hooks or one.kind.endswith("RoleBinding"):
        return False
    return "PreSync" in one.hooks or "PostDelete" in one.hooks


def _unknown(
    one: Application, deployment: Deployment, unknown: Mapping[str, Collection[str]]
) -> Iterator[ChartTrouble]:
    types = unknown.get(one.account, ())
    for resource in deployment.resources.get(one.name, ()) if types else ():
        if resource.hooks and all(hook in types for hook in resource.hooks):
            label = _label(resource)
            yield ChartTrouble("unknown", one.path, resource.template, label, one.source, (), needed=resource.hooks[0])


def _misread(one: Application, template: str, label: str, text: str, *, root: bool = False) -> ChartTrouble:
    annotation, _, value = text.partition("=")
    # what would be fine as text was printed without quotes: for the API server it is a number
    wrong = misread_annotation(annotation, value) or Misread(annotation, value, "text")
    return ChartTrouble("misread", "" if root else one.path, template, label, one.source, (), wrong)


def _hooks(one: Application, resources: Sequence[Resource]) -> Iterator[ChartTrouble]:
    cascades = any(name.startswith("resources-finalizer.argocd") for name in one.finalizers)
    pieces = [_piece(resource) for resource in resources]
    for found in missing(pieces):
        if found.phase == "PostDelete" and not cascades:
            continue
        hook, provider = resources[found.hook], resources[found.provider]
        # 130-ibm-jdbc-config makes the ServiceAccount of its PostDelete Job a PreSync hook, in every release: nothing
        # that a config repo could mend
        if found.phase == "PostDelete" and provider.hooks:
            continue
        needed = _named(pieces[found.hook].needs[found.need])
        kind = "early" if found.phase == "PreSync" else "late"
        yield ChartTrouble(
            kind, one.path, hook.template, _label(hook), one.source, (), needed=needed, provider=_label(provider)
        )
    if not cascades:
        for resource, piece in zip(resources, pieces, strict=True):
            if "PostDelete" in resource.hooks and piece.runs:
                yield ChartTrouble("kept", one.path, resource.template, _label(resource), one.source, ())


def _siblings(deployment: Deployment) -> Iterator[tuple[int, Application, ChartTrouble]]:
    """What is wrong between Applications of one parent, with the number of the first of these."""
    resources = deployment.resources
    first: dict[str | None, int] = {}
    for number, one in enumerate(deployment.applications):
        first.setdefault(one.parent, number)
    for parent, children in deployment.children.items():
        known = [
            one for one in children if one.kind == "Application" and one.wave is not None and one.name in resources
        ]
        hooks = [r for one in known for r in resources[one.name] if r.hooks and r.needs and "PostDelete" in r.hooks]
        if parent is None or not hooks:
            continue
        # of the thousands of objects only hooks and what they need play a part
        needed = {_item(text) for one in hooks for text in one.needs}
        shown = [
            [r for r in resources[one.name] if "PostDelete" in r.hooks or (r.kind, r.namespace, r.name) in needed]
            for one in known
        ]
        siblings = [Sibling(one.wave or 0, [_piece(r) for r in part]) for one, part in zip(known, shown, strict=True)]
        for found in missing_elsewhere(siblings):
            own, other = known[found.sibling], known[found.other]
            # a wave that is not read as written is told already, and is what put the two in this order
            if own.server != other.server or own.misread or other.misread:
                continue
            hook, provider = shown[found.sibling][found.hook], shown[found.other][found.provider]
            yield (
                first[parent],
                own,
                ChartTrouble(
                    "elsewhere",
                    own.path,
                    hook.template,
                    _label(hook),
                    own.source,
                    (),
                    needed=_named(siblings[found.sibling].pieces[found.hook].needs[found.need]),
                    provider=_label(provider),
                    other=other.name,
                ),
            )


def _piece(resource: Resource) -> Piece:
    return Piece(
        (resource.kind, resource.namespace, resource.name),
        resource.wave,
        resource.hooks,
        resource.kept,
        tuple(_item(text) for text in resource.needs),
    )


def _item(text: str) -> Item:
    kind, namespace, name = text.split("/", 2)
    return kind, namespace, name


def _named(item: Item) -> str:
    kind, namespace, name = item
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _label(resource: Resource) -> str:
    return _named((resource.kind, resource.namespace, resource.name))
