"""A HelmRelease has no chart, or two.

## What it checks

Exactly one of `spec.chart` and `spec.chartRef`, after the patches of the Kustomizations above.

## What happens

The API server refuses the object ("either chart or chartRef must be set"), and with it the whole Kustomization.

## How to fix

Keep one of the two.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX005", name="helm-release-chart", severity="error", tags=("flux", "helm"))

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
_RELEASE = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:%s
  interval: 1h
%s"""
_CHART = """  chartRef: {kind: OCIRepository, name: web}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: shop}
spec: {interval: 1h, url: oci://example.com/web}
"""
BAD = (
    Example(
        "none",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _RELEASE % ("  #! FLX005", ""),
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "one",
        {"clusters/one/flux-system/gotk-sync.yaml": _SYNC, "clusters/one/web.yaml": _RELEASE % ("", _CHART)},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Releases that the API server refuses."""
    for unit in context.units.of("flux", "HelmRelease"):
        manifest = unit.manifest
        if manifest is None or not manifest.version.startswith("v2"):
            continue
        has = [key for key in ("chart", "chartRef") if manifest.spec.get(key)]
        if len(has) != 1 and not (has and manifest.version != "v2"):
            yield RULE.draft(
                manifest.at("spec", "chart" if has else "", part="key") if has else manifest.at("spec", part="key"),
                "both `chart` and `chartRef` are set: the API server refuses the release"
                if has
                else f"neither `chart` nor `chartRef` is set: the API server refuses {unit.label}",
                help="set exactly one of the two",
                affects=[unit.label],
            )
