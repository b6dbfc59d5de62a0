"""Reads what the command line tools of the stores print, or a plain list.

Understood are, as JSON: `aws secretsmanager list-secrets`, `batch-get-secret-value` and `get-secret-value`; `vault
kv list` and `vault kv get` (these need to be told the path); `az keyvault secret list`; `gcloud secrets list`;
`kubectl get secrets`; and a mapping of paths to lists of fields. A plain list has one path a line, with `#field` if
the fields are known. Values are thrown away while reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from .content import StoreContent, StoreError

_Found: TypeAlias = Iterator[tuple[str, frozenset[str] | None]]


def read_export(text: str, origin: str, prefix: str = "") -> StoreContent:
    """The content that an export tells. `prefix` is the path that `vault kv list` or `get` was asked for.

    Raises StoreError when nothing in it is understood.
    """
    text = text.lstrip("\ufeff")
    secrets: dict[str, frozenset[str] | None] = {}
    found = _json_found(text, origin, prefix) if text.lstrip()[:1] in ("{", "[") else _plain_found(text)
    for path, fields in found:
        known = secrets.get(path)
        secrets[path] = fields if known is None else known | (fields or frozenset())
    if not secrets and text.strip() not in ("[]", "{}", ""):
        raise StoreError(f"{origin}: no secret is listed in it")
    return StoreContent(secrets, origin)


def _json_found(text: str, origin: str, prefix: str) -> _Found:
    decoder = json.JSONDecoder()
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            # the text near the error may hold a secret: only its line is told
            raise StoreError(f"{origin}: not valid JSON (line {line})") from None
        yield from _document(value, origin, prefix)


def _document(value: Any, origin: str, prefix: str) -> _Found:
    if isinstance(value, list):
        for one in value:
            yield from _entry(one, prefix)
    elif isinstance(value, dict):
        yield from _mapping(value, origin, prefix)
    else:
        raise StoreError(f"{origin}: a list or a mapping is expected")


def _mapping(value: dict[str, Any], origin: str, prefix: str) -> _Found:
    for name in ("SecretList", "SecretValues", "items", "value"):
        if isinstance(value.get(name), list):
            for one in value[name]:
                yield from _entry(one, prefix)
            return
    if "SecretString" in value or "ARN" in value or ("metadata" in value and "kind" in value):
        yield from _entry(value, prefix)
        return
    data = value.get("data")
    if isinstance(data, dict) and ("request_id" in value or "lease_id" in value or "metadata" in data):
        yield from _vault(data, origin, prefix)
        return
    for path, fields in value.items():
        names = fields if isinstance(fields, list | dict) else None
        yield path, None if names is None else frozenset(str(name) for name in names)


def _vault(data: dict[str, Any], origin: str, prefix: str) -> _Found:
    if isinstance(data.get("keys"), list):
        for one in data["keys"]:
            yield from _entry(one, prefix)
        return
    if not prefix:
        raise StoreError(f"{origin}: `vault kv get` does not print the path: give it with --store-prefix")
    inner = data.get("data") if isinstance(data.get("data"), dict) and "metadata" in data else data
    yield prefix.strip("/"), frozenset(str(name) for name in inner or ())


def _entry(one: Any, prefix: str) -> _Found:
    if isinstance(one, str):
        if one and not one.endswith("/"):
            yield (f"{prefix.strip('/')}/{one}" if prefix else one), None
        return
    if not isinstance(one, dict):
        return
    metadata = one.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("name"), str):
        data = one.get("data")
        fields = frozenset(data) if isinstance(data, dict) else None
        yield f"{metadata.get('namespace', 'default')}:{metadata['name']}", fields
        return
    identity = one.get("id")
    if isinstance(identity, str) and ".vault.azure." in identity:
        attributes = one.get("attributes")
        if isinstance(attributes, dict) and attributes.get("enabled") is False:
            return
        host, _, rest = identity.partition("//")[2].partition("/")
        yield f"{host.partition('.')[0]}/{rest.removeprefix('secrets/').partition('/')[0]}", None
        return
    name = one.get("Name", one.get("name", one.get("path")))
    if isinstance(name, str) and not one.get("DeletedDate"):
        yield name, _fields(one)


def _fields(one: dict[str, Any]) -> frozenset[str] | None:
    listed = one.get("fields", one.get("keys"))
    if isinstance(listed, list):
        return frozenset(str(name) for name in listed)
    if "SecretString" in one:
        return field_names(one["SecretString"])
    return None


def field_names(secret: Any) -> frozenset[str] | None:
    """The keys of a secret's JSON text; None where it is no JSON object."""
    if not isinstance(secret, str):
        return None
    try:
        data = json.loads(secret)
    except (ValueError, RecursionError):
        return None
    return frozenset(data) if isinstance(data, dict) else None


def _plain_found(text: str) -> _Found:
    for line in text.splitlines():
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        path, found, fields = entry.partition("#")
        names = frozenset(name.strip() for name in fields.split(",") if name.strip())
        yield path.strip(), names if found and names else None
