"""A secret whose path does not begin with this scope's own names.

## What it checks

AWS secrets that are not below `{account}/{cluster}`, are none of the known exceptions, and are not declared.

## What Argo CD does

Nothing special: it reads the secret. But nothing in the charts writes it, no profile knows it, and several clusters
may share it.

## How to fix

Declare it in `.mas-lint.yaml`, under `secrets: declared:` or as a `path-convention`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC023", name="secret-without-scope", severity="note", tags=("secrets",))

_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:%s#entitlement_key>"%s\n'
)
_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
BAD = (Example("a shared secret", {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}shared/entitlement", "  #! SEC023")}),)
GOOD = (
    Example("own secrets"),
    Example(
        "declared",
        {"dev/cluster1/ibm-dro.yaml": _DRO % (f"{_ARN}shared/entitlement", "")},
        settings='secrets:\n  path-convention: ["shared/*"]\n',
    ),
)


def check(context: Context) -> Drafts:
    """Paths without ids, one finding a path and file."""
    seen = set()
    for use in context.secrets.uses:
        if use.owner.kind != "none" or use.reference.backend != "aws":
            continue
        secret = context.secrets.secrets[use.path]
        if secret.pre_created or secret.declared:
            continue
        # a stand-alone licence service writes below the customer's number
        if any(writer.runs for writer in secret.writers):
            continue
        key = (use.path, use.reference.place.path)
        if key in seen or not use.path or not use.readers:
            continue
        seen.add(key)
        yield RULE.draft(
            context.inside(use.reference.place, use.reference.raw),
            f"`{use.path}` is not below `{use.scope.account}/{use.scope.cluster}`: nothing in the charts writes "
            f"it, so it must be created by hand",
            help="declare it in .mas-lint.yaml under `secrets: declared:`, or correct the path",
            affects=[reader.name for reader in use.readers],
        )
