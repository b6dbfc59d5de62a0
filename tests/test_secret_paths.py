"""Forms of secret paths, backend by backend."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.argocd.placeholders import scan
from masgitops_lint.argocd.secret_paths import AVP_TYPES, guess_backend, parse_arn, path_problem, reference
from masgitops_lint.model.place import Place
from masgitops_lint.model.secret import Backend

PLACE = Place("dev/cluster1/ibm-dro.yaml", ("ibm_dro",))
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


@pytest.mark.parametrize(
    ("text", "hint", "backend", "path", "field"),
    [
        (f"<path:{ARN}dev/cluster1/aws#key>", "unknown", "aws", "dev/cluster1/aws", "key"),
        (f"<path:{ARN}dev/cluster1/aws-AbC12z#key>", "unknown", "aws", "dev/cluster1/aws", "key"),
        (f"<path:{ARN}dev/c/jdbc/x-manage#key>", "unknown", "aws", "dev/c/jdbc/x-manage", "key"),
        (f"<path:{ARN}AmazonMSK_dev/c/i/kafka#info>", "vault", "aws", "AmazonMSK_dev/c/i/kafka", "info"),
        ("<path:dev/cluster1/aws#key>", "aws", "aws", "dev/cluster1/aws", "key"),
        ("<path:dev/cluster1/aws#key>", "unknown", "unknown", "dev/cluster1/aws", "key"),
        ("<path:dev/cluster1/aws#key#AWSPREVIOUS>", "unknown", "aws", "dev/cluster1/aws", "key"),
        ("<path:secret/data/dev/dro#api_token>", "unknown", "vault", "secret/data/dev/dro", "api_token"),
        ("<path:kv/dev/dro#api_token>", "vault", "vault", "kv/dev/dro", "api_token"),
        ("<path:myvault#db-pass>", "azure", "azure", "myvault/db-pass", ""),
        ("<path:myvault#db-pass#0123456789abcdef0123456789abcdef>", "unknown", "azure", "myvault/db-pass", ""),
        ("<path:projects/p/secrets/s#s>", "unknown", "gcp", "projects/p/secrets/s", ""),
        (
            "<path:ibmcloud/arbitrary/secrets/groups/g#name>",
            "unknown",
            "ibm",
            "ibmcloud/arbitrary/secrets/groups/g",
            "name",
        ),
        ("<path:vaults/My Vault/items/db#user>", "unknown", "1password", "vaults/My Vault/items/db", "user"),
        ("<path:secrets/dev.enc.yaml#password>", "unknown", "sops", "secrets/dev.enc.yaml", "password"),
        ("<path:argocd:my-secret#password>", "kubernetes", "kubernetes", "argocd:my-secret", "password"),
        ("<path:1234#username>", "delinea", "delinea", "1234", "username"),
    ],
)
def test_reads_a_path(text: str, hint: Backend, backend: Backend, path: str, field: str) -> None:
    (placeholder,) = scan(text)
    found = reference(placeholder, PLACE, hint)
    assert (found.backend, found.path, found.field) == (backend, path, field)
    assert found.raw == text
    assert found.place is PLACE


def test_keeps_region_account_version_and_modifiers() -> None:
    (placeholder,) = scan(f"<path:{ARN}a/b#k#AWSCURRENT | base64decode | indent 2>")
    found = reference(placeholder, PLACE)
    assert (found.region, found.cloud_account, found.version) == ("us-east-1", "123456789012", "AWSCURRENT")
    assert found.modifiers == ("base64decode", "indent")


@pytest.mark.parametrize(
    ("path", "key", "backend", "words"),
    [
        ("arn:aws:secretsmanager:us-east-1:12345:secret:a/b", "k", "unknown", "12 digits"),
        ("arn:aws:secretmanager:us-east-1:123456789012:secret:a/b", "k", "unknown", "secretsmanager"),
        ("arn:aws:secretsmanager:us-east-1:123456789012:a/b", "k", "unknown", "secret:"),
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:", "k", "unknown", "no secret"),
        ("arn:aws:secretsmanager:useast1:123456789012:secret:a", "k", "unknown", "region"),
        ("arn:aws:secretsmanager::123456789012:secret:a", "k", "unknown", "empty"),
        ("arn:aws:secretsmanager:us-east-1", "k", "unknown", "seven parts"),
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:a b", "k", "unknown", "letters"),
        ("arn:azure:secretsmanager:us-east-1:123456789012:secret:a", "k", "unknown", "second part"),
        ("projects/p/secrets/s", "other", "unknown", "own name"),
        ("p/s", "s", "gcp", "projects/"),
        ("ibmcloud/nope/secrets/groups/g", "k", "unknown", "type"),
        ("ibmcloud/kv", "k", "unknown", "form"),
        ("ibmcloud/arbitrary/secrets/groups/g/name", "k", "unknown", "arbitrary"),
        ("vault/item", "k", "1password", "vaults/"),
        ("abc", "k", "delinea", "number"),
        ("a_b", "k", "azure", "key vault"),
    ],
)
def test_refuses_a_path(path: str, key: str, backend: Backend, words: str) -> None:
    assert words in path_problem(path, key, "", backend)


@pytest.mark.parametrize(
    "path",
    [
        f"{ARN}dev/cluster1/aws",
        "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a",
        "arn:aws:secretsmanager:us-east-1:xxxxxxxxxxxx:secret:a",
        "dev/cluster1/aws",
        "secret/data/x",
        "projects/p/secrets/k",
        "ibmcloud/username_password/secrets/groups/g/n",
        "anything",
    ],
)
def test_accepts_a_path(path: str) -> None:
    assert path_problem(path, "k") == ""


@given(st.text(), st.text(), st.text(), st.sampled_from(["unknown", *AVP_TYPES.values()]))
def test_never_raises(path: str, key: str, version: str, backend: Backend) -> None:
    path_problem(path, key, version, backend)
    guess_backend(path, key, version)
    parse_arn("arn:" + path)


@pytest.mark.parametrize("path", ["a/data/" * 20_000 + ":", "arn:" + ":" * 50_000, "a-b" * 30_000, "a/" * 50_000])
def test_stays_quick(path: str) -> None:
    started = time.perf_counter()
    path_problem(path, "k")
    path_problem(path, "k", "", "azure")
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("resource", "name", "suffix"),
    [
        ("secret:dev/c1/i1/mongo", "dev/c1/i1/mongo", ""),
        ("secret:dev/c1/i1/mongo-Ab12cD", "dev/c1/i1/mongo", "Ab12cD"),
        ("secret:dev/c1/i1/my-config", "dev/c1/i1/my-config", ""),
        ("secret:dev/c1/i1/my-ABCDEF", "dev/c1/i1/my-ABCDEF", ""),
        ("secret:a:b-Ab12cD", "a:b", "Ab12cD"),
        ("secret", "", ""),
    ],
)
def test_the_parts_of_an_arn(resource: str, name: str, suffix: str) -> None:
    arn = parse_arn(f"arn:aws:secretsmanager:eu-west-1:123456789012:{resource}")
    assert arn is not None
    assert (arn.name, arn.suffix, arn.account, arn.resource) == (name, suffix, "123456789012", "secret")
    assert parse_arn("arn:aws:secretsmanager") is None
    assert parse_arn("barn:aws:secretsmanager:eu-west-1:123456789012:secret:x") is None
