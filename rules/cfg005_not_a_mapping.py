"""A config file that is empty, or whose top level is not a mapping.

## What it checks

Every config file must be a mapping with a merge key. Empty files, files of comments only, and files whose top level is
a list or a single value are reported.

## What Argo CD does

An empty file is one parameter set with no merge key: it is dropped, or merges with other files that lack one; two such
files in one generator freeze the ApplicationSet. A list becomes several parameter sets, one an item. A single value fails
the generator, which stops the whole ApplicationSet (argo-cd `applicationset/generators/git.go`).

## How to fix

Give the file its merge key and its block, or delete it.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG005", name="not-a-mapping", severity="error", tags=("yaml",), local=True)

BAD = (
    Example("empty", {"dev/cluster1/redhat-cert-manager.yaml": "#! CFG005\n"}),
    Example("a list", {"dev/cluster1/redhat-cert-manager.yaml": "- merge-key: dev/cluster1  #! CFG005\n"}),
)
GOOD = (Example("a mapping"),)


def check(context: Context) -> Drafts:
    """Files without a mapping at the top."""
    for path in context.mas.read_paths:
        document = context.repository.document(path)
        if isinstance(document.data, dict) and document.data:
            continue
        if not document.ok and document.data is None and any(p.kind != "empty" for p in document.problems):
            continue
        if document.data is None or document.data == {}:
            what = "this file is empty: Argo CD reads no merge key and no block from it"
        elif isinstance(document.data, list):
            what = "the top level is a list: Argo CD makes one parameter set of each item instead of merging the file"
        else:
            what = "the top level is a single value: the generator fails and its whole ApplicationSet stops"
        yield RULE.draft(
            Place(path, (0,) if isinstance(document.data, list) else ()),
            what,
            help="start the file with `merge-key:` and the block that belongs in it, or delete it",
        )
