"""A suppression comment that silences nothing.

## What it checks

Every code in `# mas-lint: ignore[...]` and `# mas-lint: ignore-file[...]` must silence a finding. A code whose rule
did not run (it was left out with `--select` or `--ignore`, or compares revisions and there was no `--base`) is not
judged.

## Why it hurts

The defect was repaired, or the comment stands on the wrong line. In the first case the comment would hide the defect
when it comes back; in the second it never hid anything. A comment after a value speaks of that line only, one alone
on its line of the next line that holds anything but a comment. Inside a block scalar there are no comments: put it
after the scalar's key, or above it.

## How to fix

Remove the comment, take the code out of its list, or move it to the line that the finding names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="LNT001", name="unused-suppression", severity="warning", tags=("suppression",))

BAD = (
    Example(
        "the merge key is right",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                "merge-key: dev/cluster1  # mas-lint: ignore[CFG011] moved on purpose  #! LNT001\n"
                "redhat_cert_manager:\n  run_sync_hooks: true\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "the comment silences a finding",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                "merge-key: dev/cluster9  # mas-lint: ignore[CFG011] moved on purpose\n"
                "redhat_cert_manager:\n  run_sync_hooks: true\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """The engine reports these when all other rules have run."""
    yield from ()
