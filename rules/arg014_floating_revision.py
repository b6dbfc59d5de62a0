"""Applications that follow a moving revision.

## What it checks

Charts with a range (`1.*`, `>=2`) or no `targetRevision`, and sources in other repositories that follow `HEAD` or a
branch. The repository itself is left out: following its branch is what GitOps means. One note for the whole repository.

## What Argo CD does

It deploys whatever is newest at the moment, without a commit here, and rolls back nothing.

## How to fix

Pin the version; let a bot raise it in pull requests.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG014", name="floating-revision", severity="note", tags=("argocd", "versions"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://charts.example.net
    chart: web
    targetRevision: %s
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
BAD = (Example("a range", {"apps/web.yaml": _APP % "1.*  #! ARG014"}, base="empty"),)
GOOD = (Example("pinned", {"apps/web.yaml": _APP % "1.4.2"}, base="empty"),)


def check(context: Context) -> Drafts:
    """One note for all of them."""
    found = context.units.floating()
    if found:
        place, unit, text = found[0]
        more = f"; so do {len(found) - 1} more" if len(found) > 1 else ""
        yield RULE.draft(
            place,
            f"{unit.label} follows {text}{more}",
            help="pin the version",
            related=[(where, f"{one.label} follows {what}") for where, one, what in found[1:6]],
            affects=[one.label for _, one, _ in found],
        )
