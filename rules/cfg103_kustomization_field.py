"""A kustomization has a field that kustomize does not know, or a value of the wrong type.

## What it checks

The keys of every `kustomization.yaml` at every level, the types of their values (`newTag: 1.0` is a number, and text is
meant), kind and apiVersion, generators without a name and literals without `=`, patches with neither `path` nor
`patch`, and kustomizations that say nothing at all. Only those that some Application or Flux Kustomization reaches are
errors.

## What happens

kustomize reads its file strictly: `invalid Kustomization: json: unknown field "resource"` (or `kustomization.yaml is
empty`), and nothing of the tree is applied.

## How to fix

Correct the name; `resources: []` is enough for a kustomization that is empty on purpose.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG103", name="kustomization-field", severity="error", tags=("kustomize",))

_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
BAD = (
    Example(
        "a missing letter",
        {"base/kustomization.yaml": "resource:  #! CFG103\n  - a.yaml\nnamespace: x\n", "base/a.yaml": _CONFIG_MAP},
        base="empty",
    ),
)
BAD += (
    Example(
        "a number for text",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\nimages:\n  - name: web\n    newTag: 1.10  #! CFG103\n",
            "base/a.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
    Example(
        "a field of a generator",
        {"base/kustomization.yaml": "configMapGenerator:\n  - name: a\n    literal: [a=b]  #! CFG103\n"},
        base="empty",
    ),
)
GOOD = (
    Example(
        "as kustomize calls it",
        {"base/kustomization.yaml": "resources:\n  - a.yaml\nnamespace: x\n", "base/a.yaml": _CONFIG_MAP},
        base="empty",
    ),
)

_COMMON = ("resources", "components", "patches", "namespace", "namePrefix", "images", "configMapGenerator", "labels",
           "secretGenerator", "generatorOptions", "helmCharts", "replacements", "commonLabels", "commonAnnotations",
           "patchesStrategicMerge", "patchesJson6902", "transformers", "generators")  # fmt: skip


def check(context: Context) -> Drafts:
    """Fields that no release of kustomize has, and empty files."""
    for problem, reached, names in context.units.problems():
        if problem.kind == "unknown-field":
            close = [problem.target] if problem.target else difflib.get_close_matches(problem.text, _COMMON, n=1)
            yield RULE.draft(
                problem.place,
                f"kustomize knows no field {problem.text!r} and refuses the whole file",
                help=f"did you mean {close[0]!r}?" if close else "take the field out",
                affects=names,
                severity="error" if reached else "warning",
            )
        elif problem.kind == "misfit":
            yield RULE.draft(
                problem.place,
                f"{problem.text}: kustomize refuses the whole file",
                help="write it as kustomize's reference says",
                affects=names,
                severity="error" if reached else "warning",
            )
        elif problem.kind == "empty" and reached:
            yield RULE.draft(
                problem.place,
                "kustomize refuses a kustomization that says nothing (`kustomization.yaml is empty`)",
                help="write `resources: []`, or take the directory out of the kustomization that lists it",
                affects=names,
                severity="warning",
            )
