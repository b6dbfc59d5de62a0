"""How the applications of an instance, their JDBC configurations and their databases name each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from masgitops_lint.model.place import Keys

from .scope import Scope
from .spec import ApplicationSetSpec

Entry = tuple[Keys, dict[str, Any]]

SCOPES: Mapping[str, str] = {
    "system": "system",
    "workspace": "ws",
    "application": "app",
    "workspace-application": "wsapp",
}
"""`bindings.jdbc` -> the `mas_config_scope` it is bound to."""


def known_applications(scope: Scope) -> frozenset[str]:
    """Ids of the applications that the release can install, from the blocks its files are read for."""
    return _applications(scope.spec)


@lru_cache(maxsize=64)
def _applications(spec: ApplicationSetSpec) -> frozenset[str]:
    return frozenset(
        key[len("ibm_suite_app_") : -len("_install")]
        for file in spec.files
        for key in file.keys
        if key.startswith("ibm_suite_app_") and key.endswith("_install")
    )


def meant_application(scope: Scope, application: Any) -> str:
    """The application that an id which names none is a misspelling of, or ""."""
    known = known_applications(scope)
    if not isinstance(application, str) or not application or application in known:
        return ""
    return next(iter(get_close_matches(application, sorted(known), n=1, cutoff=0.8)), "")


def jdbc_configurations(scope: Scope) -> Iterator[Entry]:
    """The suite configurations of databases, those that only change a password left out."""
    for keys, item in scope.items("ibm_mas_suite_configs"):
        chart = str(item.get("mas_config_chart", ""))
        if ("jdbc" in chart or "jdbc" in str(item.get("mas_config_kind", ""))) and "rotate" not in chart:
            yield keys, item


def bound(item: Mapping[str, Any]) -> Any:
    """What `bindings.jdbc` of an application's configuration says; None when it says nothing."""
    spec = item.get("mas_appws_spec")
    bindings = spec.get("bindings") if isinstance(spec, dict) else None
    return bindings.get("jdbc") if isinstance(bindings, dict) else None


def unbound(scope: Scope) -> Iterator[Entry]:
    """Configured applications that are bound to a JDBC configuration which is not there, and nothing else explains it.

    An entry whose application or workspace is missing or unknown, and one that a JDBC configuration with a wrong scope
    was meant for, is left to the rules about those.
    """
    if scope.is_odd_list("ibm_mas_suite_configs") or scope.is_odd_list("ibm_mas_workspaces"):
        return
    configurations = [item for _, item in jdbc_configurations(scope)]
    named = (item.get("mas_workspace_id") for _, item in scope.items("ibm_mas_workspaces"))
    workspaces = [one for one in named if isinstance(one, str)]
    for keys, item in scope.items("ibm_mas_masapp_configs"):
        wanted = SCOPES.get(str(bound(item)))
        application, workspace = item.get("mas_app_id"), item.get("mas_workspace_id")
        if wanted is None or not application or (workspaces and workspace not in workspaces):
            continue
        if not any(_fits(scope, one, wanted, application, workspace) for one in configurations):
            yield keys, item


def _fits(scope: Scope, configuration: Mapping[str, Any], wanted: str, application: Any, workspace: Any) -> bool:
    own = configuration.get("mas_config_scope")
    named = configuration.get("mas_application_id")
    same = bool(named == application or meant_application(scope, named) == application)
    if own not in SCOPES.values():
        return same
    return bool(
        own == wanted
        and (wanted not in ("ws", "wsapp") or configuration.get("mas_workspace_id") == workspace)
        and (wanted not in ("app", "wsapp") or same)
    )
