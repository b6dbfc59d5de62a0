"""Production prunes by itself.

## What it checks

Applications that are production by name, path or namespace (`prod`, `production`, `prd`, `live` as a word of its own)
and have `automated.prune: true`. When a comment at the sync policy says that syncing is manual, it is a warning.

## What Argo CD does

Whatever disappears from Git is deleted within minutes: a renamed file, a kustomization that no longer lists a database.

## How to fix

Turn `prune` off for production, or protect what must stay with `argocd.argoproj.io/sync-options: Prune=false`.
"""

import re

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="PRN101", name="production-automated-prune", severity="note", tags=("argocd", "prune"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy:
    automated:
      prune: %s
"""
_FILES = {"web/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
BAD = (Example("on", {**_FILES, "apps/prod.yaml": _APP % "true  #! PRN101"}, base="empty"),)
GOOD = (Example("off", {**_FILES, "apps/prod.yaml": _APP % "false"}, base="empty"),)

_PRODUCTION = re.compile(r"(?:^|[-_./])(?:prod|production|prd|live)(?:[-_./]|$)")
_MANUAL = re.compile(r"(?i)#.*(?<![-/\w])manual(?:ly)?\b(?![/-])")


def check(context: Context) -> Drafts:
    """Production with automated prune."""
    seen = {}
    for unit in context.units.of("argocd", "Application"):
        manifest = unit.manifest
        if manifest is None or unit.prune is not True:
            continue
        words = (unit.name, unit.target_namespace, *(source.path for source in unit.sources))
        if any(_PRODUCTION.search(word) for word in words if word):
            seen.setdefault(manifest.at("spec", "syncPolicy", "automated", "prune"), []).append(unit)
    for place, units in seen.items():
        text = context.repository.document(place.path).text
        manual = _MANUAL.search(text) is not None
        yield RULE.draft(
            place,
            f"{units[0].label} is production and prunes by itself"
            + (", though a comment says that syncing is manual" if manual else ""),
            help="turn `prune` off, or protect what must stay with Prune=false",
            affects=[unit.label for unit in units],
            severity="warning" if manual else "note",
        )
