"""An API version that Flux still serves, but no longer wants.

## What it checks

Deprecated API versions of Flux objects, against the Flux release of the cluster (or, when that is not known, the newest
one). One note for each kind and version, at its first use.

## What happens

Nothing yet. The next minor releases remove the version (VER101).

## How to fix

Write the newer version while both are served.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER102", name="flux-api-deprecated", severity="note", tags=("flux", "versions"))

_SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/one, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_COMPONENTS = """---
# Flux Version: v2.4.0
apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
"""
_REPOSITORY = """apiVersion: source.toolkit.fluxcd.io/%s
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: https://example.com/charts}
"""
_FILES = {
    "clusters/one/flux-system/gotk-components.yaml": _COMPONENTS,
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
}
BAD = (Example("deprecated", {**_FILES, "clusters/one/charts.yaml": _REPOSITORY % "v1beta2  #! VER102"}, base="empty"),)
GOOD = (Example("current", {**_FILES, "clusters/one/charts.yaml": _REPOSITORY % "v1"}, base="empty"),)


def check(context: Context) -> Drafts:
    """One note a kind and version."""
    found = {}
    for use in context.units.served():
        verdict = use.verdict
        if verdict.known and verdict.served and verdict.deprecated and use.evidence is not None:
            found.setdefault((use.obj.kind, use.obj.api_version), {})[use.obj.at("apiVersion")] = use
    for (kind, api_version), uses in sorted(found.items()):
        place, use = min(uses.items(), key=lambda item: item[0].path)
        count = f" ({len(uses)} objects)" if len(uses) > 1 else ""
        version = use.evidence.version if use.evidence is not None else ""
        yield RULE.draft(
            place,
            f"Flux {version} serves {api_version} {kind} only for now{count}",
            help=f"write {use.obj.group}/{use.verdict.instead}",
        )
