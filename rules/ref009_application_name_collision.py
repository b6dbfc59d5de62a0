"""Two places make an Application of the same name.

## What it checks

The names of all Applications that the config builds on one Argo CD: duplicate list entries, suite configurations of two
instances of a cluster with the same name, a MAS and an AI service instance that both bring `db2u`.

## What Argo CD does

Objects of one name in one namespace are one object. Two roots that render it overwrite each other at every sync
(`SharedResourceWarning`), one root that renders it twice fails or keeps the last.

## How to fix

Remove the second entry, or rename it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="REF009", name="application-name-collision", severity="error", tags=("names",))

BAD = (
    Example(
        "the same workspace twice",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: main\n'
                "    mas_workspace_name: Main\n  - mas_workspace_id: main  #! REF009\n    mas_workspace_name: Other\n"
            ),
        },
    ),
)
GOOD = (Example("every name once"),)


def check(context: Context) -> Drafts:
    """Second and later Applications of one name within an account."""
    first: dict[tuple[str, str, str], object] = {}
    for application in context.deployment.applications:
        key = (application.account, application.kind, application.name)
        other = first.setdefault(key, application)
        if other is application or application.parent is None:
            continue
        if application.source.path == other.source.path and application.source.keys == other.source.keys:  # type: ignore[attr-defined]
            continue
        if application.kind == "Application" and application.path.startswith("root-applications/"):
            continue
        if "<no value>" in application.name or "//" in application.name:
            continue
        yield RULE.draft(
            application.source,
            f"this makes an Application `{application.name}`, and another place does too: the two overwrite each other at "
            "every sync",
            help="remove one of the two, or give them different names",
            related=[(other.source, "the other place")],  # type: ignore[attr-defined]
            affects=(application.name,),
        )
