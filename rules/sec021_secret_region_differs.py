"""An ARN's region is not the region of the account.

## What it checks

The region in the ARNs of a scope against its `region.id`, and against the rest where `region.id` says nothing. When
all ARNs of a scope agree and `region.id` is the odd one out, that is where the finding points. One finding a file.

## What Argo CD does

The plugin asks the region of the ARN; the Jobs of the charts write to `region.id`. A secret that is written to one
region and read from another is never found, and the Application fails.

## How to fix

Use one region for both.
"""

from collections import Counter
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC021", name="secret-region-differs", severity="error", tags=("secrets", "aws"))

_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:arn:aws:secretsmanager:%s:123456789012:secret:dev/cluster1/ibm_entitlement#entitlement_key>"%s\n'
)
BAD = (Example("one ARN elsewhere", {"dev/cluster1/ibm-dro.yaml": _DRO % ("eu-west-1", "  #! SEC021")}),)
GOOD = (Example("one region"),)


def check(context: Context) -> Drafts:
    """Regions, scope by scope."""
    reported = set()
    for uses in context.secrets.by_scope.values():
        scope = uses[0].scope
        seen = Counter([use.reference.region for use in uses if use.reference.region])
        if not seen:
            continue
        own = scope.get("region", "id")
        common, count = seen.most_common(1)[0]
        total = sum(seen.values())
        if isinstance(own, str) and own and len(seen) == 1 and common != own and total > 2:
            place = scope.place(("region", "id"))
            above = scope.parent.get("region", "id") if scope.parent is not None else own
            # A base file that differs from its cluster's is CFG032.
            if place not in reported and above == own:
                reported.add(place)
                yield RULE.draft(
                    place,
                    f"`region.id` is `{own}`, but all {total} ARNs here say `{common}`: what the Jobs write is "
                    f"not found by those who read it",
                    help=f"write `{common}`, or correct the ARNs",
                    related=[(uses[0].reference.place, "such an ARN")],
                    affects=context.applications_of(scope),
                )
            continue
        expected = own if isinstance(own, str) and own else common if count * 2 > total else ""
        if not expected or seen.keys() == {expected}:
            continue
        files: dict[str, list[Any]] = {}
        for use in uses:
            if use.reference.region and use.reference.region != expected:
                files.setdefault(use.reference.place.path, []).append(use)
        for wrong in files.values():
            region = wrong[0].reference.region
            more = f" ({len(wrong)} times in this file)" if len(wrong) > 1 else ""
            yield RULE.draft(
                context.inside(wrong[0].reference.place, wrong[0].reference.raw),
                f"this ARN's region is `{region}`{more}, the region of `{scope.directory}` is `{expected}`: the "
                f"vault plugin asks the wrong region",
                help=f"write `{expected}`",
                related=[
                    *((context.inside(u.reference.place, u.reference.raw), "also here") for u in wrong[1:11]),
                    *([(scope.place(("region", "id")), "the region")] if isinstance(own, str) else []),
                ],
                affects=[reader.name for use in wrong for reader in use.readers],
            )
