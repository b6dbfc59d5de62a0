"""Plain secrets: what fires, what must not, and that no value leaks."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.app import Request, lint
from masgitops_lint.argocd.many_texts import by_kind
from masgitops_lint.argocd.plaintext import (
    find,
    found_in,
    in_manifest_field,
    in_secret_field,
    may_be_shown,
    names_a_secret,
    preview,
    stands_for_a_value,
)
from masgitops_lint.report import RenderOptions, render

from .conftest import CLEAN, MakeRepo


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def chars(seed: int, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Made-up token text: nothing here was ever valid, and no literal in this file looks like a token to a scanner."""
    return "".join(random.Random(seed).choice(alphabet) for _ in range(length))


KEY = "-----BEGIN {}PRIVATE KEY-----\n" + chars(1, 64) + "\n" + chars(2, 64) + "\n-----END {}PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + chars(3, 64) + "\n" + chars(4, 64) + "\n-----END CERTIFICATE-----\n"
DOCKER = json.dumps(
    {"auths": {"cp.icr.io": {"username": "cp", "password": chars(5, 40), "auth": b64("cp:" + chars(5, 40))}}}
)
JWT = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
    for part in ('{"alg":"HS256","typ":"JWT"}', '{"iss":"IBM Marketplace","iat":1600000000}', chars(6, 32))
)

SECRETS = {
    "private key": KEY.format("RSA ", "RSA "),
    "plain private key": KEY.format("", ""),
    "openssh key": KEY.format("OPENSSH ", "OPENSSH "),
    "aws": "AK" + "IA" + chars(7, 16, string.ascii_uppercase + string.digits),
    "github": "gh" + "p_" + chars(8, 36),
    "github fine": "github" + "_pat_" + chars(9, 60),
    "gitlab": "gl" + "pat-" + chars(10, 20),
    "slack": "xo" + "xb-" + chars(11, 12, string.digits) + "-" + chars(12, 12, string.digits) + "-" + chars(13, 24),
    "slack hook": "https://hooks.slack." + "com/services/T" + chars(14, 8, string.ascii_uppercase) + "/B"
    + chars(15, 8, string.ascii_uppercase) + "/" + chars(16, 24),
    "jwt": JWT,
    "vault": "hv" + "s." + chars(17, 40),
    "openshift": "sha256" + "~" + chars(18, 43),
    "age": "AGE-SECRET-" + "KEY-1" + chars(19, 58, string.ascii_uppercase + string.digits),
    "docker": DOCKER,
    "docker with auth only": json.dumps({"auths": {"r.io": {"auth": b64("u:" + chars(20, 12))}}}),
    "mongo": "mongodb://admin:" + chars(21, 12) + "@host:27017/db",
    "jdbc": "jdbc:db2://h:50000/BLUDB:user=x;password=" + chars(22, 12) + ";",
    "jdbc query": "jdbc:postgresql://h/db?user=x&password=" + chars(23, 12),
    "oracle": "jdbc:oracle:thin:scott/" + chars(24, 9) + "@host:1521/x",
    "ado": "Server=tcp:x,1433;Database=y;User ID=z;Password=" + chars(25, 12) + ";",
    "properties": "mxe.name=x\nmxe.db.password=" + chars(26, 10) + "\n",
    "inside prose": "use gh" + "p_" + chars(27, 36) + " to log in",
}  # fmt: skip

