"""A tag in an ApplicationSet's template that nothing fills.

## What it checks

`{{path}}` with `goTemplate: true`, where it has to be `{{.path.path}}`; `{{.path.path}}` without; and, without
`goTemplate`, tags that none of the generators gives. Generators whose parameters files or others outside decide are
left alone.

## What Argo CD does

With `goTemplate: true` a word without a dot is a function: `function "path" not defined` stops the whole
ApplicationSet. Without it an unknown tag stays in the Application as it is written, and the name or path is refused.

## How to fix

Write the tag in the language that `goTemplate` chooses, or give the parameter.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG022", name="applicationset-tag", severity="error", tags=("argocd", "applicationset"))

_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: %s
  generators:
    - list:
        elements:
          - {env: dev, where: web}
  template:
    metadata:
      name: 'web-%s'%s
    spec:
      project: default
      source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
      destination: {server: https://kubernetes.default.svc, namespace: web}
"""
_MAP = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
_MARK = "  #! ARG022"
BAD = (
    Example("no dot", {**_MAP, "sets/web.yaml": _SET % ("true", "{{env}}", _MARK)}, base="empty"),
    Example("a dot", {**_MAP, "sets/web.yaml": _SET % ("false", "{{.env}}", _MARK)}, base="empty"),
    Example("not closed", {**_MAP, "sets/web.yaml": _SET % ("true", "{{.env}", _MARK)}, base="empty"),
    Example("no such parameter", {**_MAP, "sets/web.yaml": _SET % ("false", "{{stage}}", _MARK)}, base="empty"),
)
GOOD = (
    Example("Go", {**_MAP, "sets/web.yaml": _SET % ("true", "{{.env}}", "")}, base="empty"),
    Example("by name", {**_MAP, "sets/web.yaml": _SET % ("false", "{{ env }}", "")}, base="empty"),
)


def check(context: Context) -> Drafts:
    """Tags that are not filled; a template in the wrong language is one finding."""
    groups = {}
    for found in context.units.tag_troubles():
        one = found.tag if found.kind == "unknown" and found.tag[2:].strip()[:1].isalnum() else ""
        groups.setdefault((found.obj.path, found.obj.document, found.obj.name, found.kind, one), []).append(found)
    for found, *rest in groups.values():
        inner = found.tag.strip("{}- \n")
        if found.kind == "bare":
            text = f"in a Go template {found.tag} calls a function that does not exist"
            effect = f"ApplicationSet {found.obj.name} makes nothing"
            dotted = {"path": ".path.path"}.get(inner, f".{inner}")
            help_text = f"write {{{{{dotted}}}}}"
        elif found.kind == "go":
            text = f"{found.tag} is a Go template, which `goTemplate: true` has to switch on"
            effect = "it stays as it is written"
            help_text = "add `goTemplate: true` to the spec, or write the tag without its dot"
        elif found.kind == "open":
            text = f"`{{{{` is not closed in {found.tag!r}"
            effect = f"ApplicationSet {found.obj.name} makes nothing"
            help_text = "close it with `}}`"
        else:
            near = difflib.get_close_matches(inner, found.given, n=1, cutoff=0.6)
            text = f"no generator of ApplicationSet {found.obj.name} gives {found.tag}"
            effect = "it stays as it is written"
            help_text = f"did you mean {near[0]!r}?" if near else f"they give {', '.join(found.given[:8])}"
        yield RULE.draft(
            found.place,
            f"{text}: {effect}",
            help=help_text,
            related=[(one.place, one.tag) for one in rest],
            affects=[found.obj.label],
        )
