"""A template of a chart does not parse.

## What it checks

Every file in `templates/` of the charts in the repository, as Go's text/template reads it: actions and comments that
are never closed, `{{ end }}` without a block and blocks without `{{ end }}`, fields written in another language's way
(`.list[0]`), and functions that neither Helm nor sprig has.

## What Argo CD does

One such file is enough: Helm renders nothing of the chart (`parse error at ...`, `function ... not defined`), and the
Application keeps its old state with a ComparisonError. The same holds for a Flux HelmRelease.

## How to fix

Close what is open. Elements of a list are `(index .list 0)`; text with braces that must reach the manifest is written
as ``{{ `{{ .name }}` }}``.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG104", name="template-syntax", severity="error", tags=("helm", "yaml"))

_CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: charts/web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_FILES = {"charts/web/Chart.yaml": _CHART, "apps/web.yaml": _APP}
_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n"
BAD = (
    Example(
        "an unknown function",
        {
            **_FILES,
            "charts/web/templates/a.yaml": _MAP + "  key: {{ .Values.key | toUpper }}  #! CFG104\n",
        },
        base="empty",
    ),
    Example(
        "no end",
        {
            **_FILES,
            "charts/web/templates/a.yaml": _MAP + "  {{- if .Values.key }}  #! CFG104\n  key: a\n",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "as Go reads it",
        {
            **_FILES,
            "charts/web/templates/a.yaml": _MAP
            + "  {{- if .Values.key }}\n  key: {{ upper .Values.key }}\n  {{- end }}\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Templates that text/template refuses."""
    for place, message, names in context.template_faults():
        yield RULE.draft(
            place,
            f"{message}: Helm renders nothing of this chart",
            help="write a list's element as `(index .list 0)`" if "'[" in message else "correct the template",
            affects=names,
            severity="error" if names else "warning",
        )
