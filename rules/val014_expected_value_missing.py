"""A value without which a chart renders something that cannot work.

## What it checks

A short list of values that no chart demands and every deployment needs, such as `run_sync_hooks` of the blocks whose Jobs
write secrets.

## What Argo CD does

It syncs without complaint: the Job is not rendered, or the object has an empty field.

## How to fix

Write the value.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, expected_values

RULE = Rule(code="VAL014", name="expected-value-missing", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "no switch for the Job that writes secrets",
        {
            "dev/cluster2/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster2"\nredhat_cert_manager:  #! VAL014\n  channel: stable-v1\n'
                "  redhat_cert_manager_install_plan: Automatic\n"
            )
        },
    ),
)
GOOD = (Example("all there"),)


def check(context: Context) -> Drafts:
    """Values of the list that are missing from a block that is there."""
    for scope in context.mas.scopes:
        for keys, effect in expected_values():
            block = scope.get(*keys[:-1])
            if not isinstance(block, dict) or not block or context.is_misspelt(scope, keys):
                continue
            if block.get(keys[-1]) in (None, ""):
                yield RULE.draft(
                    scope.place(keys),
                    f"`{'.'.join(keys)}` is missing: {effect}",
                    help=f"write `{keys[-1]}`",
                    affects=context.applications_at(scope, keys[:-1]),
                )
