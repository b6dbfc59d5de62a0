"""The name of a Db2 database is not the one that the charts expect.

## What it checks

`db2_instance_name` of in-cluster databases should be `db2wh-<instance>-<application>` (a standby with `-sdb` at its end),
and a name that holds `sdb` by accident, in the middle of a word or of the instance's id (`wisdb`), is an error.
A name for another application than `mas_application_id` is a note. Names that hold `rds` make no Application at all:
VAL013.

## What Argo CD does

The root chart looks for `sdb` anywhere in the name. With it the database counts as a standby: it comes in a later wave and
the Job that sets it up is not rendered. That Job creates the database's user and settings by the name that is given, but
reads and checks them at `db2wh-<instance>-<application>`, so it looks at a database that is not there
(ibm-mas/gitops `120-db2-databases-app.yaml`; `07-postsync-setup-db2_Job.yaml` of chart `120-ibm-db2u-database`).

## How to fix

Name the database `db2wh-<instance>-<application>`.
"""

import re

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VAL043", name="db2-instance-name", severity="warning", tags=("values", "names", "db2"), local=True)

_DATABASE = (
    'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
    "    db2_namespace: db2u-inst1\n    db2_dbname: BLUDB\n    db2_instance_name: "
)
_PATH = "dev/cluster1/inst1/ibm-db2u-databases.yaml"
BAD = (
    Example("a standby by accident", {_PATH: _DATABASE + "db2wh-inst1-wisdb  #! VAL043\n"}),
    Example("another convention", {_PATH: _DATABASE + "maximo-db  #! VAL043\n"}),
)
GOOD = (
    Example("by the convention", {_PATH: _DATABASE + "db2wh-inst1-manage\n"}),
    Example("a standby", {_PATH: _DATABASE + "db2wh-inst1-manage-sdb\n"}),
)

STANDBY = re.compile(r"(?:^|-)sdb\d*(?:-|$)")


def check(context: Context) -> Drafts:
    """Names of databases; one finding a database."""
    for scope in context.mas.scopes:
        if scope.level != "instance" or not scope.instance:
            continue
        for keys, item in scope.items("ibm_db2u_databases"):
            name, app = item.get("db2_instance_name"), item.get("mas_application_id")
            if not isinstance(name, str) or "rds" in name or "<" in name or "{" in name:
                continue
            right = f"db2wh-{scope.instance}-{app}" if isinstance(app, str) and app else ""
            place = scope.place((*keys, "db2_instance_name"))
            if "sdb" in name and not STANDBY.search(name):
                yield RULE.draft(
                    place,
                    f"`{name}` holds `sdb`, so the charts take the database for a standby: it is never set up",
                    help=f"write `{right}`" if right and "sdb" not in right else "choose a name without `sdb`",
                    severity="error",
                    affects=context.applications_at(scope, keys),
                )
            elif right and name != right and not name.startswith(f"{right}-sdb"):
                near = name.startswith(f"db2wh-{scope.instance}-")
                yield RULE.draft(
                    place,
                    f"`{name}` is not `{right}`: the setup Job of the charts looks for that when it checks the settings",
                    help=f"write `{right}`",
                    severity="note" if near else None,
                    affects=context.applications_at(scope, keys),
                )
