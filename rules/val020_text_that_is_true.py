"""A switch is written as a text: `"false"` is true.

## What it checks

Values that a chart tests for truth and that are the texts `false`, `no` or `off`: written in quotes in the config, or put
into quotes by the root chart on their way to the leaf chart.

## What Argo CD does

Go templates call every text true that is not empty. `"false"` renders the block it was to switch off
(ibm-mas/gitops, for instance `if .mas_manual_cert_mgmt` around the certificates).

## How to fix

Write `false` without quotes; where the root chart adds quotes, leave the key out.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, dotted

RULE = Rule(code="VAL020", name="text-that-is-true", severity="error", tags=("values", "types"), local=True)

BAD = (
    Example(
        "quoted",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n'
                "  mas_app_namespace: mas-inst1-manage\n  mas_app_channel: 9.1.x\n  mas_edition: essentials-maintenance\n"
                '  mas_manual_cert_mgmt: "false"  #! VAL020\n'
            )
        },
    ),
)
GOOD = (Example("without quotes"),)

FALSE = frozenset({"false", "no", "off", "n", "0"})


def check(context: Context) -> Drafts:
    """Texts that say no where a chart tests for truth."""
    stopped = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    seen: set[object] = set()
    for one in context.used_values:
        if one.use != "tested" or one.place in seen or one.place in stopped:
            continue
        quoted = isinstance(one.value, str) and one.value.strip().lower() in FALSE
        turned = one.value is False and isinstance(one.passed, str) and one.passed.lower() in FALSE
        reparsed = quoted and one.application and one.passed is False
        if reparsed or not (quoted or turned):
            continue
        seen.add(one.place)
        if quoted:
            text = f'`{dotted(one.keys)}` is the text "{one.value}", which `{one.chart}` takes for true: every text is'
        else:
            text = f'`{dotted(one.keys)}` reaches `{one.chart}` as the text "false", which it takes for true'
        yield RULE.draft(
            one.place,
            text,
            help="write `false` without quotes" if quoted else "remove the key: without it the switch is off",
            affects=(one.application,) if one.application else context.applications_for(one.place),
        )
