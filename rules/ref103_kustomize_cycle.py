"""A kustomization includes itself.

## What it checks

An entry of `resources` that is the kustomization file itself or its own directory, one that contains it, and
kustomizations that include each other.

## What happens

kustomize refuses a cycle. The file itself as a resource is worse: it is read as an ordinary object, so the build either
fails ("missing metadata.name") or gives a `kustomize.config.k8s.io/Kustomization` object that no cluster knows.

## How to fix

Take the entry out: a kustomization never lists itself.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF103", name="kustomize-cycle", severity="error", tags=("kustomize", "cycle"))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "the file itself",
        {
            "base/kustomization.yaml": "resources:\n  - settings.yaml\n  - kustomization.yaml  #! REF103\n",
            "base/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "only what is beside it",
        {"base/kustomization.yaml": "resources:\n  - settings.yaml\n", "base/settings.yaml": _CONFIG_MAP},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Entries that lead back to where they stand."""
    for problem, reached, names in context.units.problems():
        if problem.kind in ("self", "cycle"):
            what = "is this kustomization itself" if problem.kind == "self" else "leads back to this kustomization"
            yield RULE.draft(
                problem.place,
                f"{problem.text} {what}: kustomize cannot build it",
                help="take the entry out",
                affects=names,
                severity="error" if reached else "warning",
            )
