"""The change is a large one.

## What it checks

With `--base`: from `thresholds.changed-applications`, `thresholds.removed-applications` or
`thresholds.changed-instances` of the settings on, a change is worth a second look. A single instance or cluster that
goes is told by its own rule.

## What Argo CD does

It applies all of it at once: every Application that changes syncs in the same minutes, on every cluster.

## How to fix

Split the change: one cluster or stage first, the rest when that is healthy. Or raise the thresholds.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="PRN008", name="large-change", severity="warning", tags=("prune", "size"), needs_base=True)

SLS = "dev/cluster1/inst2/ibm-sls.yaml"
WORKSPACES = "dev/cluster1/inst2/ibm-mas-workspaces.yaml"
BAD = (
    Example(
        "more is removed than the settings allow",
        remove=(SLS, WORKSPACES),
        settings="thresholds:\n  removed-applications: 2\n",
        expect=(WORKSPACES,),
    ),
)
GOOD = (Example("a small removal", remove=(SLS, WORKSPACES)),)


def check(context: Context) -> Drafts:
    """One finding, at the first changed file, when a threshold is reached."""
    plan, limits = context.plan, context.settings.thresholds
    removed = [one for one in plan.removed if one.whole]
    causes = {(one.place.path, one.place.keys) for one in plan.tops if one.whole}
    instances = {
        (one.application.cluster, one.application.instance) for one in plan.changed if one.application.instance
    }
    told = []
    if len(removed) >= limits.removed_applications and len(causes) > 1:
        told.append(f"{len(removed)} Applications go (from {limits.removed_applications} on)")
    if len(plan.changed) >= limits.changed_applications:
        told.append(f"{len(plan.changed)} Applications change (from {limits.changed_applications} on)")
    if len(instances) >= limits.changed_instances:
        told.append(f"{len(instances)} instances change (from {limits.changed_instances} on)")
    if not told or not plan.paths:
        return
    names = [one.application.name for one in (*removed, *plan.changed)]
    yield RULE.draft(
        Place(plan.paths[0]),
        f"this is a large change: {', '.join(told)}",
        help="split it and let one part become healthy before the next, or raise `thresholds` in the settings",
        affects=names,
    )
