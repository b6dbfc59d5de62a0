"""The Db2 namespace is not the same everywhere.

## What it checks

`ibm_db2u.db2_namespace`, `db2_namespace` of each entry in `ibm_db2u_databases` and of each in-cluster JDBC configuration
must be one namespace.

## What Argo CD does

The database's Application is deployed to `ibm_db2u.db2_namespace`, while its jobs and the JDBC configuration look into the
entry's own `db2_namespace`: the setup job does not find the database and the wave hangs
(ibm-mas/gitops `120-db2-databases-app.yaml`, `120-ibm-db2u-database`).

## How to fix

Write the namespace of `ibm-db2u.yaml` (by convention `db2u-<instance>`) in all three.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF004", name="db2-namespace", severity="error", tags=("reference", "db2"), local=True)

BAD = (
    Example(
        "the database elsewhere",
        {
            "dev/cluster1/inst1/ibm-db2u.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_db2u:\n  db2_namespace: db2u\n  db2_install_plan: Automatic\n'
            ),
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
                "    db2_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1  #! REF004\n"
            ),
        },
        remove=("dev/cluster1/inst1/ibm-mas-suite-configs.yaml",),
    ),
)
GOOD = (Example("one namespace"),)


NAMES = ("jdbc_instance_name", "db2_instance_name")


def check(context: Context) -> Drafts:
    """Namespaces that differ from the operator's."""
    for scope in context.mas.scopes:
        own = scope.get("ibm_db2u", "db2_namespace")
        if not isinstance(own, str) or "<path:" in own:
            continue
        databases = {
            item.get("db2_instance_name")
            for _, item in scope.items("ibm_db2u_databases")
            if isinstance(item.get("db2_instance_name"), str)
        }
        users = [(keys, item, "the database's jobs look") for keys, item in scope.items("ibm_db2u_databases")]
        users += [
            (keys, item, "this configuration looks")
            for keys, item in scope.items("ibm_mas_suite_configs")
            if databases & {name for key in NAMES if isinstance(name := item.get(key), str)}
        ]
        said = {str(item.get("db2_namespace")) for _, item, _ in users if item.get("db2_namespace")}
        alone = len(users) > 1 and len(said) == 1 and own not in said and own != f"db2u-{scope.instance}"
        if alone and "<path:" not in "".join(said):
            yield RULE.draft(
                scope.place(("ibm_db2u", "db2_namespace")),
                f"Db2 is deployed to `{own}`, but all {len(users)} databases and configurations name `{said.pop()}`: they look "
                "where no database is",
                help="write the same namespace in all of them",
                related=[(scope.place((*keys, "db2_namespace")), who) for keys, _, who in users[:8]],
                affects=[name for keys, _, _ in users for name in context.applications_at(scope, keys)],
            )
            continue
        for keys, item, who in users:
            namespace = item.get("db2_namespace")
            if not isinstance(namespace, str) or namespace == own or namespace.startswith("<path:"):
                continue
            yield RULE.draft(
                scope.place((*keys, "db2_namespace")),
                f"`db2_namespace` is `{namespace}`, but Db2 is deployed to `{own}`: {who} where no database is",
                help=f"write `{own}`, as in `ibm_db2u.db2_namespace`",
                related=[(scope.place(("ibm_db2u", "db2_namespace")), "where Db2 is deployed")],
                affects=context.applications_at(scope, keys),
            )
