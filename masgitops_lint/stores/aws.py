"""Asks AWS Secrets Manager what it holds: names, and field names if asked. Read-only.

Credentials, profile and endpoint come from the environment, as boto3 finds them. Needs the extra `aws`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .content import StoreContent, StoreError, merge
from .export import field_names


def read_aws(regions: Iterable[str], prefixes: Iterable[str] = (), *, fields: bool = False) -> StoreContent:
    """The secrets of these regions whose names begin with one of `prefixes` (all of them when there is none).

    Raises StoreError with a sentence for the user: boto3 missing, no credentials, access denied, no such region.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise StoreError("asking AWS needs boto3: install masgitops-lint[aws]") from None
    parts: list[StoreContent] = []
    for region in dict.fromkeys(regions):
        try:
            client = boto3.client("secretsmanager", region_name=region)
            parts.append(_region(client, tuple(prefixes), fields))
        except (BotoCoreError, ClientError, ValueError) as error:
            raise StoreError(f"AWS Secrets Manager ({region}): {_reason(error)}") from None
    return merge(parts, "AWS Secrets Manager")


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        details = response.get("Error", {})
        return f"{details.get('Code', 'error')}: {details.get('Message', '')}".strip(": ")
    return str(error)


def _region(client: Any, prefixes: tuple[str, ...], fields: bool) -> StoreContent:
    settings: dict[str, Any] = {}
    if prefixes:
        settings["Filters"] = [{"Key": "name", "Values": list(prefixes[:10])}]
    found: dict[str, frozenset[str] | None] = {}
    for page in client.get_paginator("list_secrets").paginate(**settings):
        for secret in page.get("SecretList", ()):
            name = secret.get("Name")
            if name and not secret.get("DeletedDate"):
                found[name] = _keys(client, name) if fields else None
    return StoreContent(found)


def _keys(client: Any, name: str) -> frozenset[str] | None:
    from botocore.exceptions import ClientError

    try:
        return field_names(client.get_secret_value(SecretId=name).get("SecretString"))
    except ClientError:
        return None
