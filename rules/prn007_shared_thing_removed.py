"""Something shared is removed that others still use.

## What it checks

With `--base`: the operator catalogue of a cluster is removed while its instances stay.

## What Argo CD does

It deletes the CatalogSource. The operators that run go on, but every Subscription on the cluster loses its source: no
operator can be installed, upgraded or repaired (Operator Lifecycle Manager, `CatalogSourcesUnhealthy`).

## How to fix

Put `ibm-operator-catalog.yaml` back for as long as the cluster has an instance.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN007", name="shared-thing-removed", severity="error", tags=("prune", "reference"), needs_base=True)

CATALOG = "dev/cluster1/ibm-operator-catalog.yaml"
BAD = (Example("the operator catalogue removed", remove=(CATALOG,), expect=(CATALOG,)),)
GOOD = (Example("nothing removed"),)


def check(context: Context) -> Drafts:
    """Removed things with users on the head."""
    for cause in context.causes:
        if cause.kind != "still-used":
            continue
        told = "; ".join(one.message for one in cause.dangling)
        users = [name for one in cause.dangling for name in one.applications]
        done = removal_text(cause)
        yield RULE.draft(
            cause.place,
            f"{told} ({done})" if done else told,
            help="put it back for as long as something uses it",
            related=[(place, "uses it") for one in cause.dangling for place in one.users[:5]],
            affects=(*cause.names, *users),
            severity=removal_severity(cause),
        )
