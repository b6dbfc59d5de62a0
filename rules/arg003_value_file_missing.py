"""A Helm values file of an Application does not exist.

## What it checks

`helm.valueFiles` of Applications against this repository: relative to the chart, from the root with a leading `/`, and
`$ref/...` when the source with that `ref` is this repository. A `$name` that no source of the Application has as its
`ref` is reported too, and so is a path with so many `../` that it leaves the repository. `ignoreMissingValueFiles: true` is
honoured.

## What Argo CD does

`helm template` fails with "no such file or directory": nothing of the Application is synced.

## How to fix

Correct the path, or add `ref: NAME` to the source that holds the values.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG003", name="value-file-missing", severity="error", tags=("argocd", "helm"))

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
_CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "{}\n",
    "charts/web/templates/a.yaml": _CONFIG_MAP,
}
BAD = (
    Example(
        "values that were renamed",
        {
            **_CHART,
            "apps/web.yaml": _APP
            % ("web", "charts/web\n    helm:\n      valueFiles:\n        - values-prod.yaml  #! ARG003"),
        },
        base="empty",
    ),
    Example(
        "out of the repository",
        {
            **_CHART,
            "values/web.yaml": "{}\n",
            "apps/web.yaml": _APP
            % ("web", "charts/web\n    helm:\n      valueFiles:\n        - ../../../values/web.yaml  #! ARG003"),
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "values beside the chart",
        {**_CHART, "apps/web.yaml": _APP % ("web", "charts/web\n    helm: {valueFiles: [values.yaml]}")},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Value files that are not there."""
    for fact, names in context.units.grouped("argo-values-missing"):
        yield RULE.draft(
            fact.place,
            f"there is no {fact.text} in this repository: Helm fails and {fact.unit} cannot be synced",
            help="the path is relative to the chart; `/` starts at the repository's root",
            affects=names,
            severity="warning" if fact.data.get("assumed") else "error",
        )
    for fact, names in context.units.grouped("argo-values-outside"):
        yield RULE.draft(
            fact.place,
            f"this path leaves the repository: Argo CD refuses it and {fact.unit} cannot be synced",
            help="the path is relative to the chart; write one `../` less, or begin with `/` at the repository's root",
            affects=names,
            severity="warning" if fact.data.get("assumed") else "error",
        )
    for fact, names in context.units.grouped("argo-ref-missing"):
        yield RULE.draft(
            fact.place,
            f"no source of {fact.unit} has `ref: {fact.text}`: Argo CD cannot resolve the values file",
            help=f"add `ref: {fact.text}` to the source that holds the values",
            affects=names,
            severity="warning" if fact.data.get("assumed") else "error",
        )
