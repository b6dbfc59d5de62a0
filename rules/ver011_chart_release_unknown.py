"""A release of the source repo that does not exist.

## What it checks

A revision that has the form of a release (`8.4.9`) against the tags of ibm-mas/gitops that this mas-lint knows. One that is newer
than the newest known is only a note: it is checked as the nearest release with a profile.

## What Argo CD does

It cannot resolve the revision: the Account Root Application goes to Unknown with `unable to resolve ... to a commit SHA`, and nothing
below it is updated any more.

## How to fix

Name an existing release. For a fork with tags of its own, give the charts in the settings: `accounts: {dev: {charts: ../gitops}}`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER011", name="chart-release-unknown", severity="error", tags=("versions", "charts"))

_ROOT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: root.dev\n  namespace: argocd\nspec:\n"
    "  project: mas\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://github.com/ibm-mas/gitops\n    path: root-applications/ibm-mas-account-root\n"
    "    targetRevision: %s\n    helm:\n      parameters:\n        - name: account.id\n          value: dev\n"
)
BAD = (Example("never released", {"root.yaml": _ROOT % "8.3.7  #! VER011"}),)
GOOD = (
    Example("released", {"root.yaml": _ROOT % "8.3.0"}),
    Example("a branch", {"root.yaml": _ROOT % "main"}),
    Example("not named"),
)


def check(context: Context) -> Drafts:
    """Revisions that look like releases and are none."""
    for account in context.mas.accounts():
        revision = context.chart_revision(account)
        if revision is None or context.account(account).get("source.repo_url") not in (None, "", *_IBM):
            continue
        place = context.account_place(account, "source.revision")
        if revision.kind == "unknown-release":
            yield RULE.draft(
                place,
                f"there is no release `{revision.text}` of ibm-mas/gitops (known to {revision.known_until}): Argo CD cannot "
                f"resolve it, and nothing of account `{account}` is updated",
                help=f"did you mean {revision.nearest}?" if revision.nearest else "name an existing release",
                affects=[one.name for one in context.deployment.applications if one.account == account],
            )
        elif revision.kind == "later-release":
            yield RULE.draft(
                place,
                f"release `{revision.text}` is newer than any that this mas-lint knows (to {revision.known_until}): account "
                f"`{account}` is checked as {context.profile(account).release}",
                help="upgrade mas-lint, or pass the charts themselves with --charts",
                severity="note",
            )


_IBM = ("https://github.com/ibm-mas/gitops", "https://github.com/ibm-mas/gitops.git")
