"""A sync wave that cannot order what it was meant to order.

## What it checks

Objects with a sync wave whose API (CustomResourceDefinition or controller) comes with another Application: a Crossplane
Provider at wave 2 while Crossplane itself is a second Application, a ClusterIssuer while cert-manager is another one.
A wave that later objects of the same Application wait for is not meant. Also a wave on an Application that nothing
applies, and on the template of an ApplicationSet; and, where the repository installs Argo CD, waves on child
Applications without a health check for Applications.

## What Argo CD does

Waves order the objects of one Application's sync. Between Applications they do nothing: the sync fails until the CRD
happens to be there, and is retried. Child Applications of one parent are ordered by their own waves, and only when
Argo CD is told to judge their health (removed by default in 1.8).

## How to fix

Give the Applications themselves waves below one parent, add `SkipDryRunOnMissingResource=true` and a retry, or take the
wave out.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV103", name="wave-across-applications", severity="note", tags=("argocd", "order"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: %s}
  destination: {server: https://kubernetes.default.svc, namespace: crossplane-system}
"""
_PROVIDER = """apiVersion: pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-gcp%s
spec: {package: xpkg.upbound.io/upbound/provider-gcp-storage:v1}
"""
_FILES = {
    "apps/crossplane.yaml": _APP % ("crossplane", "crossplane"),
    "apps/providers.yaml": _APP % ("providers", "providers"),
    "crossplane/Chart.yaml": "apiVersion: v2\nname: crossplane\nversion: 1.0.0\n",
    "crossplane/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: crossplane}\n",
}
_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops, namespace: argocd}
spec:
  generators:
    - list: {elements: [{name: one}, {name: two}]}
  template:
    metadata:
      name: "{{name}}"
%s    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: crossplane}
      destination: {server: https://kubernetes.default.svc, namespace: "{{name}}"}
"""
_CHILD = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-wave: "%s"%s
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: crossplane}
  destination: {server: https://kubernetes.default.svc, namespace: crossplane-system}
"""
_INSTALL = "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.10.0\n"
_HEALTH = """patches:
  - target: {kind: ConfigMap, name: argocd-cm}
    patch: |
      - op: add
        path: /data
        value: {resource.customizations.health.argoproj.io_Application: "hs = {} return hs"}
"""
_PARENT = {
    "root.yaml": _APP % ("root", "apps"),
    "argocd/kustomization.yaml": _INSTALL,
    "crossplane/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "apps/one.yaml": _CHILD % ("one", "0", ""),
}
BAD = (
    Example(
        "children that nobody waits for",
        {**_PARENT, "apps/two.yaml": _CHILD % ("two", "1", "  #! WAV103")},
        base="empty",
    ),
    Example(
        "the template of an ApplicationSet",
        {
            **_FILES,
            "apps/shops.yaml": _SET % '      annotations:\n        argocd.argoproj.io/sync-wave: "3"  #! WAV103\n',
        },
        base="empty",
    ),
    Example(
        "a provider that waits for another Application",
        {
            **_FILES,
            "providers/provider.yaml": _PROVIDER % '\n  annotations:\n    argocd.argoproj.io/sync-wave: "2"  #! WAV103',
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "a health check",
        {**_PARENT, "apps/two.yaml": _CHILD % ("two", "1", ""), "argocd/kustomization.yaml": _INSTALL + _HEALTH},
        base="empty",
    ),
    Example(
        "no wave", {**_FILES, "providers/provider.yaml": _PROVIDER % "", "apps/shops.yaml": _SET % ""}, base="empty"
    ),
)


def check(context: Context) -> Drafts:
    """Waves that order nothing."""
    troubles = [*context.units.idle_waves()]
    kinds = {one.kind for install in context.argocd.installs for one in install.evidence}
    # an operator may bring a check of its own
    if kinds and kinds <= {"image", "reference", "chart"}:
        troubles += context.units.ungated_waves()
    for found in troubles:
        yield RULE.draft(
            found.place,
            found.text,
            help=found.hint,
            related=found.related,
            affects=found.affects,
        )
