"""The clusters that Argo CD delivers to: how an Application names one, and what declares one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from .objects import UNKNOWN, KubeObject

IN_CLUSTER = "in-cluster"
_SELF_SERVERS = ("https://kubernetes.default.svc", "https://kubernetes.default.svc.cluster.local", "")


def cluster_name(destination: Mapping[str, Any]) -> str:
    """One name for a destination, however it is written."""
    name, server = str(destination.get("name") or ""), str(destination.get("server") or "").rstrip("/")
    if name == IN_CLUSTER or (not name and server in _SELF_SERVERS):
        return IN_CLUSTER
    return name or server


def cluster_of(obj: KubeObject) -> dict[str, Any]:
    """Name, server, labels and annotations that a cluster Secret, or what makes one, declares."""

    def field(name: str) -> str:
        for part in ("stringData", "data"):
            value = obj.get(part, name)
            if isinstance(value, str):
                if part == "stringData":
                    return value
                try:
                    return base64.b64decode(value, validate=True).decode()
                except (binascii.Error, ValueError):
                    return UNKNOWN
        return UNKNOWN

    labels = dict(obj.labels)
    for route in (("spec", "target", "template", "metadata"), ("spec", "template", "metadata")):
        more = obj.get(*route, "labels")
        if isinstance(more, dict):
            labels.update(more)
    name = field("name")
    return {
        "name": obj.name if name == UNKNOWN else name,
        "server": field("server"),
        "labels": {str(key): str(value) for key, value in labels.items()},
        "annotations": {str(key): str(value) for key, value in obj.annotations.items()},
    }
