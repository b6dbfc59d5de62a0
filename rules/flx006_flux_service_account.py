"""A Flux object acts as a ServiceAccount that nothing creates.

## What it checks

`serviceAccountName` of Kustomizations and HelmReleases against the ServiceAccounts that the cluster gets in their
namespace, and whether any RoleBinding or ClusterRoleBinding gives that account rights. Tenants that bring their own
manifests from another repository are not judged.

## What happens

The controller impersonates the account: without it, or without rights, every apply is forbidden.

## How to fix

Create the account and a RoleBinding in the tenant's namespace before the Kustomization.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="FLX006", name="flux-service-account", severity="warning", tags=("flux", "tenants", "rbac"))

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
_TENANT = """apiVersion: v1
kind: ServiceAccount
metadata: {name: team, namespace: apps}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: team, namespace: apps}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: team, namespace: apps}]
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: team, namespace: apps}
spec:
  interval: 5m
  serviceAccountName: %s
  path: ./team
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}
"""
_FILES = {
    "clusters/one/flux-system/gotk-sync.yaml": _SYNC,
    "team/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: apps}\n",
}
BAD = (Example("another name", {**_FILES, "clusters/one/team.yaml": _TENANT % "teem  #! FLX006"}, base="empty"),)
GOOD = (Example("created and bound", {**_FILES, "clusters/one/team.yaml": _TENANT % "team"}, base="empty"),)


def check(context: Context) -> Drafts:
    """Accounts that are missing, or have no rights."""
    units = context.units
    bound = set()
    bindings_unknown = set()
    for unit, obj in units.reached():
        if obj.kind in ("RoleBinding", "ClusterRoleBinding"):
            subjects = obj.get("subjects", default=[])
            for subject in subjects if isinstance(subjects, list) else []:
                if isinstance(subject, dict) and subject.get("kind") == "ServiceAccount":
                    own = str(subject.get("namespace") or unit.namespace_of(obj))
                    bound.add((unit.cluster, own, str(subject.get("name"))))
                elif isinstance(subject, dict) and subject.get("kind") == "Group":
                    bindings_unknown.add(unit.cluster)
    for unit in units.of("flux"):
        if unit.manifest is None:
            continue
        name = unit.manifest.get("spec", "serviceAccountName")
        if not isinstance(name, str) or not name or name == "default" or "$" in name:
            continue
        if name.endswith("-controller") and unit.namespace == "flux-system":
            continue  # Flux brings its own
        objects = units.objects_of(unit.cluster)
        place = unit.manifest.at("spec", "serviceAccountName")
        if ("", "ServiceAccount", unit.namespace, name) not in objects:
            beside = any(key[:2] == ("", "ServiceAccount") and key[2] == unit.namespace for key in objects)
            yield RULE.draft(
                place,
                f"nothing creates ServiceAccount {unit.namespace}/{name}: {unit.label} may do nothing",
                help="create it with a RoleBinding, before this object",
                affects=[unit.label],
                severity="warning" if beside else "note",
            )
        elif (unit.cluster, unit.namespace, name) not in bound and unit.cluster not in bindings_unknown:
            yield RULE.draft(
                place,
                f"no RoleBinding gives ServiceAccount {unit.namespace}/{name} any rights: {unit.label} may do nothing",
                help="bind it to a role in its namespace",
                affects=[unit.label],
                severity="note",
            )
