"""A SecretProviderClass that no pod mounts.

## What it checks

Every SecretProviderClass against the CSI volumes of all pods in its namespace. When the namespace has charts that cannot
be opened, or another file of the repository mounts a class of that name, it is a note.

## What happens

The driver acts only when a pod mounts the class. Without a mount its `secretObjects` never become Secrets, so whoever
reads them with `secretKeyRef` waits for ever.

## How to fix

Add a CSI volume with `secretProviderClass` (and a volumeMount) to a pod that needs the Secret.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC105", name="provider-class-unmounted", severity="error", tags=("secrets", "csi"))

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
        "the pod mounts another class",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault  #! SEC105", "shop", "PASSWORD"),
            "app/pod.yaml": _POD % "other",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "mounted",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault", "shop", "PASSWORD"),
            "app/pod.yaml": _POD % "vault",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Classes without a mount."""
    for found in context.units.provider_class_troubles():
        if found.kind == "never-mounted":
            makes = f", so Secret {found.text} is never made" if found.text else ""
            yield RULE.draft(
                found.place,
                f"no pod mounts {found.obj.label}{makes}",
                help=f"{found.opaque} may mount it" if found.opaque else "mount it in a pod of its namespace",
                severity="note" if found.opaque else ("error" if found.text else "warning"),
            )
