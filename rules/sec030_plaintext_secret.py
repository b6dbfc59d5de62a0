"""A secret in plain text.

## What it checks

Private keys, tokens of well-known kinds (AWS, GitHub, GitLab, Slack, JSON Web Tokens, OpenShift, Vault and others,
through Yelp's detect-secrets), container registry logins, and connection strings with a password, in clear and in
base64. MAS config files and Kubernetes manifests are read. Certificates, digests, ids and base64 server
configurations are none.

## What Argo CD does

It deploys the value. Everybody who can read the Git repository, its forks and its history can read it too.

## How to fix

Put the value into the secret store, write a placeholder, and change the secret: it stays in the Git history.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC030", name="plaintext-secret", severity="error", tags=("secrets", "plaintext"), local=True)

_BASE = 'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  dro_install_plan: "%s"%s\n'
BAD = (
    Example(
        "a connection string",
        {
            "dev/cluster1/ibm-dro.yaml": _BASE
            % ("mongodb://admin:" + "h8sT" + "q2Lm9z" + "@mongo.example.com:27017", "  #! SEC030")
        },
    ),
)
GOOD = (
    Example("certificates in the clean repo"),
    Example("a digest", {"dev/cluster1/ibm-dro.yaml": _BASE % ("sha256:" + "0123456789abcdef" * 4, "")}),
)


def check(context: Context) -> Drafts:
    """Values that are secrets by their own form."""
    for text, one in context.plaintext_secrets():
        shown = f" ({one.preview})" if one.preview else ""
        where = ", in base64" if one.encoded else ""
        # an access key's id is no secret by itself, but it belongs beside the key that is
        public = one.kind == "an AWS access key" and bool(text.kind)
        yield RULE.draft(
            text.place,
            f"this value holds {one.kind}{shown}{where}: whoever can read the repository can read it",
            help=(
                "put it into the secret store, write a placeholder here, and replace the secret: it stays in "
                "the Git history"
            ),
            affects=context.applications_for(text.place),
            severity="warning" if public else None,
        )
