"""An External Secrets API version that the installed operator does not serve.

## What it checks

`external-secrets.io/v1beta1` and `v1` against the version of the external-secrets chart that a HelmRelease or
Application of the same cluster installs: v1beta1 is gone from 0.17 on, v1 exists from 0.16 on.

## What happens

`no matches for kind "ExternalSecret" in version ...`: nothing of the Kustomization or Application is applied.

## How to fix

Write the version that is served before the chart is upgraded past it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER105", name="external-secrets-api", severity="error", tags=("external-secrets", "versions"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: argocd}
spec:
  project: default
  source: %s
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
_SECRET = """apiVersion: external-secrets.io/%s
kind: ExternalSecret
metadata: {name: web}
spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, dataFrom: [{extract: {key: web}}]}
"""
_FILES = {
    "apps/eso.yaml": _APP
    % ("eso", "{repoURL: https://charts.external-secrets.io, chart: external-secrets, targetRevision: 0.18.2}"),
    "apps/web.yaml": _APP
    % ("web", "{repoURL: https://git.example.net/acme/fleet.git, targetRevision: main, path: web}"),
}
BAD = (Example("removed", {**_FILES, "web/a.yaml": _SECRET % "v1beta1  #! VER105"}, base="empty"),)
GOOD = (Example("served", {**_FILES, "web/a.yaml": _SECRET % "v1"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Versions that the operator does not know."""
    seen = set()
    for unit, obj, evidence in context.units.unserved_external_secrets():
        place = obj.at("apiVersion")
        if place not in seen:
            seen.add(place)
            yield RULE.draft(
                place,
                f"external-secrets {evidence.version} does not serve {obj.api_version}: {unit.label} cannot be applied",
                help="write external-secrets.io/v1" if obj.version != "v1" else "upgrade the chart first",
                related=[(evidence.place, evidence.how)],
                affects=[unit.label],
            )
