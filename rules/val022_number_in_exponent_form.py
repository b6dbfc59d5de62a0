"""A large number without quotes is printed in exponent form.

## What it checks

Unquoted numbers of a million and more (account and customer numbers) under keys that charts print.

## What Argo CD does

YAML numbers become float64, and Go prints them as `1.23456789e+08` from a million on.

## How to fix

Quote the number.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Replacement, Rule, dotted, go_text

RULE = Rule(code="VAL022", name="number-in-exponent-form", severity="error", tags=("values", "types"), local=True)

BAD = (
    Example(
        "a number for a name",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: 12345678  #! VAL022\n'
                "    mas_workspace_name: Main\n"
            )
        },
    ),
)
GOOD = (Example("quoted or small"),)


def check(context: Context) -> Drafts:
    """Numbers that lose their form."""
    seen: set[object] = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    for one in context.used_values:
        value = one.value
        if one.use != "printed" or one.place in seen or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        printed = go_text(value)
        if "e" not in printed:
            continue
        seen.add(one.place)
        yield RULE.draft(
            one.place,
            f"`{dotted(one.keys)}` is a number, and Go prints it as `{printed}`",
            help=f'write "{value}"',
            affects=(one.application,) if one.application else context.applications_for(one.place),
            fix=Replacement("quote the number", ((one.place, str(value), f'"{value}"'),)),
        )
