"""What ExternalSecrets, PushSecrets and SecretProviderClasses read from, and write to, a vault."""

from __future__ import annotations

from pathlib import Path

import pytest

from masgitops_lint.deployment.unit_inventory import unit_inventory
from masgitops_lint.kubernetes.remote_secrets import remote_secrets

from .unit_repos import application, units

ESO = "apiVersion: external-secrets.io/v1\nkind: "
STORE = ESO + "ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: %s}\n"
EXTERNAL = ESO + (
    "ExternalSecret\nmetadata: {name: web, namespace: shop}\nspec:\n"
    "  secretStoreRef: {kind: ClusterSecretStore, name: vault}\n  data: [{secretKey: a, remoteRef: %s}]\n"
)
PUSH = ESO + (
    "PushSecret\nmetadata: {name: push, namespace: shop}\nspec:\n"
    "  secretStoreRefs: [{kind: ClusterSecretStore, name: vault}]\n"
    "  data: [{match: {secretKey: a, remoteRef: {remoteKey: shop/web, property: a}}}]\n"
)
CLASS = """apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: class, namespace: shop}
spec:
  provider: %s
  parameters:
    keyvaultName: shop-vault
    %s: |
%s
"""


def found(tmp_path: Path, *documents: str) -> list[tuple[str, str, str, str, bool]]:
    files = {"app.yaml": application("web", "services/web")}
    files |= {f"services/web/{number}.yaml": text for number, text in enumerate(documents)}
    listed = remote_secrets(units(tmp_path / "repo", files))
    return [(one.backend, one.store, one.path, one.field, one.writes) for one in listed]


@pytest.mark.parametrize(
    ("provider", "reference", "expected"),
    [
        ("{vault: {path: kv}}", "{key: shop/web, property: token}", ("vault", "vault", "kv/shop/web", "token", False)),
        ("{vault: {path: kv}}", "{key: kv/shop/web}", ("vault", "vault", "kv/shop/web", "", False)),
        ("{azurekv: {vaultUrl: x}}", "{key: secret/web}", ("azure", "vault", "web", "", False)),
        ("{aws: {service: SecretsManager}}", "{key: shop/web}", ("aws", "vault", "shop/web", "", False)),
    ],
)
def test_an_external_secret(
    tmp_path: Path, provider: str, reference: str, expected: tuple[str, str, str, str, bool]
) -> None:
    assert found(tmp_path, STORE % provider, EXTERNAL % reference) == [expected]


def test_stores_inside_the_cluster_are_none(tmp_path: Path) -> None:
    assert found(tmp_path, STORE % "{kubernetes: {remoteNamespace: a}}", EXTERNAL % "{key: web}") == []


@pytest.mark.parametrize(
    ("provider", "word", "content", "expected"),
    [
        (
            "azure",
            "objects",
            "      array:\n        - |\n          objectName: db\n          objectType: secret\n"
            "        - |\n          objectName: tls\n          objectType: cert\n",
            [("azure", "shop-vault", "db", "", False)],
        ),
        ("aws", "objects", "      - objectName: shop/db\n", [("aws", "shop-vault", "shop/db", "", False)]),
        (
            "gcp",
            "secrets",
            "      - resourceName: projects/1/secrets/db/versions/latest\n        path: a\n",
            [("gcp", "shop-vault", "db", "", False)],
        ),
        (
            "vault",
            "objects",
            "      - objectName: a\n        secretPath: kv/data/db\n        secretKey: password\n",
            [("vault", "shop-vault", "kv/data/db", "password", False)],
        ),
    ],
)
def test_a_provider_class(
    tmp_path: Path, provider: str, word: str, content: str, expected: list[tuple[str, str, str, str, bool]]
) -> None:
    assert found(tmp_path, CLASS % (provider, word, content)) == expected


def test_the_inventory_joins_what_is_pushed_and_read(tmp_path: Path) -> None:
    files = {
        "app.yaml": application("web", "services/web"),
        "services/web/read.yaml": EXTERNAL % "{key: shop/web, property: a}",
        "services/web/push.yaml": PUSH,
    }
    entries = {entry.path: entry for entry in unit_inventory(units(tmp_path / "repo", files))}
    entry = entries["shop/web"]
    assert (entry.origin, entry.backend, entry.in_cluster, entry.to_create) == ("at runtime", "store", False, False)
    assert [one.application for one in entry.readers] == ["web"]
    assert [one.application for one in entry.writers] == ["PushSecret shop/push"]
