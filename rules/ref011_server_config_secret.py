"""A server bundle names a secret that the configuration does not make.

## What it checks

`additionalServerConfig.secretName` of each server bundle must be a key of
`mas_app_server_bundles_combined_add_server_config` of the same application configuration.

## What Argo CD does

The chart makes one Secret for every key of that map. A bundle that names another one waits for a Secret that never
appears, and its pods do not start (ibm-mas/gitops `510-550-ibm-mas-suite-app-config`).

## How to fix

Use the key's name, or add the server configuration.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, nearest

RULE = Rule(code="REF011", name="server-config-secret", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "a name that is not made",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
                "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main\n"
                "    mas_app_server_bundles_combined_add_server_config:\n"
                "      main-manage-d--sb0--asc--sn: PHNlcnZlci8+\n    mas_appws_spec:\n      settings:\n"
                "        db: {}\n        deployment:\n          serverBundles:\n            - name: ui\n"
                "              additionalServerConfig:\n                secretName: main-manage-d--sb1--asc--sn  #! REF011\n"
            ),
        },
    ),
)
GOOD = (Example("no bundles"),)


def check(context: Context) -> Drafts:
    """Secret names of server bundles."""
    for scope in context.mas.scopes:
        for keys, item in scope.items("ibm_mas_masapp_configs"):
            route = (*keys, "mas_appws_spec", "settings", "deployment", "serverBundles")
            bundles = scope.get(*route)
            made = item.get("mas_app_server_bundles_combined_add_server_config")
            names = set(made) if isinstance(made, dict) else set()
            for index, bundle in enumerate(bundles if isinstance(bundles, list) else ()):
                config = bundle.get("additionalServerConfig") if isinstance(bundle, dict) else None
                name = config.get("secretName") if isinstance(config, dict) else None
                if not isinstance(name, str) or name in names:
                    continue
                near = nearest(name, names)
                yield RULE.draft(
                    scope.place((*route, index, "additionalServerConfig", "secretName")),
                    f"no key of `mas_app_server_bundles_combined_add_server_config` is `{name}`: the Secret is never made "
                    "and the bundle's pods wait for it",
                    help=f"write `{near}`" if near else "add the server configuration under this name",
                    severity="error" if names else "warning",
                    affects=context.applications_at(scope, keys),
                )
