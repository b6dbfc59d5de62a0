"""A cluster generator whose Applications all go to one cluster.

## What it checks

An ApplicationSet with a cluster generator whose template has a fixed `destination.server` or `destination.name`.

## What Argo CD does

It makes one Application for each cluster that matches, and all of them deploy to the same one, over each other.

## How to fix

`server: '{{server}}'`, or with `goTemplate: true` `server: '{{.server}}'`. For one fixed cluster no generator is needed.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="ARG008", name="applicationset-destination", severity="warning", tags=("argocd", "applicationset", "clusters")
)

_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  generators:
    - clusters: {}
  template:
    metadata:
      name: '{{name}}-web'
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
      destination:
        server: %s
        namespace: web
"""
_FILES = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
BAD = (
    Example(
        "always the local cluster",
        {**_FILES, "sets/web.yaml": _SET % "https://kubernetes.default.svc  #! ARG008"},
        base="empty",
    ),
)
GOOD = (Example("the cluster's own", {**_FILES, "sets/web.yaml": _SET % "'{{server}}'"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Destinations that ignore their generator."""
    for fact in context.units.named("appset-fixed-destination"):
        yield RULE.draft(
            fact.place,
            f"ApplicationSet {fact.unit} makes an Application for each cluster, but all of them go to {fact.text}",
            help="use {{server}} or {{name}}",
            # A template that uses the cluster elsewhere may make apps of apps on the control plane.
            severity="note" if fact.data.get("used") else "warning",
        )
