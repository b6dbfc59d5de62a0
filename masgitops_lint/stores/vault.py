"""Asks a HashiCorp Vault what it holds: names, and field names if asked. Read-only.

Address, token and namespace come from `VAULT_ADDR`, `VAULT_TOKEN` and `VAULT_NAMESPACE`, as for Vault's own command
line. Needs the extra `vault`. KV version 2 tells field names without values (`subkeys`, Vault 1.10); elsewhere a
secret is read and its values are thrown away at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from .content import StoreContent, StoreError

MOST_SECRETS = 20_000


def read_vault(paths: Iterable[str], *, fields: bool = False) -> StoreContent:
    """The secrets below the mounts that `paths` (as placeholders have them: `secret/data/dev/aws`) name.

    Only the first two segments below a mount are walked that some path names. Raises StoreError with a sentence for the
    user: hvac missing, no address, no answer, access denied.
    """
    try:
        import hvac
        from hvac.exceptions import VaultError
        from requests.exceptions import RequestException
    except ImportError:
        raise StoreError("asking Vault needs hvac: install masgitops-lint[vault]") from None
    address = os.environ.get("VAULT_ADDR")
    if not address:
        raise StoreError("asking Vault needs VAULT_ADDR (and VAULT_TOKEN) in the environment")
    client = hvac.Client(url=address, token=os.environ.get("VAULT_TOKEN"), namespace=os.environ.get("VAULT_NAMESPACE"))
    found: dict[str, frozenset[str] | None] = {}
    try:
        for mount, version, below in _places(client, paths):
            for name in _walk(client, mount, version, below):
                found[f"{mount}/{name}"] = _keys(client, mount, version, name) if fields else None
    except (VaultError, RequestException) as error:
        raise StoreError(f"Vault at {address}: {_reason(error)}") from None
    return StoreContent(found, f"Vault at {address}")


def _reason(error: Exception) -> str:
    text = str(error).split("\n", 1)[0].strip()
    return f"{type(error).__name__}" + (f": {text}" if text else "")


def _places(client: Any, paths: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """(mount, KV version, first folder) for every mount that a path lies in."""
    seen: set[tuple[str, str]] = set()
    mounts: dict[str, tuple[str, int]] = {}
    for path in paths:
        first = path.strip("/").split("/", 1)[0]
        if first not in mounts:
            mounts[first] = _mount(client, path)
        mount, version = mounts[first]
        rest = path.strip("/").removeprefix(mount).strip("/")
        if version == 2:
            rest = rest.removeprefix("data/")
        folder = rest.split("/", 1)[0] if "/" in rest else ""
        if (mount, folder) not in seen:
            seen.add((mount, folder))
            yield mount, version, folder


def _mount(client: Any, path: str) -> tuple[str, int]:
    """The mount of a path and its KV version, as Vault's own command line finds them out."""
    from hvac.exceptions import Forbidden, InvalidPath

    plain = path.strip("/")
    try:
        answer = client.adapter.get(f"/v1/sys/internal/ui/mounts/{plain}")
        data = answer.get("data", {}) if isinstance(answer, dict) else answer.json().get("data", {})
        mount = str(data.get("path", "")).strip("/")
        if mount:
            return mount, 2 if (data.get("options") or {}).get("version") == "2" else 1
    except (Forbidden, InvalidPath):
        pass
    first, _, rest = plain.partition("/")
    return first, 2 if rest.startswith("data/") else 1


def _walk(client: Any, mount: str, version: int, folder: str) -> Iterator[str]:
    from hvac.exceptions import InvalidPath

    area = "metadata/" if version == 2 else ""
    stack = [f"{folder}/" if folder else ""]
    count = 0
    while stack:
        current = stack.pop()
        try:
            answer = client.adapter.request("list", f"/v1/{mount}/{area}{current}".rstrip("/"))
        except InvalidPath:
            continue
        body = answer if isinstance(answer, dict) else answer.json()
        for key in body.get("data", {}).get("keys", ()):
            if key.endswith("/"):
                stack.append(current + key)
            else:
                count += 1
                if count > MOST_SECRETS:
                    return
                yield current + key


def _keys(client: Any, mount: str, version: int, name: str) -> frozenset[str] | None:
    from hvac.exceptions import VaultError

    routes = (f"{mount}/subkeys/{name}", f"{mount}/data/{name}") if version == 2 else (f"{mount}/{name}",)
    for route in routes:
        try:
            answer = client.adapter.get(f"/v1/{route}")
        except VaultError:
            continue
        body = (answer if isinstance(answer, dict) else answer.json()).get("data", {})
        data = body.get("subkeys", body.get("data")) if version == 2 else body
        if isinstance(data, dict):
            return frozenset(data)
    return None
