"""A PostDelete hook that cannot do its work when the Application is taken down.

## What it checks

Jobs and Pods with the hook `PostDelete` (also Helm's `post-delete`) whose ServiceAccount, its Role or binding, whose
Secrets, ConfigMaps or PersistentVolumeClaims are ordinary objects of the same Application, or objects of an Application
with a later wave below the same parent. Objects with `Delete=false` or `helm.sh/resource-policy: keep` are there to the
end. Also PostDelete hooks of Applications without `resources-finalizer`.

## What Argo CD does

It deletes the objects of the Application, waits until they are gone, and only then creates the PostDelete hooks, all at
once. A Job without its ServiceAccount gets no Pod, one without its Secret no container: it runs for ever, and the deletion
of the Application with it. A parent takes its children down from the highest wave to the lowest.

Before 3.3 an ApplicationSet takes the finalizer of PostDelete hooks off the Applications that it generates: the hooks do
not run (argo-cd issue 17181).

Without `resources-finalizer.argocd.argoproj.io` the objects stay, and the hook runs beside what it should clean up after.

## How to fix

Make what the hook needs a PostDelete hook too, with `argocd.argoproj.io/hook-delete-policy: HookSucceeded`, or keep it in
an Application of an earlier wave.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="WAV106", name="post-delete-too-late", severity="error", tags=("argocd", "order", "hooks", "deletion"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
_JOB = """apiVersion: v1
kind: ServiceAccount
metadata:
  name: cleaner
  annotations: {%s}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: clean
  annotations:
    argocd.argoproj.io/hook: PostDelete%s
spec:
  template:
    spec:
      restartPolicy: Never
      serviceAccountName: cleaner%s
      containers: [{name: a, image: busybox}]
"""
_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops, namespace: argocd}
spec:
  generators:
    - list: {elements: [{name: one}, {name: two}]}
  template:
    metadata:
      name: "{{name}}"
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
      destination: {server: https://kubernetes.default.svc, namespace: "{{name}}"}
"""
_BARE = _APP.replace("  finalizers: [resources-finalizer.argocd.argoproj.io]\n", "")
_HOOK = "argocd.argoproj.io/hook: PostDelete"
_MARK = "  #! WAV106"
BAD = (
    Example(
        "an ordinary ServiceAccount", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % ("", "", _MARK)}, base="empty"
    ),
    Example(
        "a generated Application", {"apps/web.yaml": _SET, "web/job.yaml": _JOB % (_HOOK, _MARK, "")}, base="empty"
    ),
    Example("no finalizer", {"apps/web.yaml": _BARE, "web/job.yaml": _JOB % (_HOOK, _MARK, "")}, base="empty"),
)
GOOD = (
    Example(
        "a generated Application of an Argo CD that keeps the finalizer",
        {"apps/web.yaml": _SET, "web/job.yaml": _JOB % (_HOOK, "", "")},
        base="empty",
        settings='argocd-version: "3.4"\n',
    ),
    Example("a hook too", {"apps/web.yaml": _APP, "web/job.yaml": _JOB % (_HOOK, "", "")}, base="empty"),
    Example(
        "a ServiceAccount that is kept",
        {"apps/web.yaml": _APP, "web/job.yaml": _JOB % ("argocd.argoproj.io/sync-options: Delete=false", "", "")},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Hooks that come after what they need."""
    troubles = [*context.units.teardown_troubles()]
    # a version that is known to do so is told by the rule about its defects
    if not context.argocd.verdict().known:
        troubles += context.units.post_delete_of_generated()
    for found in troubles:
        yield RULE.draft(
            found.place,
            found.text,
            help=found.hint,
            related=found.related,
            affects=found.affects,
            severity=found.severity or None,
        )
