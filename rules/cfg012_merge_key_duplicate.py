"""Two files of one generator with the same merge key: the ApplicationSet freezes.

## What it checks

Within one ApplicationSet, two files of the same name must not have the same merge key. Reported at the file whose key is
not its own directory; nested copies that only default globbing finds are CFG021.

## What Argo CD does

The merge generator demands unique parameter sets in every child and fails with "the parameters from a generator were not
unique by the given mergeKeys". A failed generator means that *no* Application of the ApplicationSet is created, updated
or deleted: every cluster of the account, or every instance of the cluster, stays as it is until the key is mended
(argo-cd `applicationset/generators/merge.go`, `applicationset_controller.go`, #11952).

## How to fix

Give the file its own directory as merge key.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG012", name="merge-key-duplicate", severity="error", tags=("merge", "freeze"))

BAD = (
    Example(
        "copied from cluster1",
        {
            "dev/cluster2/redhat-cert-manager.yaml": 'merge-key: "dev/cluster1"  #! CFG012\nredhat_cert_manager:\n  run_sync_hooks: true\n'
        },
    ),
)
GOOD = (Example("one key a directory"),)


def check(context: Context) -> Drafts:
    """Freezes caused by a wrong merge key."""
    for generation, freeze in context.mas.freezes:
        merge_key = generation.spec.merge_key
        depth = generation.pattern.count("/")
        if merge_key is None or freeze.files[0].merge_key is None:
            continue
        placed = [f for f in freeze.files if _relative(context, f.directory).count("/") == depth]
        wrong = [f for f in placed if f.merge_key != _relative(context, f.directory)]
        if len(placed) < 2 or not wrong:
            continue
        lost = [name for scope in generation.scopes for name in context.applications_of(scope)]
        for file in wrong:
            others = [f for f in freeze.files if f is not file]
            yield RULE.draft(
                Place(file.path, (merge_key,)),
                f'`{merge_key}` "{file.merge_key}" is also the key of `{others[0].path}`: the ApplicationSet for '
                f"`{generation.pattern}` freezes, and none of its {len(generation.scopes)} directories is "
                "created, updated or deleted any more",
                help=f'write `{merge_key}: "{_relative(context, file.directory)}"`',
                related=[(Place(other.path, (merge_key,)), "the same key") for other in others],
                affects=lost,
            )


def _relative(context: Context, directory: str) -> str:
    return context.mas.relative(directory)
