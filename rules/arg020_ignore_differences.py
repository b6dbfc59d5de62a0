"""An entry of `ignoreDifferences` ignores nothing.

## What it checks

`jsonPointers` that do not begin with `/`, and `jqPathExpressions` that are JSON pointers.

## What Argo CD does

A pointer without its slash is skipped, so the difference stays and self-healing keeps undoing it. A jq expression that
does not compile makes the comparison of the whole Application fail.

## How to fix

Pointers look like `/spec/replicas`, expressions like `.spec.replicas`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG020", name="ignore-differences", severity="warning", tags=("argocd", "drift"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: %s, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
%s"""
_MAP = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
_IGNORED = "  ignoreDifferences:\n    - group: apps\n      kind: Deployment\n      jsonPointers:\n        - %s\n"
BAD = (
    Example(
        "no slash", {**_MAP, "apps/web.yaml": _APP % ("main", _IGNORED % "spec.replicas  #! ARG020")}, base="empty"
    ),
)
GOOD = (Example("a pointer", {**_MAP, "apps/web.yaml": _APP % ("main", _IGNORED % "/spec/replicas")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Entries of the wrong form."""
    for found in context.units.bad_pointers():
        if found.field == "jsonPointers":
            message = f"{found.text!r} is no JSON pointer: {found.obj.label} ignores nothing"
            meant = "/" + found.text.lstrip(".$").replace(".", "/")
        else:
            message = f"{found.text!r} is no jq expression: {found.obj.label} cannot be compared"
            meant = "." + found.text.strip("/").replace("/", ".")
        yield RULE.draft(found.place, message, help=f"write `{meant}`", affects=[found.obj.label])
