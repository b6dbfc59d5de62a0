"""An API version that the installed Flux does not serve.

## What it checks

`apiVersion` of every Flux object that a cluster gets, against the Flux release of that cluster:
`gotk-components.yaml`, the version of a FluxInstance (a range such as `2.x` counts as its newest release), or
`flux_version` in `.mas-lint.yaml`. Without any of these, versions that current releases no longer serve are notes.

## What happens

`no matches for kind ... in version ...`: the apply of the whole Kustomization fails, on the day Flux is upgraded or, for
a version that is too new, at once. Flux 2.7 removed v1beta1 and v2beta1, Flux 2.8 the v1beta2 and v2beta2 APIs of
sources, Kustomizations and HelmReleases (from the CRDs of 38 releases).

## How to fix

Write the version that is served, and check renamed fields in Flux's release notes (`flux migrate` helps).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER101", name="flux-api-not-served", severity="error", tags=("flux", "versions"))

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
# Flux Version: v2.7.5
# Components: source-controller,kustomize-controller,helm-controller,notification-controller
apiVersion: v1
kind: Namespace
metadata: {name: flux-system, labels: {app.kubernetes.io/version: v2.7.5}}
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
BAD = (Example("removed", {**_FILES, "clusters/one/charts.yaml": _REPOSITORY % "v1beta1  #! VER101"}, base="empty"),)
GOOD = (Example("served", {**_FILES, "clusters/one/charts.yaml": _REPOSITORY % "v1"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Versions that are gone, or not there yet."""
    worst = {}
    for use in context.units.served():
        if use.verdict.known and (not use.verdict.served or (use.evidence is None and use.verdict.until)):
            place = use.obj.at("apiVersion")
            if place not in worst or (use.evidence is not None and worst[place].evidence is None):
                worst[place] = use
    for place, use in worst.items():
        obj, verdict = use.obj, use.verdict
        instead = f"write {obj.group}/{verdict.instead}" if verdict.instead else "look up the version that is served"
        if use.evidence is None and verdict.served:
            until = f"{verdict.until[0]}.{verdict.until[1]}" if verdict.until else ""
            yield RULE.draft(
                place,
                f"Flux serves {obj.api_version} {obj.kind} only up to {until}",
                help=instead,
                affects=[use.unit.label],
                severity="note",
            )
            continue
        if use.evidence is None:
            yield RULE.draft(
                place, f"no Flux serves {obj.api_version} {obj.kind}", help=instead, affects=[use.unit.label]
            )
            continue
        yield RULE.draft(
            place,
            f"Flux {use.evidence.version} does not serve {obj.api_version} {obj.kind}: {use.unit.label} cannot be applied",
            help=instead,
            related=[(use.evidence.place, use.evidence.how)],
            affects=[use.unit.label],
        )
