"""An image is taken from another registry than the workflows push it to.

## What it checks

Images of pods in private registries (`*.azurecr.io`, Amazon ECR, Google Artifact Registry) whose last name a GitHub
Actions workflow of this repository pushes, but to another registry: `docker push`, build-push-action tags, `az acr
build`. Registries that come from a workflow's secrets cannot be compared.

## What happens

The cluster pulls an old image from the other registry, or none: `ErrImagePull`.

## How to fix

Use one registry on both sides.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG018", name="image-registry", severity="warning", tags=("github-actions", "images"))

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
_WORKFLOW = "jobs:\n  build:\n    steps:\n      - run: docker push shopacr.azurecr.io/web:1.2.3\n"
BAD = (
    Example(
        "another registry",
        {
            "apps/web.yaml": _APP,
            "web/pod.yaml": _POD % "oldacr.azurecr.io/web:1.2.3  #! ARG018",
            ".github/workflows/build.yml": _WORKFLOW,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the same registry",
        {
            "apps/web.yaml": _APP,
            "web/pod.yaml": _POD % "shopacr.azurecr.io/web:1.2.3",
            ".github/workflows/build.yml": _WORKFLOW,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Images from a registry that nobody pushes them to."""
    for found in context.units.foreign_images():
        yield RULE.draft(
            found.place,
            f"{found.obj.label} takes {found.image}, but the workflows push it to {found.pushed}",
            help="use one registry on both sides",
            related=[(found.workflow, "pushed here")],
            affects=[found.unit.label],
        )
