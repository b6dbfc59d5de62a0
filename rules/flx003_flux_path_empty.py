"""A Flux Kustomization applies nothing.

## What it checks

A `spec.path` in this repository below which there is no manifest at all. With `prune: true` that is worth knowing:
whatever the Kustomization applied before is deleted.

## What happens

Flux applies an empty set and reports success.

## How to fix

Correct the path, add the manifests, or remove the Kustomization.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX003", name="flux-path-empty", severity="warning", tags=("flux", "prune"))

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
        "only a placeholder",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("/prod  #! FLX003", ""),
            "apps/prod/.gitkeep": "",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "a manifest",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/apps.yaml": _APPS % ("/prod", ""),
            "apps/prod/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Paths that hold no manifest."""
    for fact, names in context.units.grouped("flux-path-empty"):
        yield RULE.draft(
            fact.place,
            f"there is no manifest below {fact.text or 'the root'}: {fact.unit} applies nothing, and prunes what it had applied",
            help="correct the path, or remove the Kustomization",
            affects=names,
        )
