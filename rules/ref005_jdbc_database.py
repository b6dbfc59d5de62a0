"""A JDBC configuration and its in-cluster database do not find each other.

## What it checks

- A suite configuration with `jdbc_type: incluster-db2` names a database (`jdbc_instance_name`) that is in
  `ibm_db2u_databases`.
- A database has a suite configuration with the same `mas_application_id` and `jdbc_type: incluster-db2`. A configuration
  that is clearly meant for it but lacks `jdbc_type` is where the finding points.

## What Argo CD does

From release 7.4.0 on, the database's setup job runs only if such a configuration exists. Without it the database comes up
empty, the secret with its connection data is never written, and the configuration that reads the secret cannot be
rendered (ibm-mas/gitops `120-db2-databases-app.yaml`, `should_execute`).

## How to fix

Add `jdbc_type: incluster-db2` (or another type, for a database that is not in the cluster), and use the same names.
"""

from typing import Any

from masgitops_lint.sdk import (
    Context,
    Drafts,
    Example,
    Keys,
    Rule,
    Scope,
    meant_application,
    nearest,
    placeholders,
    unbound_applications,
)

RULE = Rule(code="REF005", name="jdbc-database", severity="error", tags=("reference", "db2"), local=True)

_DATABASE = (
    'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
    "    db2_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n"
)
BAD = (
    Example(
        "no jdbc_type",
        {
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": _DATABASE,
            "dev/cluster1/inst1/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_suite_configs:\n'
                "  - mas_config_name: inst1-jdbc-wsapp-main-manage  #! REF005\n    mas_config_chart: ibm-jdbc-config\n"
                "    mas_config_scope: wsapp\n    mas_workspace_id: main\n    mas_application_id: manage\n"
                "    jdbc_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n"
            ),
        },
    ),
)
GOOD = (
    Example("both sides agree"),
    Example(
        "the name comes from the secret that the setup job writes",
        {
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": _DATABASE,
            "dev/cluster1/inst1/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_suite_configs:\n'
                "  - mas_config_name: inst1-jdbc-wsapp-main-manage\n    mas_config_chart: ibm-jdbc-config\n"
                "    mas_config_scope: wsapp\n    mas_workspace_id: main\n    mas_application_id: manage\n"
                "    jdbc_type: incluster-db2\n    jdbc_instance_name: "
                '"<path:arn:aws:secretsmanager:us-east-1:123456789012:secret:'
                'dev/cluster1/inst1/jdbc/db2wh-inst1-manage/config#jdbc_instance_name>"\n'
                "    db2_namespace: db2u-inst1\n"
            ),
        },
    ),
)


def check(context: Context) -> Drafts:
    """Databases and JDBC configurations, each against the other."""
    for scope in context.mas.scopes:
        databases = {
            item["db2_instance_name"]: (keys, item)
            for keys, item in scope.items("ibm_db2u_databases")
            if isinstance(item.get("db2_instance_name"), str)
        }
        configs = [
            (keys, item)
            for keys, item in scope.items("ibm_mas_suite_configs")
            if "jdbc" in str(item.get("mas_config_chart", "")) and "rotate" not in str(item.get("mas_config_chart", ""))
        ]
        if scope.level == "instance":
            yield from _configs(context, scope, configs, databases)
            yield from _names(context, scope, configs, databases)
            if _setup_is_gated(context, scope):
                yield from _databases(context, scope, configs, databases)


def _setup_is_gated(context: Context, scope: Scope) -> bool:
    from masgitops_lint.sdk import release_at_least

    return release_at_least(context.profile(scope.account).release, "7.4.0")


def _is_plain(name: str) -> bool:
    return "sdb" not in name and "rds" not in name


def _is_misnamed(name: str) -> bool:
    """Whether a name that is not a standby's or an RDS database's looks like one to the charts."""
    return not _is_plain(name) and not name.endswith("-sdb") and not name.startswith("rds-")


def _named(value: Any) -> str | None:
    """The database that `jdbc_instance_name` names: itself, or, taken from a secret, the one whose secret it is.

    The database's own setup job writes the name into `.../jdbc/<name>/config` (ibm-mas/gitops `120-ibm-db2u-database`).
    """
    if not isinstance(value, str):
        return None
    found = placeholders(value)
    if not found:
        return value
    before, _, config = found[0].path.rpartition("/")
    return before.rpartition("/")[2] if config == "config" and "/jdbc/" in before else None


def _applications(scope: Scope, config: dict[str, Any]) -> tuple[Any, str]:
    """The application of a configuration, and the one that was meant: that an id names none is another rule's."""
    application = config.get("mas_application_id")
    return application, meant_application(scope, application)


def _configs(
    context: Context, scope: Scope, configs: list[tuple[Keys, dict[str, Any]]], databases: dict[str, Any]
) -> Drafts:
    nameless = (
        _lacks_its_list(scope)
        or scope.is_odd_list("ibm_db2u_databases")
        or any(not isinstance(item.get("db2_instance_name"), str) for _, item in scope.items("ibm_db2u_databases"))
        or any(not isinstance(entry, dict) for entry in scope.get("ibm_db2u_databases") or ())
    )
    # a database whose name keeps it from being set up is told once, at that name
    wrong = {str(item.get("mas_application_id")) for name, (_, item) in databases.items() if _is_misnamed(name)}
    misnamed = wrong - {str(item.get("mas_application_id")) for name, (_, item) in databases.items() if _is_plain(name)}
    for keys, item in configs:
        if nameless or str(item.get("mas_application_id")) in misnamed:
            continue
        name = _named(item.get("jdbc_instance_name"))
        if item.get("jdbc_type") != "incluster-db2" or name is None or name in databases:
            continue
        near = nearest(name, databases)
        others = [(scope.place((*at, "db2_instance_name")), "a database") for at, _ in databases.values()]
        yield RULE.draft(
            scope.place((*keys, "jdbc_instance_name")),
            f"`{name}` is not in `ibm_db2u_databases`: nothing creates this database, and the secret with its connection "
            "data is never written",
            help=f"write `{near}`" if near else "add the database, or set the `jdbc_type` of one outside the cluster",
            related=others[:6],
            affects=context.applications_at(scope, keys),
        )


