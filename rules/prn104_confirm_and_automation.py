"""A deletion that waits for a confirmation in an Application that syncs by itself.

## What it checks

`argocd.argoproj.io/sync-options: Prune=confirm` on objects of an Application with `automated.prune: true`, and the same
option in the Application's own `syncOptions`.

## What Argo CD does

An automated sync that would prune the object waits until somebody sets
`argocd.argoproj.io/deletion-approved` on the Application (2.14 and later; earlier versions know no such value and prune
at once). Until then the operation runs, and no other sync starts.

## How to fix

`Prune=false` keeps the object for good; `Prune=confirm` belongs to Applications that are synced by hand.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="PRN104", name="confirm-and-automation", severity="warning", tags=("argocd", "prune"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy: {automated: {prune: true}}
"""
_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations:
    argocd.argoproj.io/sync-options: %s
"""
BAD = (Example("confirm", {"apps/web.yaml": _APP, "web/a.yaml": _MAP % "Prune=confirm  #! PRN104"}, base="empty"),)
GOOD = (Example("never", {"apps/web.yaml": _APP, "web/a.yaml": _MAP % "Prune=false"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Confirmations that an automated sync waits for."""
    for unit in context.units.of("argocd", "Application"):
        if unit.prune is not True:
            continue
        for obj in unit.objects:
            options = obj.annotations.get("argocd.argoproj.io/sync-options")
            if isinstance(options, str) and "Prune=confirm" in [one.strip() for one in options.split(",")]:
                yield RULE.draft(
                    obj.at("metadata", "annotations", "argocd.argoproj.io/sync-options"),
                    f"{unit.label} syncs by itself: pruning {obj.label} blocks it until somebody confirms",
                    help="write Prune=false, or sync this Application by hand",
                    affects=[unit.label],
                )
