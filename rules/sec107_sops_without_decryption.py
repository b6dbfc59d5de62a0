"""An encrypted manifest that nobody decrypts.

## What it checks

Objects with a `sops` block under a Flux Kustomization without `spec.decryption` (a parent's `spec.patches` may add it),
and under an Application, which decrypts nothing by itself. Objects that a KSOPS generator reads are fine.

## What happens

Flux and Argo CD apply the object as it is: the API server refuses the unknown `sops` field, or the Secret holds
`ENC[AES256_GCM,...]`.

## How to fix

Flux: add `decryption: {provider: sops, secretRef: {name: sops-age}}` to the Kustomization. Argo CD: use KSOPS or a
plugin.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC107", name="sops-without-decryption", severity="error", tags=("secrets", "sops"))

_SYNC = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/acme/fleet}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec:
  interval: 10m
  path: ./clusters/one
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}%s
"""
_SECRET = """apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData:
  password: ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]
sops:%s
  age: []
"""
BAD = (
    Example(
        "no decryption",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC % "",
            "clusters/one/db.yaml": _SECRET % "  #! SEC107",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "with decryption",
        {
            "clusters/one/flux-system/gotk-sync.yaml": _SYNC % "\n  decryption: {provider: sops}",
            "clusters/one/db.yaml": _SECRET % "",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Encrypted objects that are applied as they are, the first one of each file."""
    seen = set()
    told = set()
    for unit, obj in context.units.reached():
        if "sops" not in obj.data or not isinstance(obj.data.get("sops"), dict) or unit.manifest is None:
            continue
        if obj.kind == "SopsSecret":  # operators of that name decrypt it in the cluster
            continue
        place = obj.at("sops", part="key")
        if place in seen:
            continue
        if unit.engine == "flux" and unit.kind == "Kustomization":
            if not isinstance(unit.manifest.get("spec", "decryption"), dict):
                seen.add(place)
                if (unit.label, place.path) in told:
                    continue
                told.add((unit.label, place.path))
                yield RULE.draft(
                    place,
                    f"{unit.label} has no `decryption`: {obj.label} is applied encrypted",
                    help="add decryption: {provider: sops} to the Kustomization",
                    related=[(unit.manifest.at("spec", part="key"), "the Kustomization that applies it")],
                    affects=[unit.label],
                )
        elif unit.engine == "argocd" and not unit.is_opaque and not context.units.decrypts(obj):
            seen.add(place)
            yield RULE.draft(
                place,
                f"Argo CD decrypts nothing by itself: {unit.label} applies {obj.label} encrypted",
                help="use KSOPS, the vault plugin or External Secrets",
                affects=[unit.label],
                severity="warning",
            )
