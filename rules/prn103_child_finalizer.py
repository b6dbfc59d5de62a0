"""Child Applications that leave their resources behind when they are pruned.

## What it checks

Applications that another Application with `prune: true` applies, without the finalizer
`resources-finalizer.argocd.argoproj.io`. One note for the whole repository. Children of ApplicationSets get the
finalizer by themselves.

## What Argo CD does

When the child's manifest disappears, its parent deletes the Application, but not what it deployed: that runs on, and
nobody owns it.

## How to fix

Add the finalizer where the resources should go with the Application; leave it out on purpose where they should stay.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="PRN103", name="child-finalizer", severity="note", tags=("argocd", "prune"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
%sspec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: %s}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy: {automated: {prune: true}}
"""
_FILES = {
    "root.yaml": _APP % ("root", "", "apps"),
    "web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
}
BAD = (Example("without", {**_FILES, "apps/web.yaml": _APP % ("web  #! PRN103", "", "web")}, base="empty"),)
GOOD = (
    Example(
        "with",
        {
            **_FILES,
            "apps/web.yaml": _APP % ("web", "  finalizers: [resources-finalizer.argocd.argoproj.io]\n", "web"),
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """One note for all of them."""
    found = []
    for unit in context.units.of("argocd", "Application"):
        parent = unit.parent
        if unit.manifest is None or unit.generator is not None or parent is None or parent.kind == "bootstrap":
            continue
        finalizers = unit.manifest.metadata.get("finalizers")
        if parent.prune is True and not any("resources-finalizer" in str(one) for one in finalizers or []):
            found.append(unit)
    if found:
        first = min(found, key=lambda unit: (unit.manifest.path, unit.name))
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield RULE.draft(
            first.manifest.place,
            f"when {first.label}{more} is pruned, its resources stay in the cluster without an owner",
            help="add the finalizer resources-finalizer.argocd.argoproj.io, unless that is meant",
            affects=[unit.label for unit in found],
        )
