"""A secret that nothing writes and nobody declares.

## What it checks

Every path below this account's and cluster's own names must be a secret that a Job of the charts writes, one that is
known to be created by hand before the first sync, or one that `.mas-lint.yaml` declares. When a near path exists it
is suggested: then the path is very likely wrong (an error); otherwise the secret is simply not known (a warning).

Only stores that the charts write to (AWS Secrets Manager) are judged.

## What Argo CD does

A missing secret fails the vault plugin, Argo CD gets no manifests for the Application, and its sync wave never ends:
everything with a later wave waits.

## How to fix

Correct the path, or create the secret and declare it:

```yaml
secrets:
  declared:
    - path: "{account}/{cluster}/my-secret"
      created-by: the platform team
```
"""

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule, literal_use

RULE = Rule(code="SEC010", name="secret-never-written", severity="error", tags=("secrets",))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1"
_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:%s#entitlement_key>"%s\n'
)
BAD = (
    Example("misspelt", {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}/ibm_entitlment", "  #! SEC010")}),
    Example("unknown", {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}/zzz", "  #! SEC010")}),
)
GOOD = (
    Example("known secrets"),
    Example(
        "a declared one",
        {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}/zzz", "")},
        settings='secrets:\n  declared:\n    - path: "{account}/{cluster}/zzz"\n',
    ),
    Example("another store", {"dev/cluster1/ibm-dro.yaml": _DRO % ("secret/data/dev/cluster1/zzz", "")}),
)


def check(context: Context) -> Drafts:
    """Paths that are read and unknown, one finding a file."""
    for secret in context.secrets.secrets.values():
        near = secret.suggestion
        doubtful = secret.status == "by-hand" and near is not None
        if secret.status != "unknown" and not doubtful:
            continue
        if near is not None and near.kind == "level":
            continue
        uses = [
            use
            for use in secret.uses
            if use.readers and use.owner.kind == "own" and literal_use(context, use.scope, use.keys) is None
        ]
        for path in dict.fromkeys(use.reference.place.path for use in uses):
            here = [use for use in uses if use.reference.place.path == path]
            message = f"nothing writes the secret `{secret.path}`, and it is none that is known to be created by hand"
            if near is not None:
                help_text = f"write `{near.path}`" + (", which the charts write" if near.written else "")
            else:
                help_text = "create it and declare it under `secrets: declared:` in .mas-lint.yaml, or correct the path"
            fix = None
            if near is not None:
                fix = Replacement(f"read `{near.path}`", ((here[0].reference.place, secret.path, near.path),))
            yield RULE.draft(
                context.inside(here[0].reference.place, here[0].reference.raw),
                f"{message}: as long as it is missing, Argo CD deploys nothing of the Application that reads it",
                help=help_text,
                related=[(context.inside(u.reference.place, u.reference.raw), "also read here") for u in here[1:6]],
                affects=[reader.name for use in here for reader in use.readers],
                severity="error" if near is not None and (near.sure or not doubtful) else "warning",
                fix=fix,
            )
