"""A list has an empty entry.

## What it checks

Lists of the config files for entries that are null: a lone `-`, or a `-` whose keys have slipped to the left. Entries
that stop a root chart are VAL001.

## What Argo CD does

The entry is handed to the charts as null; most loops read a key of every entry and stop there.

## How to fix

Remove the empty entry, or indent what belongs to it.
"""

from collections.abc import Callable
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted

RULE = Rule(code="VAL003", name="null-list-item", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "an empty host",
        {
            "dev/cluster2/inst3/ibm-sls.yaml": (
                'merge-key: "dev/cluster2/inst3"\nibm_sls:\n  sls_channel: 3.x\n  mongo_spec:\n    nodes:\n'
                "      - host: mongo\n        port: 27017\n      - #! VAL003\n"
            )
        },
    ),
)
GOOD = (Example("no empty entry"),)


def check(context: Context) -> Drafts:
    """Null entries of lists."""
    stopped = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    for scope, at, _ in context.scope_values(_judge):
        place = scope.place(at.keys)
        if place.path == at.path and place not in stopped:
            yield RULE.draft(
                place,
                f"`{dotted(at.keys)}` is an empty list entry (null): charts that read a key of every entry stop at it",
                help="remove the `-`, or indent the keys that belong to it",
                affects=context.applications_at(scope, at.keys),
            )


def _judge(route: Keys) -> Callable[[Any], object] | None:
    return (lambda value: value is None) if isinstance(route[-1], int) else None
