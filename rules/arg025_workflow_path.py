"""A workflow applies or edits a file that is elsewhere now.

## What it checks

`kubectl apply -f`, `kubectl apply -k`, `kustomize build`, `sed -i` and `yq -i` in GitHub Actions workflows with a path
that the repository does not have, while a file or directory of the same name lies somewhere else. Workflows that change
their directory or check out other repositories are left alone.

## What happens

The step fails, or edits nothing: the new image or setting never reaches Git, and Argo CD has nothing to sync.

## How to fix

Write the path relative to the root of the repository, where a workflow starts.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG025", name="workflow-path", severity="warning", tags=("argocd", "github-actions"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web/base}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_WORKFLOW = """on: push
jobs:
  bump:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: |
          sed -i "s|:latest|:$GITHUB_SHA|" %s
          git commit -am bump && git push
"""
_FILES = {"apps/web.yaml": _APP, "web/base/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
BAD = (
    Example(
        "a file that was moved",
        {**_FILES, ".github/workflows/bump.yaml": _WORKFLOW % "k8s/web.yaml  #! ARG025"},
        base="empty",
    ),
)
GOOD = (
    Example("where it is", {**_FILES, ".github/workflows/bump.yaml": _WORKFLOW % "web/base/web.yaml"}, base="empty"),
)


def check(context: Context) -> Drafts:
    """Paths that are not there."""
    for found in context.units.absent_paths():
        yield RULE.draft(
            found.place,
            f"there is no {found.path} in this repository: this step of the workflow fails",
            help=f"did you mean {found.instead[0]}?",
            affects=list(found.units),
        )
