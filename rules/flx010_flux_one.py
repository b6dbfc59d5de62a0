"""Manifests of Flux v1, which no longer exists.

## What it checks

Objects of `helm.fluxcd.io` and `flux.weave.works`.

## What happens

Flux v1 and the Helm Operator were archived in 2022; no current Kubernetes or Flux serves these APIs.

## How to fix

Migrate to `helm.toolkit.fluxcd.io/v2` (Flux documents the migration from the Helm Operator).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="FLX010", name="flux-one", severity="note", tags=("flux", "versions"))

BAD = (
    Example(
        "a release of the Helm Operator",
        {"web.yaml": "apiVersion: helm.fluxcd.io/v1  #! FLX010\nkind: HelmRelease\nmetadata: {name: web}\nspec: {}\n"},
        base="empty",
    ),
)
GOOD = (
    Example(
        "Flux v2",
        {"web.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {}\n"},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """One note for the whole repository."""
    scan = context.units.scan
    paths = scan.marked["flux1"] if scan is not None else []
    if paths:
        more = f" ({len(paths)} files)" if len(paths) > 1 else ""
        yield RULE.draft(
            Place(paths[0], ("apiVersion",)),
            f"this belongs to Flux v1, which is archived and not supported{more}",
            help="migrate to Flux v2",
        )
