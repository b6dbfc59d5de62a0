"""What belongs to a suite: without one it has neither namespace nor kinds, and nobody's ServiceAccount to go by."""

from __future__ import annotations

from masgitops_lint.model.place import Keys

from .scope import Scope

_LISTS = ("ibm_mas_suite_configs", "ibm_mas_workspaces", "ibm_mas_masapp_configs")


def orphans_of_suite(scope: Scope) -> tuple[Keys, ...]:
    """Configurations, workspaces and applications of an instance that has no `ibm_mas_suite`, in that order.

    Empty for an instance with a suite, and for one that is not whole.
    """
    if scope.level != "instance" or not scope.complete or scope.get("ibm_mas_suite"):
        return ()
    installs = [(key,) for key in scope.values if key.startswith("ibm_suite_app_") and scope.get(key)]
    return (*(keys for name in _LISTS for keys, _ in scope.items(name)), *installs)
