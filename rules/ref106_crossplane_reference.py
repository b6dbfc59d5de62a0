"""A Crossplane object refers to something that the cluster does not get.

## What it checks

Managed resources: the ProviderConfig that `providerConfigRef` names, and a Provider package that serves their API group.
Compositions: the CompositeResourceDefinition of their `compositeTypeRef`, and the Functions of their pipeline. Only what
the repository declares at least one of is judged, and nothing where a Configuration package or another repository may
bring it.

## What happens

The resource is never created outside ("cannot get referenced ProviderConfig", "no matches for kind"), and whatever waits
for its connection Secret waits too.

## How to fix

Correct the name, or add the Provider, ProviderConfig, definition or Function.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF106", name="crossplane-reference", severity="warning", tags=("crossplane",))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: infra, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: infra}
  destination: {server: https://kubernetes.default.svc, namespace: crossplane-system}
"""
_INFRA = """apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata: {name: provider-gcp-storage}
spec: {package: xpkg.upbound.io/upbound/provider-gcp-storage:v1}
---
apiVersion: gcp.upbound.io/v1beta1
kind: ProviderConfig
metadata: {name: default}
spec: {projectID: acme, credentials: {source: InjectedIdentity}}
---
apiVersion: storage.gcp.upbound.io/v1beta1
kind: Bucket
metadata: {name: backups}
spec:
  forProvider: {location: EU}
  providerConfigRef:
    name: %s
"""
BAD = (Example("another name", {"apps/infra.yaml": _APP, "infra/a.yaml": _INFRA % "gcp  #! REF106"}, base="empty"),)
GOOD = (Example("the one there is", {"apps/infra.yaml": _APP, "infra/a.yaml": _INFRA % "default"}, base="empty"),)

_TEXT = {
    "provider-config": "the cluster gets no ProviderConfig {0}: {1} is never created",
    "provider": "no Provider of this repository serves {0}: the cluster knows no {2}",
    "definition": "no CompositeResourceDefinition defines {0}: {1} is never used",
    "function": "the cluster gets no Function {0}: {1} cannot run",
}


def check(context: Context) -> Drafts:
    """References that nothing answers."""
    for found in context.units.crossplane_troubles():
        close = difflib.get_close_matches(found.text, found.known, n=1, cutoff=0.5)
        yield RULE.draft(
            found.place,
            _TEXT[found.kind].format(found.text, found.obj.label, found.obj.kind),
            help=f"did you mean {close[0]!r}?" if close else f"there is {', '.join(found.known[:5])}",
            affects=[found.unit.label],
        )
