"""The same key twice in one mapping.

## What it checks

A key that is written twice in the same mapping of a config file.

## What Argo CD does

`sigs.k8s.io/yaml`, as the git files generator calls it, keeps the last one and says nothing: everything under the first
is gone.

## How to fix

Join the two, or delete the one that is not meant.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG003", name="duplicate-key", severity="error", tags=("yaml",), local=True)

BAD = (
    Example(
        "channel twice",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: stable-v1\n'
                "  run_sync_hooks: true\n  channel: stable  #! CFG003\n"
            )
        },
    ),
)
GOOD = (Example("each key once"),)


def check(context: Context) -> Drafts:
    """Every repeated key, at its second occurrence."""
    for path in context.mas.read_paths:
        for problem in context.repository.document(path).problems:
            if problem.kind != "duplicate-key":
                continue
            key = problem.keys[-1] if problem.keys else "a key"
            related = ((Place(path, span=problem.related), f"`{key}` is first set here"),) if problem.related else ()
            yield RULE.draft(
                Place(path, problem.keys, "key", span=problem.span),
                f"`{key}` is set twice in this mapping: Argo CD silently takes this one and drops the first",
                help="keep one of the two",
                related=related,
            )
