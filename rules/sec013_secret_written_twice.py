"""One secret, written by two Jobs.

## What it checks

Two Applications with Jobs that run and write the same secret: two databases of one name, two AI service databases in
one cluster, two service accounts of one name.

## What Argo CD does

Both Jobs run, the later one wins, and it changes with every sync. The Applications that read the secret follow.

## How to fix

Give the two different names.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="SEC013", name="secret-written-twice", severity="error", tags=("secrets",))

_HEAD = 'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n'
_ITEM = (
    "  - mas_application_id: manage%s\n    db2_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n"
    "    db2_dbname: BLUDB\n"
)
BAD = (
    Example(
        "one name for two databases",
        {"dev/cluster1/inst1/ibm-db2u-databases.yaml": _HEAD + _ITEM % "" + _ITEM % "  #! SEC013"},
    ),
)
GOOD = (Example("one writer each"),)


def check(context: Context) -> Drafts:
    """Paths with two running writers that are different Applications or config entries."""
    for secret in context.secrets.secrets.values():
        if len(secret.writers) < 2:
            continue
        running = [writer for writer in secret.writers if writer.runs and writer.application is not None]
        places: dict[Place, Any] = {}
        for writer in running:
            if writer.application is not None:
                places.setdefault(writer.application.source, writer)
        if len(places) < 2 or any("adds to" in writer.job.note for writer in running):
            continue
        first, *others = places
        names = {writer.application.name for writer in running if writer.application is not None}
        for place in others:
            yield RULE.draft(
                place,
                f"`{secret.path}` is already written by another entry: two Jobs overwrite each other's secret, "
                f"and the last to run wins",
                help="give the two different names",
                related=[(first, "the other writer")],
                affects=[application.name for writer in running if (application := writer.application)],
                # two Applications of one name are an error of their own
                severity="note" if len(names) == 1 else None,
            )
