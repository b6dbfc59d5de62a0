"""A SecretProviderClass that does not say what it means.

## What it checks

For the Azure provider: `objects` has to be YAML text `array:` of YAML texts, each with an `objectName`; file names
(alias or name) have to differ; `secretObjects[].data[].objectName` has to be a mounted file's name, which is the alias
when there is one; an identity has to be chosen (`clientID`, `useVMManagedIdentity`, `usePodIdentity`, or a
`nodePublishSecretRef` in the pods). For every provider: parameters are texts, so booleans and numbers need quotes.

## What happens

The mount fails ("failed to unmarshal objects", "file matching objectName ... not found in the pod"), or the API server
refuses the object (`parameters` is a map of strings).

## How to fix

Use the alias in `secretObjects`, quote parameters, and set one identity.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC106", name="provider-class-content", severity="error", tags=("secrets", "csi"))

_CLASS = """apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata:
  name: %s
  namespace: %s
spec:
  provider: azure
  parameters:
    useVMManagedIdentity: "true"
    keyvaultName: shop
    tenantID: 00000000-0000-0000-0000-000000000000
    objects: |
      array:
        - |
          objectName: db-password
          objectType: secret
          objectAlias: PASSWORD
  secretObjects:
    - secretName: db
      type: Opaque
      data:
        - objectName: %s
          key: password
"""
_POD = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: nginx
      envFrom: [{secretRef: {name: db}}]
  volumes:
    - name: secrets
      csi:
        driver: secrets-store.csi.k8s.io
        readOnly: true
        volumeAttributes:
          secretProviderClass: %s
"""
_LIST = "resources: [class.yaml, pod.yaml]\n"
BAD = (
    Example(
        "the name instead of the alias",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault", "shop", "db-password  #! SEC106"),
            "app/pod.yaml": _POD % "vault",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the alias",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault", "shop", "PASSWORD"),
            "app/pod.yaml": _POD % "vault",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Contents that the driver or the provider refuses."""
    for found in context.units.provider_class_troubles():
        if found.kind == "object-name":
            yield RULE.draft(
                found.place,
                f"{found.obj.label} mounts no file {found.text!r}: the Secret is not synced",
                help=f"mounted files are {', '.join(found.names)}; the alias counts when there is one",
            )
        elif found.kind == "objects":
            yield RULE.draft(
                found.place,
                f"`objects` of {found.obj.label} is not an `array` of YAML texts with an `objectName` each",
                help="write `array:` with one block text (`- |`) for each object",
            )
        elif found.kind == "duplicate":
            yield RULE.draft(
                found.place,
                f"two objects of {found.obj.label} are mounted as {found.text!r}",
                help="give one of them another `objectAlias`",
                severity="warning",
            )
        elif found.kind == "parameter":
            yield RULE.draft(
                found.place,
                f"parameter {found.text} of {found.obj.label} is no text: the API server refuses the object",
                help="put quotes around it",
            )
        elif found.kind == "identity":
            yield RULE.draft(
                found.place,
                f"{found.obj.label} names no identity for the Key Vault",
                help="set `clientID`, `useVMManagedIdentity` or `usePodIdentity`, or use a nodePublishSecretRef",
                severity="warning",
            )
