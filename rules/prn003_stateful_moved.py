"""A rename or a move deletes an Application with state.

## What it checks

With `--base`: a stateful Application or object whose content appears again under another name, namespace, cluster or
instance.

## What Argo CD does

Argo CD knows no rename: it prunes the old object and creates an empty one (the name of an Application, and the kind,
namespace and name of an object, are its identity). A new destination server leaves the old cluster's resources
running with nobody to manage them.

## How to fix

Keep the old name or namespace. To move data: create the new one, migrate, and remove the old one in a later change.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN003", name="stateful-moved", severity="error", tags=("prune", "data"), needs_base=True)

DATABASES = "dev/cluster1/inst1/ibm-db2u-databases.yaml"
TEXT = """\
merge-key: "dev/cluster1/inst1"
ibm_db2u_databases:
  - mas_application_id: manage
    db2_namespace: db2u-inst1
    db2_instance_name: {name}
    db2_dbname: BLUDB
"""
BAD = (
    Example(
        "a database renamed",
        {DATABASES: TEXT.format(name="db2wh-inst1-eam  #! PRN003")},
        before={DATABASES: TEXT.format(name="db2wh-inst1-manage")},
    ),
    Example(
        "its namespace changed",
        {
            DATABASES: TEXT.format(name="db2wh-inst1-manage").replace(
                "db2_namespace: db2u-inst1", "db2_namespace: db2u  #! PRN003"
            )
        },
        before={DATABASES: TEXT.format(name="db2wh-inst1-manage")},
    ),
)
GOOD = (
    Example(
        "another value changed",
        {DATABASES: TEXT.format(name="db2wh-inst1-manage") + "    db2_cpu_limits: 8\n"},
        before={DATABASES: TEXT.format(name="db2wh-inst1-manage")},
    ),
)


def check(context: Context) -> Drafts:
    """Stateful Applications or objects that exist again elsewhere."""
    for cause in context.causes:
        if cause.kind != "moved":
            continue
        told = [f"`{old}` becomes `{new}`" if old != new else f"part of `{old}` moves" for old, new in cause.moves[:3]]
        yield RULE.draft(
            cause.place,
            f"{', '.join(told)}: Argo CD deletes and creates anew, it never renames ({removal_text(cause)})",
            help="keep the old name; to move data, create the new one, migrate, and remove the old one later",
            affects=cause.names,
            severity=removal_severity(cause),
        )
