"""A secret path that its store must refuse.

## What it checks

The form of the path for the backend it is unmistakably meant for: the parts of an AWS ARN, the digits of an AWS
account id, a GCP path and its key, IBM Secrets Manager's types, 1Password's vaults and items. Other backends are
checked when `.mas-lint.yaml` names the backend (`secrets: {backend: azure}`).

## What Argo CD does

The store answers with an error, the vault plugin fails, and nothing of the Application is deployed.

## How to fix

`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME` with a 12-digit account id.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC004", name="secret-path-malformed", severity="error", tags=("secrets", "vault"), local=True)

_DRO = (
    'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: '
    '"<path:%s#entitlement_key>"  #! SEC004\n'
)
BAD = (
    Example(
        "eleven digits",
        {
            "dev/cluster1/ibm-dro.yaml": _DRO
            % "arn:aws:secretsmanager:us-east-1:12345678901:secret:dev/cluster1/ibm_entitlement"
        },
    ),
    Example(
        "no `secret:`",
        {
            "dev/cluster1/ibm-dro.yaml": _DRO
            % "arn:aws:secretsmanager:us-east-1:123456789012:dev/cluster1/ibm_entitlement"
        },
    ),
    Example(
        "another service",
        {
            "dev/cluster1/ibm-dro.yaml": _DRO
            % "arn:aws:secretmanager:us-east-1:123456789012:secret:dev/cluster1/ibm_entitlement"
        },
    ),
)
GOOD = (Example("whole ARNs"),)


def check(context: Context) -> Drafts:
    """Paths that cannot be looked up."""
    for text, one, problem in context.malformed_secret_paths():
        # spaces around a path are told by SEC002
        if one.path == one.path.strip():
            yield RULE.draft(
                context.inside(text.place, one.raw),
                f"{problem}: the store refuses this path, and Argo CD deploys nothing of the Application that reads it",
                affects=context.applications_for(text.place),
            )
