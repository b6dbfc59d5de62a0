"""An Application's path renders nothing.

## What it checks

A path in this repository that is neither a chart nor a kustomization and has no manifest at its top level. Often the
manifests lie one level down: then `directory.recurse: true` is missing, or the path is one directory too short.

## What Argo CD does

It finds an empty set of resources and calls the Application synced and healthy. With automated pruning it refuses to
delete everything, unless `allowEmpty: true` is set: then whatever the Application deployed before is deleted.

## How to fix

Name the directory that holds the manifests, or set `directory.recurse: true`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG002", name="path-empty", severity="error", tags=("argocd", "path", "prune"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.net/acme/fleet.git
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "everything lies one level down",
        {
            "apps/one.yaml": _APP % ("one", "services  #! ARG002"),
            "services/one/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "with recurse",
        {
            "apps/one.yaml": _APP % ("one", "services\n    directory: {recurse: true}"),
            "services/one/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Paths without a manifest."""
    for fact, names in context.units.grouped("argo-path-empty"):
        below = fact.data.get("below") or []
        danger = (
            "; with `prune` and `allowEmpty` it deletes whatever it had deployed"
            if fact.data.get("allow_empty") and fact.data.get("prune")
            else ""
        )
        if below and not fact.data.get("recurse"):
            shown = ", ".join(below[:3]) + (" and more" if len(below) > 3 else "")
            hint = f"set `directory.recurse: true`, or name the right directory: {shown}"
        else:
            hint = "name the directory that holds the manifests"
        yield RULE.draft(
            fact.place,
            f"there is no manifest in {fact.text or 'the root'}: {fact.unit} deploys nothing{danger}",
            help=hint,
            affects=names,
            severity="error" if (below or danger) and not fact.data.get("assumed") else "warning",
        )
