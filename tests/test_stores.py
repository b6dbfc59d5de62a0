"""Exports of stores, and stores that are asked: AWS through moto, Vault through a small server with Vault's API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.stores.content import StoreContent, StoreError, merge
from masgitops_lint.stores.export import read_export

VALUE = "never-shown-" + "q7"


def listed(text: str | object, prefix: str = "") -> dict[str, set[str] | None]:
    content = read_export(text if isinstance(text, str) else json.dumps(text), "export", prefix)
    assert VALUE not in repr(content)
    return {path: None if fields is None else set(fields) for path, fields in content.secrets.items()}


def test_aws_list_secrets() -> None:
    page = {
        "SecretList": [
            {"Name": "dev/c/aws", "ARN": "arn:aws:secretsmanager:us-east-1:1:secret:dev/c/aws-AbCdEf"},
            {"Name": "dev/c/gone", "DeletedDate": "2026-01-01"},
        ]
    }
    assert listed(page) == {"dev/c/aws": None}
    assert listed(json.dumps(page) + "\n" + json.dumps({"SecretList": [{"Name": "dev/c/b"}]})) == {
        "dev/c/aws": None,
        "dev/c/b": None,
    }
    assert listed(page["SecretList"]) == {"dev/c/aws": None}


def test_aws_values_give_fields_only() -> None:
    one = {"ARN": "arn:x", "Name": "dev/c/aws", "SecretString": json.dumps({"a": VALUE, "b": VALUE})}
    assert listed(one) == {"dev/c/aws": {"a", "b"}}
    assert listed({"SecretValues": [one, {"Name": "dev/c/text", "SecretString": VALUE}]}) == {
        "dev/c/aws": {"a", "b"},
        "dev/c/text": None,
    }


def test_vault_kv() -> None:
    assert listed(["aws", "inst1/", "dro"], "secret/dev/c") == {"secret/dev/c/aws": None, "secret/dev/c/dro": None}
    v2 = {"request_id": "1", "data": {"data": {"a": VALUE}, "metadata": {"version": 1}}}
    assert listed(v2, "secret/dev/c/aws") == {"secret/dev/c/aws": {"a"}}
    v1 = {"request_id": "1", "data": {"a": VALUE, "b": VALUE}}
    assert listed(v1, "kv/x") == {"kv/x": {"a", "b"}}
    assert listed({"request_id": "1", "data": {"keys": ["a", "b/"]}}, "kv") == {"kv/a": None}
    with pytest.raises(StoreError, match="--store-prefix"):
        listed(v2)


def test_other_tools() -> None:
    azure = [
        {"id": "https://myvault.vault.azure.net/secrets/db-pass", "name": "db-pass", "attributes": {"enabled": True}},
        {"id": "https://myvault.vault.azure.net/secrets/off", "name": "off", "attributes": {"enabled": False}},
    ]
    assert listed(azure) == {"myvault/db-pass": None}
    assert listed([{"name": "projects/p/secrets/s"}]) == {"projects/p/secrets/s": None}
    kubernetes = {"items": [{"kind": "Secret", "metadata": {"name": "s", "namespace": "n"}, "data": {"k": VALUE}}]}
    assert listed(kubernetes) == {"n:s": {"k"}}
    assert listed({"dev/c/aws": ["a"], "dev/c/b": {"k": VALUE}, "dev/c/d": None}) == {
        "dev/c/aws": {"a"},
        "dev/c/b": {"k"},
        "dev/c/d": None,
    }


def test_plain_list() -> None:
    assert listed("# from the wiki\ndev/c/aws\n\n dev/c/dro#dro_url, dro_api_token \n") == {
        "dev/c/aws": None,
        "dev/c/dro": {"dro_url", "dro_api_token"},
    }
    assert listed("") == {}


@pytest.mark.parametrize("text", ['{"a": ', "[1, 2", '{"SecretList": []} x', "[[[[", "[" * 100_000])
def test_a_broken_export_tells_no_content(text: str) -> None:
    with pytest.raises(StoreError) as error:
        read_export(text + VALUE, "export")
    assert VALUE not in str(error.value)


@given(
    st.text()
    | st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        json.dumps
    )
)
def test_never_raises_anything_else(text: str) -> None:
    with suppress(StoreError):
        read_export(text, "export")


def test_paths_are_found_with_and_without_data() -> None:
    content = StoreContent({"secret/dev/c/aws": None, "kv/data/x": None})
    assert content.find("secret/data/dev/c/aws") == "secret/dev/c/aws"
    assert content.find("kv/x") == "kv/data/x"
    assert content.find("kv/y") is None
    assert merge([StoreContent({"a": None}), StoreContent({"a": frozenset({"k"})})], "x").fields("a") == {"k"}


class TestAws:
    @pytest.fixture(autouse=True)
    def _moto(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        moto = pytest.importorskip("moto")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with moto.mock_aws():
            yield

    @pytest.mark.filterwarnings("ignore")
    def test_names_and_fields(self) -> None:
        import boto3

        from masgitops_lint.stores.aws import read_aws

        for region, name in (("us-east-1", "dev/c/aws"), ("us-east-1", "other/x"), ("eu-west-1", "dev/c/dro")):
            client = boto3.client("secretsmanager", region_name=region)
            client.create_secret(Name=name, SecretString=json.dumps({"a": VALUE, "b": VALUE}))
        client.create_secret(Name="dev/c/text", SecretString=VALUE)
        names = read_aws(["us-east-1", "eu-west-1"], ["dev/"])
        assert dict(names.secrets) == {"dev/c/aws": None, "dev/c/dro": None, "dev/c/text": None}
        asked = read_aws(["us-east-1", "eu-west-1"], ["dev/c"], fields=True)
        assert dict(asked.secrets) == {"dev/c/aws": {"a", "b"}, "dev/c/dro": {"a", "b"}, "dev/c/text": None}
        assert VALUE not in repr(asked)

    @pytest.mark.filterwarnings("ignore")
    def test_many_pages(self) -> None:
        import boto3

        from masgitops_lint.stores.aws import read_aws

        client = boto3.client("secretsmanager", region_name="us-east-1")
        for number in range(130):
            client.create_secret(Name=f"dev/c/s{number}", SecretString="{}")
        assert len(read_aws(["us-east-1"]).secrets) == 130


VAULT_SECRETS = {
    ("secret", 2): {"dev/c/aws": {"a": VALUE}, "dev/c/i/sls": {"k": VALUE, "l": VALUE}, "other/z": {"n": VALUE}},
    ("kv", 1): {"dev/x": {"one": VALUE}},
}


class _Vault(BaseHTTPRequestHandler):
    """As much of Vault's HTTP API as reading names takes (Vault API documentation: kv, internal/ui/mounts)."""

    seen: ClassVar[list[tuple[str, str]]] = []

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, code: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(raw)

    def do_LIST(self) -> None:
        self._handle("LIST")

    def do_GET(self) -> None:
        self._handle("LIST" if "list=true" in self.path else "GET")

    def _handle(self, method: str) -> None:
        path = self.path.split("?")[0].removeprefix("/v1/").rstrip("/")
        self.seen.append((method, path))
        if self.headers.get("X-Vault-Token") != "token":
            return self._answer(403, {"errors": ["permission denied"]})
        if path.startswith("sys/internal/ui/mounts/"):
            mount = path.split("/")[4]
            for name, version in VAULT_SECRETS:
                if name == mount:
                    options = {"version": "2"} if version == 2 else None
                    return self._answer(200, {"data": {"path": f"{name}/", "type": "kv", "options": options}})
            return self._answer(403, {"errors": ["preflight capability check returned 403"]})
        mount, _, rest = path.partition("/")
        for (name, version), secrets in VAULT_SECRETS.items():
            if name == mount:
                return self._kv(method, version, rest, secrets)
        return self._answer(404, {"errors": []})

    def _kv(self, method: str, version: int, rest: str, secrets: dict[str, dict[str, str]]) -> None:
        area = ""
        if version == 2:
            area, _, rest = rest.partition("/")
        if method == "LIST":
            below = f"{rest}/" if rest else ""
            keys = {
                p[len(below) :].split("/")[0] + ("/" if "/" in p[len(below) :] else "")
                for p in secrets
                if p.startswith(below)
            }
            return self._answer(200, {"data": {"keys": sorted(keys)}}) if keys else self._answer(404, {"errors": []})
        if rest not in secrets:
            return self._answer(404, {"errors": []})
        if version == 1:
            return self._answer(200, {"data": secrets[rest]})
        if area == "subkeys":
            return self._answer(200, {"data": {"subkeys": dict.fromkeys(secrets[rest]), "metadata": {}}})
        return self._answer(200, {"data": {"data": secrets[rest], "metadata": {}}})


