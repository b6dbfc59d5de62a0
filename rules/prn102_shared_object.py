"""Two units apply the same object.

## What it checks

Objects (kind, namespace and name) that two Applications of one root, or two Flux Kustomizations of one cluster, apply
to the same cluster. A Namespace in several units is common and gives a note.

## What happens

Both own it in turn: Argo CD shows `SharedResourceWarning` and never settles, Flux applies it back and forth. When one of
the two drops it, it is deleted although the other one still wants it.

## How to fix

Leave it to one of them.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="PRN102", name="shared-object", severity="warning", tags=("prune", "ownership"))

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
_KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %s, namespace: flux-system}
spec: {interval: 5m, path: ./%s, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n  namespace: shop\n"
_FILES = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "clusters/one/a.yaml": _KUSTOMIZATION % ("a", "a"),
    "clusters/one/b.yaml": _KUSTOMIZATION % ("b", "b"),
    "a/map.yaml": _MAP % "settings" + "data: {a: b}\n",
}
BAD = (Example("one object, two owners", {**_FILES, "b/map.yaml": _MAP % "settings  #! PRN102"}, base="empty"),)
GOOD = (Example("two objects", {**_FILES, "b/map.yaml": _MAP % "other"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Objects with two owners."""
    for found in context.units.shared_objects():
        first, second = found.owners[0], found.owners[1]
        more = f" and {len(found.owners) - 2} more" if len(found.owners) > 2 else ""
        effect = "when one drops it, it is deleted" if found.same else "they overwrite each other"
        yield RULE.draft(
            found.objects[1].place,
            f"{found.objects[1].label} is applied by {first.label}, {second.label}{more}: {effect}",
            help="leave it to one of them",
            related=[(found.objects[0].place, f"{first.label} applies this")],
            affects=[unit.label for unit in found.owners],
            severity="note" if found.same or found.objects[1].kind == "Namespace" else "warning",
        )
