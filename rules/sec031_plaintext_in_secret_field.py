"""A value in clear where a secret belongs.

## What it checks

In MAS config files and in Kubernetes manifests (not sealed and not encrypted ones): keys that are named like secrets
(`password`, `*_apikey`, `registration_key`, `client_secret`, `*_token` and others) with a value that is no
placeholder, not empty, and does not obviously stand for one (`changeme`, `<password>`, `${PASSWORD}`).

## What Argo CD does

It deploys the value, and everybody who can read the Git repository can read it too.

## How to fix

Put the value into the secret store and write a placeholder. If the key holds no secret, say so with a suppression.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, placeholder_suspects, plaintext_secrets

RULE = Rule(
    code="SEC031", name="plaintext-in-secret-field", severity="error", tags=("secrets", "plaintext"), local=True
)

_DRO = 'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: "%s"%s\n'
_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/ibm_entitlement"
BAD = (Example("an entitlement key", {"dev/cluster1/ibm-dro.yaml": _DRO % ("Zm9vYmFy" + "LTEyMw", "  #! SEC031")}),)
GOOD = (
    Example("a placeholder", {"dev/cluster1/ibm-dro.yaml": _DRO % (f"<path:{_ARN}#entitlement_key>", "")}),
    Example("something to be filled in", {"dev/cluster1/ibm-dro.yaml": _DRO % ("changeme", "")}),
)


def check(context: Context) -> Drafts:
    """Fields for secrets that hold something else."""
    for text in context.secrets_in_clear():
        value = str(text.value)
        # told by SEC001 or SEC030
        if placeholder_suspects(value) or plaintext_secrets(value):
            continue
        name = next(key for key in reversed(text.place.keys) if isinstance(key, str))
        yield RULE.draft(
            text.place,
            f"`{name}` holds a value in clear, not a placeholder: whoever can read the repository can read it",
            help=(
                "put it into the secret store, write a placeholder here, and replace the secret: it stays in "
                "the Git history"
            ),
            affects=context.applications_for(text.place),
        )
