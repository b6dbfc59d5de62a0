"""A Flux Kustomization points at a directory that does not exist.

## What it checks

`spec.path` of every Kustomization that the cluster gets and whose source is this repository, an ArtifactGenerator's
artifact included. Paths in other repositories are not looked at.

## What happens

kustomize-controller reports `kustomization path not found`, applies nothing, and prunes nothing: what was deployed from
the old path goes stale, and everything that depends on the Kustomization waits.

## How to fix

Correct the path. It is relative to the root of the source, not to the file.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX001", name="flux-path-missing", severity="error", tags=("flux",))

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
_APPS = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps%s
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system%s
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n"
BAD = (
    Example(
        "a directory that was moved",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("/production  #! FLX001", ""),
            "apps/prod/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "where it is",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("/prod", ""),
            "apps/prod/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Paths without a directory."""
    guessed = {root.cluster for root in context.units.roots if root.guessed}
    for fact, names in context.units.grouped("flux-path-missing"):
        near = context.units.nearest(fact.text)
        yield RULE.draft(
            fact.place,
            f"there is no directory {fact.text} in this repository: {fact.unit} applies nothing",
            help=f"did you mean {near}?" if near else "the path is relative to the root of the source",
            affects=names,
            severity="warning" if fact.data.get("cluster") in guessed else "error",
        )
    for fact, names in context.units.grouped("flux-component-missing"):
        yield RULE.draft(
            fact.place,
            f"there is no component {fact.text} below the path of {fact.unit}: it applies nothing",
            help="a component is relative to `spec.path` and needs a kustomization.yaml",
            affects=names,
        )
    for fact, names in context.units.grouped("flux-chart-missing"):
        yield RULE.draft(
            fact.place,
            f"there is no chart at {fact.text} in this repository: {fact.unit} is not installed",
            help="the path of a chart in a GitRepository is relative to its root",
            affects=names,
        )
