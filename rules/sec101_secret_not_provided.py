"""A Secret or ConfigMap that something needs, but nothing provides.

## What it checks

References of everything that an Application, Flux Kustomization, HelmRelease or kustomization applies: pods
(`secretKeyRef`, `envFrom`, volumes, `imagePullSecrets`), Ingress and Gateway TLS, `valuesFrom`, `secretRef` of Flux
sources, providers and Kustomizations, cert-manager issuers, Crossplane ProviderConfigs, PushSecrets, databases and
backups of CloudNativePG, VolSync, monitors of the Prometheus Operator, other well-known custom resources, and the usual
references in the values of a HelmRelease. A provider is a manifest (plain, SOPS, generated), an ExternalSecret, a
SealedSecret, a Certificate, a SecretProviderClass that a pod mounts, or one of some thirty operators' resources, in the
same cluster and namespace.

It is an error when something nearly fits (another namespace, a similar name, a file that nothing applies), otherwise a
warning: a Secret that nothing in the repository makes may have been created by hand.
What may well come from something that cannot be opened (a remote base, a chart named like the Secret) is a note.
A Secret that a script or document of the repository names is a note: somebody creates it by hand.

## What happens

The pod stays in `CreateContainerConfigError` or `ContainerCreating`, the HelmRelease or source never becomes ready, and
everything that waits for it (sync waves, `dependsOn`) waits too.

## How to fix

Correct the name or the namespace, add the provider to the kustomization, or declare it in `.mas-lint.yaml`
(`secrets.declared`) when it comes from elsewhere.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC101", name="secret-not-provided", severity="error", tags=("secrets", "kubernetes"))

_POD = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: web
          image: nginx
          envFrom:
            - secretRef:
                name: %s
"""
_SECRET = """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: web-secrets
  namespace: %s
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target: {name: web-secrets}
  dataFrom: [{extract: {key: web}}]
"""
BAD = (
    Example(
        "another name",
        {
            "app/kustomization.yaml": "resources: [web.yaml, secret.yaml]\n",
            "app/web.yaml": _POD % "web-secret  #! SEC101",
            "app/secret.yaml": _SECRET % "shop",
        },
        base="empty",
    ),
    Example(
        "another namespace",
        {
            "app/kustomization.yaml": "resources: [web.yaml, secret.yaml]\n",
            "app/web.yaml": _POD % "web-secrets  #! SEC101",
            "app/secret.yaml": _SECRET % "store",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "provided",
        {
            "app/kustomization.yaml": "resources: [web.yaml, secret.yaml]\n",
            "app/web.yaml": _POD % "web-secrets",
            "app/secret.yaml": _SECRET % "shop",
        },
        base="empty",
    ),
    Example(
        "generated, with a content hash",
        {
            "app/kustomization.yaml": (
                "resources: [web.yaml]\nnamespace: shop\nsecretGenerator:\n  - name: web-secrets\n    literals: [a=b]\n"
            ),
            "app/web.yaml": _POD % "web-secrets",
        },
        base="empty",
    ),
)

_SEVERITY = {
    "pod": "error",
    "helm-values": "error",
    "flux": "error",
    "push": "warning",
    "image-pull": "warning",
    "ingress-tls": "warning",
    "crossplane": "warning",
    "issuer": "warning",
    "values": "warning",
    "decryption": "note",
    "store": "note",
    "service-account": "note",
}
_TOLD = frozenset({"pod", "helm-values", "flux", "values", "custom"})
"""Roles that are worth a note where something that cannot be opened may bring the object."""
_EFFECT = {
    "pod": "its pods do not start",
    "image-pull": "its images are pulled without credentials",
    "ingress-tls": "the default certificate is served",
    "helm-values": "the release is not installed",
    "flux": "it never becomes ready",
    "decryption": "nothing can be decrypted",
    "store": "the store never becomes ready",
    "issuer": "no certificate is issued",
    "crossplane": "the provider has no credentials",
    "values": "the chart's pods do not start",
    "custom": "its controller waits for it",
    "push": "nothing is pushed",
}


def check(context: Context) -> Drafts:
    """Needs that nothing meets; one finding a place, however many clusters reach it."""
    seen = {}
    for found in context.units.needs():
        if found.outcome in ("missing", "unused-file", "by-hand") or (
            found.outcome == "opaque" and found.need.role in _TOLD
        ):
            seen.setdefault(found.need.place, []).append(found)
    by_hand = set()
    for place, all_found in seen.items():
        found = all_found[0]
        need = found.need
        wanted = f"{need.kind} {found.namespace}/{need.name}"
        effect = _EFFECT.get(need.role, "what needs it fails")
        names = [one.unit.label for one in all_found]
        if all(one.outcome in ("by-hand", "opaque") for one in all_found):
            if wanted not in by_hand:
                by_hand.add(wanted)
                what = "mentions it" if found.outcome == "by-hand" else "may bring it"
                yield RULE.draft(
                    place,
                    f"{need.obj.label} needs {wanted}, which nothing applies; {found.hint} {what}",
                    help="declare it under `secrets.declared` if somebody creates it by hand",
                    affects=names,
                    severity="note",
                )
            continue
        found = next(one for one in all_found if one.outcome not in ("by-hand", "opaque"))
        near, other = context.units.near(found)
        related = [(obj.place, f"this {obj.kind} would make it, but does not") for obj in found.related]
        if other is not None:
            related.append((other.obj.place, f"{other.kind} {near} is made here"))
        where = " in this cluster" if len({unit.cluster for unit in context.units.units}) > 1 else ""
        hint = f"did you mean {near}?" if near else "add what makes it, or declare it under `secrets.declared`"
        if found.outcome == "unused-file":
            hint = f"{found.hint} would make it: add it to the kustomization"
        # Without any trace of what should make it, somebody may have created it by hand.
        traced = bool(near or found.related)
        severity = _SEVERITY.get(need.role, "warning")
        mild = need.obj.group == "notification.toolkit.fluxcd.io" or all(one.unit.assumed for one in all_found)
        if severity == "error" and (mild or not traced):
            severity = "warning"
        if need.role == "values" and need.obj.kind != "HelmRelease" and not traced:
            severity = "note"
        yield RULE.draft(
            place,
            f"nothing makes {wanted}{where}: {need.obj.label} needs it, {effect}",
            help=hint,
            related=related,
            affects=names,
            severity=severity,
        )
