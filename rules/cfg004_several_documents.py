"""More than one YAML document in a config file.

## What it checks

A second `---` with content behind it in a file that a git files generator reads.

## What Argo CD does

The generator unmarshals the file once, which reads the first document only; the others are dropped without a word
(argo-cd `applicationset/generators/git.go`). A file that starts with an empty document counts as empty.

## How to fix

Put everything into one document, or split the file.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG004", name="several-documents", severity="error", tags=("yaml",), local=True)

BAD = (
    Example(
        "the block is in the second document",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n---  #! CFG004\nredhat_cert_manager:\n  channel: stable-v1\n'
            )
        },
    ),
)
GOOD = (
    Example(
        "a leading separator is fine",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                '---\nmerge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: true\n'
                "  redhat_cert_manager_install_plan: Automatic\n"
            )
        },
    ),
)


def check(context: Context) -> Drafts:
    """The second separator of each file."""
    for path in context.mas.read_paths:
        for problem in context.repository.document(path).problems:
            if problem.kind == "multiple-documents":
                yield RULE.draft(
                    Place(path, span=problem.span),
                    "a second YAML document starts here: Argo CD reads the first one only and drops the rest silently",
                    help="join the documents into one, or split the file",
                )
                break
