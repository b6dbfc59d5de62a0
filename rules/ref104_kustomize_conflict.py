"""Two resources of one kustomization are the same object.

## What it checks

Kind, API version, namespace and name of everything that a kustomization puts together, after the transformers of the
bases: a resource listed twice, a base that is reached in two ways, two files with the same object. Also a `behavior:
merge` generator without anything to merge into. Only kustomizations that some Application or Flux Kustomization
reaches.

## What happens

kustomize stops with "may not add resource with an already registered id", so nothing of the tree is applied.

## How to fix

List it once. Two copies on purpose need different names: `namePrefix`, `nameSuffix` or `namespace` in one of the bases.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF104", name="kustomize-conflict", severity="error", tags=("kustomize",))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "one object in two files",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n  - b.yaml  #! REF104\n",
            "base/a.yaml": _CONFIG_MAP,
            "base/b.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "copies with a prefix",
        {
            "all/kustomization.yaml": "resources:\n  - ../one\n  - ../two\n",
            "one/kustomization.yaml": "namePrefix: one-\nresources:\n  - ../base\n",
            "two/kustomization.yaml": "namePrefix: two-\nresources:\n  - ../base\n",
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Objects that kustomize refuses to add."""
    for problem, reached, names in context.units.problems():
        if not reached:
            continue
        if problem.kind == "duplicate":
            other = f" (also in {problem.target})" if problem.target else ""
            yield RULE.draft(
                problem.place,
                f"{problem.text} is already in this kustomization{other}: `kustomize build` fails",
                help="list it once, or give one copy another name or namespace",
                affects=names,
            )
        elif problem.kind == "merge-target":
            yield RULE.draft(
                problem.place,
                f"there is no {problem.text} to merge into: `kustomize build` fails",
                help="remove `behavior: merge`, or add the base that holds it",
                affects=names,
            )
