"""An application is configured but not installed.

## What it checks

Each `mas_app_id` in `ibm_mas_masapp_configs` needs the install block `ibm_suite_app_<app>_install` in the same instance.
An application id that is a misspelling of another one is named here too.
In the releases where the instance root itself reads the missing block, and so fails to render, VAL001 says it instead.

## What Argo CD does

It creates the configuration's custom resource, whose kind no operator has brought: the sync fails or waits, and the wave
does not end.

## How to fix

Add `ibm-mas-masapp-<app>-install.yaml`, or remove the configuration.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, Scope, known_applications, meant_application

RULE = Rule(code="REF003", name="app-not-installed", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "no install file",
        {
            "dev/cluster1/inst2/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_masapp_configs:\n  - mas_app_id: iot  #! REF003\n'
                "    mas_app_namespace: mas-inst2-iot\n    mas_workspace_id: main\n"
            ),
        },
    ),
)
GOOD = (Example("installed"),)


ID_KEYS = {
    "ibm_mas_masapp_configs": "mas_app_id",
    "ibm_mas_suite_configs": "mas_application_id",
    "ibm_db2u_databases": "mas_application_id",
    "ibm_dbs_rds_databases": "mas_application_id",
}


def check(context: Context) -> Drafts:
    """Configured applications without install block."""
    failing = {failure.scope for failure in context.deployment.errors if failure.root and failure.kind == "nil"}
    for scope in context.mas.scopes:
        if scope.level != "instance":
            continue
        known = known_applications(scope)
        for block, key in ID_KEYS.items():
            for keys, item in scope.items(block):
                meant = meant_application(scope, item.get(key))
                if meant:
                    yield RULE.draft(
                        scope.place((*keys, key)),
                        f"there is no application `{item[key]}`: what belongs to `{meant}` does not find this entry",
                        help=f"write `{meant}`",
                        affects=context.applications_at(scope, keys),
                    )
        for keys, item in scope.items("ibm_mas_masapp_configs"):
            app = item.get("mas_app_id")
            if not isinstance(app, str) or app not in known or scope.get(f"ibm_suite_app_{app}_install"):
                continue
            if scope.directory in failing:
                continue
            block = f"ibm_suite_app_{app}_install"
            file = next((one for one in scope.files if one.readable and block in _keys_of(scope, one.name)), None)
            if file is not None and scope.misspelt_blocks(file):
                continue
            place = scope.place((*keys, "mas_app_id"))
            if file is not None:
                place = Place(file.path, (block,), "key") if block in file.data else Place(file.path, ())
            yield RULE.draft(
                place,
                f"`{app}` is configured but not installed: no operator brings the kind of its configuration, and the sync "
                "wave does not end",
                help=f"write `{block}` here, or remove the configuration of `{app}`"
                if file is not None
                else f"add `ibm-mas-masapp-{app}-install.yaml` with `ibm_suite_app_{app}_install`, or remove this entry",
                related=[(scope.place((*keys, "mas_app_id")), "the configuration")] if file is not None else [],
                affects=context.applications_at(scope, keys),
            )


def _keys_of(scope: Scope, name: str) -> tuple[str, ...]:
    return next((file.keys for file in scope.spec.files if file.name == name), ())
