"""Flux objects that wait for each other.

## What it checks

Rings of `dependsOn` among Kustomizations and among HelmReleases, and objects that depend on themselves. Also objects
that wait for one that is suspended.

## What happens

Nobody in the ring ever becomes ready. Flux does not detect it.

## How to fix

Take one of the dependencies out.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV102", name="depends-on-ring", severity="error", tags=("flux", "order", "cycle"))

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
_PAIR = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: infra, namespace: flux-system}
spec:
  interval: 5m
  path: ./infra
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  dependsOn: [{name: %s}]%s
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 5m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  dependsOn: [{name: infra}]
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: base, namespace: flux-system}
spec: {interval: 5m, path: ./infra, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_FILES = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "infra/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n",
    "apps/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n",
}
BAD = (
    Example(
        "two that wait for each other",
        {**_FILES, "clusters/one/apps.yaml": _PAIR % ("apps", "  #! WAV102")},
        base="empty",
    ),
)
GOOD = (Example("in one direction", {**_FILES, "clusters/one/apps.yaml": _PAIR % ("base", "")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Rings, and dependencies on what stands still."""
    for ring in context.units.dependency_rings():
        names = [use.unit.name for use in ring]
        yield RULE.draft(
            ring[0].dependency.place,
            f"these {ring[0].unit.kind}s wait for each other: {' -> '.join([*names, names[0]])}",
            help="take one of the dependencies out",
            related=[(use.dependency.place, f"{use.unit.name} waits for {use.dependency.name}") for use in ring[1:]],
            affects=[use.unit.label for use in ring],
        )
    for use in context.units.dependencies():
        if use.target is not None and use.target.suspended and not use.unit.suspended:
            yield RULE.draft(
                use.dependency.place,
                f"{use.unit.label} waits for {use.target.label}, which is suspended",
                help="a suspended object that was never ready blocks everything behind it",
                related=[(use.target.manifest.at("spec", "suspend"), "suspended here")] if use.target.manifest else [],
                affects=[use.unit.label],
                severity="note",
            )
