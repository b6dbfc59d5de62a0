"""A merge conflict was committed.

## What it checks

Lines that start with `<<<<<<<`, `=======` or `>>>>>>>` in a config file.

## What Argo CD does

Outside a block scalar the file no longer parses, and one file that does not parse stops its whole ApplicationSet
(argo-cd `applicationset/generators/git.go`: any file error fails the generator).

## How to fix

Resolve the conflict: keep one side and delete the markers.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG002", name="merge-conflict-marker", severity="error", tags=("yaml",), local=True)

BAD = (
    Example(
        "both sides still there",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n'
                "<<<<<<< HEAD  #! CFG002\n  channel: stable-v1\n=======\n  channel: stable\n>>>>>>> upgrade\n"
            )
        },
    ),
)
GOOD = (Example("resolved"),)


def check(context: Context) -> Drafts:
    """The first conflict marker of each file."""
    for path in context.mas.read_paths:
        for problem in context.repository.document(path).problems:
            if problem.kind == "conflict-marker":
                yield RULE.draft(
                    Place(path, span=problem.span),
                    "a merge conflict is left in this file: Argo CD cannot parse it, and its ApplicationSet stops for "
                    "every directory it serves",
                    help="keep one side and delete the markers",
                )
                break
