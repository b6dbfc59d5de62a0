"""A hook or a wave that Argo CD does not read as meant.

## What it checks

`argocd.argoproj.io/hook` with a type that there is not (`PreSync`, `Sync`, `PostSync`, `SyncFail`, `Skip`, `PostDelete`
from 2.10, `PreDelete` from 3.3; case matters), `helm.sh/hook` likewise, delete policies of hooks that there are not
(`HookSucceeded`, `HookFailed`, `BeforeHookCreation`), and sync waves and hook weights that are no whole numbers.

## What Argo CD does

An object with an unknown hook type is a hook of no phase: it is never applied, without a message. An unknown delete
policy is ignored, and `BeforeHookCreation` holds when none is left. A wave that is no integer counts as 0 (gitops-engine
`pkg/sync/hook/hook.go`, `pkg/sync/hook/delete_policy.go`, `pkg/sync/syncwaves/waves.go`).

## How to fix

Correct the word; write the wave as a quoted number.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, misread_help, misread_text

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
_POLICY = "PreSync\n    argocd.argoproj.io/hook-delete-policy: HookSuceeded  #! WAV104"
BAD = (
    Example("in lower case", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % "presync  #! WAV104"}, base="empty"),
    Example("a delete policy", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % _POLICY}, base="empty"),
)
GOOD = (Example("as it is called", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % "PreSync"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Annotations that do not parse."""
    for unit, obj, wrong in context.units.unread_annotations():
        yield RULE.draft(
            obj.at("metadata", "annotations", wrong.annotation),
            f"{misread_text(wrong)} ({obj.label})",
            help=misread_help(wrong),
            affects=[unit.label],
            severity="error" if wrong.effect == "never" else "warning",
        )
