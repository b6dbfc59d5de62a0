"""A PreSync hook that needs an object of the sync itself.

## What it checks

Jobs and Pods with the hook `PreSync` (also Helm's `pre-install` and `pre-upgrade`) whose ServiceAccount, Secrets,
ConfigMaps or PersistentVolumeClaims are ordinary objects of the same Application, and those that need objects of a later
wave inside one phase.

## What Argo CD does

Everything of PreSync has to succeed before the first object of the sync is applied. On a new cluster the hook waits for
an object that will never come: the sync hangs until its timeout. It works by chance where the object is there already.

## How to fix

Make the needed objects PreSync hooks with a lower wave, or run the Job as a `Sync` hook.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV105", name="hook-needs-later-object", severity="warning", tags=("argocd", "order", "hooks"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
_JOB = """apiVersion: v1
kind: ConfigMap
metadata:
  name: migration
  annotations: {%s}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: {argocd.argoproj.io/hook: PreSync}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: a
          image: busybox
          envFrom:
            - configMapRef:
                name: migration%s
"""
BAD = (
    Example("an ordinary ConfigMap", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % ("", "  #! WAV105")}, base="empty"),
)
GOOD = (
    Example(
        "a hook too",
        {
            "apps/web.yaml": _APP,
            "web/job.yaml": _JOB % ('argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/sync-wave: "-1"', ""),
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Hooks that wait for what comes after them."""
    for found in context.units.late_providers():
        yield RULE.draft(
            found.place,
            found.text,
            help=found.hint,
            related=found.related,
            affects=found.affects,
        )
