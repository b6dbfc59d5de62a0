"""Argo CD does not take one of its settings as it is meant.

## What it checks

Policies in `argocd-rbac-cm`: six fields for `p`, three for `g`, resources, actions and effects that exist, roles that
some policy gives something. Policies of an AppProject's roles: subject `proj:PROJECT:ROLE`, objects of the project.
The label `argocd.argoproj.io/secret-type`, and finalizers of Applications that are written wrongly.

## What Argo CD does

With one malformed line its server refuses all policies of the ConfigMap (`invalid RBAC policy`) and does not start. A
policy of a role with another subject gives the role nothing, and the API refuses to save such a project; kubectl and
Argo CD's own syncs do not, so this is a note. A Secret with an unknown type is not read; an unknown finalizer is removed by nobody, so that
the Application can never be deleted.

## How to fix

Write what the help says.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG024", name="argocd-setting", severity="error", tags=("argocd", "rbac"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: argocd
  namespace: argocd
  finalizers:
    - %s
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: argocd}
  destination: {server: https://kubernetes.default.svc, namespace: argocd}
"""
_FINALIZER = "resources-finalizer.argocd.argoproj.io"
_RBAC = """apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: argocd}
data:
  policy.csv: |
    p, role:dev, applications, sync, shop/*%s
    g, acme:developers, role:dev
"""
_PROJECT = """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{server: '*', namespace: '*'}]
  roles:
    - name: dev
      policies:
        - p, proj:%s:dev, applications, sync, shop/*, allow
"""
_SECRET = """apiVersion: v1
kind: Secret
metadata:
  name: fleet
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: %s
stringData: {url: https://git.example.net/acme/fleet.git, type: git}
"""
_FILES = {
    "apps/argocd.yaml": _APP % _FINALIZER,
    "argocd/rbac.yaml": _RBAC % ", allow",
    "argocd/project.yaml": _PROJECT % "shop",
    "argocd/fleet.yaml": _SECRET % "repository",
}
BAD = (
    Example("no effect", {**_FILES, "argocd/rbac.yaml": _RBAC % "  #! ARG024"}, base="empty"),
    Example(
        "another project",
        {**_FILES, "argocd/project.yaml": (_PROJECT % "store").replace("allow", "allow  #! ARG024")},
        base="empty",
    ),
    Example("no such type", {**_FILES, "argocd/fleet.yaml": _SECRET % "repo  #! ARG024"}, base="empty"),
    Example(
        "an s too few",
        {**_FILES, "apps/argocd.yaml": _APP % "resource-finalizer.argocd.argoproj.io  #! ARG024"},
        base="empty",
    ),
)
GOOD = (Example("as meant", _FILES, base="empty"),)


def check(context: Context) -> Drafts:
    """Settings that are not taken."""
    for found in context.units.setting_troubles():
        yield RULE.draft(
            found.place,
            f"{found.text}: {found.effect}",
            help=found.hint,
            affects=[found.obj.label],
            severity=found.severity,
        )
