"""A Kustomization or HelmRelease names a source that the cluster does not get.

## What it checks

`sourceRef` and `chartRef` against the GitRepositories, OCIRepositories, HelmRepositories, HelmCharts and Buckets that
the same cluster gets, in the namespace that is meant (the object's own when none is given). The source that Flux's own
bootstrap makes is known.

## What happens

Flux reports that the source is not found and waits; nothing is applied or installed.

## How to fix

Correct kind, name or namespace, or add the source to what the cluster applies.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX002", name="flux-source-missing", severity="error", tags=("flux",))

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
_RELEASE = """apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: %s}
spec: {interval: 1h, url: https://example.com/charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  interval: 1h
  chart:
    spec:
      chart: web
      sourceRef:
        kind: HelmRepository
        name: %s
"""
BAD = (
    Example(
        "a source in another namespace",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _RELEASE % ("flux-system", "charts  #! FLX002"),
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "in its own namespace",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _RELEASE % ("shop", "charts"),
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """References without a source."""
    missing = {}
    for found in context.units.source_references():
        if found.outcome == "missing":
            missing.setdefault((found.place, found.namespace), []).append(found)
    for all_found in missing.values():
        found = next((one for one in all_found if one.certain), all_found[0])
        close = difflib.get_close_matches(found.name, found.known, n=1, cutoff=0.5)
        if found.elsewhere:
            hint = f"it is in namespace {found.elsewhere}: say so with `namespace`"
        elif found.other_kind:
            hint = f"there is a {found.other_kind} of that name"
        else:
            hint = f"did you mean {close[0]!r}?" if close else "add the source to what this cluster applies"
        yield RULE.draft(
            found.place,
            f"the cluster gets no {found.kind} {found.namespace}/{found.name}: {found.unit.label} waits for ever",
            help=hint,
            affects=list(dict.fromkeys(one.unit.label for one in all_found)),
            severity="error" if found.certain else "warning",
        )
