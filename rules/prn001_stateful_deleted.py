"""An Application with state would be deleted.

## What it checks

With `--base`: Applications that the change removes and that hold data or a service people use: databases, licence
services, suites, workspaces, MongoDB and JDBC configurations, volume claims. More kinds can be named under
`stateful-kinds` in the settings.

## What Argo CD does

With `auto_delete: true` the parent prunes the Application, and its finalizer deletes every resource in it; nothing in
the charts protects a Db2uInstance, Suite or LicenseService (ibm-mas/gitops `120-db2-databases-app.yaml`). With
`auto_delete: false` the Application stays and is shown as OutOfSync until somebody syncs with Prune
(ibm-mas/gitops docs/accountrootmanifest.md).

## How to fix

Put the file or the entry back. If the deletion is meant, back up first and say so:
`# mas-lint: allow-delete NAME reason`, or `Mas-Lint-Allow-Delete: NAME reason` in the commit message.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN001", name="stateful-deleted", severity="error", tags=("prune", "data"), needs_base=True)

DATABASES = "dev/cluster1/inst1/ibm-db2u-databases.yaml"
ENTRY = """\
  - mas_application_id: {app}
    db2_namespace: db2u-inst1
    db2_instance_name: db2wh-inst1-{app}
    db2_dbname: BLUDB
"""
BAD = (
    Example("the databases file removed", remove=(DATABASES,), expect=(DATABASES,)),
    Example(
        "the licence service removed",
        remove=("dev/cluster1/inst1/ibm-sls.yaml",),
        expect=("dev/cluster1/inst1/ibm-sls.yaml",),
    ),
    Example(
        "one entry of a list removed",
        {DATABASES: 'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:  #! PRN001\n' + ENTRY.format(app="manage")},
        before={
            DATABASES: 'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n'
            + ENTRY.format(app="iot")
            + ENTRY.format(app="manage")
        },
    ),
)
GOOD = (
    Example("nothing removed"),
    Example(
        "one entry added",
        {
            DATABASES: 'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n'
            + ENTRY.format(app="manage")
            + ENTRY.format(app="iot")
        },
        before={DATABASES: 'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n' + ENTRY.format(app="manage")},
    ),
)


def check(context: Context) -> Drafts:
    """Removed Applications with stateful objects."""
    for cause in context.causes:
        if cause.kind != "stateful":
            continue
        names = ", ".join(f"`{one.application.name}`" for one in cause.tops[:4])
        yield RULE.draft(
            cause.place,
            f"{names} would go ({removal_text(cause)})",
            help=cause.stakes[0].loss + "; if it is meant, approve it with `# mas-lint: allow-delete NAME reason`",
            related=[(place, one.message) for one in cause.dangling for place in one.users[:3]],
            affects=cause.names,
            severity=removal_severity(cause),
        )
