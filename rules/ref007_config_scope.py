"""A suite configuration's scope and labels do not fit together.

## What it checks

- `mas_config_scope` is `system`, `ws`, `app` or `wsapp`.
- `mas.ibm.com/configScope` in a label map is the one that the map is for: `system`, `workspace`, `application`,
  `workspace-application`. In the map that the scope selects this is an error, in the others a warning.
- The labels' instance, workspace and application ids are those of the configuration.

## What Argo CD does

The chart takes the label map `<scope>_suite_<kind>_labels`. For a scope that is none of the four there is no such map: the
configuration is created without labels, and the suite does not find it. A wrong label gives it to another workspace.

## How to fix

Write the scope and ids that the message names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, meant_application, nearest

RULE = Rule(code="REF007", name="config-scope", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "a scope that is none",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-smtp-system\n'
                "    mas_config_chart: ibm-mas-smtp-config\n    mas_config_scope: global  #! REF007\n"
            ),
        },
    ),
    Example(
        "a label of another workspace",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-jdbc-ws-main\n'
                "    mas_config_chart: ibm-jdbc-config\n    mas_config_scope: ws\n    mas_workspace_id: main\n"
                "    ws_suite_jdbccfg_labels:\n      mas.ibm.com/configScope: workspace\n"
                "      mas.ibm.com/instanceId: inst2\n      mas.ibm.com/workspaceId: mian  #! REF007\n"
            ),
        },
    ),
)
GOOD = (Example("scope and labels agree"),)

SCOPES = {
    "system": "system",
    "ws": "workspace",
    "app": "application",
    "wsapp": "workspace-application",
}


OWN = {"mas.ibm.com/workspaceId": "mas_workspace_id", "mas.ibm.com/applicationId": "mas_application_id"}


def check(context: Context) -> Drafts:
    """Scopes, and the labels in their maps."""
    for scope in context.mas.scopes:
        for keys, item in scope.items("ibm_mas_suite_configs"):
            own = item.get("mas_config_scope")
            if own is not None and own not in SCOPES:
                near = nearest(str(own), SCOPES, 0.5) or next((s for s, long in SCOPES.items() if long == own), "")
                yield RULE.draft(
                    scope.place((*keys, "mas_config_scope")),
                    f"`mas_config_scope` is `{own}`: the chart finds no labels for it, and the suite does not find the "
                    "configuration",
                    help=f"write `{near}`" if near else "write system, ws, app or wsapp",
                    affects=context.applications_at(scope, keys),
                )
                continue
            maps = [(key, labels) for key, labels in item.items() if isinstance(labels, dict)]
            if not maps:
                continue
            application = item.get("mas_application_id")
            ids = {
                "mas.ibm.com/instanceId": scope.instance,
                "mas.ibm.com/workspaceId": item.get("mas_workspace_id"),
                "mas.ibm.com/applicationId": meant_application(scope, application) or application,
            }
            for key, labels in maps:
                prefix, middle, _ = key.partition("_suite_")
                if not middle or prefix not in SCOPES or not key.endswith("_labels"):
                    continue
                selected = prefix == own
                severity = "error" if selected else "warning"
                unused = "" if selected else f" (not used while the scope is `{own}`)"
                wanted = {"mas.ibm.com/configScope": SCOPES[prefix], **ids}
                for label, value in labels.items():
                    expected = wanted.get(label)
                    if expected is None or value is None or str(value) == str(expected):
                        continue
                    yield RULE.draft(
                        scope.place((*keys, key, label)),
                        f"label `{label}` is `{value}` where `{expected}` belongs{unused}: the suite looks configurations "
                        "up by these labels",
                        help=f"write `{expected}`",
                        related=[(scope.place((*keys, OWN[label])), "the entry's own")] if label in OWN else [],
                        severity=severity,
                        affects=context.applications_at(scope, keys) if selected else (),
                    )
