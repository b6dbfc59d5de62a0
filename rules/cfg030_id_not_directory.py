"""An id in a base file that is not the name of its directory.

## What it checks

`account.id`, `cluster.id`, `instance.id` and `tenant.id` in base files must be there and equal the directories they
stand in. An id that belongs to another directory is CFG031.

## What Argo CD does

The next level's generators look in `<account.id>/<cluster.id>/*`, built from the *values*, not from the directory they
were found in: with another id they find nothing, or another cluster's instances. Names of Applications and namespaces
are built from the ids too. A missing id makes the generated name `cluster.<no value>`, which is rejected; a `cluster:`
that is null or text fails the template and stops the whole ApplicationSet.

## How to fix

Make id, directory and merge key the same.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, go_text

RULE = Rule(code="CFG030", name="id-not-directory", severity="error", tags=("ids",), local=True)

BAD = (
    Example(
        "another instance id",
        {
            "dev/cluster2/inst3/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster2/inst3"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster2\n  url: https://api.cluster2.example.com:6443\ninstance:\n  id: inst33  #! CFG030\n"
            )
        },
    ),
)
GOOD = (Example("ids as the directories"),)


def check(context: Context) -> Drafts:
    """Ids of base files against their directories."""
    whole = context.mas.whole
    for scope in context.mas.meant:
        base = scope.base
        if base is None or not base.readable or not base.data:
            continue
        parts = context.mas.relative(scope.directory).split("/")
        misspelt = scope.misspelt_blocks(base).values()  # told as such
        for position, (name, segment) in enumerate(scope.segments.items()):
            block = base.data.get(name)
            value = block.get("id") if isinstance(block, dict) else None
            if value is None:
                if name not in base.data and len(context.repository.document(base.path).documents) > 1:
                    continue  # the rest of the file is a document of its own: CFG004
                if (name == "account" and scope.level == "sls") or name in misspelt:
                    continue
                yield RULE.draft(
                    Place(base.path, (name, "id")),
                    _missing(name, block, name in base.data),
                    help=f"write `{name}:` with `id: {segment}`",
                    affects=context.applications_of(scope),
                )
                continue
            text = go_text(value)
            if text == segment:
                continue
            other = "/".join([*parts[:position], text, *parts[position + 1 :]])
            same = (one for root in whole.roots for one in whole.by_directory.get(root.prefix + other, ()))
            if position == len(parts) - 1 and any(one.level == scope.level for one in same):
                continue
            if scope.common_key and scope.common_key.split("/")[position : position + 1] == [text]:
                # Ids and merge keys agree and only the directory's name differs: that is CFG011.
                continue
            shown = f"`{name}.id` is `{text}` but the directory is `{segment}`"
            if isinstance(value, int | float) and not isinstance(value, bool) and str(value) != text:
                shown = f"`{name}.id` is a number and is printed as `{text}`, not as the directory `{segment}`"
            yield RULE.draft(
                Place(base.path, (name, "id")),
                f"{shown}: Argo CD looks for the next level and builds names from the value, not from the directory",
                help=f'write `id: "{segment}"`' if not isinstance(value, str) else f"write `id: {segment}`",
                affects=context.applications_of(scope),
            )


def _missing(name: str, block: object, present: bool) -> str:
    if isinstance(block, dict):
        what = f"`{name}.id` is " + ("null" if "id" in block else "missing")
        return f"{what}: names built from it get `<no value>` and are rejected, or fall back to a chart's placeholder"
    if not present:
        return f"the block `{name}` is missing: names built from its id get `<no value>` and are rejected"
    return (
        f"`{name}` is {'null' if block is None else 'not a mapping'}: `{name}.id` cannot be read from it and the template "
        "of the whole ApplicationSet fails"
    )
