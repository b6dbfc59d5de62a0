"""A cluster generator selects clusters that the repository does not declare.

## What it checks

The `selector` of cluster generators against the cluster Secrets in the repository (label
`argocd.argoproj.io/secret-type: cluster`) and the clusters of `.mas-lint.yaml`. When some clusters are declared but none
has the label, that is a warning; when none is declared at all, one note for each selector says that the label is set
elsewhere, by hand.

## What Argo CD does

A selector that matches nothing gives no Application and no error; if it matched before, the Applications are deleted.

## How to fix

Add the label to a cluster Secret, or declare the clusters under `clusters` in `.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="ARG009", name="applicationset-selector", severity="warning", tags=("argocd", "applicationset", "clusters")
)

_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  generators:
    - clusters:
        selector:
          matchLabels:
            env: %s
  template:
    metadata:
      name: '{{name}}-web'
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
      destination: {server: '{{server}}', namespace: web}
"""
_FILES = {
    "web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "clusters/one.yaml": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: one\n  labels:\n"
        "    argocd.argoproj.io/secret-type: cluster\n    env: prod\n"
        "stringData: {name: one, server: https://one.example.net}\n"
    ),
}
BAD = (Example("no cluster has it", {**_FILES, "sets/web.yaml": _SET % "production  #! ARG009"}, base="empty"),)
GOOD = (Example("one has it", {**_FILES, "sets/web.yaml": _SET % "prod"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Selectors that match no declared cluster."""
    undeclared = {}
    for fact in context.units.named("appset-selector"):
        if fact.data.get("declared"):
            yield RULE.draft(
                fact.place,
                f"no declared cluster has {fact.text}: ApplicationSet {fact.unit} makes no Application",
                help="add the label to a cluster Secret",
            )
        else:
            undeclared.setdefault(fact.text, []).append(fact)
    for text, facts in undeclared.items():
        first = min(facts, key=lambda fact: fact.place.path)
        yield RULE.draft(
            first.place,
            f"no file declares a cluster with {text}; {len(facts)} ApplicationSet(s) depend on it",
            help="declare the clusters under `clusters` in .mas-lint.yaml to have them checked",
            related=[(fact.place, f"ApplicationSet {fact.unit} too") for fact in facts if fact is not first],
            severity="note",
        )
