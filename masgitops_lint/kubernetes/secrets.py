"""Which objects need a Secret or ConfigMap, and which objects make one: one function each, over one object."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place

from .custom_needs import custom_references
from .kinds import POD_TEMPLATES
from .objects import UNKNOWN, KubeObject
from .patches import merged

if TYPE_CHECKING:
    from .unit import ChartValues

Kind: TypeAlias = Literal["Secret", "ConfigMap"]

EVERYWHERE = "*"
"""A namespace that stands for all: the object is copied or generated into every one."""

Role: TypeAlias = Literal[
    "pod", "image-pull", "ingress-tls", "helm-values", "flux", "decryption", "store", "issuer", "crossplane", "values",
    "service-account", "push", "custom",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Producer:
    """A Secret or ConfigMap that exists because of `obj`.

    `namespace` is "" for the object's own, `EVERYWHERE` for all. `fields` is None where they cannot be known. `name`
    may hold `UNKNOWN` or, at its end, `*`. `aliases` are names that references in the same kustomize build may use.
    """

    kind: Kind
    namespace: str
    name: str
    fields: tuple[str, ...] | None
    mechanism: str
    obj: KubeObject
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One reference to a Secret or ConfigMap. `namespace` is "" for the object's own; `field` "" for the whole."""

    kind: Kind
    namespace: str
    name: str
    field: str
    role: Role
    obj: KubeObject
    route: Keys
    optional: bool = False
    inline: bool = False
    """Whether the route leads to a text of several lines that holds the name."""

    @property
    def place(self) -> Place:
        """Where the name is written."""
        place = self.obj.at(*self.route)
        return place._replace(within=self.name) if self.inline else place


# -- producers --------------------------------------------------------------------------------------------------------


def produced_by(obj: KubeObject) -> Iterator[Producer]:
    """Secrets and ConfigMaps that exist once `obj` is applied and its controller runs."""
    if not obj.group:
        if obj.kind in ("Secret", "ConfigMap"):
            yield _plain(obj)
        elif obj.kind == "Service":
            for key in _SERVING_CERTIFICATE:
                if isinstance(obj.annotations.get(key), str):
                    yield _made(obj, obj.annotations[key], ("tls.crt", "tls.key"), "serving-certificate")
        return
    maker = _MAKERS.get((obj.group, obj.kind))
    if maker is not None:
        yield from maker(obj)
    if obj.kind in ("Ingress", "Gateway") and _issues_certificates(obj):
        for role, name, _ in _tls_names(obj):
            yield _made(obj, name, ("tls.crt", "tls.key", "ca.crt"), role)
    connection = obj.spec.get("writeConnectionSecretToRef")
    if isinstance(connection, dict) and isinstance(connection.get("name"), str):
        yield Producer("Secret", str(connection.get("namespace") or ""), connection["name"], None, "crossplane", obj)
    outputs = obj.get("spec", "writeOutputsToSecret", "name")
    if isinstance(outputs, str):
        yield _made(obj, outputs, None, "terraform")


def pushed_by(obj: KubeObject, stores: Collection[str]) -> Iterator[Producer]:
    """Secrets that a PushSecret writes through one of `stores`, those that lead into a Kubernetes API.

    Their namespace is the store's `remoteNamespace`; it is not followed.
    """
    if obj.kind != "PushSecret" or obj.group != "external-secrets.io":
        return
    references = _list(obj.spec.get("secretStoreRefs"))
    if not any(isinstance(one, dict) and one.get("name") in stores for one in references):
        return
    for item in _list(obj.spec.get("data")):
        match = item.get("match") if isinstance(item, dict) else None
        remote = match.get("remoteRef") if isinstance(match, dict) else None
        name = remote.get("remoteKey") if isinstance(remote, dict) else None
        if isinstance(name, str) and name:
            yield Producer("Secret", EVERYWHERE, name, None, "push-secret", obj)


