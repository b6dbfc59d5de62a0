"""A placeholder that pins a version of its secret.

## What it checks

Placeholders with a version after the second `#`, other than `AWSCURRENT` and `latest`.

## What Argo CD does

The plugin reads that version for ever: a rotated password or a token that a Job writes anew does not arrive.

## How to fix

Leave the version out.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC024", name="secret-version-pinned", severity="note", tags=("secrets",))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/ibm_entitlement"
_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:%s#entitlement_key%s>"%s\n'
)
BAD = (Example("the previous version", {"dev/cluster1/ibm-dro.yaml": _DRO % (_ARN, "#AWSPREVIOUS", "  #! SEC024")}),)
GOOD = (Example("the current version", {"dev/cluster1/ibm-dro.yaml": _DRO % (_ARN, "#AWSCURRENT", "")}),)


def check(context: Context) -> Drafts:
    """Pinned versions."""
    for use in context.secrets.uses:
        if use.reference.version in ("", "AWSCURRENT", "latest"):
            continue
        yield RULE.draft(
            context.inside(use.reference.place, use.reference.raw),
            f"version `{use.reference.version}` of `{use.path}` is pinned: a rotated value never arrives",
            help="leave the version out",
            affects=[reader.name for reader in use.readers],
        )
