"""A production account follows a branch of the source repo.

## What it checks

`source.revision` (or `targetRevision`) of the Account Root Application, or the revision in the settings, for accounts that are
marked `production: true` in `.mas-lint.yaml`, or whose name says so where the settings do not speak of them. A release tag or a
commit is fixed; a branch, `HEAD` and a range of versions move. A catalogue tag that moves is found as well.

## What Argo CD does

It polls the revision and applies every commit of the branch to all clusters of the account at once: an unreleased change of a
chart renames, re-orders or (with `auto_delete`) removes Applications without a commit in the config repo.

## How to fix

Name a release, such as `8.4.2`; `mas-lint plan --charts-from 8.0.0 --charts-to 8.4.2` shows what an upgrade changes.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER010", name="chart-release-moving", severity="warning", tags=("versions", "charts"))

_ROOT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: root.dev\n  namespace: argocd\nspec:\n"
    "  project: mas\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://github.com/ibm-mas/gitops\n    path: root-applications/ibm-mas-account-root\n"
    "    targetRevision: %s\n    helm:\n      parameters:\n        - name: account.id\n          value: dev\n"
)
_PRODUCTION = "accounts:\n  dev:\n    production: true\n"
BAD = (
    Example("the main branch", {"root.yaml": _ROOT % "main  #! VER010"}, settings=_PRODUCTION),
    Example("any 8.x", {"root.yaml": _ROOT % '"8.x"  #! VER010'}, settings=_PRODUCTION),
    Example(
        "a catalogue that moves",
        {
            "dev/cluster1/ibm-operator-catalog.yaml": (
                'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: v9-amd64  #! VER010\n'
                "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
            )
        },
        settings=_PRODUCTION,
    ),
)
GOOD = (
    Example("a release", {"root.yaml": _ROOT % "8.4.2"}, settings=_PRODUCTION),
    Example("a commit", {"root.yaml": _ROOT % "0e28bc6f"}, settings=_PRODUCTION),
    Example("not production", {"root.yaml": _ROOT % "main"}),
)


def check(context: Context) -> Drafts:
    """Revisions and catalogues that move, for production accounts."""
    production = {account for account in context.mas.accounts() if context.is_production(account)}
    for account in sorted(production):
        revision = context.chart_revision(account)
        if revision is not None and revision.kind in ("moving", "range"):
            what = "a range of versions" if revision.kind == "range" else "a branch"
            yield RULE.draft(
                context.account_place(account, "source.revision"),
                f"production account `{account}` takes its charts from `{revision.text}`, {what}: every commit there reaches all "
                "its clusters at once, without a commit here",
                help="name a release, such as 8.4.2",
                affects=[one.name for one in context.deployment.applications if one.account == account],
            )
    for scope in context.mas.scopes if production else ():
        if scope.level != "cluster" or scope.account not in production:
            continue
        keys = ("ibm_operator_catalog", "mas_catalog_version")
        text = scope.get(*keys)
        tag = context.catalogs.parse(text)
        if text == "latest" or (tag is not None and tag.day is None):
            yield RULE.draft(
                scope.place(keys),
                f"the catalogue `{text}` moves: operators of a production cluster are upgraded whenever IBM publishes one",
                help="name a dated catalogue, such as v9-260326-amd64",
                affects=context.applications_at(scope, keys),
            )