_SERVING_CERTIFICATE = (
    "service.beta.openshift.io/serving-cert-secret-name",
    "service.alpha.openshift.io/serving-cert-secret-name",
)


def _plain(obj: KubeObject) -> Producer:
    kind: Kind = "Secret" if obj.kind == "Secret" else "ConfigMap"
    fields: list[str] = []
    for part in ("data", "stringData", "binaryData"):
        content = obj.get(part)
        if isinstance(content, dict):
            fields += [str(key) for key in content]
    known: tuple[str, ...] | None = tuple(fields)
    if obj.data.get("type") == "kubernetes.io/service-account-token" or not fields:
        known = None
    copied = any(
        str(key).startswith(("reflector.v1.k8s.emberstack.com/reflection-auto", "kubed.appscode.com/sync"))
        or str(key).startswith("replicator.v1.mittwald.de/replicate-to")
        for key in obj.annotations
    )
    names = obj.aliases
    mechanism = "sops" if "sops" in obj.data else ("generator" if obj.generated else "manifest")
    return Producer(kind, EVERYWHERE if copied else "", obj.name, known, mechanism, obj, names)


def _made(
    obj: KubeObject, name: Any, fields: tuple[str, ...] | None, mechanism: str, kind: Kind = "Secret"
) -> Producer:
    # A controller that names the Secret after its own object follows a renaming by kustomize.
    aliases = obj.aliases if name == obj.name else ()
    return Producer(kind, "", str(name), fields, mechanism, obj, aliases)


def _sealed(obj: KubeObject) -> Iterator[Producer]:
    encrypted = obj.spec.get("encryptedData")
    template = obj.get("spec", "template", "data")
    fields = [str(key) for part in (encrypted, template) if isinstance(part, dict) for key in part]
    yield _made(obj, obj.name, tuple(fields) or None, "sealed-secret")


