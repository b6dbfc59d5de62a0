"""What External Secrets and the Secrets Store CSI driver read from, and write to, a store outside the cluster.

Facts: external-secrets.io API (`remoteRef.key`, `dataFrom[].extract.key`, PushSecret
`data[].match.remoteRef.remoteKey`; a Vault store puts `provider.vault.path` before the key; Azure keys may begin with
their type, `secret/name`); providers of the CSI driver: Azure (`parameters.keyvaultName`, `objects`), AWS (`objects`,
a YAML list), GCP (`secrets[].resourceName`) and Vault (`objects[].secretPath` and `secretKey`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from masgitops_lint.model.place import Keys, Place

from .objects import UNKNOWN, KubeObject
from .provider_classes import DRIVER_GROUP, class_objects
from .stores import GROUP
from .transformers import parsed_text
from .unit import Unit, UnitGraph

_PROVIDERS = {
    "vault": "vault",
    "aws": "aws",
    "azurekv": "azure",
    "gcpsm": "gcp",
    "onepassword": "1password",
    "onepasswordSDK": "1password",
    "ibm": "ibm",
    "oracle": "oracle",
}
_LOCAL = ("fake", "kubernetes", "webhook")


@dataclass(frozen=True, slots=True)
class RemoteSecret:
    """One entry of a store: `backend` is its kind ("store" when the repository does not say), `store` its name.

    `writes` is true for what a PushSecret puts there. `field` is the property, "" for the whole entry.
    """

    backend: str
    store: str
    path: str
    field: str
    place: Place
    obj: KubeObject
    unit: Unit
    writes: bool = False


def remote_secrets(graph: UnitGraph) -> Iterator[RemoteSecret]:
    """Every entry that something applied names. Names that only the cluster knows are left out."""
    providers = _declared(graph)
    for unit, obj in graph.reached():
        if obj.group == GROUP and obj.kind in ("ExternalSecret", "ClusterExternalSecret"):
            route: Keys = ("spec",) if obj.kind == "ExternalSecret" else ("spec", "externalSecretSpec")
            found = _external(unit, obj, route, providers)
        elif obj.group == GROUP and obj.kind == "PushSecret":
            found = _pushed(unit, obj, providers)
        elif obj.group == DRIVER_GROUP and obj.kind == "SecretProviderClass":
            found = _mounted(unit, obj)
        else:
            continue
        yield from (one for one in found if UNKNOWN not in one.path and "{{" not in one.path and "$" not in one.path)


def _declared(graph: UnitGraph) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The provider of every store, by kind and name; those of several clusters that differ are left out."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for _, obj in graph.reached():
        provider = obj.spec.get("provider")
        if obj.group == GROUP and obj.kind in ("SecretStore", "ClusterSecretStore") and isinstance(provider, dict):
            key = (obj.kind, obj.name)
            found[key] = provider if found.get(key, provider) == provider else {}
    return found


def _external(
    unit: Unit, obj: KubeObject, route: Keys, providers: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[RemoteSecret]:
    common = obj.get(*route, "secretStoreRef")
    for part, inner in (("data", "remoteRef"), ("dataFrom", "extract")):
        listed = obj.get(*route, part)
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            reference = item.get(inner) if isinstance(item, dict) else None
            if not isinstance(reference, dict) or not isinstance(reference.get("key"), str):
                continue
            source = item.get("sourceRef")
            own = source.get("storeRef") if isinstance(source, dict) else None
            store = own if isinstance(own, dict) else common
            place = obj.at(*route, part, index, inner, "key")
            yield from _entry(
                unit, obj, store, providers, reference["key"], str(reference.get("property") or ""), place
            )


def _pushed(
    unit: Unit, obj: KubeObject, providers: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[RemoteSecret]:
    stores, data = obj.spec.get("secretStoreRefs"), obj.spec.get("data")
    for store in stores if isinstance(stores, list) else ():
        for index in range(len(data) if isinstance(data, list) else 0):
            route: Keys = ("spec", "data", index, "match", "remoteRef")
            key, name = obj.get(*route, "remoteKey"), obj.get(*route, "property")
            if isinstance(key, str):
                place = obj.at(*route, "remoteKey")
                yield from _entry(unit, obj, store, providers, key, str(name or ""), place, writes=True)


def _entry(
    unit: Unit,
    obj: KubeObject,
    store: Any,
    providers: Mapping[tuple[str, str], Mapping[str, Any]],
    key: str,
    name: str,
    place: Place,
    *,
    writes: bool = False,
) -> Iterator[RemoteSecret]:
    reference = store if isinstance(store, dict) else {}
    kind, store_name = str(reference.get("kind") or "SecretStore"), str(reference.get("name") or "")
    provider = providers.get((kind, store_name), {})
    word = next(iter(provider), "")
    if word in _LOCAL:
        return
    settings = provider.get(word)
    mount = settings.get("path") if word == "vault" and isinstance(settings, dict) else None
    path = key.strip("/")
    if isinstance(mount, str) and mount and not path.startswith(mount.strip("/") + "/"):
        path = f"{mount.strip('/')}/{path}"
    elif word == "azurekv":
        path = path.removeprefix("secret/")
    yield RemoteSecret(_PROVIDERS.get(word, word or "store"), store_name, path, name, place, obj, unit, writes)


_CLASS_PROVIDERS = {"azure": "azure", "aws": "aws", "gcp": "gcp", "vault": "vault"}


def _mounted(unit: Unit, obj: KubeObject) -> Iterator[RemoteSecret]:
    """What a SecretProviderClass mounts; keys and certificates of Azure are no secrets."""
    parameters: Any = obj.get("spec", "parameters")
    backend = _CLASS_PROVIDERS.get(str(obj.get("spec", "provider")))
    if backend is None or not isinstance(parameters, dict):
        return
    word = "secrets" if backend == "gcp" else "objects"
    text, place = parameters.get(word), obj.at("spec", "parameters", word)
    store = str(parameters.get("keyvaultName") or parameters.get("vaultAddress") or "")
    for entry in _entries(backend, text) if isinstance(text, str) else ():
        path, name = entry.get("objectName"), ""
        if backend == "gcp":
            path = str(entry.get("resourceName") or "").partition("/secrets/")[2].partition("/versions/")[0]
        elif backend == "vault":
            path, name = entry.get("secretPath"), str(entry.get("secretKey") or "")
        kind = str(entry.get("objectType") or "secret")
        if isinstance(path, str) and path and kind in ("secret", "secretsmanager"):
            yield RemoteSecret(backend, store, path.strip("/"), name, place, obj, unit)


def _entries(backend: str, text: str) -> Iterator[Mapping[str, Any]]:
    if backend == "azure":
        yield from class_objects(text) or ()
        return
    documents = parsed_text(text)
    listed = documents[0] if documents else None
    yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))
