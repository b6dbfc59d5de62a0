"""An Application deletes a secret that another one still reads.

## What it checks

Jobs that delete a secret when their Application is deleted (PostDelete hooks), against the other Applications that
read it: two JDBC configurations on one database, or an instance that reads another instance's secret.

## What Argo CD does

When the one Application is removed, its PostDelete Job deletes the secret. The other one keeps running until the next
time its manifests are generated; then it fails.

## How to fix

Give each its own secret, or switch the deletion off (`use_postdelete_hooks: false`).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="SEC025", name="secret-deleted-while-read", severity="warning", tags=("secrets", "deletion"))

_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/inst1/jdbc/db2wh-inst1-manage"
_ITEM = (
    "  - mas_config_name: inst1-jdbc-%s\n    mas_config_chart: ibm-jdbc-config\n    mas_config_scope: wsapp\n"
    "    mas_workspace_id: main\n    mas_application_id: %s\n    mas_config_kind: jdbccfgs\n"
    "    mas_config_api_version: config.mas.ibm.com\n    use_postdelete_hooks: %s\n    jdbc_type: incluster-db2\n"
    "    jdbc_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n    db2_dbname: BLUDB\n"
    '    jdbc_connection_url: "<path:%s/config#jdbc_connection_url>"%s\n'
)
_HEAD = 'merge-key: "dev/cluster1/inst1"\nibm_mas_suite_configs:\n'
_FILE = "dev/cluster1/inst1/ibm-mas-suite-configs.yaml"
BAD = (
    Example(
        "two configurations, one database",
        {
            _FILE: _HEAD
            + _ITEM % ("wsapp-main-manage", "manage", "true", _ARN, "")
            + _ITEM % ("wsapp-main-iot", "iot", "false", _ARN, "  #! SEC025")
        },
    ),
)
GOOD = (Example("one reader", {_FILE: _HEAD + _ITEM % ("wsapp-main-manage", "manage", "true", _ARN, "")}),)


def check(context: Context) -> Drafts:
    """Readers that outlive the secret."""
    for secret in context.secrets.secrets.values():
        for deleter in secret.deleters:
            # the instance's own sync Application goes with the whole instance, and all its readers with it
            if deleter.job.chart == "ibm-sync-jobs":
                continue
            others = [
                use
                for use in secret.uses
                if any(reader.name != deleter.application.name for reader in use.readers) and use.owner.kind == "own"
            ]
            for use in others[:1]:
                yield RULE.draft(
                    context.inside(use.reference.place, use.reference.raw),
                    f"`{secret.path}` is deleted when `{deleter.application.name}` is removed, and is read here "
                    f"as well",
                    help="give each its own secret, or set `use_postdelete_hooks: false` on the other one",
                    related=[(deleter.application.source, "deletes the secret when it is removed")],
                    affects=[r.name for one in others for r in one.readers if r.name != deleter.application.name],
                )
