"""The kind of an application's object is not the one of the application.

## What it checks

`mas_app_kind` and `mas_app_api_version` of an application's install block, `mas_app_ws_kind` and `mas_app_ws_apiversion` of its
configuration, against `mas_app_id`.

## What Argo CD does

It applies an object of that kind: one that the API server does not know keeps the Application from syncing, and one of
another application is never reconciled as meant; Jobs that wait for the application's own kind wait for ever
(ibm-mas/gitops chart 510-550, `04-postsync-add-label_Job.yaml`, names the kinds).

## How to fix

Write the kind and API version that the message names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, Scope

RULE = Rule(code="REF014", name="app-kind", severity="error", tags=("reference",), local=True)

_INSTALL = (
    'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n'
    '  mas_app_namespace: mas-inst1-manage\n  mas_app_channel: "9.1.x"\n  mas_app_spec: {}\n'
)
BAD = (
    Example(
        "the kind of another application",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL + "  mas_app_kind: MonitorApp  #! REF014\n"},
    ),
    Example(
        "a misspelt kind",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
                "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main\n"
                "    mas_app_ws_apiversion: apps.mas.ibm.com/v1\n    mas_app_ws_kind: ManageWorkspce  #! REF014\n"
                "    mas_appws_spec:\n      settings:\n        db: {}\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "kind and application agree",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL + "  mas_app_kind: ManageApp\n"},
    ),
)

KINDS = {
    "assist": ("AssistApp", "AssistWorkspace"),
    "facilities": ("FacilitiesApp", "FacilitiesWorkspace"),
    "iot": ("IoT", "IoTWorkspace"),
    "manage": ("ManageApp", "ManageWorkspace"),
    "monitor": ("MonitorApp", "MonitorWorkspace"),
    "optimizer": ("OptimizerApp", "OptimizerWorkspace"),
    "predict": ("PredictApp", "PredictWorkspace"),
    "visualinspection": ("VisualInspectionApp", "VisualInspectionAppWorkspace"),
}
"""Application to the kinds of its own object and of its workspace."""
GROUPS = {"iot": "iot.ibm.com/v1"}
GROUP = "apps.mas.ibm.com/v1"


def check(context: Context) -> Drafts:
    """Kinds and API versions against the application."""
    for scope in context.mas.scopes:
        for app, (kind, _) in KINDS.items():
            group = GROUPS.get(app, GROUP)
            block = (f"ibm_suite_app_{app}_install",)
            if scope.get(*block, "mas_app_id") == app:
                yield from _differs(context, scope, (*block, "mas_app_kind"), app, kind)
                yield from _differs(context, scope, (*block, "mas_app_api_version"), app, group)
        for keys, item in scope.items("ibm_mas_masapp_configs"):
            app = item.get("mas_app_id", "")
            if isinstance(app, str) and app in KINDS:
                yield from _differs(context, scope, (*keys, "mas_app_ws_kind"), app, KINDS[app][1])
                yield from _differs(context, scope, (*keys, "mas_app_ws_apiversion"), app, GROUPS.get(app, GROUP))


def _differs(context: Context, scope: Scope, keys: Keys, app: str, expected: str) -> Drafts:
    value = scope.get(*keys)
    if value in (None, "", expected) or isinstance(value, dict | list):
        return
    yield RULE.draft(
        scope.place(keys),
        f"`{keys[-1]}` is `{value}`, but the application `{app}` has `{expected}`: the object is refused, or nothing "
        "reconciles it",
        help=f"write `{expected}`",
        affects=context.applications_at(scope, keys),
    )
