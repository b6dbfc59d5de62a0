"""A file is read as a manifest but is none.

## What it checks

YAML documents without `apiVersion` and `kind`, or without `metadata.name`, that a kustomization lists as resources or
that lie in a tree without a kustomization which Flux reads as a whole.

## What happens

kustomize stops with "Object 'Kind' is missing" or "missing metadata.name in object", so nothing of the tree is applied.
Argo CD, reading a plain directory, passes such files over; those are not reported.

## How to fix

Move values, scripts and CI files out of the tree, name them in `.sourceignore`, or add a `kustomization.yaml` that lists
only the manifests.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG102", name="not-kubernetes", severity="error", tags=("kustomize", "flux"))

BAD = (
    Example(
        "Helm values among the resources",
        {
            "base/kustomization.yaml": "resources:\n  - values.yaml\n",
            "base/values.yaml": "replicas: 2\n",
        },
        base="empty",
        expect=("base/values.yaml",),
    ),
)
GOOD = (
    Example(
        "a manifest",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Documents that kustomize cannot take."""
    for problem, reached, names in context.units.problems():
        if not reached:
            continue
        if problem.kind == "not-kubernetes":
            yield RULE.draft(
                problem.place,
                "this document has no `apiVersion` and `kind`, but a kustomization lists it as a resource: the build fails",
                help="take it out of `resources`, or make it a manifest",
                affects=names,
            )
        elif problem.kind == "no-name":
            yield RULE.draft(
                problem.place,
                f"this {problem.text} has no `metadata.name`, but a kustomization lists it as a resource: the build fails",
                help="give it a name; a patch belongs under `patches`",
                affects=names,
            )
    for fact in context.units.named("flux-not-kubernetes"):
        yield RULE.draft(
            fact.place,
            "this document has no `apiVersion` and `kind`, but Flux reads every YAML file below the path: the build fails",
            help="move it elsewhere, name it in .sourceignore, or add a kustomization.yaml that lists the manifests",
            affects=[fact.unit],
            severity="warning",
        )
