"""An object names another one that the cluster does not get, and there is one of a similar name.

## What it checks

Names in what is applied: claims and service accounts of pods, claims in the values of HelmReleases, services of
Ingresses, Gateways and Services of Gateway API routes, issuers of Certificates and Ingresses, roles of bindings,
targets of autoscalers, clusters of CloudNativePG backups and poolers, claims that VolSync copies, image repositories of
ImagePolicies, and the objects that Alerts, Receivers and health checks of Flux name.

It speaks only where something was probably meant: a name that differs by little, or the same name in another namespace.
What a chart or base that cannot be opened may bring is left out.

## What happens

Depends on the object: pods stay Pending, the Ingress answers 503, the route is not accepted, no certificate is issued, the
binding gives no rights, the health check times out and everything that depends on it waits.

## How to fix

Write the name, and the namespace where the reference takes one, of the object that is there.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF107", name="named-object-missing", severity="warning", tags=("kubernetes", "references"))

_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers: [{name: web, image: nginx}]
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: %s
"""
_CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web-data, namespace: shop}\nspec: {}\n"
_ROUTE = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - name: internal%s
"""
_PARENT = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: internal, namespace: network}\nspec: {}\n"

BAD = (
    Example(
        "a claim of another name",
        {
            "app/kustomization.yaml": "resources: [web.yaml, claim.yaml]\n",
            "app/web.yaml": _DEPLOYMENT % "web-date  #! REF107",
            "app/claim.yaml": _CLAIM,
        },
        base="empty",
    ),
    Example(
        "a Gateway of another namespace",
        {
            "app/kustomization.yaml": "resources: [route.yaml, gateway.yaml]\n",
            "app/route.yaml": _ROUTE % "  #! REF107",
            "app/gateway.yaml": _PARENT,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "the claim that is there",
        {
            "app/kustomization.yaml": "resources: [web.yaml, claim.yaml]\n",
            "app/web.yaml": _DEPLOYMENT % "web-data",
            "app/claim.yaml": _CLAIM,
        },
        base="empty",
    ),
    Example(
        "with the namespace of the Gateway",
        {
            "app/kustomization.yaml": "resources: [route.yaml, gateway.yaml]\n",
            "app/route.yaml": _ROUTE % "\n      namespace: network",
            "app/gateway.yaml": _PARENT,
        },
        base="empty",
    ),
)


def check(context: Context) -> Drafts:
    """Each place once, however many clusters reach it."""
    seen = {}
    for found in context.units.dangling_references():
        seen.setdefault(found.place, []).append(found)
    for place, all_found in seen.items():
        found = all_found[0]
        reference = found.reference
        wanted = f"{reference.namespace}/{reference.name}" if reference.namespace else reference.name
        yield RULE.draft(
            place,
            f"nothing makes {reference.kind} {wanted}, which {found.obj.label} names",
            help=f"did you mean {found.near}?",
            related=[(found.other.place, f"{reference.kind} {found.near} is here")],
            affects=list(dict.fromkeys(one.unit.label for one in all_found)),
        )
