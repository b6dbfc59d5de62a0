"""A hook or a wave that Argo CD does not read as meant.

## What it checks

`argocd.argoproj.io/hook` with no valid type (`PreSync`, `Sync`, `PostSync`, `SyncFail`, `Skip`, `PostDelete` from 2.10,
`PreDelete` from 3.3; case matters), and `argocd.argoproj.io/sync-wave` that is no whole number in quotes.

## What Argo CD does

An object with an unknown hook type is a hook of no phase: it is never applied, without a message. A wave that is no
integer counts as 0.

## How to fix

Correct the word; write the wave as a quoted number.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV104", name="hook-never-runs", severity="error", tags=("argocd", "order", "hooks"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
_JOB = """apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    argocd.argoproj.io/hook: %s
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}}
"""
BAD = (Example("in lower case", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % "presync  #! WAV104"}, base="empty"),)
GOOD = (Example("as it is called", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % "PreSync"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Annotations that do not parse."""
    for unit, obj, key, text in context.units.unread_annotations():
        if key.endswith("/hook"):
            yield RULE.draft(
                obj.at("metadata", "annotations", key),
                f"{text!r} is no hook type: {obj.label} is never applied",
                help="write PreSync, Sync, PostSync, SyncFail or Skip",
                affects=[unit.label],
            )
        else:
            yield RULE.draft(
                obj.at("metadata", "annotations", key),
                f"{text!r} is no whole number: {obj.label} is in wave 0",
                help='write the number in quotes, such as "5"',
                affects=[unit.label],
                severity="warning",
            )
