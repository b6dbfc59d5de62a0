"""A baseline entry whose finding is gone.

## What it checks

Every entry of the baseline file must still match a finding. Entries are compared by rule, file and config path; list
items by what names them, so moved lines and reworded messages make nothing stale. Entries of rules that did not run
and of files outside the linted part are not judged.

## Why it hurts

The defect was repaired, which is good, but the entry would hide it if it came back.

## How to fix

Write the baseline anew with `mas-lint baseline`.
"""

from masgitops_lint.sdk import Context, Drafts, Rule

RULE = Rule(code="LNT004", name="stale-baseline-entry", severity="note", tags=("baseline",))


def check(context: Context) -> Drafts:
    """The engine reports these when it applies the baseline."""
    yield from ()
