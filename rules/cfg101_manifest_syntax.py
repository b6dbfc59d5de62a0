"""A manifest that an engine reads is no YAML.

## What it checks

Files below the path of an Application or a Flux Kustomization, and everything their kustomizations read: resources,
patches, the kustomization itself. Also files of a tree that Flux turns into a kustomization by itself. A key that one
mapping writes twice counts too: kustomize refuses such a resource ("mapping key already defined").

## What happens

Argo CD reports `ComparisonError` and syncs nothing of the Application; Flux reports `BuildFailed` and applies nothing of
the Kustomization. One broken file stops the whole tree.

## How to fix

Mend the line that is named.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG101", name="manifest-syntax", severity="error", tags=("yaml",))

BAD = (
    Example(
        "a bracket that is never closed",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: ]  #! CFG101\n",
        },
        base="empty",
    ),
    Example(
        "a key twice",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"  #! CFG101\n',
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "closed",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: y\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Syntax errors that stop a build."""
    for problem, reached, names in context.units.problems():
        if problem.kind == "syntax":
            yield RULE.draft(
                problem.place,
                f"{problem.text}: nothing of the kustomizations that read this file is applied",
                help="mend the file so that it parses",
                affects=names,
                severity="error" if reached else "warning",
            )
    for fact in context.units.named("manifest-syntax"):
        yield RULE.draft(
            fact.place,
            f"{fact.text}: nothing of the path that holds this file is applied",
            help="mend the file so that it parses",
            affects=[fact.unit],
        )
