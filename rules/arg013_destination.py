"""An Application's source or destination is not valid.

## What it checks

A destination with both `name` and `server`, or neither; a source with both `path` and `chart`, with neither, or a chart
without `targetRevision`; an Application without any source, or without a namespace for objects that have none.

## What Argo CD does

It rejects the spec ("application destination can't have both name and server defined", "spec.source.repoURL and either
spec.source.path or spec.source.chart are required") and syncs nothing.

## How to fix

Keep one of the two, or add what is missing.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG013", name="application-spec", severity="error", tags=("argocd", "schema"))

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
    server: https://kubernetes.default.svc%s
    namespace: shop
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
_FILES = {"services/one/settings.yaml": _CONFIG_MAP}
BAD = (
    Example(
        "two destinations",
        {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "  #! ARG013\n    name: in-cluster")},
        base="empty",
    ),
)
GOOD = (Example("one destination", {**_FILES, "apps/one.yaml": _APP % ("one", "services/one", "")}, base="empty"),)


def check(context: Context) -> Drafts:
    """Specs that Argo CD rejects."""
    for unit in context.units.of("argocd", "Application"):
        if unit.manifest is None:
            continue
        for route, text, hint in unit.invalid_spec():
            yield RULE.draft(unit.manifest.at(*route), f"{unit.label}: {text}", help=hint, affects=[unit.label])
    for unit, obj in context.units.homeless():
        yield RULE.draft(
            unit.manifest.at("spec", "destination"),
            f"{unit.label} has no destination namespace, and {obj.label} has none of its own: the sync fails",
            help="add `namespace` to the destination",
            related=[(obj.place, "without a namespace")],
            affects=[unit.label],
            severity="warning" if unit.assumed else "error",
        )
