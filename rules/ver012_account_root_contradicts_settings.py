"""The Account Root Application contradicts the settings.

## What it checks

What `.mas-lint.yaml` says of an account (`charts`, `revision`, `auto_delete`, `cluster_admin_role`, `application_admin_role`,
`parameters`) against the Account Root Application in the repo.

## What Argo CD does

It knows the manifest only. mas-lint takes the manifest's parameters too, but the release named in the settings: where they differ,
findings are about charts that are not deployed.

## How to fix

Take the values out of the settings; they are only for what the repo does not say.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER012", name="account-root-contradicts-settings", severity="warning", tags=("versions", "charts"))

_ROOT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: root.dev\n  namespace: argocd\nspec:\n"
    "  project: mas\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:\n    repoURL: https://github.com/ibm-mas/gitops\n    path: root-applications/ibm-mas-account-root\n"
    "    targetRevision: %s\n    helm:\n      valuesObject:\n        account:\n          id: dev\n"
    "        auto_delete: %s\n"
)
BAD = (
    Example(
        "another release",
        {"root.yaml": _ROOT % ("8.0.0  #! VER012", "false")},
        settings="accounts:\n  dev:\n    charts: 8.4.2\n",
    ),
    Example(
        "auto_delete",
        {"root.yaml": _ROOT % ("8.4.2", "true  #! VER012")},
        settings="accounts:\n  dev:\n    auto_delete: false\n",
    ),
)
GOOD = (
    Example("the same", {"root.yaml": _ROOT % ("8.4.2", "false")}, settings="accounts:\n  dev:\n    charts: 8.4.2\n"),
    Example("settings only", settings="accounts:\n  dev:\n    charts: 8.4.2\n    auto_delete: true\n"),
)


def check(context: Context) -> Drafts:
    """Each parameter that differs."""
    for account in context.mas.accounts():
        root = context.account(account)
        declared = context.settings.accounts.get(account)
        if root.origin != "manifest" or declared is None:
            continue
        given = {name: value for name, value in declared.root_parameters().items() if name != "source.revision"}
        for name, value in given.items():
            real = root.get(name)
            shown = real if real is not None else root.flag(name) if name in _FLAGS else None
            if shown is not None and str(shown).lower() != str(value).lower():
                yield RULE.draft(
                    context.account_place(account, name),
                    f"the Account Root Application of `{account}` has `{name}: {_text(shown)}`, the settings say `{_text(value)}`: "
                    "Argo CD knows the manifest only",
                    help=f"take `{name}` out of the settings, or correct the manifest",
                )
        revision, release = root.revision, declared.revision or declared.charts or ""
        if revision and _is_release(release) and _plain(revision) != _plain(release):
            yield RULE.draft(
                context.account_place(account, "source.revision"),
                f"the Account Root Application of `{account}` deploys the charts of `{revision}`, the settings say `{release}`: "
                "findings are about charts that Argo CD does not deploy",
                help="take the release out of the settings, or correct the manifest",
            )


_FLAGS = ("auto_delete", "cluster_admin_role", "application_admin_role")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str) -> str:
    return text.removeprefix("refs/tags/").removeprefix("v")


def _is_release(text: str) -> bool:
    return bool(text) and all(part.isdigit() for part in _plain(text).split("."))
