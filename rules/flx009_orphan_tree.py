"""Kustomizations that no root of the repository reaches.

## What it checks

Directories with a kustomization that no Flux Kustomization and no Application builds, directly or through another one.
A root that reaches nothing but Flux itself is a warning: the cluster stays empty. Otherwise one note names the rest.

## What happens

Nothing: what lies there is not deployed, whatever its README says.

## How to fix

Add a Flux Kustomization or an Application with that path below the root, or remove the directory.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX009", name="orphan-tree", severity="warning", tags=("flux", "reachability"))

_SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  path: ./clusters/one%s
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
_TREE = {
    "apps/kustomization.yaml": "resources: [a.yaml]\n",
    "apps/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n",
}
_KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 5m, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
BAD = (
    Example(
        "nothing leads to apps/",
        {**_TREE, "clusters/one/flux-system/gotk-sync.yaml": _SYNC % "  #! FLX009"},
        base="empty",
    ),
)
GOOD = (
    Example(
        "a Kustomization does",
        {**_TREE, "clusters/one/flux-system/gotk-sync.yaml": _SYNC % "", "clusters/one/apps.yaml": _KUSTOMIZATION},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Roots that lead nowhere, and trees that no root leads to."""
    units = context.units
    orphans = units.orphans()
    if not orphans:
        return
    shown = ", ".join(orphans[:6]) + (f" and {len(orphans) - 6} more" if len(orphans) > 6 else "")
    empty = False
    for root in units.roots:
        if root.engine != "flux" or root.assumed:
            continue
        reached = [unit for unit in units.of("flux") if unit.plane == f"flux:{root.cluster}"]
        start = next((unit for unit in reached if unit.kind == "Kustomization"), None)
        if start is None or start.manifest is None or len(reached) > 2 or start.is_opaque:
            continue
        if all(unit.namespace_of(obj) in ("", start.namespace) for unit in reached for obj in unit.objects):
            empty = True
            yield RULE.draft(
                start.manifest.at("spec", "path"),
                f"this root applies nothing but Flux itself; no Flux Kustomization leads to {shown}",
                help="add a Kustomization with that path below this one",
            )
    flux = next((root for root in units.roots if root.engine == "flux"), None)
    if flux is not None and not empty:
        yield RULE.draft(
            units.orphan_place(orphans[0]),
            f"no root of this repository leads to {shown}",
            help="add a Kustomization with that path, or remove the directory",
            severity="note",
        )
