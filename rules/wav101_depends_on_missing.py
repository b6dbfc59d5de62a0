"""`dependsOn` names something that the cluster does not get.

## What it checks

Every `dependsOn` of Kustomizations and HelmReleases. A Kustomization can only depend on Kustomizations, a HelmRelease
only on HelmReleases; without `namespace` its own is meant. Clusters with parts that cannot be seen (other repositories,
ResourceSets) give a warning.

## What happens

The object waits for ever with `dependency not found` or `dependency is not ready`, and so does everything behind it.
Flux does not check the name when the object is applied.

## How to fix

Correct the name or the namespace, or depend on the Kustomization that holds the HelmRelease.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV101", name="depends-on-missing", severity="error", tags=("flux", "order"))

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
metadata: {name: infra, namespace: flux-system}
spec: {interval: 5m, path: ./infra, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 5m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  dependsOn:
    - name: %s
"""
_FILES = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "infra/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n",
    "apps/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n",
}
BAD = (
    Example("another name", {**_FILES, "clusters/one/apps.yaml": _APPS % "infrastructure  #! WAV101"}, base="empty"),
)
GOOD = (Example("the one there is", {**_FILES, "clusters/one/apps.yaml": _APPS % "infra"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Dependencies on nothing."""
    for use in context.units.dependencies():
        if use.outcome != "missing":
            continue
        dependency, unit = use.dependency, use.unit
        close = difflib.get_close_matches(dependency.name, use.known, n=1, cutoff=0.5)
        if use.other_namespace:
            hint = f"it is in namespace {use.other_namespace}: say so with `namespace`"
        elif use.other_kind:
            hint = f"{dependency.name} is a {use.other_kind}; a {unit.kind} can only depend on a {unit.kind}"
        else:
            hint = f"did you mean {close[0]!r}?" if close else "take the entry out, or add what it waits for"
        yield RULE.draft(
            dependency.place,
            f"the cluster gets no {unit.kind} {dependency.namespace}/{dependency.name}: {unit.label} waits for ever",
            help=hint,
            affects=[unit.label],
            severity="error" if use.certain else "warning",
        )
