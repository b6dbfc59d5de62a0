"""A suite configuration names a chart that the release does not have.

## What it checks

`mas_config_chart` against the charts of the account's release.

## What Argo CD does

The Application's path is `instance-applications/130-<mas_config_chart>`. A path that does not exist is a comparison error:
the Application is created and never renders, and the wave it is in does not end.

## How to fix

Name a chart of the release. `ibm-jdbc-config` is the one for databases.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, nearest

RULE = Rule(code="REF006", name="config-chart-unknown", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "no such chart",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-smtp-system\n'
                "    mas_config_chart: ibm-smtp-config  #! REF006\n    mas_config_scope: system\n"
            ),
        },
    ),
)
GOOD = (Example("charts of the release"),)

ONCE_MEANT = {"ibm-db2u-jdbc-config": "ibm-jdbc-config"}
"""Names in IBM's documentation and example that no release has, and what they became."""


def check(context: Context) -> Drafts:
    """Chart names that lead nowhere."""
    for scope in context.mas.scopes:
        charts = context.profile(scope.account).config_charts
        if not charts:
            continue
        for keys, item in scope.items("ibm_mas_suite_configs"):
            chart = item.get("mas_config_chart")
            if not isinstance(chart, str) or chart in charts:
                continue
            near = ONCE_MEANT.get(chart, "") or nearest(chart, charts, 0.6)
            yield RULE.draft(
                scope.place((*keys, "mas_config_chart")),
                f"release {context.profile(scope.account).release} has no chart `{chart}`: Argo CD finds no path "
                f"`instance-applications/130-{chart}` and never renders this configuration",
                help=f"write `{near}`" if near else f"write one of {', '.join(sorted(charts))}",
                affects=context.applications_at(scope, keys),
            )