def external_secret_fields(spec: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The keys of the Secret that an ExternalSecret spec makes; None when only the store knows."""
    target = spec.get("target")
    template = target.get("template") if isinstance(target, dict) else None
    templated = template.get("data") if isinstance(template, dict) else None
    fields: list[str] = [str(key) for key in templated] if isinstance(templated, dict) else []
    if isinstance(template, dict) and template.get("templateFrom"):
        return None
    if isinstance(template, dict) and template.get("mergePolicy") != "Merge" and fields:
        return tuple(fields)
    if spec.get("dataFrom"):
        return None
    data = spec.get("data")
    for item in data if isinstance(data, list) else ():
        if isinstance(item, dict) and item.get("secretKey"):
            fields.append(str(item["secretKey"]))
    return tuple(fields) or None


def _external(obj: KubeObject) -> Iterator[Producer]:
    target = obj.spec.get("target")
    target = target if isinstance(target, dict) else {}
    if target.get("creationPolicy") == "None":
        return
    fields = None if target.get("creationPolicy") == "Merge" else external_secret_fields(obj.spec)
    manifest = target.get("manifest")
    if isinstance(manifest, dict):  # ESO may write other kinds than Secret
        if manifest.get("kind") == "ConfigMap":
            yield _made(obj, target.get("name") or obj.name, fields, "external-secret", "ConfigMap")
        return
    yield _made(obj, target.get("name") or obj.name, fields, "external-secret")


def _cluster_external(obj: KubeObject) -> Iterator[Producer]:
    spec = obj.spec.get("externalSecretSpec")
    spec = spec if isinstance(spec, dict) else {}
    target = spec.get("target")
    name = target.get("name") if isinstance(target, dict) else None
    name = name or obj.spec.get("externalSecretName") or obj.name
    yield Producer("Secret", EVERYWHERE, str(name), external_secret_fields(spec), "external-secret", obj)


def _provider_class(obj: KubeObject) -> Iterator[Producer]:
    listed = obj.spec.get("secretObjects")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and item.get("secretName"):
            data = item.get("data")
            keys = (
                tuple(str(one["key"]) for one in data if isinstance(one, dict) and "key" in one)
                if isinstance(data, list)
                else ()
            )
            yield _made(obj, item["secretName"], keys or None, "secret-provider-class")


def _certificate(obj: KubeObject) -> Iterator[Producer]:
    name = obj.spec.get("secretName")
    if isinstance(name, str):
        yield _made(obj, name, None if obj.spec.get("keystores") else ("tls.crt", "tls.key", "ca.crt"), "certificate")


def _issuer(obj: KubeObject) -> Iterator[Producer]:
    name = obj.get("spec", "acme", "privateKeySecretRef", "name")
    if isinstance(name, str):
        yield _made(obj, name, None, "issuer")


def _named(*suffixes: str, kind: Kind = "Secret") -> Any:
    def make(obj: KubeObject) -> Iterator[Producer]:
        for suffix in suffixes:
            yield _made(obj, obj.name + suffix, None, obj.kind, kind)

    return make


def _at(*route: str, fallback: bool = False) -> Any:
    def make(obj: KubeObject) -> Iterator[Producer]:
        name = obj.get(*route)
        if isinstance(name, str):
            yield _made(obj, name, None, obj.kind)
        elif fallback:
            yield _made(obj, obj.name, None, obj.kind)

    return make


def _each(route: tuple[str, ...], key: str) -> Any:
    def make(obj: KubeObject) -> Iterator[Producer]:
        listed = obj.get(*route)
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and isinstance(item.get(key), str):
                yield _made(obj, item[key], None, obj.kind)

    return make


def _bucket_claim(obj: KubeObject) -> Iterator[Producer]:
    yield _made(obj, obj.name, None, obj.kind)
    yield _made(obj, obj.name, None, obj.kind, "ConfigMap")


def _bundle(obj: KubeObject) -> Iterator[Producer]:
    target = obj.spec.get("target")
    for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        if isinstance(target, dict) and key in target:
            yield Producer("Secret" if kind == "Secret" else "ConfigMap", EVERYWHERE, obj.name, None, "bundle", obj)


def _kyverno(obj: KubeObject) -> Iterator[Producer]:
    rules = obj.spec.get("rules")
    for rule in rules if isinstance(rules, list) else ():
        generate = rule.get("generate") if isinstance(rule, dict) else None
        if isinstance(generate, dict) and generate.get("kind") in ("Secret", "ConfigMap", None):
            name = str(generate.get("name") or "*")
            kind: Kind = "ConfigMap" if generate.get("kind") == "ConfigMap" else "Secret"
            yield Producer(kind, EVERYWHERE, "*" if "{{" in name else name, None, "kyverno", obj)


def _rook_user(obj: KubeObject) -> Iterator[Producer]:
    store = obj.spec.get("store")
    if isinstance(store, str):
        yield _made(obj, f"rook-ceph-object-user-{store}-{obj.name}", None, obj.kind)


def _infisical(obj: KubeObject) -> Iterator[Producer]:
    yield from _at("spec", "managedSecretReference", "secretName")(obj)
    yield from _each(("spec", "managedKubeSecretReferences"), "secretName")(obj)


_MAKERS: Mapping[tuple[str, str], Any] = {
    ("bitnami.com", "SealedSecret"): _sealed,
    ("external-secrets.io", "ExternalSecret"): _external,
    ("external-secrets.io", "ClusterExternalSecret"): _cluster_external,
    ("kubernetes-client.io", "ExternalSecret"): _named(""),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"): _provider_class,
    ("cert-manager.io", "Certificate"): _certificate,
    ("cert-manager.io", "Issuer"): _issuer,
    ("cert-manager.io", "ClusterIssuer"): _issuer,
    ("isindir.github.com", "SopsSecret"): _each(("spec", "secretTemplates"), "name"),
    ("addons.projectcapsule.dev", "SopsSecret"): _each(("spec", "secrets"), "name"),
    ("onepassword.com", "OnePasswordItem"): _named(""),
    ("secrets.hashicorp.com", "VaultStaticSecret"): _at("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): _at("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultPKISecret"): _at("spec", "destination", "name"),
    ("ricoberger.de", "VaultSecret"): _named(""),
    ("redhatcop.redhat.io", "VaultSecret"): _at("spec", "output", "name", fallback=True),
    ("secrets.infisical.com", "InfisicalSecret"): _infisical,
    ("secrets.doppler.com", "DopplerSecret"): _at("spec", "managedSecret", "name"),
    ("k8s.bitwarden.com", "BitwardenSecret"): _at("spec", "secretName", fallback=True),
    ("spv.no", "AzureKeyVaultSecret"): _at("spec", "output", "secret", "name"),
    ("k8s.dopplerhq.com", "DopplerSecret"): _named(""),
    ("secretgenerator.mittwald.de", "StringSecret"): _named(""),
    ("secretgenerator.mittwald.de", "BasicAuth"): _named(""),
    ("secretgenerator.mittwald.de", "SSHKeyPair"): _named(""),
    ("postgresql.cnpg.io", "Cluster"): _named("-app", "-superuser", "-ca", "-server", "-replication"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"): _named("-pguser-*", "-cluster-cert"),
    ("acid.zalan.do", "postgresql"): _named("*"),
    ("kafka.strimzi.io", "KafkaUser"): _named(""),
    ("kafka.strimzi.io", "Kafka"): _named("-*"),
    ("objectbucket.io", "ObjectBucketClaim"): _bucket_claim,
    ("ceph.rook.io", "CephObjectStoreUser"): _rook_user,
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): _named("-es-*"),
    ("kibana.k8s.elastic.co", "Kibana"): _named("-kb-*"),
    ("rabbitmq.com", "RabbitmqCluster"): _named("-default-user", "-*"),
    ("trust.cert-manager.io", "Bundle"): _bundle,
    ("kyverno.io", "ClusterPolicy"): _kyverno,
    ("kyverno.io", "Policy"): _kyverno,
}

OPERATOR_MADE = frozenset({"Secret", "ConfigMap", "ExternalSecret", "SealedSecret", "Certificate"})


# -- needs ------------------------------------------------------------------------------------------------------------


def needs_of(obj: KubeObject) -> Iterator[Need]:
    """References that fail, or hang, when the Secret or ConfigMap is not there."""
    route = POD_TEMPLATES.get((obj.group, obj.kind))
    if route is not None:
        yield from _pod(obj, (*route, "spec"))
    for namespace, name, field, where, optional in custom_references(obj):
        yield Need("Secret", namespace, name, field, "custom", obj, where, optional)
    reader = _READERS.get(obj.group)
    if reader is not None:
        yield from reader(obj)
    elif obj.group.endswith(".toolkit.fluxcd.io"):
        yield from _flux(obj)
    elif obj.kind == "ProviderConfig" or obj.kind == "ClusterProviderConfig":
        yield from _provider_config(obj)


def _need(
    obj: KubeObject,
    kind: Kind,
    reference: Any,
    route: Keys,
    role: Role,
    *,
    name: str = "name",
    field: str = "key",
    namespace: str = "namespace",
) -> Iterator[Need]:
    if not isinstance(reference, dict):
        return
    value = reference.get(name)
    if isinstance(value, str) and value:
        key = reference.get(field) if field else None
        yield Need(
            kind,
            str(reference.get(namespace) or "") if namespace else "",
            value,
            key if isinstance(key, str) else "",
            role,
            obj,
            (*route, name),
            reference.get("optional") is True,
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _pod(obj: KubeObject, route: Keys) -> Iterator[Need]:
    spec = obj.get(*route)
    if not isinstance(spec, dict):
        return
    for group in ("containers", "initContainers", "ephemeralContainers"):
        for index, container in enumerate(_list(spec.get(group))):
            if isinstance(container, dict):
                yield from _container(obj, container, (*route, group, index))
    for index, volume in enumerate(_list(spec.get("volumes"))):
        if isinstance(volume, dict):
            yield from _volume(obj, volume, (*route, "volumes", index))
    for index, item in enumerate(_list(spec.get("imagePullSecrets"))):
        yield from _need(obj, "Secret", item, (*route, "imagePullSecrets", index), "image-pull", field="", namespace="")


def _container(obj: KubeObject, container: dict[str, Any], route: Keys) -> Iterator[Need]:
    for index, item in enumerate(_list(container.get("env"))):
        source = item.get("valueFrom") if isinstance(item, dict) else None
        if isinstance(source, dict):
            here = (*route, "env", index, "valueFrom")
            yield from _need(obj, "Secret", source.get("secretKeyRef"), (*here, "secretKeyRef"), "pod", namespace="")
            yield from _need(
                obj, "ConfigMap", source.get("configMapKeyRef"), (*here, "configMapKeyRef"), "pod", namespace=""
            )
    for index, item in enumerate(_list(container.get("envFrom"))):
        if isinstance(item, dict):
            here = (*route, "envFrom", index)
            yield from _need(obj, "Secret", item.get("secretRef"), (*here, "secretRef"), "pod", field="", namespace="")
            yield from _need(
                obj, "ConfigMap", item.get("configMapRef"), (*here, "configMapRef"), "pod", field="", namespace=""
            )


def _volume(obj: KubeObject, volume: dict[str, Any], route: Keys) -> Iterator[Need]:
    yield from _need(
        obj, "Secret", volume.get("secret"), (*route, "secret"), "pod", name="secretName", field="", namespace=""
    )
    yield from _need(obj, "ConfigMap", volume.get("configMap"), (*route, "configMap"), "pod", field="", namespace="")
    projected = volume.get("projected")
    for index, item in enumerate(_list(projected.get("sources")) if isinstance(projected, dict) else ()):
        if isinstance(item, dict):
            here = (*route, "projected", "sources", index)
            yield from _need(obj, "Secret", item.get("secret"), (*here, "secret"), "pod", field="", namespace="")
            yield from _need(
                obj, "ConfigMap", item.get("configMap"), (*here, "configMap"), "pod", field="", namespace=""
            )
    csi = volume.get("csi")
    if isinstance(csi, dict):
        yield from _need(
            obj, "Secret", csi.get("nodePublishSecretRef"), (*route, "csi", "nodePublishSecretRef"), "pod", namespace=""
        )


def _issues_certificates(obj: KubeObject) -> bool:
    return any(
        str(key).startswith(("cert-manager.io/", "certmanager.k8s.io/")) or key == "kubernetes.io/tls-acme"
        for key in obj.annotations
    )


def _tls_names(obj: KubeObject) -> Iterator[tuple[str, str, Keys]]:
    if obj.kind == "Ingress":
        for index, item in enumerate(_list(obj.spec.get("tls"))):
            if isinstance(item, dict) and isinstance(item.get("secretName"), str) and item["secretName"]:
                yield "ingress-certificate", item["secretName"], ("spec", "tls", index, "secretName")
        return
    for index, listener in enumerate(_list(obj.spec.get("listeners"))):
        tls = listener.get("tls") if isinstance(listener, dict) else None
        for number, item in enumerate(_list(tls.get("certificateRefs")) if isinstance(tls, dict) else ()):
            if isinstance(item, dict) and isinstance(item.get("name"), str) and item.get("kind", "Secret") == "Secret":
                route = ("spec", "listeners", index, "tls", "certificateRefs", number, "name")
                yield "gateway-certificate", item["name"], route


def _network(obj: KubeObject) -> Iterator[Need]:
    if obj.kind not in ("Ingress", "Gateway") or _issues_certificates(obj):
        return
    for _, name, route in _tls_names(obj):
        namespace = str(obj.get(*route[:-1], "namespace", default="") or "") if obj.kind == "Gateway" else ""
        yield Need("Secret", namespace, name, "", "ingress-tls", obj, route)


_FLUX_REFERENCES: tuple[tuple[tuple[str, ...], Role], ...] = (
    (("secretRef",), "flux"),
    (("certSecretRef",), "flux"),
    (("proxySecretRef",), "flux"),
    (("verify", "secretRef"), "flux"),
    (("kubeConfig", "secretRef"), "flux"),
    (("decryption", "secretRef"), "decryption"),
)


def _flux(obj: KubeObject) -> Iterator[Need]:
    for route, role in _FLUX_REFERENCES:
        reference = obj.get("spec", *route)
        yield from _need(obj, "Secret", reference, ("spec", *route), role, namespace="", field="")
    for key, role in ((("valuesFrom",), "helm-values"), (("postBuild", "substituteFrom"), "flux")):
        for index, item in enumerate(_list(obj.get("spec", *key))):
            kind = item.get("kind") if isinstance(item, dict) else None
            if kind in ("Secret", "ConfigMap"):
                found = _need(obj, kind, item, ("spec", *key, index), role, field="valuesKey", namespace="")
                yield from found


def _external_secrets(obj: KubeObject) -> Iterator[Need]:
    if obj.kind in ("SecretStore", "ClusterSecretStore"):
        provider = obj.spec.get("provider")
        if isinstance(provider, dict):
            yield from _references(obj, provider, ("spec", "provider"), "store")
    elif obj.kind == "PushSecret":
        reference = obj.get("spec", "selector", "secret")
        yield from _need(obj, "Secret", reference, ("spec", "selector", "secret"), "push", field="", namespace="")


def _references(obj: KubeObject, value: Any, route: Keys, role: Role) -> Iterator[Need]:
    """References in a custom resource: a `name` below a key that ends in `SecretRef` or `SecretKeyRef`."""
    if isinstance(value, dict):
        for key, below in value.items():
            if isinstance(below, dict) and re.search(r"(?i)secret(?:key)?(?:ref)?$", str(key)) and "name" in below:
                yield from _need(obj, "Secret", below, (*route, key), role)
            else:
                yield from _references(obj, below, (*route, key), role)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _references(obj, below, (*route, index), role)


def _cert_manager(obj: KubeObject) -> Iterator[Need]:
    if obj.kind not in ("Issuer", "ClusterIssuer"):
        return
    authority = obj.spec.get("ca")
    yield from _need(obj, "Secret", authority, ("spec", "ca"), "issuer", name="secretName", field="", namespace="")
    acme = obj.spec.get("acme")
    if isinstance(acme, dict):
        solvers = acme.get("solvers")
        yield from _references(obj, solvers, ("spec", "acme", "solvers"), "issuer")
    vault = obj.spec.get("vault")
    if isinstance(vault, dict):
        yield from _references(obj, vault.get("auth"), ("spec", "vault", "auth"), "issuer")


def _provider_config(obj: KubeObject) -> Iterator[Need]:
    reference = obj.get("spec", "credentials", "secretRef")
    yield from _need(obj, "Secret", reference, ("spec", "credentials", "secretRef"), "crossplane")


_READERS: Mapping[str, Any] = {
    "networking.k8s.io": _network,
    "extensions": _network,
    "gateway.networking.k8s.io": _network,
    "external-secrets.io": _external_secrets,
    "cert-manager.io": _cert_manager,
}


# -- references inside Helm values ------------------------------------------------------------------------------------

_RELEASE = late_pattern(r"\{\{-?\s*(?:tpl\s*)?\.Release\.(Name|Namespace)\s*-?\}\}")


def needs_in_values(obj: KubeObject, release: str, namespace: str) -> Iterator[Need]:
    """References in a HelmRelease's values, by the words that charts use for them.

    Only the unmistakable ones: `secretKeyRef.name`, `envFrom[].secretRef.name`, and `existingSecret`.
    """
    values = obj.spec.get("values")
    if isinstance(values, dict):
        for name, field, route, optional in _value_references(values, ("spec", "values")):
            filled = _RELEASE.sub(lambda m: release if m[1] == "Name" else namespace, name)
            if "{{" not in filled and UNKNOWN not in filled and filled:
                yield Need("Secret", namespace, filled, field, "values", obj, route, optional)


_FOREIGN = frozenset(
    {
        "aws", "s3", "gcp", "gcs", "azure", "b2", "backblaze", "cloudflare", "digitalocean", "hetzner", "route53",
        "telegram", "slack", "discord", "stripe", "openai",
    }
)  # fmt: skip


def outsiders(name: str) -> bool:
    """Whether a Secret's name says that somebody outside of the cluster gives it out, so that no chart makes it."""
    return not _FOREIGN.isdisjoint(name.split("-"))


def needs_of_chart(
    parts: Sequence[ChartValues], release: str, namespace: str, own_names: Collection[str] = ()
) -> Iterator[Need]:
    """References in the values that an Application gives a chart which cannot be opened.

    A name that the values hold in another place too may be that of an object which they make, and one that begins with
    a name of the chart (`own_names`, and what the values call it) that of an object which the chart makes by itself,
    unless it says that it is an outsider's (`NAME-aws-credentials`).
    """
    values: dict[str, Any] = {}
    for part in parts:
        values = merged(values, part.data, native=False)
    texts: Counter[str] = Counter()
    _count(values, texts)
    prefixes = tuple(f"{name}-" for name in {release, *own_names, *_overrides(values)} if len(name) > 2)
    references = Counter(name for name, _, _, _ in _value_references(values, ()))
    for name, field, route, optional in _value_references(values, ()):
        filled = _RELEASE.sub(lambda m: release if m[1] == "Name" else namespace, name)
        if not filled or "{{" in filled or UNKNOWN in filled or not _on(values, route):
            continue
        if f"{filled}-".startswith(prefixes) and not outsiders(filled):
            continue
        last = next((one for one in reversed(parts) if _reaches(one.data, route)), None)
        if last is not None and texts[name] <= references[name]:
            below = last.route if last.inline else (*last.route, *route)
            yield Need("Secret", namespace, filled, field, "values", last.obj, below, optional, last.inline)


def _overrides(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key in ("fullnameOverride", "nameOverride", "releaseName") and isinstance(below, str):
                yield below
            else:
                yield from _overrides(below)


def _count(value: Any, texts: Counter[str]) -> None:
    if isinstance(value, str):
        texts[value.rpartition("/")[2] if value.count("/") == 1 else value] += 1
        if "\n" in value:
            texts.update(re.findall(r"[\w.-]+", value))
    elif isinstance(value, dict):
        for key, below in value.items():
            texts[str(key)] += 1
            _count(below, texts)
    elif isinstance(value, list):
        for below in value:
            _count(below, texts)


def _on(values: Any, route: Keys) -> bool:
    """Whether nothing on the way is switched off."""
    for key in route[:-1]:
        if isinstance(values, dict) and (values.get("enabled") is False or values.get("create") is True):
            return False
        values = values[key]
    return not (isinstance(values, dict) and values.get("enabled") is False)


def _reaches(value: Any, route: Keys) -> bool:
    for key in route:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _value_references(value: Any, route: Keys) -> Iterator[tuple[str, str, Keys, bool]]:
    if isinstance(value, dict):
        for key, below in value.items():
            here = (*route, key)
            if key in ("secretKeyRef", "secretRef") and isinstance(below, dict):
                name = below.get("name")
                if isinstance(name, str):
                    field = below.get("key")
                    yield name, field if isinstance(field, str) else "", (*here, "name"), below.get("optional") is True
            elif key in ("existingSecret", "existingSecretName") and isinstance(below, str):
                yield below, "", here, False
            else:
                yield from _value_references(below, here)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _value_references(below, (*route, index))
