"""Two directories with the same cluster or instance id.

## What it checks

A base file whose id is that of another directory at the same level: usually a copied directory whose id was not changed.

## What Argo CD does

Both parameter sets generate an Application of the same name. Argo CD up to 3.1 keeps the first and rejects the second,
from 3.2 on both are skipped; below that level the generators of both look into the *same* directory, so one cluster's
instances are deployed with another's values (argo-cd `applicationset_controller.go`, validateGeneratedApplications).

## How to fix

Give each directory its own id.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG031", name="duplicate-id", severity="error", tags=("ids",))

BAD = (
    Example(
        "a copied instance",
        {
            "dev/cluster1/inst2/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster1/inst2"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster1\n  url: https://api.cluster1.example.com:6443\ninstance:\n  id: inst1  #! CFG031\n"
            )
        },
    ),
)
GOOD = (Example("each its own"),)


def check(context: Context) -> Drafts:
    """Ids that are another directory's name."""
    by_directory = {(s.level, context.mas.relative(s.directory)): s for s in context.mas.meant if s.base is not None}
    for scope in context.mas.meant:
        base = scope.base
        if base is None:
            continue
        parts = context.mas.relative(scope.directory).split("/")
        names = list(scope.segments)
        if not names:
            continue
        name = names[-1]
        own = base.ids.get(name)
        if own is None or own == parts[-1]:
            continue
        other = by_directory.get((scope.level, "/".join([*parts[:-1], own])))
        if other is None or other.base is None:
            continue
        yield RULE.draft(
            Place(base.path, (name, "id")),
            f"`{name}.id` is `{own}`, which is the id of `{context.mas.relative(other.directory)}`: two "
            "Applications of the same name are generated and Argo CD rejects one or both",
            help=f"write `id: {parts[-1]}`",
            related=[(Place(other.base.path, (name, "id")), "the directory that the id belongs to")],
            affects=context.applications_of(scope),
        )
