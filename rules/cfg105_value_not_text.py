"""A value that Kubernetes wants as text is a number, a boolean, a list or a map.

## What it checks

Data of ConfigMaps and Secrets, labels and annotations, node selectors, and the values of environment variables, in
everything that is applied; in charts of the repository as the template prints them.

## What happens

The API server refuses the object ("json: cannot unmarshal number into Go struct field ... of type string"), so the sync
fails there; what is in later waves is not applied at all.

## How to fix

Put the value in quotes, in a template with `| quote`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG105", name="value-not-text", severity="error", tags=("yaml", "kubernetes"))

_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  port: %s\n"
_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: %s}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "port: 8080\n",
    "apps/web.yaml": _APP % "charts/web",
}
BAD = (
    Example("a number", {"web/a.yaml": _MAP % "8080  #! CFG105", "apps/web.yaml": _APP % "web"}, base="empty"),
    Example(
        "a template without quotes",
        {**_CHART, "charts/web/templates/a.yaml": _MAP % "{{ .Values.port }}  #! CFG105"},
        base="empty",
    ),
)
GOOD = (
    Example("text", {"web/a.yaml": _MAP % '"8080"', "apps/web.yaml": _APP % "web"}, base="empty"),
    Example("quoted", {**_CHART, "charts/web/templates/a.yaml": _MAP % "{{ .Values.port | quote }}"}, base="empty"),
)


def check(context: Context) -> Drafts:
    """Values of another type than text."""
    for found in context.units.values_not_text():
        yield RULE.draft(
            found.place,
            f"{found.field} of {found.obj.label} is a {found.kind}, not text: the API server refuses the object",
            help="put it in quotes" if found.kind in ("number", "boolean") else "write it as text",
            affects=[found.unit.label],
            severity="warning" if found.unit.assumed else "error",
        )
