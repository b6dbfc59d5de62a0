"""A placeholder that only a workflow's own copy gets replaced.

## What it checks

`sed -i 's/PLACEHOLDER/.../'` in GitHub Actions workflows on a file that an Application or a Flux Kustomization applies,
while the placeholder is still in that file. Workflows that commit or push are left alone.

## What happens

The workflow changes the file in its checkout and throws that away; the engine applies what Git holds, with the
placeholder in it. With `kubectl apply` in the same workflow the two overwrite each other.

## How to fix

Let the workflow commit the value (`kustomize edit set image`, an image updater), or use Helm values, a kustomize
replacement or a Flux `postBuild` variable.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="ARG017", name="workflow-replacement", severity="warning", tags=("argocd", "github-actions", "placeholders")
)

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
_POD = """apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: %s
"""
_WORKFLOW = "jobs:\n  deploy:\n    steps:\n      - run: sed -i 's|IMAGE_TAG|${{ github.sha }}|g' web/pod.yaml\n"
BAD = (
    Example(
        "a tag that only the workflow knows",
        {
            "apps/web.yaml": _APP,
            "web/pod.yaml": _POD % "shop.azurecr.io/web:IMAGE_TAG  #! ARG017",
            ".github/workflows/deploy.yml": _WORKFLOW,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "a tag in Git",
        {
            "apps/web.yaml": _APP,
            "web/pod.yaml": _POD % "shop.azurecr.io/web:1.2.3",
            ".github/workflows/deploy.yml": _WORKFLOW,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Placeholders that never get replaced in Git."""
    for found in context.units.local_replacements():
        yield RULE.draft(
            found.place,
            f"{found.text} is replaced only in a workflow's own checkout; {found.unit.label} applies it as it stands",
            help="let the workflow commit the value, or fill it in with kustomize, Helm or Flux",
            related=[(found.workflow, "replaced here")],
            affects=[found.unit.label],
        )
