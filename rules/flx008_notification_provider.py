"""An Alert sends to a Provider that the cluster does not get.

## What it checks

`providerRef` of Alerts against the Providers of the same namespace; a Provider whose type needs an address or a Secret
and has neither; a Receiver without its `secretRef`.

## What happens

notification-controller drops the events and logs an error; nobody is told that a deployment failed.

## How to fix

Correct the name (the Provider has to be in the Alert's namespace), or add `address` or `secretRef`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX008", name="notification-provider", severity="error", tags=("flux", "notification"))

_SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/one, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_ALERT = """apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: flux-system}
spec: {type: slack, channel: general, secretRef: {name: chat}}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: all, namespace: flux-system}
spec:
  providerRef:
    name: %s
  eventSources: [{kind: Kustomization, name: '*'}]
"""
BAD = (
    Example(
        "another name",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/alert.yaml": _ALERT % "slack  #! FLX008",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the one there is",
        {"clusters/one/flux-system/gotk-sync.yaml": _SYNC, "clusters/one/alert.yaml": _ALERT % "chat"},
        base="empty",
    ),
)

_NEED_NOTHING = ("generic", "generic-hmac", "grafana", "alertmanager", "azureeventhub", "googlepubsub", "otel", "nats")


def check(context: Context) -> Drafts:
    """Alerts without a provider, providers without an address, receivers without a token."""
    units = context.units
    for unit, obj in units.reached():
        if obj.group != "notification.toolkit.fluxcd.io":
            continue
        if obj.kind == "Alert":
            name = obj.get("spec", "providerRef", "name")
            namespace = unit.namespace_of(obj)
            if isinstance(name, str) and "$" not in name:
                objects = units.objects_of(unit.cluster)
                if (obj.group, "Provider", namespace, name) not in objects:
                    yield RULE.draft(
                        obj.at("spec", "providerRef", "name"),
                        f"the cluster gets no Provider {namespace}/{name}: {obj.label} tells nobody",
                        help="the Provider has to be in the Alert's own namespace",
                    )
        elif obj.kind == "Provider":
            if (
                obj.spec.get("type") not in _NEED_NOTHING
                and not obj.spec.get("address")
                and not obj.spec.get("secretRef")
                and obj.spec.get("type")
                and not obj.spec.get("serviceAccountName")
            ):
                yield RULE.draft(
                    obj.at("spec", "type"),
                    f"{obj.label} has neither `address` nor `secretRef`: it cannot send anything",
                    help="add one of the two",
                    severity="warning",
                )
        elif obj.kind == "Receiver" and not obj.spec.get("secretRef"):
            yield RULE.draft(
                obj.at("spec", part="key"),
                f"{obj.label} has no `secretRef`: the API server refuses it",
                help="name the Secret that holds the token",
            )
