"""References to secrets, whatever vault or controller resolves them."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from .place import Place

Backend: TypeAlias = Literal[
    "aws", "vault", "azure", "gcp", "ibm", "1password", "kubernetes", "sops", "yandex", "keeper", "delinea", "unknown"
]

Mechanism: TypeAlias = Literal["avp", "external-secret", "secret-provider-class", "sealed-secret", "sops", "kubernetes"]


class SecretReference(NamedTuple):
    """One need for one field of one secret.

    `path` is what the store calls the secret (`dev/cluster1/aws`, with the ARN's prefix and region taken off), `field`
    the key inside it ("" where the whole secret is meant), `version` as written. `raw` is the reference as written.
    """

    path: str
    field: str
    place: Place
    raw: str
    backend: Backend = "unknown"
    mechanism: Mechanism = "avp"
    version: str = ""
    region: str = ""
    cloud_account: str = ""
    modifiers: tuple[str, ...] = ()
    namespace: str = ""
    """Kubernetes namespace of the consumer, for namespaced mechanisms."""
