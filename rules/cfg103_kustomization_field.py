"""A kustomization has a field that kustomize does not know.

## What it checks

The top-level keys of every `kustomization.yaml`, and kustomizations that say nothing at all. Only those that some
Application or Flux Kustomization reaches are errors.

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
            close = difflib.get_close_matches(problem.text, _COMMON, n=1)
            yield RULE.draft(
                problem.place,
                f"kustomize knows no field {problem.text!r} and refuses the whole file",
                help=f"did you mean {close[0]!r}?" if close else "take the field out",
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