HARMLESS = {
    "certificate": CERTIFICATE,
    "public key": CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY"),
    "base64 certificate": b64(CERTIFICATE),
    "digest": "sha256:" + hashlib.sha256(b"x").hexdigest(),
    "image": "icr.io/cpopen/ibm-maximo-operator-catalog@sha256:" + hashlib.sha256(b"y").hexdigest(),
    "md5": hashlib.md5(b"x", usedforsecurity=False).hexdigest(),
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "server config": b64(
        '<?xml version="1.0"?><server><featureManager><feature>ssl-1.0</feature></featureManager></server>'
    ),
    "xml": '<server description="x"><variable name="password" value="${env.PASSWORD}"/></server>',
    "placeholder": "<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/c/aws#sm_aws_access_key_id>",
    "url with placeholders": "mongodb://<path:a/b#user>:<path:a/b#password>@host:27017",
    "jdbc with placeholder": "jdbc:db2://h:50000/B:user=x;password=<path:a#b>;",
    "jdbc without": "jdbc:db2://h:50000/BLUDB:sslConnection=true;",
    "url": "https://registry.example.com:5000/path@1.2",
    "git": "git@github.com:ibm-mas/gitops.git",
    "mail": "someone@example.com",
    "template key": "-----BEGIN PRIVATE KEY-----\n<path:a#b>\n-----END PRIVATE KEY-----",
    "url with variable": "amqp://user:${PASSWORD}@host",
    "url with stars": "https://user:****@host",
    "url with change me": "https://user:changeme@host",
    "docker template": '{"auths": {"cp.icr.io": {"auth": "<path:a#b>", "password": "<path:a#b>"}}}',
    "docker empty": '{"auths": {}}',
    "prose": "the password is read from the vault; see the documentation at https://example.com/a",
    "base64 text": b64("nothing to see here, only a long line of text that was encoded " * 4),
    "base64 binary": base64.b64encode(bytes(range(256)) * 20).decode(),
    "version": "9.0.x-feature",
    "properties": "mxe.db.password=${DB_PASSWORD}\nmxe.x=y",
    "catalog": "v9-240625-amd64",
    "hex id": "0123456789abcdef0123456789abcdef",
    "openshift image": "quay.io/openshift-release-dev/ocp-release:4.14.1-x86_64",
}


@pytest.mark.parametrize("name", SECRETS)
def test_finds(name: str) -> None:
    text = SECRETS[name]
    found = find(text)
    assert found
    assert not any(item.encoded for item in found)
    assert all(len(item.preview.rstrip("…")) <= 4 for item in found)


@pytest.mark.parametrize("name", SECRETS)
def test_finds_in_base64(name: str) -> None:
    assert any(item.encoded for item in find(b64(SECRETS[name])))
    assert any(item.encoded for item in find(b64(b64(SECRETS[name]))))


@pytest.mark.parametrize("name", HARMLESS)
def test_leaves_alone(name: str) -> None:
    assert find(HARMLESS[name]) == ()
    assert find(b64(HARMLESS[name])) == ()


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_never_raises(text: str) -> None:
    find(text)
    stands_for_a_value(text)
    names_a_secret(text)


@given(st.binary(min_size=30, max_size=400))
def test_random_bytes_hold_no_secret(raw: bytes) -> None:
    assert find(base64.b64encode(raw).decode()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "-----BEGIN " + "A " * 100_000,
        "a" * 900_000,
        "a://" * 100_000,
        "a" * 100_000 + "://" + "b:" * 100_000,
        "jdbc:" + "password=;" * 50_000,
        "a.b" * 100_000 + ".password",
        "eyJ" * 100_000 + ".",
        "/a" * 100_000,
        b64("x" * 500_000),
        '{"auths":' * 50_000,
        "eyJ." * 50_000,
        "gh" + "p_" * 100_000,
        "{{" * 100_000,
    ],
)
def test_stays_quick(text: str) -> None:
    started = time.perf_counter()
    find(text)
    stands_for_a_value(text)
    stands_for_a_value(text[:4000])
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "db2_password",
        "dbPassword",
        "sls_registration_key",
        "registration_key",
        "ibmcloud_apikey",
        "cis_apikey",
        "sm_aws_secret_access_key",
        "client_secret",
        "dro_api_token",
        "image_pull_secret_b64",
        "entitlement_key",
        "tls.key",
        "bindPassword",
        "mas_segment_key",
        "admin_password",
        "mongo_uri",
        "github_pat",
        "jdbc_username_password",
        "ca_private_key",
    ],
)
def test_key_for_a_secret(key: str) -> None:
    assert names_a_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "secret_name",
        "secretName",
        "password_policy",
        "tokenName",
        "image_pull_secret",
        "pull_secret_name",
        "merge-key",
        "key",
        "min_password",
        "rotate_password",
        "password_length",
        "monkey",
        "ca_b64",
        "certificate",
        "username",
        "encryptionSecret",
    ],
)
def test_key_for_something_else(key: str) -> None:
    assert not names_a_secret(key)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("hunter2!", True),
        ("S3cr3t-pa55", True),
        (12345678, True),
        ("a-real.one", True),
        ("", False),
        (None, False),
        (True, False),
        ("changeme", False),
        ("<path:a#b>", False),
        ("xxxxxxxx", False),
        ("{{ .Values.x }}", False),
        ("<password>", False),
        ("${PASSWORD}", False),
        ("/etc/tls/tls.key", False),
        ("your-password-here", False),
        ({"a": "b"}, False),
        (0, False),
    ],
)
def test_value_in_clear(value: object, plain: bool) -> None:
    assert in_secret_field(("block", "db_password"), value) is plain


