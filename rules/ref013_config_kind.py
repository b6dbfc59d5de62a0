"""A suite configuration's kind does not belong to its chart.

## What it checks

`mas_config_kind` is the plural name of the kind that the chart makes (`mongocfgs` for `ibm-mas-mongo-config`), and
`mas_config_api_version` the API group `config.mas.ibm.com`, without a version.

## What Argo CD does

Both are only read by the job that deletes the configuration's resource: a wrong one makes that job look for a kind that
does not exist, and the removal of the Application hangs (ibm-mas/gitops charts `130-*`, `postdelete-delete-cr.yaml`).

## How to fix

Write the kind and group that the message names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF013", name="config-kind", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "the kind of another chart",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-smtp-system\n'
                "    mas_config_chart: ibm-mas-smtp-config\n    mas_config_scope: system\n"
                "    mas_config_kind: slscfgs  #! REF013\n    mas_config_api_version: config.mas.ibm.com\n"
            ),
        },
    ),
)
GOOD = (Example("kind and chart agree"),)

KINDS = {
    "ibm-jdbc-config": "jdbccfgs",
    "ibm-kafka-config": "kafkacfgs",
    "ibm-mas-bas-config": "bascfgs",
    "ibm-mas-idp-config": "idpcfgs",
    "ibm-mas-mongo-config": "mongocfgs",
    "ibm-mas-sls-config": "slscfgs",
    "ibm-mas-smtp-config": "smtpcfgs",
    "ibm-objectstorage-config": "objectstoragecfgs",
}
"""Chart to the plural name of the kind it makes (each chart's own template)."""

GROUP = "config.mas.ibm.com"


def check(context: Context) -> Drafts:
    """Kinds and API groups against the chart."""
    for scope in context.mas.scopes:
        for keys, item in scope.items("ibm_mas_suite_configs"):
            expected = KINDS.get(str(item.get("mas_config_chart")))
            kind, group = item.get("mas_config_kind"), item.get("mas_config_api_version")
            if expected and isinstance(kind, str) and kind != expected:
                if kind.lower() in (expected, expected[:-1]) and "idp" in expected:
                    continue
                if expected == "idpcfgs" and kind.lower().endswith("idpcfgs"):
                    continue
                yield RULE.draft(
                    scope.place((*keys, "mas_config_kind")),
                    f"`{item['mas_config_chart']}` makes `{expected}`, not `{kind}`: the job that deletes it finds nothing",
                    help=f"write `{expected}`",
                    affects=context.applications_at(scope, keys),
                )
            if expected and isinstance(group, str) and group != GROUP:
                yield RULE.draft(
                    scope.place((*keys, "mas_config_api_version")),
                    f"`mas_config_api_version` is `{group}`; the API group alone, `{GROUP}`, is meant: the job that "
                    "deletes the configuration finds nothing otherwise",
                    help=f"write `{GROUP}`",
                    severity="warning",
                    affects=context.applications_at(scope, keys),
                )
