"""A production account deletes automatically.

## What it checks

`auto_delete: true` on an account that the settings mark `production: true`.

## What Argo CD does

Every removal in the config repo is applied at once: Applications are pruned and ApplicationSets delete what they no
longer generate, databases included. IBM recommends `auto_delete: true` for development environments only
(ibm-mas/gitops docs/accountrootmanifest.md).

## How to fix

Set `auto_delete: false` in the Account Root Application, and delete by a manual sync with Prune.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="PRN009", name="auto-delete-production", severity="warning", tags=("prune", "settings"))

ROOT = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: root.dev
spec:
  source:
    path: root-applications/ibm-mas-account-root
    targetRevision: "8.4.2"
    helm:
      values: |
        account:
          id: dev
      parameters:
        - name: auto_delete
          value: "{value}"{mark}
"""
BAD = (
    Example(
        "a production account with auto_delete",
        {"root.yaml": ROOT.format(value="true", mark="  #! PRN009")},
        settings="accounts:\n  dev:\n    production: true\n",
    ),
)
GOOD = (
    Example(
        "a production account without it",
        {"root.yaml": ROOT.format(value="false", mark="")},
        settings="accounts:\n  dev:\n    production: true\n",
    ),
    Example("a development account", {"root.yaml": ROOT.format(value="true", mark="")}),
)


def check(context: Context) -> Drafts:
    """Accounts that are marked as production and delete."""
    for account in context.mas.accounts():
        if context.settings.account(account).production and context.account(account).flag("auto_delete"):
            yield RULE.draft(
                context.account_place(account, "auto_delete"),
                f"account `{account}` is production and has `auto_delete: true`: every file or entry that is removed "
                "from this repo deletes what it made, databases included, as soon as it is merged",
                help="set `auto_delete: false` and delete by a manual sync with Prune",
                affects=[f"cluster.{one.cluster}" for one in context.mas.scopes if one.level == "cluster"],
            )
