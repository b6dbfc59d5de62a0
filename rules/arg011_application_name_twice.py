"""Two manifests give an Application the same name.

## What it checks

Names and namespaces of all Applications below one root, and of those side by side in a directory that nothing applies,
which is a warning. Applications that different control planes of the repository apply are not compared.

## What Argo CD does

Both manifests are applied to the same object: two parents overwrite each other for ever, and when one of them drops it,
the Application is deleted. Two ApplicationSets fight in the same way ("already owned by another ApplicationSet").

## How to fix

Rename one of the two.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG011", name="application-name-twice", severity="error", tags=("argocd", "names"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s%s
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.net/acme/fleet.git
    targetRevision: main
    path: %s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_FILES = {
    "services/one/settings.yaml": _CONFIG_MAP,
    "services/two/settings.yaml": _CONFIG_MAP,
    "root.yaml": _APP % ("root", "", "apps"),
    "apps/one.yaml": _APP % ("one", "", "services/one"),
}
BAD = (
    Example("the same name", {**_FILES, "apps/two.yaml": _APP % ("one", "  #! ARG011", "services/two")}, base="empty"),
)
GOOD = (Example("two names", {**_FILES, "apps/two.yaml": _APP % ("two", "", "services/two")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Names with two manifests below one root."""
    for first, second in context.units.same_names():
        if first.manifest is None or second.manifest is None:
            continue
        # Files side by side that nothing applies may be alternatives.
        alone = second.parent is not None and second.parent.kind == "bootstrap"
        where = "in one directory" if alone else "below one root"
        yield RULE.draft(
            second.manifest.at("metadata", "name"),
            f"there are two Applications {second.namespace}/{second.name} {where}: they overwrite each other",
            help="rename one of the two",
            related=[(first.manifest.at("metadata", "name"), "the other one")],
            affects=[second.label],
            severity="warning" if alone else None,
        )