DECIDE = ("jdbc_type", "mas_application_id", "mas_config_chart")
"""Keys of a configuration by which a database finds it."""


def _lacks_its_list(scope: Scope) -> bool:
    """Whether the file of the databases is there and lacks them: that is told there (VAL016)."""
    file = next((one for one in scope.files if one.name.startswith("ibm-db2u-databases")), None)
    return file is not None and file.readable and file.data.get("ibm_db2u_databases") is None


def _names(
    context: Context, scope: Scope, configs: list[tuple[Keys, dict[str, Any]]], databases: dict[str, Any]
) -> Drafts:
    """The name of the database inside its instance, where both say it; Db2 does not tell upper from lower case."""
    for keys, item in configs:
        database = databases.get(_named(item.get("jdbc_instance_name")) or "")
        mine = item.get("db2_dbname")
        other = database[1].get("db2_dbname") if database else None
        if not isinstance(mine, str) or not isinstance(other, str) or "<path:" in mine + other:
            continue
        if mine.strip().upper() != other.strip().upper() and mine and other:
            yield RULE.draft(
                scope.place((*keys, "db2_dbname")),
                f"`db2_dbname` is `{mine}` here but `{other}` where `{item['jdbc_instance_name']}` is made: the configuration "
                "belongs to a database that is not there",
                help="write the same name in both",
                related=[(scope.place((*database[0], "db2_dbname")), "the database")] if database else [],
                affects=context.applications_at(scope, keys),
            )


def _databases(
    context: Context, scope: Scope, configs: list[tuple[Keys, dict[str, Any]]], databases: dict[str, Any]
) -> Drafts:
    if scope.is_odd_list("ibm_mas_suite_configs"):
        return
    if context.are_misspelt(scope, "ibm_mas_suite_configs", DECIDE):
        return
    for name, (keys, item) in databases.items():
        app = item.get("mas_application_id")
        if context.is_misspelt(scope, (*keys, "mas_application_id")):
            continue
        if "sdb" in name or "rds" in name:
            continue
        same_app = [(k, c) for k, c in configs if app in _applications(scope, c)]
        if any(c.get("jdbc_type") == "incluster-db2" for _, c in same_app):
            continue
        related = [(scope.place((*keys, "db2_instance_name")), "the database that is never set up")]
        mine = [(k, c) for k, c in configs if name in (_named(c.get("jdbc_instance_name")), c.get("db2_instance_name"))]
        other_app = [(k, c) for k, c in mine if c.get("jdbc_type") == "incluster-db2"]
        if other_app:
            config_keys, config = other_app[0]
            yield RULE.draft(
                scope.place((*keys, "mas_application_id")),
                f"`mas_application_id` is `{app}` here but `{config.get('mas_application_id')}` in the JDBC configuration of "
                f"`{name}`: the two are matched by it, so the setup job never runs",
                help="write the same `mas_application_id` in both",
                related=[(scope.place((*config_keys, "mas_application_id")), "the configuration of this database")],
                affects=context.applications_at(scope, keys),
            )
            continue
        for config_keys, config in mine or same_app:
            if config.get("jdbc_type") is not None:  # a misspelt one is VAL031
                continue
            yield RULE.draft(
                scope.place(config_keys),
                f"this configuration of `{name}` has no `jdbc_type`: the database's setup job never runs and the secret "
                "with its connection data is never written",
                help="add `jdbc_type: incluster-db2`",
                related=related,
                affects=(*context.applications_at(scope, config_keys), *context.applications_at(scope, keys)),
            )
            break
        else:
            other = [(k, c) for k, c in mine if c.get("jdbc_type") in ("external", "rds-db2")]
            if other:
                config_keys, config = other[0]
                yield RULE.draft(
                    scope.place((*config_keys, "jdbc_type")),
                    f"`jdbc_type` is `{config['jdbc_type']}`, so the setup job of `{name}`, which this configuration names, "
                    "never runs and the secret with its connection data is never written",
                    help="write `incluster-db2`, or remove the database from `ibm-db2u-databases.yaml`",
                    related=related,
                    severity="warning",
                    affects=context.applications_at(scope, keys),
                )
            elif not mine and not same_app and not _is_unbound(scope, app):
                yield RULE.draft(
                    scope.place((*keys, "mas_application_id")),
                    f"no suite configuration has `mas_application_id: {app}` and `jdbc_type: incluster-db2`: the setup job "
                    f"of `{name}` never runs and its connection secret is never written",
                    help="add the JDBC configuration to `ibm-mas-suite-configs.yaml`",
                    related=[
                        (scope.place((*at, key)), "a configuration")
                        for at, one in scope.items("ibm_mas_suite_configs")
                        if name in (one.get("jdbc_instance_name"), one.get("db2_instance_name"))
                        for key in DECIDE
                    ],
                    severity="warning",
                    affects=context.applications_at(scope, keys),
                )


def _is_unbound(scope: Scope, application: Any) -> bool:
    """Whether an application is bound to a configuration that is not there: that is told at the application."""
    return any(str(item.get("mas_app_id")) == str(application) for _, item in unbound_applications(scope))
