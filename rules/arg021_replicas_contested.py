"""Git and an autoscaler both set a workload's replicas.

## What it checks

A workload with `replicas` in Git that a HorizontalPodAutoscaler (or a KEDA ScaledObject) of the same Application
scales, where the Application heals itself and does not ignore `/spec/replicas` with `RespectIgnoreDifferences=true`.

## What Argo CD does

With `selfHeal` it sets the replicas back whenever the autoscaler changes them; with `ignoreDifferences` alone it does
so at every sync.

## How to fix

Take `replicas` out of the manifest, which is the simplest, or ignore it and add the sync option.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="ARG021", name="replicas-contested", severity="warning", tags=("argocd", "drift"))

_APP = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.net/acme/fleet.git, targetRevision: %s, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
%s"""
_SCALER = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 5
"""
_WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
%s  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: registry.example.net/web:1.0.0}]}
"""
_HEALS = "  syncPolicy: {automated: {selfHeal: true}}\n"
BAD = (
    Example(
        "both",
        {
            "apps/web.yaml": _APP % ("main", _HEALS),
            "web/scaler.yaml": _SCALER,
            "web/web.yaml": _WEB % "  replicas: 2  #! ARG021\n",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "only the autoscaler",
        {"apps/web.yaml": _APP % ("main", _HEALS), "web/scaler.yaml": _SCALER, "web/web.yaml": _WEB % ""},
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Replicas that are set twice."""
    seen = set()
    for found in context.units.contested_replicas():
        place = found.workload.at("spec", "replicas")
        if place in seen:
            continue
        seen.add(place)
        when = "at every sync" if found.half else "at once"
        yield RULE.draft(
            place,
            f"{found.scaler.label} scales {found.workload.label}, and Argo CD sets its replicas back {when}",
            help="add the sync option RespectIgnoreDifferences=true" if found.half else "take `replicas` out",
            related=[(found.scaler.place, "the autoscaler")],
            affects=[found.unit.label],
        )
