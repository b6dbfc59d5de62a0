"""A Maximo application in a namespace that is not `mas-<instance>-<app>`.

## What it checks

`mas_app_namespace` of an application's install and of its configuration must be `mas-<instance id>-<application id>`.

## What Argo CD does

It deploys there. But the roles of `600-application-admin-rbac`, the operator's own look-ups and the configuration's
PostSync jobs work on `mas-<instance>-<app>` only, so the application's resources are made where nothing manages them.

## How to fix

Write the namespace that the operators expect.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF002", name="app-namespace", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "another instance's namespace",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
                "    mas_app_namespace: mas-inst2-manage  #! REF002\n    mas_workspace_id: main\n"
            ),
        },
    ),
)
GOOD = (Example("as the operators expect"),)


def check(context: Context) -> Drafts:
    """Namespaces of installs and configurations."""
    for scope in context.mas.scopes:
        if scope.level != "instance":
            continue
        users = [*scope.items("ibm_mas_masapp_configs")]
        for key, block in scope.values.items():
            if key.startswith("ibm_suite_app_") and key.endswith("_install") and isinstance(block, dict):
                users.append(((key,), {"mas_app_id": key[14:-8], **block}))
        for keys, item in users:
            app, namespace = item.get("mas_app_id"), item.get("mas_app_namespace")
            expected = f"mas-{scope.instance}-{app}"
            if not isinstance(app, str) or not isinstance(namespace, str) or namespace == expected:
                continue
            if namespace.startswith("<path:"):
                continue
            yield RULE.draft(
                scope.place((*keys, "mas_app_namespace")),
                f"`mas_app_namespace` is `{namespace}`: roles, operators and sync jobs look for `{app}` of this instance in "
                f"`{expected}`",
                help=f"write `{expected}`",
                related=[(scope.place((*keys, "mas_app_id")), "the application")],
                affects=context.applications_at(scope, keys),
            )
