"""A Git generator whose pattern matches nothing.

## What it checks

`directories` and `files` patterns of Git generators that read this repository, and exclusions that leave nothing over.

## What Argo CD does

A pattern without a match is no error: the ApplicationSet makes no Application, and deletes those it made before. `*`
does not cross directories for `directories`; hidden directories are never listed.

## How to fix

Correct the pattern. It is relative to the root of the repository.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG010", name="applicationset-glob", severity="warning", tags=("argocd", "applicationset", "prune"))

_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  generators:
    - git:
        repoURL: https://git.example.net/acme/fleet.git
        revision: main
        directories:
          - path: services/*
          - path: %s
  template:
    metadata:
      name: '{{path.basename}}'
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: '{{path}}'}
      destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_FILES = {
    "services/web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "platform/dns/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
}
_LESS = "{path: 'services/*', exclude: true}  #! ARG010"
BAD = (
    Example("a directory that was renamed", {**_FILES, "sets/web.yaml": _SET % "infra/*  #! ARG010"}, base="empty"),
    Example(
        "all of them excluded",
        {**_FILES, "sets/web.yaml": (_SET % "").replace("- path: \n", f"- {_LESS}\n")},
        base="empty",
    ),
)
GOOD = (Example("both match", {**_FILES, "sets/web.yaml": _SET % "platform/*"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Patterns without a match, and generators that fail."""
    for fact in context.units.named("appset-glob"):
        yield RULE.draft(
            fact.place,
            f"no {'directory' if fact.data.get('kind') == 'directories' else 'file'} matches {fact.text}: "
            f"this generator of ApplicationSet {fact.unit} gives no Application",
            help="the pattern is relative to the root of the repository",
        )
    for fact in context.units.named("appset-excluded"):
        yield RULE.draft(
            fact.place,
            f"{fact.text} excludes every directory that was chosen: this generator of ApplicationSet {fact.unit} gives "
            "no Application",
            help="exclude less",
        )
    for fact in context.units.named("appset-error"):
        yield RULE.draft(
            fact.place,
            f"ApplicationSet {fact.unit} fails and creates, updates and deletes nothing: {fact.text}",
            help="mend what the message names",
            severity="error",
        )
