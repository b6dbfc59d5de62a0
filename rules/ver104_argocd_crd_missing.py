"""The committed installation of Argo CD lacks a kind that the repository uses.

## What it checks

Repositories that hold an Argo CD installation with CustomResourceDefinitions of `argoproj.io`: every Application,
ApplicationSet and AppProject that they use needs its definition there.

## What happens

`no matches for kind "AppProject" in version "argoproj.io/v1alpha1"`: the object cannot be applied. A cut-down install is
an old copy; Argo CD itself does not run without the AppProject CRD.

## How to fix

Install Argo CD from its own manifests or chart, with all three definitions.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER104", name="argocd-crd-missing", severity="warning", tags=("argocd", "versions"))

_INSTALL = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applications.argoproj.io}
spec:
  group: argoproj.io
  names: {kind: Application, plural: applications}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-server, namespace: argocd}
spec:
  template:
    spec:
      containers:
        - name: server
          image: quay.io/argoproj/argocd:v2.8.0%s
"""
_PROJECT = """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec: {sourceRepos: ['*']}
"""
_CRD = """---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: appprojects.argoproj.io}
spec:
  group: argoproj.io
  names: {kind: AppProject, plural: appprojects}
"""
BAD = (Example("no AppProject", {"install.yaml": _INSTALL % "  #! VER104", "project.yaml": _PROJECT}, base="empty"),)
GOOD = (Example("both", {"install.yaml": _INSTALL % "" + _CRD, "project.yaml": _PROJECT}, base="empty"),)


def check(context: Context) -> Drafts:
    """Kinds that the committed installation does not define."""
    units = context.units
    for evidence, kind, used in units.absent_argocd_kinds():
        yield RULE.draft(
            evidence.place,
            f"this installation of Argo CD {evidence.version} defines no {kind}, which the repository uses",
            help="install Argo CD from its own manifests or chart",
            related=[(used.at("kind"), f"{used.label} cannot be applied")],
        )
