"""A suppression whose last day is over.

## What it checks

`until=YYYY-MM-DD` in `# mas-lint: ignore[...]` is the last day on which the suppression holds. From the next day on it
silences nothing, and this rule says so.

## Why it hurts

The date was a promise to repair something by then. The finding counts again, so a run may fail without any change to
the repo: that is what the date is for.

## How to fix

Repair what the comment hid and remove it. If more time is needed, write a later date and say why.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="LNT002", name="expired-suppression", severity="warning", tags=("suppression",))

BAD = (
    Example(
        "the last day is long past",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                "merge-key: dev/cluster9  # mas-lint: ignore[CFG011] until=2020-01-31 while moving  #! LNT002\n"
                "redhat_cert_manager:\n  run_sync_hooks: true\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "the last day is far away",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                "merge-key: dev/cluster9  # mas-lint: ignore[CFG011] until=2999-12-31 while moving\n"
                "redhat_cert_manager:\n  run_sync_hooks: true\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """The engine reports these when all other rules have run."""
    yield from ()
