"""The name of a suite configuration does not start with its instance.

## What it checks

`mas_config_name` is `<instance>-<type>-<scope>`, with workspace and application for the narrower scopes. Reported: a name
that does not begin with the instance's id, and one whose workspace or application part is another one than configured.

## What Argo CD does

The Application is called `<mas_config_name>.<cluster>`: there is no instance in it but the one in the name. A name copied
from another instance of the same cluster is that instance's Application.

## How to fix

Write `<instance>-<type>-<scope>[-<workspace>][-<application>]`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF008", name="config-name", severity="warning", tags=("reference", "names"), local=True)

BAD = (
    Example(
        "copied from another instance",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst9-smtp-system  #! REF008\n'
                "    mas_config_chart: ibm-mas-smtp-config\n    mas_config_scope: system\n"
            ),
        },
    ),
)
GOOD = (Example("named after the instance"),)


def check(context: Context) -> Drafts:
    """Names without their own instance in front."""
    taken = {
        (scope.account, scope.cluster, item.get("mas_config_name")): scope
        for scope in context.mas.scopes
        for _, item in scope.items("ibm_mas_suite_configs")
        if str(item.get("mas_config_name")).startswith(f"{scope.instance}-")
    }
    for scope in context.mas.scopes:
        if not scope.instance:
            continue
        for keys, item in scope.items("ibm_mas_suite_configs"):
            name = item.get("mas_config_name")
            if not isinstance(name, str) or name.startswith(f"{scope.instance}-") or "<" in name:
                continue
            if (scope.account, scope.cluster, name) in taken:  # told as two Applications of one name
                continue
            yield RULE.draft(
                scope.place((*keys, "mas_config_name")),
                f"`{name}` does not start with `{scope.instance}-`: the Application `{name}.{scope.cluster}` carries no "
                "other mark of its instance and can collide with another one's",
                help=f"write `{scope.instance}-<type>-<scope>`",
                affects=context.applications_at(scope, keys),
            )
