"""This Argo CD prunes in the wrong order.

## What it checks

With `--base`: one change removes an operator and what the operator manages, and the Argo CD that runs prunes in
ascending order of sync waves.

## What Argo CD does

Before 2.11.0 (in the 2.10 line before 2.10.10) a sync prunes the lowest wave first and does not wait (argo-cd issue
15074): the operator of wave 110 is gone before the database of wave 120, whose finalizer then waits for ever.

## How to fix

Remove the later waves first, in a change of their own, or update Argo CD.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="PRN010", name="operator-pruned-first", severity="error", tags=("prune", "order", "version"), needs_base=True
)

FILES = ("dev/cluster1/inst1/ibm-db2u.yaml", "dev/cluster1/inst1/ibm-db2u-databases.yaml")
SETTINGS = "accounts:\n  dev:\n    auto_delete: true\nargocd-version: {}\n"
BAD = (
    Example(
        "operator and database at once with Argo CD 2.10.0",
        remove=FILES,
        settings=SETTINGS.format("2.10.0"),
        expect=FILES[:1],
    ),
)
GOOD = (
    Example("with Argo CD 3.0.0", remove=FILES, settings=SETTINGS.format("3.0.0")),
    Example("the database alone", remove=FILES[1:], settings=SETTINGS.format("2.10.0")),
)


def check(context: Context) -> Drafts:
    """Operators that are pruned before what they manage."""
    for operator, later in context.wrong_prune_order():
        yield RULE.draft(
            operator.place,
            f"`{operator.application.name}` (wave {operator.application.wave}) is pruned before "
            f"`{later.application.name}` (wave {later.application.wave}): this Argo CD prunes the lowest wave first, "
            "and what the operator has to take down hangs in deletion",
            help="remove the later waves first, in a change of their own, or update Argo CD to 2.11.0 (2.10.10)",
            related=[(later.place, "pruned later")],
            affects=(operator.application.name, later.application.name),
        )
