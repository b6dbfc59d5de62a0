"""A base file is removed while its neighbours stay.

## What it checks

With `--base`: `ibm-mas-cluster-base.yaml`, `ibm-mas-instance-base.yaml` and the other base files that are gone, while
config files remain in the same directory.

## What Argo CD does

The base file alone makes the root Application (it is the merge generator's first child, argo-cd
applicationset/generators/merge.go); files without a base are dropped without a word. With `auto_delete: true` the
whole instance is deleted, files or not; with `auto_delete: false` it keeps its last values, and the files that are
left are read by nobody.

## How to fix

Put the base file back, or remove the directory as a whole.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, removal_severity, removal_text

RULE = Rule(code="PRN005", name="base-file-removed", severity="error", tags=("prune", "data"), needs_base=True)

BASE = "dev/cluster1/inst2/ibm-mas-instance-base.yaml"
BAD = (Example("only the base file removed", remove=(BASE,), expect=(BASE,)),)
GOOD = (Example("nothing removed"),)


def check(context: Context) -> Drafts:
    """Removed base files with files left beside them."""
    for cause in context.causes:
        if cause.kind != "base-alone":
            continue
        first = cause.tops[0]
        count = len(cause.remaining)
        files = f"{count} config files beside it are" if count > 1 else f"`{cause.remaining[0]}` is"
        yield RULE.draft(
            cause.place,
            f"without its base file the {first.level} `{first.application.scope}` is gone for Argo CD, and {files} "
            f"read by nobody ({removal_text(cause)})",
            help="put the base file back, or remove the directory as a whole",
            affects=cause.names,
            severity=removal_severity(cause),
        )
