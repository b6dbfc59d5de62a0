"""Secrets that custom resources of well-known controllers read, and the fields that name them.

Source: the custom resource definitions of CloudNativePG, Barman Cloud, VolSync, Prometheus Operator, VictoriaMetrics,
KEDA, Traefik, Dragonfly, Elastic, MinIO, Envoy Gateway and ingress-nginx's annotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from masgitops_lint.model.place import Keys

from .objects import KubeObject

_CNPG = (
    "superuserSecret.name", "bootstrap.initdb.secret.name", "bootstrap.pg_basebackup.secret.name",
    "bootstrap.recovery.secret.name", "managed.roles.*.passwordSecret.name", "externalClusters.*.password.name",
    "backup.barmanObjectStore.s3Credentials.*.name", "externalClusters.*.barmanObjectStore.s3Credentials.*.name",
)  # fmt: skip
_VOLSYNC = ("restic.repository", "kopia.repository", "rclone.rcloneConfig", "rsyncTLS.keySecret")
_FIELDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("postgresql.cnpg.io", "Cluster"): _CNPG,
    ("barmancloud.cnpg.io", "ObjectStore"): ("configuration.s3Credentials.*.name",),
    ("volsync.backube", "ReplicationSource"): _VOLSYNC,
    ("volsync.backube", "ReplicationDestination"): _VOLSYNC,
    ("dragonflydb.io", "Dragonfly"): ("authentication.passwordFromSecret.name",),
    ("keda.sh", "TriggerAuthentication"): ("secretTargetRef.*.name",),
    ("traefik.io", "Middleware"): ("basicAuth.secret", "digestAuth.secret"),
    ("traefik.io", "IngressRoute"): ("tls.secretName",),
    ("traefik.io", "TLSStore"): ("defaultCertificate.secretName",),
    ("traefik.containo.us", "Middleware"): ("basicAuth.secret", "digestAuth.secret"),
    ("traefik.containo.us", "IngressRoute"): ("tls.secretName",),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): (
        "secureSettings.*.secretName", "auth.fileRealm.*.secretName", "auth.roles.*.secretName",
    ),
    ("kibana.k8s.elastic.co", "Kibana"): ("secureSettings.*.secretName",),
    ("minio.min.io", "Tenant"): ("configuration.name", "users.*.name"),
    ("gateway.envoyproxy.io", "SecurityPolicy"): ("oidc.clientSecret.name", "basicAuth.users.name"),
    ("monitoring.coreos.com", "Alertmanager"): ("configSecret",),
}  # fmt: skip
"""Below `spec`; `*` stands for every entry of a list or a mapping."""

_SELECTORS = frozenset({"monitoring.coreos.com", "operator.victoriametrics.com"})
"""Groups in which a mapping of `name` and `key` is a reference to a Secret, unless its key says `configMap`."""

_ANNOTATIONS = (
    "nginx.ingress.kubernetes.io/auth-secret",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "nginx.ingress.kubernetes.io/proxy-ssl-secret",
)


def custom_references(obj: KubeObject) -> Iterator[tuple[str, str, str, Keys, bool]]:
    """Every reference: namespace ("" for the object's own), name, key ("" for the whole), route, whether optional."""
    for pattern in _FIELDS.get((obj.group, obj.kind), ()):
        for route, value in _values(obj.spec, tuple(pattern.split(".")), ("spec",)):
            if isinstance(value, str) and value:
                yield "", value, "", route, False
    if obj.group in _SELECTORS:
        yield from _selectors(obj.spec, ("spec",))
    if obj.kind == "Ingress":
        for annotation in _ANNOTATIONS:
            value = obj.annotations.get(annotation)
            if isinstance(value, str) and value:
                namespace, _, name = value.rpartition("/")
                yield namespace, name, "", ("metadata", "annotations", annotation), False


def _values(value: Any, pattern: tuple[str, ...], route: Keys) -> Iterator[tuple[Keys, Any]]:
    if not pattern:
        yield route, value
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for key, below in pairs:
            yield from _values(below, rest, (*route, key))
    elif isinstance(value, dict) and head in value:
        yield from _values(value[head], rest, (*route, head))


def _selectors(value: Any, route: Keys) -> Iterator[tuple[str, str, str, Keys, bool]]:
    if isinstance(value, dict):
        name, key = value.get("name"), value.get("key")
        if isinstance(name, str) and isinstance(key, str) and set(value) <= {"name", "key", "optional"} and name:
            if "configmap" not in str(route[-1]).lower():
                yield "", name, key, (*route, "name"), value.get("optional") is True
            return
        for below, inner in value.items():
            yield from _selectors(inner, (*route, below))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _selectors(inner, (*route, index))
