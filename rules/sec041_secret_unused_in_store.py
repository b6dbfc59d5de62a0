"""A secret in the store that nothing reads.

## What it checks

Secrets in the store below the repo's own accounts and clusters that no placeholder and no Job reads. It runs like
`secret-missing-in-store`, with an option `store` of its own.

## What Argo CD does

Nothing: the secret is simply never asked for. It may be a leftover of an instance that is gone, or the right name of
a secret that is read under a wrong one.

## How to fix

Delete the secret, or correct the path that should read it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(
    code="SEC041", name="secret-unused-in-store", severity="note", tags=("secrets", "store"), options={"store": ""}
)

BAD = (
    Example(
        "a leftover",
        {"store.txt": "dev/cluster1/aws\ndev/cluster1/old_instance/license\n"},
        settings="rules:\n  SEC041:\n    store: store.txt\n",
        expect=("dev/cluster1/ibm-mas-cluster-base.yaml",),
    ),
)
GOOD = (
    Example(
        "read ones, and other people's",
        {"store.txt": "dev/cluster1/aws\nelsewhere/thing/x\n"},
        settings="rules:\n  SEC041:\n    store: store.txt\n",
    ),
)


def check(context: Context) -> Drafts:
    """What the store has too much, told at the base file of the scope it belongs to."""
    comparison = context.store_comparison(str(context.options(RULE)["store"]))
    for path in comparison.unused if comparison is not None else ():
        scopes = [
            s for s in context.mas.scopes if s.base is not None and f"/{s.directory[len(s.root) :]}/" in f"/{path}"
        ]
        scope = max(scopes, key=lambda one: len(one.directory), default=None)
        if scope is None or scope.base is None:
            continue
        yield RULE.draft(
            Place(scope.base.path),
            f"the store holds `{path}`, which nothing in this repo reads",
            help="delete it, or correct the path that should read it",
        )
