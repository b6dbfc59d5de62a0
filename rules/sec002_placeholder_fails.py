"""A vault placeholder that fails its whole Application.

## What it checks

Placeholders that the plugin recognises and cannot resolve whatever is in the store: an unknown modifier (names are
case-sensitive), wrong arguments of a modifier, a modifier before the key, a space around the path, an earlier
placeholder without `#key>` that swallows the next one.

## What Argo CD does

One placeholder that cannot be resolved makes the plugin fail, Argo CD gets no manifests for the Application, and
nothing of it is deployed or updated (argocd-vault-plugin `pkg/kube/util.go`, `pkg/kube/modifiers.go`).

## How to fix

The modifiers are `base64encode`, `base64decode`, `jsonPath {EXPRESSION}`, `jsonParse`, `yamlParse`, `indent N` and
`sha256sum`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule

RULE = Rule(code="SEC002", name="placeholder-fails", severity="error", tags=("secrets", "vault"), local=True)

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/ibm_entitlement"
_DRO = 'merge-key: "dev/cluster1"\nibm_dro:\n  run_sync_hooks: true\n  ibm_entitlement_key: "%s"  #! SEC002\n'

BAD = (
    Example(
        "an unknown modifier", {"dev/cluster1/ibm-dro.yaml": _DRO % f"<path:{_ARN}#entitlement_key | base64Decode>"}
    ),
    Example(
        "an argument too many", {"dev/cluster1/ibm-dro.yaml": _DRO % f"<path:{_ARN}#entitlement_key | base64decode 2>"}
    ),
    Example("a space before the path", {"dev/cluster1/ibm-dro.yaml": _DRO % f"<path: {_ARN}#entitlement_key>"}),
)
GOOD = (
    Example(
        "a known modifier",
        {
            "dev/cluster1/ibm-dro.yaml": (_DRO % f"<path:{_ARN}#entitlement_key | base64encode>").replace(
                "  #! SEC002", ""
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Placeholders that no content of the store can satisfy."""
    for text, suspect in context.placeholder_suspects:
        if suspect.effect != "fails":
            continue
        fix = None
        if suspect.repaired:
            change = (text.place, suspect.raw, suspect.repaired)
            fix = Replacement("write what the plugin understands", (change,))
        yield RULE.draft(
            context.inside(text.place, suspect.raw),
            f"{suspect.message}: the vault plugin fails, and Argo CD deploys nothing of the Application that "
            f"reads this",
            help=f"write `{suspect.repaired}`" if suspect.repaired else "",
            affects=context.applications_for(text.place),
            fix=fix,
        )