class TestVault:
    @pytest.fixture(autouse=True)
    def _server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        pytest.importorskip("hvac")
        server = HTTPServer(("127.0.0.1", 0), _Vault)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        _Vault.seen.clear()
        monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("VAULT_TOKEN", "token")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
        yield
        server.shutdown()
        server.server_close()
        thread.join()

    def test_names(self) -> None:
        from masgitops_lint.stores.vault import read_vault

        content = read_vault(["secret/data/dev/c/aws", "secret/data/dev/c/i/nothing", "kv/dev/x"])
        assert dict(content.secrets) == {"secret/dev/c/aws": None, "secret/dev/c/i/sls": None, "kv/dev/x": None}
        assert content.find("secret/data/dev/c/aws") == "secret/dev/c/aws"
        assert not any(
            method == "GET" and "/data/" in path for method, path in _Vault.seen if not path.startswith("sys/")
        )

    def test_fields_without_values(self) -> None:
        from masgitops_lint.stores.vault import read_vault

        content = read_vault(["secret/data/dev/c/aws", "kv/dev/x"], fields=True)
        assert dict(content.secrets) == {
            "secret/dev/c/aws": {"a"},
            "secret/dev/c/i/sls": {"k", "l"},
            "kv/dev/x": {"one"},
        }
        assert not any(path.startswith("secret/data/") for _, path in _Vault.seen)
        assert VALUE not in repr(content)

    def test_what_goes_wrong_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from masgitops_lint.stores.vault import read_vault

        monkeypatch.setenv("VAULT_TOKEN", "wrong-" + VALUE)
        with pytest.raises(StoreError, match="Forbidden") as error:
            read_vault(["secret/data/dev/c/aws"])
        assert VALUE not in str(error.value)
        monkeypatch.delenv("VAULT_ADDR")
        with pytest.raises(StoreError, match="VAULT_ADDR"):
            read_vault(["secret/data/x"])
