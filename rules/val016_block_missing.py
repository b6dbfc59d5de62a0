"""A config file without the block that it is there for.

## What it checks

Config files other than base files whose own top-level key is missing, null or empty: `custom-sa.yaml` without
`custom_sa`. A misspelt or misplaced block is told by the rules about files.

## What Argo CD does

The file is merged and gives nothing: the conditions in the root chart find the block empty, and no Application is built
from it, or the one that was there is removed.

## How to fix

Write the block, or delete the file.
"""

import re

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="VAL016", name="block-missing", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "nothing under the key",
        {"dev/cluster1/redhat-cert-manager.yaml": 'merge-key: "dev/cluster1"\nredhat_cert_manager:  #! VAL016\n'},
    ),
    Example("only a merge key", {"dev/cluster1/ibm-rbac.yaml": 'merge-key: "dev/cluster1"  #! VAL016\n'}),
)
GOOD = (Example("every file has its block"),)


def check(context: Context) -> Drafts:
    """Files without their block."""
    stopped = {
        (failure.scope, key)
        for failure in context.deployment.errors
        if failure.kind == "nil"
        for key in re.findall(r"\.Values\.(\w+)", failure.expression)
    }  # told as what stops the root chart
    for scope in context.mas.scopes:
        keys_of = {file.name: file.keys for file in scope.spec.files[1:]}
        for file in scope.files:
            keys = keys_of.get(file.name, ())
            if not file.readable or not keys or any(scope.values.get(key) for key in keys):
                continue
            others = set(file.data) - {scope.spec.merge_key, *keys}
            if any(hole[0] in keys for hole in context.missing_in_fields.get(scope.directory, ())):
                continue
            if scope.misspelt_blocks(file) or others or stopped & {(scope.directory, key) for key in keys}:
                continue
            written = next((key for key in keys if key in file.data), None)
            yield RULE.draft(
                Place(file.path, (written,), "key") if written else Place(file.path, ()),
                f"`{keys[0]}` is {'empty' if written else 'missing'}, and `{file.name}` is read for nothing else: "
                "no Application is built from it",
                help=f"write `{keys[0]}`, or delete the file",
                # an empty list is how IBM's CLI begins a file
                severity="note" if written and scope.values.get(written) == [] else None,
            )
