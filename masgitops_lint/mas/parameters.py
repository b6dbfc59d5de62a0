"""Which parameters each account's root Application has: from its manifest, the settings, or the documented defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .account_root import AccountRoot, find_account_roots

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings import Settings


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in flat.items():
        current = values
        *parents, last = name.split(".")
        for part in parents:
            below = current.setdefault(part, {})
            if not isinstance(below, dict):
                below = current[part] = {}
            current = below
        current[last] = value
    return values


def account_roots(
    repository: Repository, settings: Settings, known_names: frozenset[str], accounts: Iterable[str]
) -> dict[str, AccountRoot]:
    """One `AccountRoot` an account. A manifest in the repo wins over the settings, which win over the defaults."""
    found = {root.account: root for root in find_account_roots(repository, known_names) if root.account}
    result: dict[str, AccountRoot] = dict(found)
    for account in dict.fromkeys([*accounts, *settings.accounts]):
        if account in found:
            continue
        declared = settings.accounts.get(account)
        values = _nested(declared.root_parameters()) if declared is not None else {}
        result[account] = AccountRoot(account, values, "settings" if values else "defaults")
    return result
