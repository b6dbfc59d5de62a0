"""Two sources name different versions of Argo CD.

## What it checks

Everything in the repo that tells which Argo CD runs (images, `?ref=` of kustomize, the argo-cd chart, the ArgoCD resource,
OpenShift GitOps channels, operators) and what the settings declare. Installations that lie side by side, one for each
environment, may differ.

## What Argo CD does

With manifests of one minor and an image of another, the CRDs lack fields that the controller knows, or the controller ignores
fields that the CRDs take; both fail without a word. Where the repo and the settings differ, mas-lint judges by a version that
does not run.

## How to fix

Name one version, or say in `.mas-lint.yaml` which one serves which account.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER005", name="argocd-sources-disagree", severity="warning", tags=("versions", "argocd"))

BAD = (
    Example(
        "CRDs of 2.9, image of 2.13",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.9.3\n"
                "images:\n  - name: quay.io/argoproj/argocd\n    newTag: v2.13.1  #! VER005\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "a later patch of the same minor",
        {
            "argocd/kustomization.yaml": (
                "resources:\n  - github.com/argoproj/argo-cd//manifests/ha/cluster-install?ref=v2.13.0\n"
                "images:\n  - name: quay.io/argoproj/argocd\n    newTag: v2.13.1\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Each contradiction once."""
    for one in context.argocd.disagreements:
        first, second = one.first, one.second
        if second is None:
            yield RULE.draft(
                first.place,
                f"this installs Argo CD {first.interval} ({first.text}), but the settings declare {one.declared}: mas-lint "
                "judges by the declared one",
                help="correct `argocd-version` in the settings, or take it out",
            )
        else:
            yield RULE.draft(
                first.place,
                f"this says Argo CD {first.interval} ({first.text}), {second.place.path} says {second.interval} ({second.text})",
                help="name one version in both, or declare in .mas-lint.yaml which account each one serves",
                related=[(second.place, f"says {second.interval}")],
            )
