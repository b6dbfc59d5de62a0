"""An ApplicationSet gives all its Applications the same name.

## What it checks

A `template.metadata.name` without any parameter in an ApplicationSet whose generators can yield more than one
Application (clusters, Git, several list elements), and names that two parameter sets of this repository share.

## What Argo CD does

From the second parameter set on the name is taken: up to 3.1 the first Application wins, from 3.2 on none of them is
created ("ApplicationSet ... contains applications with duplicate name").

## How to fix

Put something that differs into the name: `{{name}}-istiod`, `{{.path.basename}}`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG007", name="applicationset-constant-name", severity="warning", tags=("argocd", "applicationset"))

_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  generators:
    - clusters: {}
  template:
    metadata:
      name: %s
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
      destination: {server: '{{server}}', namespace: web}
"""
_FILES = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
BAD = (Example("one name for all clusters", {**_FILES, "sets/web.yaml": _SET % "web  #! ARG007"}, base="empty"),)
GOOD = (Example("with the cluster's name", {**_FILES, "sets/web.yaml": _SET % "'{{name}}-web'"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Names that collide, or will."""
    constant = set()
    for fact in context.units.named("appset-constant-name"):
        constant.add(fact.place)
        yield RULE.draft(
            fact.place,
            f"every Application of ApplicationSet {fact.unit} is called {fact.text!r}: the second one collides",
            help="put a parameter into the name, such as {{name}} or {{path.basename}}",
        )
    for fact in context.units.named("appset-duplicate-name"):
        if fact.place not in constant:
            yield RULE.draft(
                fact.place,
                f"{fact.data.get('count')} parameter sets of ApplicationSet {fact.unit} give the name {fact.text!r}",
                help="put another parameter into the name",
                severity="error",
            )
    for fact in context.units.named("appset-undefined"):
        yield RULE.draft(
            fact.place,
            f"the name of ApplicationSet {fact.unit}'s Applications uses a parameter that its generators do not give",
            help="use a parameter of the generator, or set goTemplateOptions: ['missingkey=error']",
            severity="error",
        )
