"""An Application's path does not exist.

## What it checks

`source.path` of every Application (also those that ApplicationSets and charts make) whose `repoURL` is this repository:
one of its Git remotes, one named under `repository_urls` in `.mas-lint.yaml`, else the URL whose paths mostly exist
here. Only revisions that mean the checked-out branch are judged: `HEAD`, `main`, `master` and the most used one.

## What Argo CD does

`app path does not exist`: the Application is `Unknown`, nothing is synced and nothing is pruned. If a child Application
was moved together with its path, its parent prunes the old one.

## How to fix

Correct the path. It is relative to the root of the repository and has to be a directory.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG001", name="path-missing", severity="error", tags=("argocd", "path"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %s
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
BAD = (
    Example(
        "a letter is missing",
        {
            "apps/one.yaml": _APP % ("one", "services/one"),
            "apps/two.yaml": _APP % ("two", "servces/two  #! ARG001"),
            "services/one/settings.yaml": _CONFIG_MAP,
            "services/two/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "both exist",
        {
            "apps/one.yaml": _APP % ("one", "services/one"),
            "apps/two.yaml": _APP % ("two", "./services/two/"),
            "services/one/settings.yaml": _CONFIG_MAP,
            "services/two/settings.yaml": _CONFIG_MAP,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Paths without a directory."""
    for kind, text in (("argo-path-missing", "there is no directory {}"), ("argo-path-file", "{} is a file")):
        for fact, names in context.units.grouped(kind):
            near = fact.data.get("near")
            yield RULE.draft(
                fact.place,
                f"{text.format(fact.text)} in this repository: {fact.unit} cannot be synced",
                help=f"did you mean {near}?" if near else "the path is a directory, relative to the repository's root",
                affects=names,
                severity="warning" if fact.data.get("assumed") else "error",
            )
