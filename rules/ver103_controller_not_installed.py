"""Objects for a Flux controller that is not installed.

## What it checks

The controllers that `gotk-components.yaml` or a FluxInstance lists, against the Flux kinds that the cluster gets:
HelmRelease needs helm-controller, Alert, Provider and Receiver need notification-controller, image policies the two
image controllers. When the repository's documents speak of a controller that is not installed and nothing uses it yet,
that is a note.

## What happens

The CustomResourceDefinition is missing, so the apply fails with `no matches for kind`.

## How to fix

Install Flux with the controller (`flux bootstrap --components=...`, `--components-extra=...`).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER103", name="controller-not-installed", severity="error", tags=("flux", "versions"))

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
# Components: source-controller,kustomize-controller%s
apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
"""
_RELEASE = """apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: shop}
spec: {interval: 1h, url: oci://example.com/web}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease%s
metadata: {name: web, namespace: shop}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: web}}
"""
BAD = (
    Example(
        "a release without helm-controller",
        {
            "clusters/one/flux-system/gotk-components.yaml": _COMPONENTS % "",
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _RELEASE % "  #! VER103",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "installed",
        {
            "clusters/one/flux-system/gotk-components.yaml": _COMPONENTS % ",helm-controller",
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
            "clusters/one/web.yaml": _RELEASE % "",
        },
        base="empty",
    ),
)

_NEEDED = {
    "helm.toolkit.fluxcd.io": ("helm-controller", "Helm Controller", "HelmRelease"),
    "notification.toolkit.fluxcd.io": ("notification-controller", "Notification Controller"),
    "image.toolkit.fluxcd.io": ("image-reflector-controller", "Image Automation"),
}


def check(context: Context) -> Drafts:
    """Kinds without their controller."""
    units = context.units
    reported = set()
    for use in units.served():
        needed = _NEEDED.get(use.obj.group)
        evidence = use.evidence
        if needed is None or evidence is None or use.defined:
            continue
        if not evidence.components or needed[0] in evidence.components:
            continue
        key = (evidence.place.path, use.obj.path)
        if key not in reported:
            reported.add(key)
            yield RULE.draft(
                use.obj.at("kind"),
                f"{needed[0]} is not installed: the cluster knows no {use.obj.kind}",
                help=f"install Flux with {needed[0]}",
                related=[(evidence.place, f"installs {', '.join(evidence.components)}")],
                affects=[use.unit.label],
            )
    used = {path for path, _ in reported}
    for evidence in units.engines:
        if evidence.name != "flux" or not evidence.components or evidence.place.path in used:
            continue
        absent = [
            names[0]
            for names in _NEEDED.values()
            if names[0] not in evidence.components
            and names[0] != "image-reflector-controller"
            and units.documented(names)
        ]
        if absent:
            yield RULE.draft(
                evidence.place,
                f"the repository's documents speak of {' and '.join(absent)}, which this Flux does not have",
                help="install Flux with the missing components, or correct the documents",
                severity="note",
            )
