"""A workspace that no entry of `ibm_mas_workspaces` defines.

## What it checks

`mas_workspace_id` of application configurations, and of suite configurations with scope `ws` or `wsapp`, against the ids in
`ibm_mas_workspaces`.

## What Argo CD does

It renders the configuration with the id as it stands. The Maximo operator then waits for a Workspace that never appears:
the Application stays Progressing and holds every later sync wave of the instance
(ibm-mas/gitops charts `220-ibm-mas-workspace`, `510-550-ibm-mas-suite-app-config`).

## How to fix

Name an existing workspace, or add it to `ibm-mas-workspaces.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, nearest

RULE = Rule(code="REF001", name="workspace-unknown", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "renamed in one place only",
        {
            "dev/cluster1/inst1/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_workspaces:\n  - mas_workspace_id: masdev\n    mas_workspace_name: Dev\n'
            ),
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
                "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main  #! REF001\n"
            ),
        },
        remove=("dev/cluster1/inst1/ibm-mas-suite-configs.yaml",),
    ),
)
GOOD = (Example("defined"),)


def check(context: Context) -> Drafts:
    """Workspace ids that nothing defines."""
    for scope in context.mas.scopes:
        if scope.level != "instance" or scope.is_odd_list("ibm_mas_workspaces"):
            continue
        defined_at = list(scope.items("ibm_mas_workspaces"))
        known = {str(item.get("mas_workspace_id")) for _, item in scope.items("ibm_mas_workspaces")}
        users = [
            *scope.items("ibm_mas_masapp_configs"),
            *(
                (keys, item)
                for keys, item in scope.items("ibm_mas_suite_configs")
                if item.get("mas_config_scope") in ("ws", "wsapp")
            ),
        ]
        missing: dict[str, list[Keys]] = {}
        for keys, item in users:
            workspace = item.get("mas_workspace_id")
            if workspace is not None and str(workspace) not in known:
                missing.setdefault(str(workspace), []).append(keys)
        for workspace, places in missing.items():
            near = nearest(workspace, known, 0.6)
            verb = "is" if len(known) == 1 else "are"
            defined = f"only {', '.join(f'`{k}`' for k in sorted(known))} {verb}" if known else "none is"
            first, *others = [scope.place((*keys, "mas_workspace_id")) for keys in places]
            yield RULE.draft(
                first,
                f"workspace `{workspace}` is not defined: {defined} in `ibm_mas_workspaces`, and the operator waits for "
                "a Workspace that never appears",
                help=f"write `{near}`" if near else "add it to `ibm-mas-workspaces.yaml`, or name an existing one",
                related=[
                    *((place, "also named here") for place in others),
                    *((scope.place((*keys, "mas_workspace_id")), "a workspace") for keys, _ in defined_at[:3]),
                ],
                affects=[name for keys in places for name in context.applications_at(scope, keys)],
            )
