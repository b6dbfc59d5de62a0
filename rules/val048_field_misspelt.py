"""A field in a passed-on spec is misspelt.

## What it checks

Names of fields in what charts copy whole into an object (the spec of a Manage workspace, hosts and credentials of MongoDB
and Kafka, registry variables and configuration parameters of Db2, labels), against those that are known: a name that
differs from one of them by a single slip, where that one is not there as well. Other unknown names are left alone.

## What Argo CD does

It copies the field. The API server prunes what it does not know or refuses the object, and the operator goes on without
the value (custom resource schemas of the operators; Db2 logs an error for a parameter that it does not know).

## How to fix

Write the name that the message suggests.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, dotted

RULE = Rule(code="VAL048", name="field-misspelt", severity="warning", tags=("values", "dead"), local=True)

_CONFIG = (
    'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
    "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main\n    mas_appws_spec:\n"
    "      bindings:\n        jdbc: workspace-application\n"
)
BAD = (
    Example(
        "a setting of Manage",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": _CONFIG
            + "      settings:\n        db:\n          dbSchma: maximo  #! VAL048\n"
        },
    ),
)
GOOD = (
    Example(
        "a component that is not in the list",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": _CONFIG
            + "      components:\n        base:\n          version: latest\n        ours:\n          version: latest\n"
            "      settings:\n        db:\n          dbSchema: maximo\n"
        },
    ),
)


def check(context: Context) -> Drafts:
    """Names that are a slip away from a known one."""
    found = [(scope, *one) for scope in context.mas.scopes for one in context.misspelt_fields(scope)]
    if not found:
        return
    masked = {one.keys for one in context.masked_values}
    stopped = [(failure.scope, failure.place.keys) for failure in context.leaf_failures]
    for scope, keys, meant in found:
        right = (*keys[:-1], meant)
        stops = any(where == scope.directory and one[: len(right)] == right for where, one in stopped)
        severity = "error" if stops or any(one[: len(right)] == right for one in masked) else None
        yield RULE.draft(
            scope.place(keys, "key"),
            f"`{dotted(keys)}` is no field that is known here, and `{meant}` is: "
            + (
                "without it the chart does not render" if stops else "the value has no effect, or the object is refused"
            ),
            help=f"write `{meant}`",
            affects=context.applications_at(scope, keys),
            severity=severity,
        )
