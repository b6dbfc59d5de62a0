"""Something is taken away before what depends on it.

## What it checks

With `--base`: the suite is removed while its configurations stay, a workspace while applications are configured in it,
the Db2 operator while databases stay.

## What Argo CD does

It deletes the suite, the workspace or the operator. What stays then hangs when it is deleted itself: its finalizers
wait for an operator that is gone, and the PostDelete Jobs of the suite's configurations run with a service account that
belongs to the suite's chart (ibm-mas/gitops `130-ibm-mas-suite/templates/01-postdelete-crs-resources.yaml`).

## How to fix

Take down in the reverse order: applications, workspaces and configurations first, then the suite; databases first, then
the operator.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN006", name="deprovision-order", severity="error", tags=("prune", "order"), needs_base=True)

SUITE = "dev/cluster1/inst2/ibm-mas-suite.yaml"
BAD = (Example("the suite removed before its configurations", remove=(SUITE,), expect=(SUITE,)),)
GOOD = (
    Example("nothing removed"),
    Example("the databases removed, not the operator", remove=("dev/cluster1/inst1/ibm-db2u-databases.yaml",)),
)


def check(context: Context) -> Drafts:
    """Removals that leave something behind which cannot be taken down."""
    for cause in context.causes:
        if cause.kind != "hangs":
            continue
        told = "; ".join(one.message for one in cause.dangling)
        yield RULE.draft(
            cause.place,
            f"{told} ({removal_text(cause)})",
            help="take down in the reverse order: first what depends on it, in a change of its own, then this",
            related=[(place, "still here") for one in cause.dangling for place in one.users[:5]],
            affects=cause.names,
            severity=removal_severity(cause),
        )