def test_a_known_field_counts_whatever_its_name() -> None:
    assert in_secret_field(("a", 0, "info"), "mongodb", frozenset({"info"}))
    assert not in_secret_field(("a", "info"), "mongodb")


def test_preview_is_short() -> None:
    assert preview("hunter2") == ""
    assert preview("x" * 40) == "xxxx…"


def test_costs_nothing_until_a_value_looks_like_a_token() -> None:
    code = (
        "import sys; from masgitops_lint.argocd.plaintext import find; find('jdbc:db2://h:50000/B'); "
        "print([m for m in sys.modules if m.startswith(('detect_secrets', 'requests'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("keys", "value", "plain"),
    [
        (("spec", "secret", "keys", "clientSecret"), "OAUTH_CLIENT_SECRET", False),
        (("spec", "secret", "keys", "clientSecret"), "client-secret", False),
        (("data", "OP_ITEM_API_KEY"), "shop-api-key", False),
        (("spec", "encryptionKey"), "my-cluster-mongodb-encryption-key", False),
        (("spec", "password"), "%{env:PG_PASSWORD}%", False),
        (("spec", "password"), "horse-staple", True),
        (("spec", "adminPassword"), "shared-kopia-password", True),
        (("spec", "clientSecret"), "a1b2c3d4e5f6", True),
    ],
)
def test_words_for_a_secret_are_no_secret(keys: tuple[str, ...], value: str, plain: bool) -> None:
    assert in_manifest_field(keys, value, "Client") is plain
    assert not in_manifest_field(keys, value, "CustomResourceDefinition")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dro_endpoint_url", "htp://user:hunter2@dro.example.com"),
        ("dro_endpoint_url", "dro.example.com/?api_key=hunter2"),
        ("jdbc_connection_url", "db2://db.example.com:50001/BLUDB:user=u;password=hunter2;"),
        ("mongo", "user:hunter2@mongo.example.com"),
        ("suite_smtp_password", "hunter2"),
    ],
)
def test_what_may_be_a_secret_is_not_shown(key: str, value: str) -> None:
    assert not may_be_shown(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [("db2_data_storage_size", "100GB"), ("dro_url", "dro.example.com:8443/v2"), ("ssl", "ture"), ("replicas", 3)],
)
def test_ordinary_values_are_shown(key: str, value: object) -> None:
    assert may_be_shown(key, value)


def test_messages_about_malformed_urls_quote_no_password(make_repo: MakeRepo) -> None:
    file = "dev/cluster1/inst1/ibm-mas-suite-configs.yaml"
    lines = (CLEAN / file).read_text().splitlines()
    wrong = {
        "dro_endpoint_url": "htp://user:hunter2@dro.example.com",
        "jdbc_connection_url": "db2://db.example.com:50001/BLUDB:user=u;password=hunter2;",
    }
    for number, line in enumerate(lines):
        key = line.strip().partition(":")[0]
        if key in wrong:
            lines[number] = f"{line.partition(key)[0]}{key}: '{wrong[key]}'"
    report = lint(Request(str(make_repo({file: "\n".join(lines) + "\n"})), isolated=True))
    malformed = [finding for finding in report.findings if finding.rule == "VAL031"]
    assert malformed
    for name in ("json", "full", "sarif"):
        assert "hunter2" not in render(name, report, RenderOptions())


def test_a_search_through_all_texts_finds_what_one_in_each_does() -> None:
    clear = [*SECRETS.values(), *HARMLESS.values()]
    texts = {*clear, *map(b64, clear), *(b64(b64(text)) for text in clear), *(f"{text}\nmore" for text in clear)}
    found = {text for text in texts if find(text)}
    assert len(found) > len(SECRETS)
    assert found_in(by_kind(texts)) == found
