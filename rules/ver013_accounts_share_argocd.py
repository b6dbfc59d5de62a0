"""Several Account Root Applications for one Argo CD.

## What it checks

Account Root Applications of different accounts that stand in one file, or side by side in one directory, and go to the same
namespace.

## What Argo CD does

MAS GitOps supports one Account Root Application for each Argo CD (ibm-mas/gitops docs/limitations.md). Several ones share the
namespace and projects: roots of clusters with the same id, and Applications named after a cluster, collide, and each account's
sync takes them from the other.

## How to fix

Give every account its own Argo CD: on a management cluster of its own, or in a namespace of its own.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER013", name="accounts-share-argocd", severity="warning", tags=("versions", "argocd"))

_ROOT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: root.%s\n  namespace: %s\nspec:\n"
    "  project: mas\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: argocd\n"
    "  source:%s\n    repoURL: https://github.com/ibm-mas/gitops\n    path: root-applications/ibm-mas-account-root\n"
    "    targetRevision: 8.4.2\n    helm:\n      parameters:\n        - name: account.id\n          value: %s\n"
)
BAD = (
    Example(
        "two roots in a directory",
        {
            "roots/a.yaml": _ROOT % ("dev", "argocd", "", "dev"),
            "roots/b.yaml": _ROOT % ("qa", "argocd", "  #! VER013", "qa"),
        },
    ),
)
GOOD = (
    Example(
        "a namespace each",
        {
            "roots/a.yaml": _ROOT % ("dev", "argocd-dev", "", "dev"),
            "roots/b.yaml": _ROOT % ("qa", "argocd-qa", "", "qa"),
        },
    ),
    Example(
        "a directory each, for a management cluster each",
        {
            "mgmt1/root.yaml": _ROOT % ("dev", "argocd", "", "dev"),
            "mgmt2/root.yaml": _ROOT % ("qa", "argocd", "", "qa"),
        },
    ),
)


def check(context: Context) -> Drafts:
    """The second root of a namespace, and each one after it."""
    first = {}
    for account, root in sorted(context.account_roots.items()):
        manifest = root.manifest
        if manifest is None or not account:
            continue
        data = context.repository.document(manifest.path).documents[manifest.document]
        metadata = data.get("metadata")
        namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
        directory = manifest.path.rpartition("/")[0]
        # An account directory of its own is a deployment of its own.
        key = (directory, str(namespace or root.get("argo.namespace") or ""))
        if key not in first:
            first[key] = (account, manifest)
            continue
        other, place = first[key]
        yield RULE.draft(
            manifest.on_key(),
            f"accounts `{other}` and `{account}` have their Account Root Applications in one Argo CD: MAS GitOps supports one "
            "for each Argo CD, and Applications of clusters with the same id collide",
            help="deploy each account with an Argo CD of its own",
            related=[(place.on_key(), f"account {other}")],
        )
