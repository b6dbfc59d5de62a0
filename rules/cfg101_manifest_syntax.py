"""A manifest that an engine reads is no YAML.

## What it checks

Files below the path of an Application or a Flux Kustomization, and everything their kustomizations read: resources,
patches, the kustomization itself. Also files of a tree that Flux turns into a kustomization by itself. A key that one
mapping writes twice counts too: kustomize refuses such a resource ("mapping key already defined"). Helm values that an
Application gives a chart, and the values of a chart in the repository.

Manifests and files of values that nothing in the repository is known to read are a warning; what another tool has yet
to fill in (Helm, Jinja, FreeMarker) is left alone.

## What happens

Argo CD reports `ComparisonError` and syncs nothing of the Application; Flux reports `BuildFailed` and applies nothing of
the Kustomization. One broken file stops the whole tree.

## How to fix

Mend the line that is named.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="CFG101", name="manifest-syntax", severity="error", tags=("yaml",))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""
BAD = (
    Example(
        "a bracket that is never closed",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: ]  #! CFG101\n",
        },
        base="empty",
    ),
    Example(
        "a manifest that nothing reads, indented with a tab",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
            "other/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: b  #! CFG101\n",
        },
        base="empty",
    ),
    Example(
        "the values of a chart",
        {
            "apps/web.yaml": _APP,
            "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
            "web/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
            "web/values.yaml": "hosts:\n  - *host  #! CFG101\n",
        },
        base="empty",
    ),
    Example(
        "a key twice",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"  #! CFG101\n',
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "closed",
        {
            "base/kustomization.yaml": "resources:\n  - a.yaml\n",
            "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: y\n",
            "other/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ name }}\n",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Syntax errors that stop a build."""
    for problem, reached, names in context.units.problems():
        if problem.kind == "syntax":
            yield RULE.draft(
                problem.place,
                f"{problem.text}: nothing of the kustomizations that read this file is applied",
                help="mend the file so that it parses",
                affects=names,
                severity="error" if reached else "warning",
            )
    for fact in context.units.named("manifest-syntax"):
        yield RULE.draft(
            fact.place,
            f"{fact.text}: nothing of the path that holds this file is applied",
            help="mend the file so that it parses",
            affects=[fact.unit],
        )
    for fact, names in context.units.grouped("values-syntax"):
        yield RULE.draft(
            fact.place,
            f"{fact.text}: Helm cannot read these values and renders nothing",
            help="mend the file so that it parses",
            affects=names,
        )
    for problem in context.units.unread_problems():
        use = "Helm cannot read these values" if problem.kind == "values" else "nothing can apply this manifest"
        yield RULE.draft(
            problem.place, f"{problem.text}: {use}", help="mend the file so that it parses", severity="warning"
        )
