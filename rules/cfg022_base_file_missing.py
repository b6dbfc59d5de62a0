"""A directory with config files but without its base file.

## What it checks

Every cluster directory needs `ibm-mas-cluster-base.yaml`, every instance directory its instance base file, every AI
service tenant its tenant base file. One finding a directory; what lies below it is not reported again.

## What Argo CD does

The first generator of the merge is the base: only its parameter sets become Applications. Files without a base of the
same merge key are dropped silently (argo-cd docs Generators-Merge: "non-matching parameter sets are discarded"), so the
cluster or instance does not exist for Argo CD; if it existed before and `auto_delete` is on, it is deleted.

## How to fix

Add the base file, or remove the rest of the directory on purpose.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, Scope

RULE = Rule(code="CFG022", name="base-file-missing", severity="error", tags=("files",))

BAD = (
    Example(
        "an instance without base",
        {
            "dev/cluster1/inst9/ibm-mas-workspaces.yaml": 'merge-key: "dev/cluster1/inst9"  #! CFG022\nibm_mas_workspaces: []\n'
        },
    ),
)
GOOD = (Example("every directory has its base"),)


def check(context: Context) -> Drafts:
    """Directories whose files are all dropped."""
    mas = context.mas
    with_base = {scope.directory for scope in mas.meant if scope.base is not None}
    reported: set[str] = set()
    for scope in mas.meant:
        if scope.base is None:
            if scope.parent is not None and scope.parent.base is None:
                continue
            reported.add(scope.directory)
            yield _draft(context, scope, scope.spec.base.name, scope.directory)
        elif scope.spec.parent == "cluster" and scope.spec.merge_key is not None:
            above = scope.directory.rpartition("/")[0]
            if above in with_base or above in reported:
                continue
            reported.add(above)
            yield _draft(context, scope, "ibm-mas-cluster-base.yaml", above)


def _draft(context: Context, scope: Scope, name: str, directory: str):  # type: ignore[no-untyped-def]
    shown = context.mas.relative(directory)
    file = scope.files[0]
    return RULE.draft(
        Place(file.path, ("merge-key",) if file.has_merge_key else tuple(file.data)[:1], "both"),
        f"`{shown}` has no `{name}`: Argo CD drops every file in it"
        + (" and everything below it" if directory != scope.directory or scope.level == "cluster" else "")
        + " without a word",
        help=f"add `{shown}/{name}`, or remove the directory on purpose",
    )
