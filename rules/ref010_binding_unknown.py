"""An application is bound to a configuration that does not exist.

## What it checks

`mas_appws_spec.bindings.jdbc` of an application configuration (`system`, `workspace`, `application`,
`workspace-application`) needs a JDBC suite configuration of that scope, for the same workspace and application.

## What Argo CD does

The workspace resource is created and waits for a JdbcCfg of that scope. Manage's configuration alone is given four hours
before it fails.

## How to fix

Add the suite configuration, or bind to the scope that there is.
"""

from typing import Any

from masgitops_lint.sdk import (
    Context,
    Drafts,
    Example,
    Keys,
    Place,
    Rule,
    Scope,
    jdbc_configurations,
    misspelt_fields,
    unbound_applications,
)

RULE = Rule(code="REF010", name="binding-unknown", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "bound to a system-wide database that is not there",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
                "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main\n    mas_appws_spec:\n"
                "      bindings:\n        jdbc: system  #! REF010\n"
            ),
        },
    ),
)
GOOD = (Example("bound to what there is"),)

SHORT = {"system": "system", "workspace": "ws", "application": "app", "workspace-application": "wsapp"}


NEED_DATABASE = frozenset({"manage", "facilities"})
"""Applications that keep all they have in a database of their own."""


IDS = ("mas_config_chart", "mas_config_scope", "mas_workspace_id", "mas_application_id")


def _of_configurations(scope: Scope) -> list[tuple[Place, str]]:
    """What decides whether a JDBC configuration is found for an application, of the first few."""
    entries = [
        keys for keys, item in scope.items("ibm_mas_suite_configs") if "jdbc" in str(item.get("mas_config_kind"))
    ]
    found = [(*keys, name) for keys in entries[:3] for name in IDS]
    return [(scope.place(keys), "a configuration") for keys in found if scope.has(*keys)]


def _not_bound(context: Context, scope: Scope, keys: Keys, item: dict[str, Any]) -> Drafts:
    """An application with a configuration of a database that it is not told to use."""
    application = item.get("mas_app_id")
    mine = [at for at, one in jdbc_configurations(scope) if one.get("mas_application_id") == application]
    slips = (wrong for wrong, meant in misspelt_fields(scope.values) if meant in ("bindings", "jdbc"))
    if application not in NEED_DATABASE or not mine or any(one[:2] == keys for one in slips):
        return
    yield RULE.draft(
        scope.place((*keys, "mas_appws_spec", "bindings", "jdbc")),
        f"`{application}` has a JDBC configuration and no `bindings.jdbc`: the application is not told which database to use, and "
        "does not start without one",
        help="write `bindings:` with `jdbc:` and the scope of the configuration",
        related=[(scope.place((*mine[0], "mas_application_id")), "its configuration")],
        severity="warning",
        affects=context.applications_at(scope, keys),
    )


def check(context: Context) -> Drafts:
    """Bindings without a configuration of their scope."""
    for scope in context.mas.scopes:
        if scope.level != "instance":
            continue
        for keys, item in scope.items("ibm_mas_masapp_configs"):
            spec = item.get("mas_appws_spec")
            bindings = spec.get("bindings") if isinstance(spec, dict) else None
            bound = bindings.get("jdbc") if isinstance(bindings, dict) else None
            if isinstance(bound, str) and bound not in SHORT:
                yield RULE.draft(
                    scope.place((*keys, "mas_appws_spec", "bindings", "jdbc")),
                    f"`bindings.jdbc` is `{bound}`: the operator knows {', '.join(SHORT)}",
                    help="write one of these",
                    affects=context.applications_at(scope, keys),
                )
            if bound is None and isinstance(spec, dict) and spec and isinstance(bindings, dict | None):
                yield from _not_bound(context, scope, keys, item)
        having = sorted(
            {
                str(item.get("mas_config_scope"))
                for _, item in scope.items("ibm_mas_suite_configs")
                if "jdbc" in str(item.get("mas_config_kind", "")) or "jdbc" in str(item.get("mas_config_chart", ""))
            }
        )
        if context.are_misspelt(scope, "ibm_mas_suite_configs", IDS):
            continue
        for keys, item in unbound_applications(scope):
            bound = item["mas_appws_spec"]["bindings"]["jdbc"]
            yield RULE.draft(
                scope.place((*keys, "mas_appws_spec", "bindings", "jdbc")),
                f"`{item.get('mas_app_id')}` is bound to a JDBC configuration of scope `{bound}`, and there is none for it: "
                "the application waits for it until its time is up",
                help=f"add one with `mas_config_scope: {SHORT[bound]}` to `ibm-mas-suite-configs.yaml`"
                + (f", or bind to what there is ({', '.join(having)})" if having else ""),
                related=[
                    (scope.place((*keys, "mas_app_id")), "the application"),
                    (scope.place((*keys, "mas_workspace_id")), "its workspace"),
                    *_of_configurations(scope),
                ],
                affects=context.applications_at(scope, keys),
            )
