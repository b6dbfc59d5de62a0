"""Destinations that the repository does not declare.

## What it checks

`destination.name` and `destination.server` of Applications against the cluster Secrets of the repository and the
clusters of `.mas-lint.yaml`. Most repositories keep their clusters elsewhere: then one note lists the destinations. When
the repository does declare clusters, one that is not among them is a warning.

## What Argo CD does

`there are no clusters with this name`: the Application cannot be synced, and loses its finalizer when it is deleted.

## How to fix

Correct the name, or add the cluster.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG016", name="destination-undeclared", severity="note", tags=("argocd", "clusters"))

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
    name: %s
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_FILES = {
    "services/one/settings.yaml": _CONFIG_MAP,
    "clusters/one.yaml": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: one\n  labels:\n"
        "    argocd.argoproj.io/secret-type: cluster\nstringData: {name: one, server: https://one.example.net}\n"
    ),
}
BAD = (
    Example(
        "another name", {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "two  #! ARG016")}, base="empty"
    ),
)
GOOD = (Example("declared", {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "one")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Destinations that nobody declares."""
    units = context.units
    found = units.undeclared_destinations()
    if units.declares_clusters():
        for place, unit, name in found:
            yield RULE.draft(
                place,
                f"no file declares a cluster {name}: {unit.label} cannot be synced",
                help="correct the name, or add the cluster",
                affects=[unit.label],
                severity="warning",
            )
    elif found:
        names = list(dict.fromkeys(name for _, _, name in found))
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        yield RULE.draft(
            found[0][0],
            f"the repository declares no clusters; {shown} has to be known to Argo CD",
            help="declare them under `clusters` in .mas-lint.yaml to have them checked",
            affects=[unit.label for _, unit, _ in found],
        )
