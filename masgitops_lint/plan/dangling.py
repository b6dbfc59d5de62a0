"""Shared things that the change takes away while the head still uses them.

Sources: the charts of ibm-mas/gitops (which Subscription names which CatalogSource, which Job writes which secret).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .model import Dangling

if TYPE_CHECKING:
    from .views import View

_CATALOG = "cluster-applications/000-ibm-operator-catalog"
_DB2U = ("instance-applications/110-ibm-db2u", "instance-applications/010-ibm-db2u-operator")
_WORKSPACE = "instance-applications/220-ibm-mas-workspace"
_SUITE = "instance-applications/130-ibm-mas-suite"


def dangling(base: View, head: View, removed: Iterable[Application]) -> Iterator[Dangling]:
    """What the head's config still needs of the Applications that are removed."""
    for one in removed:
        if one.kind != "Application":
            continue
        if one.path == _CATALOG:
            yield from _catalog(base, head, one)
        elif one.path in _DB2U:
            yield from _below(head, one, "ibm_db2u_databases", "the Db2 operator", "database", "db2_instance_name")
        elif one.path == _WORKSPACE:
            yield from _workspace(base, head, one)
        elif one.path == _SUITE:
            yield from _below(head, one, "ibm_mas_suite_configs", "the suite", "suite configuration", "mas_config_name")


def _place(base: View, head: View, one: Application) -> Place:
    from .places import Places

    return Places(base, head).of_removed(one)[0]


def _catalog(base: View, head: View, one: Application) -> Iterator[Dangling]:
    users = [
        scope
        for scope in head.scopes
        if scope.account == one.account and scope.cluster == one.cluster and scope.level in ("instance", "aiservice")
    ]
    if not users:
        return
    names = ", ".join(f"`{scope.directory}`" for scope in users[:5])
    more = f" and {len(users) - 5} more" if len(users) > 5 else ""
    yield Dangling(
        "operator catalogue",
        _place(base, head, one),
        f"the operator catalogue of cluster `{one.cluster}` goes, but {names}{more} still install operators from it: "
        "their Subscriptions find no catalogue any more, so nothing there can be installed or upgraded",
        tuple(f"instance.{scope.cluster}.{scope.instance}" for scope in users),
        tuple(Place(scope.base.path) for scope in users if scope.base is not None),
        (one.name,),
    )


def _below(head: View, one: Application, key: str, what: str, noun: str, name_key: str) -> Iterator[Dangling]:
    scope = head.by_directory.get(one.scope)
    if scope is None:
        return
    items = list(scope.items(key))
    if not items:
        return
    names = [str(item.get(name_key) or f"{key}[{keys[-1]}]") for keys, item in items]
    shown = ", ".join(f"`{name}`" for name in names[:5])
    place = Place(one.source.path, one.source.keys[:1], "key")
    if one.source.path not in head.repository.path_set:
        place = Place(one.source.path)
    yield Dangling(
        what,
        place,
        f"{what} of `{one.scope}` goes, but {noun} {shown} stay{'s' if len(names) == 1 else ''}: nothing is left that "
        "looks after it or can take it down",
        (),
        tuple(scope.place(keys) for keys, _ in items),
        (one.name,),
        hangs=True,
    )


def _workspace(base: View, head: View, one: Application) -> Iterator[Dangling]:
    old = base.by_directory.get(one.scope)
    scope = head.by_directory.get(one.scope)
    if scope is None or old is None or not one.source.keys:
        return
    item = old.get(*one.source.keys)
    workspace = item.get("mas_workspace_id") if isinstance(item, dict) else None
    users = [
        (
            keys,
            str(entry.get("mas_app_id") or entry.get("mas_config_name") or entry.get("mas_application_id") or keys[-1]),
        )
        for key in ("ibm_mas_masapp_configs", "ibm_mas_suite_configs")
        for keys, entry in scope.items(key)
        if workspace is not None and entry.get("mas_workspace_id") == workspace
    ]
    if users:
        shown = ", ".join(f"`{name}`" for _, name in users[:5])
        yield Dangling(
            "workspace",
            _place(base, head, one),
            f"workspace `{workspace}` of `{one.scope}` goes, but {shown} still belong to it",
            (),
            tuple(scope.place(keys) for keys, _ in users),
            (one.name,),
            hangs=True,
        )
