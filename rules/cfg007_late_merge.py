"""A YAML merge (`<<`) that overwrites keys written before it.

## What it checks

A `<<: *anchor` after explicit keys of the same mapping, where the anchor carries one of those keys with another value.

## What Argo CD does

The YAML specification lets explicit keys win. Go's YAML reader, which Argo CD uses, applies the merge where it stands:
a `<<` at the end overwrites what was written above it.

## How to fix

Put `<<` first in the mapping.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG007", name="late-merge", severity="warning", tags=("yaml",), local=True)

BAD = (
    Example(
        "the override is overridden",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\ndefaults: &defaults\n  channel: stable\n\n'
                "redhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: true\n  <<: *defaults  #! CFG007\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "merge first",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\ndefaults: &defaults\n  channel: stable\n\n'
                "redhat_cert_manager:\n  <<: *defaults\n  channel: stable-v1\n  run_sync_hooks: true\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Merges that change a value set above them."""
    for path in context.mas.read_paths:
        for problem in context.repository.document(path).problems:
            if problem.kind == "late-merge":
                yield RULE.draft(
                    Place(path, problem.keys, span=problem.span),
                    f"{problem.message}: Argo CD applies `<<` where it stands, so it overwrites the keys above it",
                    help="put `<<` first in the mapping",
                )
