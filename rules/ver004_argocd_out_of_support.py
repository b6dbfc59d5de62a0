"""The Argo CD that runs gets no more fixes.

## What it checks

The minor of the Argo CD that serves each account, or the repo, against the three newest minors known when this release of
mas-lint was made; for OpenShift GitOps its own three newest minors. The message names the date of the data.

## What Argo CD does

Security fixes are made for the three newest minor releases (docs/developer-guide/release-process-and-cadence.md).

## How to fix

Plan an upgrade. `mas-lint versions --argocd-version X` shows which needs and defects change with it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER004", name="argocd-out-of-support", severity="note", tags=("versions", "argocd"))

BAD = (
    Example(
        "2.11 is long past",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.11.3  #! VER004\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "supported",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v3.4.2\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """One finding for each Argo CD."""
    seen = set()
    for account in (*context.mas.accounts(), ""):
        verdict = context.argocd.verdict(account)
        why = verdict.out_of_support
        place = context.argocd_place(account)
        if why and place.path and (place, why) not in seen:
            seen.add((place, why))
            yield RULE.draft(place, why, help="upgrade to a supported minor")
