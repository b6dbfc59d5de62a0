"""A change turns pruning of a Flux Kustomization off, or removes the Kustomization.

## What it checks

Compared with the older revision (`--base`): `prune: true` that became `false`, and Kustomizations with `prune: true`
that are gone. With `deletionPolicy: Orphan` nothing is deleted.

## What Flux does

Without `prune` whatever leaves Git stays in the cluster. A Kustomization that is removed takes everything it applied
with it (its finalizer prunes), unless `deletionPolicy` or `prune` says otherwise.

## How to fix

Say in the commit that it is meant; to move objects to another Kustomization, set `prune: false` or
`deletionPolicy: Orphan` first, in a commit of its own.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="PRN105", name="flux-prune-dropped", severity="warning", tags=("flux", "prune"), needs_base=True)

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
_KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  interval: 5m
  path: ./a
  prune: %s
  sourceRef: {kind: GitRepository, name: flux-system}
"""
_FILES = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "a/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n",
}
BAD = (
    Example(
        "off",
        {**_FILES, "clusters/one/a.yaml": _KUSTOMIZATION % "false  #! PRN105"},
        before={**_FILES, "clusters/one/a.yaml": _KUSTOMIZATION % "true"},
        base="empty",
    ),
)
GOOD = (
    Example(
        "as before",
        {**_FILES, "clusters/one/a.yaml": _KUSTOMIZATION % "true"},
        before={**_FILES, "clusters/one/a.yaml": _KUSTOMIZATION % "true"},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Pruning that a change gives up, and what a change deletes."""
    base = context.base
    if base is None:
        return
    now = {(unit.plane, unit.namespace, unit.name): unit for unit in context.units.of("flux", "Kustomization")}
    clusters = {unit.plane for unit in context.units.of("flux")}
    for old in base.units.of("flux", "Kustomization"):
        if old.prune is not True or old.manifest is None:
            continue
        new = now.get((old.plane, old.namespace, old.name))
        if new is not None and new.prune is False and new.manifest is not None:
            yield RULE.draft(
                new.manifest.at("spec", "prune"),
                f"{new.label} no longer prunes: what leaves Git from now on stays in the cluster",
                help="say in the commit that it is meant",
                affects=[new.label],
            )
        elif new is None and old.plane in clusters:
            policy = old.manifest.get("spec", "deletionPolicy")
            stateful = sorted({obj.label for obj in old.objects if context.units.is_stateful(obj)})
            if policy != "Orphan" and stateful:
                shown = ", ".join(stateful[:4]) + (f" and {len(stateful) - 4} more" if len(stateful) > 4 else "")
                yield RULE.draft(
                    Place(old.manifest.path, old.manifest.place.keys, "value", old.manifest.document),
                    f"{old.label} is removed and deletes what it applied, with {shown}",
                    help="set `deletionPolicy: Orphan` first if that is not meant",
                    affects=[old.label],
                )
