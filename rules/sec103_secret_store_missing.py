"""An ExternalSecret reads a store that no file declares.

## What it checks

`secretStoreRef` of ExternalSecrets, ClusterExternalSecrets and PushSecrets against the SecretStores of the same
namespace and the ClusterSecretStores of the same cluster. When the repository declares no store at all, stores come
from elsewhere and one note says so.

## What happens

External Secrets reports `SecretStore "..." not found` and makes no Secret, so whatever needs it does not start.

## How to fix

Correct the name or the kind (a SecretStore works in its own namespace only), or add the store.
"""

import difflib

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC103", name="secret-store-missing", severity="error", tags=("secrets", "external-secrets"))

_SECRET = """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: web
  namespace: shop
spec:
  secretStoreRef:
    kind: %s
    name: %s
  dataFrom: [{extract: {key: web}}]
"""
_STORE = """apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault
spec:
  provider: {fake: {data: []}}
"""
BAD = (
    Example(
        "another name",
        {
            "app/kustomization.yaml": "resources: [secret.yaml, store.yaml]\n",
            "app/secret.yaml": _SECRET % ("ClusterSecretStore", "vault-backend  #! SEC103"),
            "app/store.yaml": _STORE,
        },
        base="empty",
    ),
    Example(
        "a cluster's store named as a namespace's",
        {
            "app/kustomization.yaml": "resources: [secret.yaml, store.yaml]\n",
            "app/secret.yaml": _SECRET % ("SecretStore", "vault  #! SEC103"),
            "app/store.yaml": _STORE,
        },
        base="empty",
    ),
)
GOOD = (
    Example(
        "declared",
        {
            "app/kustomization.yaml": "resources: [secret.yaml, store.yaml]\n",
            "app/secret.yaml": _SECRET % ("ClusterSecretStore", "vault"),
            "app/store.yaml": _STORE,
        },
        base="empty",
    ),
)


_EACH = 5
"""A store that more references name is one finding: it is declared elsewhere, or missing as a whole."""


def check(context: Context) -> Drafts:
    """Store references without a store."""
    undeclared = {}
    missing = {}
    for found in context.units.store_references():
        if found.outcome == "undeclared":
            undeclared.setdefault((found.kind, found.name), found)
        elif found.outcome == "missing":
            missing.setdefault((found.kind, found.name), {}).setdefault(found.place, found)
    for several in missing.values():
        references = list(several.values())
        shown = references if len(references) <= _EACH else references[:1]
        for found in shown:
            rest = [one for one in references if one is not found] if len(shown) == 1 else []
            close = difflib.get_close_matches(found.name, found.known, n=1, cutoff=0.5)
            other = f"there is a {found.other} of that name" if found.other else ""
            more = f", nor do {len(rest)} more" if rest else ""
            yield RULE.draft(
                found.place,
                f"no file declares {found.kind} {found.name}{found.where}: {found.obj.label} makes no Secret{more}",
                help=other
                or (f"did you mean {close[0]!r}?" if close else "add the store to what this cluster applies"),
                related=[(one.place, one.obj.label) for one in rest[:20]],
                affects=list(dict.fromkeys(one.unit.label for one in (found, *rest) if one.unit.engine != "manual")),
                severity="error" if found.certain else "warning",
            )
    for (kind, name), found in sorted(undeclared.items()):
        yield RULE.draft(
            found.place,
            f"the repository declares no secret stores; {kind} {name} has to come from elsewhere",
            help="nothing to do if the cluster has it",
            severity="note",
        )
