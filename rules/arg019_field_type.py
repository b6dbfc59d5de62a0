"""A field of an Application or AppProject has the wrong type, or is missing though required.

## What it checks

Every field below `spec` of Applications and AppProjects, and of ApplicationSets' templates, against the types in Argo
CD's CustomResourceDefinitions: a revision `1.10` without quotes is a number, `automated: true` is no map.

## What Argo CD does

The API server refuses the object (`spec.source.targetRevision: Invalid value: "number"`), so the Application keeps its
old state or never exists; as part of an app of apps it makes the parent's sync fail.

## How to fix

Put texts in quotes and give maps and lists their form.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG019", name="field-type", severity="error", tags=("argocd", "schema"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: %s, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
%s"""
_MAP = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
BAD = (
    Example(
        "a number",
        {**_MAP, "apps/web.yaml": _APP.replace("path: web}", "path: web}  #! ARG019") % ("1.10", "")},
        base="empty",
    ),
    Example(
        "no map",
        {**_MAP, "apps/web.yaml": _APP % ("main", "  syncPolicy:\n    automated: true  #! ARG019\n")},
        base="empty",
    ),
)
GOOD = (Example("text", {**_MAP, "apps/web.yaml": _APP % ("'1.10'", "  syncPolicy: {automated: {}}\n")}, base="empty"),)


def check(context: Context) -> Drafts:
    """What the API server refuses."""
    for obj, value in context.units.wrong_types():
        place = obj.at(*value.route)
        if value.found:
            message = f"{value.name} of {obj.label} is a {value.found}, not a {value.wanted}"
            help_text = "put it in quotes" if value.wanted == "text" else f"write a {value.wanted}"
        else:
            message, help_text = f"{obj.label} has no {value.name}, which is required", f"add `{value.name}`"
        yield RULE.draft(place, f"{message}: the API server refuses it", help=help_text, affects=[obj.label])
