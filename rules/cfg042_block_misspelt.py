"""A top-level key that is not the one its file is read for.

## What it checks

Each config file has its own top-level key, a base file has several. A file that lacks its key and has an unknown one
instead (`ibm_db2` in `ibm-db2u.yaml`, `regoin` in a base file) is reported at that key.

## What Argo CD does

The file is merged, and the block reaches the charts under a name that none of them reads: for them it is missing.
Depending on the block that means that an Application disappears, or that a whole root chart fails to render.

## How to fix

Write the key that the message names. A key of your own that a patched chart reads belongs under `contract: files:` in
`.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG042", name="block-misspelt", severity="error", tags=("files",), local=True)

BAD = (
    Example(
        "a letter is missing",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspace:  #! CFG042\n  - mas_workspace_id: main\n'
                "    mas_workspace_name: Main\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "anchors beside the block",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nshared: &shared\n  mas_workspace_name: Main\nibm_mas_workspaces:\n'
                "  - <<: *shared\n    mas_workspace_id: main\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """Unknown keys in the place of known ones."""
    for scope in context.mas.meant:
        for file in scope.files:
            if not file.readable:
                continue
            for wrong, right in scope.misspelt_blocks(file).items():
                if scope.has(right):
                    continue
                yield RULE.draft(
                    Place(file.path, (wrong,), "key"),
                    f"no chart reads `{wrong}`; `{right}` is what this file is read for, and for the charts it is missing",
                    help=f"write `{right}`",
                    affects=context.applications_at(scope, (right,)),
                )
