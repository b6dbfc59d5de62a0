"""A HelmRelease has no chart, or two, or names one that its repository cannot have.

## What it checks

Exactly one of `spec.chart` and `spec.chartRef`, after the patches of the Kustomizations above. The chart of a
HelmRepository is named as its index has it, without the name that `helm repo add` gave the repository
(`nginx`, not `bitnami/nginx`).

## What happens

The API server refuses an object without or with two ("either chart or chartRef must be set"), and with it the whole
Kustomization. A chart that the index does not have is never found: "no 'bitnami/nginx' chart with version found".

## How to fix

Keep one of the two; leave the name of the repository out of the name of the chart.
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
_REPOSITORY = """apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: https://example.com/charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-system}
spec:
  interval: 10m
  chart:
    spec:
      chart: %s
      sourceRef: {kind: HelmRepository, name: charts}
"""

BAD = (
    Example(
        "with the name of the repository",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _REPOSITORY % "charts/web  #! FLX005",
        },
        base="empty",
    ),
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
        "as the index names it",
        {"clusters/one/flux-system/gotk-sync.yaml": _SYNC, "clusters/one/web.yaml": _REPOSITORY % "web"},
        base="empty",
    ),
    Example(
        "one",
        {"clusters/one/flux-system/gotk-sync.yaml": _SYNC, "clusters/one/web.yaml": _RELEASE % ("", _CHART)},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Releases that the API server refuses."""
    seen = set()
    for unit in context.units.of("flux", "HelmRelease"):
        manifest = unit.manifest
        if manifest is None or not manifest.version.startswith("v2"):
            continue
        source = context.units.source_of(unit)
        chart = manifest.get("spec", "chart", "spec", "chart")
        place = manifest.at("spec", "chart", "spec", "chart")
        if (
            source is not None
            and source.kind == "HelmRepository"
            and isinstance(chart, str)
            and "/" in chart
            and str(source.get("spec", "url") or "").startswith("http")
            and place not in seen
        ):
            seen.add(place)
            yield RULE.draft(
                place,
                f"the index of {source.label} names no chart {chart!r}: {unit.label} is not installed",
                help=f"write {chart.rpartition('/')[2]!r}, without the name of the repository",
                affects=[unit.label],
            )
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
