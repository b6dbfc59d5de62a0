"""A secret that must exist is not in the store.

## What it checks

Compares the secrets that the repo needs with what a store holds. It runs when there is something to compare with: in
`mas-lint secrets --store ...`, or in every run when the option `store` names an export inside the repo (`aws
secretsmanager list-secrets`, `vault kv list -format=json`, `az keyvault secret list`, or a plain list of paths):

```yaml
rules:
  SEC040:
    store: store/secrets.json
```

Secrets that Jobs write are not expected before the first sync. Fields are compared when the export has them.

## What Argo CD does

A missing secret or field fails the vault plugin: nothing of the Application is deployed, and its sync wave never
ends.

## How to fix

Create the secret. `mas-lint secrets` says who reads it and when.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="SEC040", name="secret-missing-in-store", severity="error", tags=("secrets", "store"), options={"store": ""}
)

_SETTINGS = "rules:\n  SEC040:\n    store: store.txt\n"
_ALL = "".join(
    f"dev/{path}\n"
    for path in (
        *(f"{c}/{name}" for c in ("cluster1", "cluster2") for name in ("aws", "ibm_entitlement", "mongo")),
        *(
            f"{i}/{name}"
            for i in ("cluster1/inst1", "cluster1/inst2", "cluster2/inst3")
            for name in ("license", "mongo", "mas_segment_key")
        ),
        "cluster1/inst1/jdbc/db2wh-inst1-manage/credentials",
        "cluster2/inst3/jdbc/db2wh-inst3-manage/credentials",
    )
)
_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/dro_key#key>"  #! SEC040\n'
)
BAD = (
    Example("one secret less", {"store.txt": _ALL, "dev/cluster1/ibm-dro.yaml": _DRO}, settings=_SETTINGS),
    Example(
        "one field less",
        {"store.txt": _ALL + "dev/cluster1/dro_key#other\n", "dev/cluster1/ibm-dro.yaml": _DRO},
        settings=_SETTINGS,
    ),
)
GOOD = (Example("all there", {"store.txt": _ALL}, settings=_SETTINGS), Example("nothing to compare with"))


def check(context: Context) -> Drafts:
    """What the store lacks, where it is read."""
    comparison = context.store_comparison(str(context.options(RULE)["store"]))
    for missing in comparison.missing if comparison is not None else ():
        entry = missing.entry
        readers = [r for r in entry.readers if not missing.field_names or r.field in missing.field_names]
        place = next((reader.place for reader in readers if reader.place is not None), None)
        if place is None:
            continue
        what = "no secret"
        if missing.field_names:
            what = f"no field {', '.join(f'`{name}`' for name in missing.field_names)} in"
        yield RULE.draft(
            place,
            f"the store has {what} `{entry.path}`: Argo CD deploys nothing of the Applications that read it",
            help=f"create it ({entry.note})" if entry.note else "create it",
            affects=[reader.application for reader in entry.readers if reader.application],
        )
