"""A Secret or ConfigMap exists, but not with the key that is needed.

## What it checks

`secretKeyRef.key`, `configMapKeyRef.key` and `valuesKey` against the keys of what provides the object: `data` and
`stringData` (also when SOPS has encrypted the values), generator literals and files, `encryptedData`, the keys of an
ExternalSecret (its template decides when there is one), `secretObjects`. Where keys cannot be known (`dataFrom`,
operators) nothing is reported.

## What happens

The pod stays in `CreateContainerConfigError` ("couldn't find key"), a HelmRelease reports the missing key.

## How to fix

Correct the key on one of the two sides, or mark the reference `optional: true`.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC102", name="secret-key-missing", severity="error", tags=("secrets", "kubernetes"))

_POD = """apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: nginx
      env:
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              name: web-secrets
              key: %s
"""
_SEALED = """apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: web-secrets
  namespace: shop
spec:
  encryptedData:
    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq
"""
BAD = (
    Example(
        "a key in capitals",
        {
            "app/kustomization.yaml": "resources: [web.yaml, secret.yaml]\n",
            "app/web.yaml": _POD % "PASSWORD  #! SEC102",
            "app/secret.yaml": _SEALED,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the same key",
        {
            "app/kustomization.yaml": "resources: [web.yaml, secret.yaml]\n",
            "app/web.yaml": _POD % "password",
            "app/secret.yaml": _SEALED,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Keys that no provider has."""
    for found in context.units.needs():
        need = found.need
        if found.outcome != "resolved" or not need.field or not found.producers:
            continue
        keys = set()
        for producer in found.producers:
            if producer.fields is None:
                break
            keys.update(producer.fields)
        else:
            if need.field in keys or any("$" in key or "{{" in key for key in keys):
                continue
            close = difflib.get_close_matches(need.field, keys, n=1, cutoff=0.5)
            place = need.obj.at(*need.route[:-1], "valuesKey" if need.role == "helm-values" else "key")
            yield RULE.draft(
                place,
                f"{need.kind} {found.namespace}/{need.name} has no key {need.field!r}: {need.obj.label} does not start",
                help=f"did you mean {close[0]!r}?" if close else f"it has {', '.join(sorted(keys)[:8])}",
                related=[(found.producers[0].obj.place, f"the {need.kind} is made here")],
                affects=[found.unit.label],
            )
