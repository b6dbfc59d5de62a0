"""A vault placeholder that the plugin does not recognise.

## What it checks

Text that was meant as a placeholder of the Argo CD Vault Plugin and does not have its form: no `#key`, a `:` where
the `#` belongs, no closing `>`, another spelling of `<path:`, spaces inside it, other brackets. Prose (`<KEY>`), XML
and base64 are left alone.

## What Argo CD does

The plugin replaces what matches `<path:PATH#KEY>` or `<path:PATH#KEY#VERSION>`, and leaves everything else as it is,
without an error (argocd-vault-plugin `pkg/kube/util.go`). The text itself is deployed: as a password, a token, a host
name. An unquoted ` #` in YAML starts a comment, which cuts a placeholder off.

## How to fix

Write `"<path:arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME#KEY>"`, in quotes.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule

RULE = Rule(code="SEC001", name="placeholder-not-recognised", severity="error", tags=("secrets", "vault"), local=True)

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/ibm_entitlement"
_DRO = 'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: %s  #! SEC001\n'

BAD = (
    Example("a colon before the key", {"dev/cluster1/ibm-dro.yaml": _DRO % f'"<path:{_ARN}:entitlement_key>"'}),
    Example("no key", {"dev/cluster1/ibm-dro.yaml": _DRO % f'"<path:{_ARN}>"'}),
    Example("not closed", {"dev/cluster1/ibm-dro.yaml": _DRO % f'"<path:{_ARN}#entitlement_key"'}),
    Example("upper case", {"dev/cluster1/ibm-dro.yaml": _DRO % f'"<PATH:{_ARN}#entitlement_key>"'}),
    Example("braces", {"dev/cluster1/ibm-dro.yaml": _DRO % f"'{{path:{_ARN}#entitlement_key}}'"}),
)
GOOD = (
    Example("placeholders as the plugin reads them"),
    Example(
        "prose and markup",
        {
            "dev/cluster1/ibm-dro.yaml": (
                'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n'
                f'  ibm_entitlement_key: "<path:{_ARN}#entitlement_key>"\n'
                "  dro_install_plan: \"see <KEY> and <a href='https://example.com/path:x#y'>the page</a>\"\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Texts that deploy as they stand."""
    for text, suspect in context.placeholder_suspects:
        if suspect.effect != "literal":
            continue
        fix = None
        if suspect.repaired:
            change = (text.place, suspect.raw, suspect.repaired)
            fix = Replacement("write the placeholder as the plugin reads it", (change,))
        yield RULE.draft(
            context.inside(text.place, suspect.raw),
            f"this is no placeholder for the vault plugin: {suspect.message}; Argo CD deploys the text as it stands",
            help=f"write `{suspect.repaired}`" if suspect.repaired else "write `<path:PATH#KEY>`",
            affects=context.applications_for(text.place),
            fix=fix,
        )
