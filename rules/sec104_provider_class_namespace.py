"""A SecretProviderClass is not in the namespace of the pods that need it.

## What it checks

Volumes of the Secrets Store CSI driver against the SecretProviderClasses of the pod's namespace, and the Secrets that a
class makes (`secretObjects`) against the namespaces of the pods that read them. Charts of the repository are rendered;
classes that somebody applies by hand count.

## What happens

The driver looks for the class in the pod's own namespace only: the pod stays in `ContainerCreating` with "failed to get
secretproviderclass". A Secret from `secretObjects` exists in the class's namespace only, so pods elsewhere stay in
`CreateContainerConfigError`.

## How to fix

Put the class (one copy for each namespace) beside the pods: leave `metadata.namespace` out and let the Application or
the kustomization set it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC104", name="provider-class-namespace", severity="error", tags=("secrets", "csi"))

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
        "the class is in another namespace",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault", "default  #! SEC104", "PASSWORD"),
            "app/pod.yaml": _POD % "vault  #! SEC104",
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "side by side",
        {
            "app/kustomization.yaml": _LIST,
            "app/class.yaml": _CLASS % ("vault", "shop", "PASSWORD"),
            "app/pod.yaml": _POD % "vault",
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Classes that their pods cannot find."""
    for found in context.units.provider_class_troubles():
        if found.kind == "elsewhere":
            yield RULE.draft(
                found.place,
                f"SecretProviderClass {found.text} does not exist; one of that name is in {', '.join(found.names)}",
                help="the driver looks in the pod's own namespace only",
                related=found.related,
            )
        elif found.kind == "missing":
            yield RULE.draft(
                found.place,
                f"nothing makes SecretProviderClass {found.text}: {found.obj.label} does not start",
                help=f"{found.opaque} may bring it" if found.opaque else "correct the name, or add the class",
                severity="note" if found.opaque else "error",
            )
        elif found.kind == "namespace":
            yield RULE.draft(
                found.place,
                f"{found.obj.label} makes Secret {found.text} in its own namespace, but pods in {', '.join(found.names)} need it",
                help="put the class into the namespace of the pods",
                related=found.related,
            )
