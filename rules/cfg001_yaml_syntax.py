"""A file that Argo CD cannot read as YAML.

## What it checks

Every YAML file that a generator reads must parse the way Argo CD parses it. Reported at the line of the problem: syntax
errors, tabs in indentation, NUL bytes, text that is not UTF-8, nesting or alias expansion beyond what can be read, and
files that cannot be opened.

## What Argo CD does

The git files generator reads each file with `sigs.k8s.io/yaml`. One file that fails to parse fails the whole generator,
and a failing generator stops its ApplicationSet: no Application of that level is created, updated or deleted until the
file is mended, in every directory of the account or cluster (argo-cd `applicationset/generators/git.go`,
`applicationset_controller.go`).

## How to fix

Mend the line that is named. `yamllint` accepts some text that Argo CD's parser refuses (the `\\/` escape, a
`%YAML 1.2` directive, `.inf`): for those the message says so.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG001", name="yaml-syntax", severity="error", tags=("yaml",))

BAD = (
    Example(
        "an unclosed quote",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: ]  #! CFG001\n'
            )
        },
    ),
)
GOOD = (
    Example(
        "the same file, closed",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: true\n'
            )
        },
    ),
)

FATAL = ("syntax", "bad-utf8", "nul-byte", "too-large", "too-deep", "alias-bomb", "unreadable")


def check(context: Context) -> Drafts:
    """Problems that leave a config file without any data."""
    broken = [path for path in context.mas.read_paths if not context.mas.file(path).readable]
    # an instance's files are read by the set of AI services as well, which makes nothing of them
    frozen = {
        file.path: generation
        for generation in (sorted(context.mas.generations(), key=lambda one: len(one.scopes)) if broken else ())
        for file in generation.unreadable
    }
    for path in broken:
        document = context.repository.document(path)
        if any(problem.kind == "conflict-marker" for problem in document.problems):
            continue
        generation = frozen.get(path)
        lost = [n for scope in generation.scopes for n in context.applications_of(scope)] if generation else []
        effect = (
            f"the ApplicationSet for {generation.pattern} stops: nothing below it is created, updated or deleted"
            if generation
            else "Argo CD cannot read it"
        )
        for problem in document.problems:
            if problem.kind in FATAL:
                yield RULE.draft(
                    Place(path, problem.keys, span=problem.span),
                    f"{problem.message}; {effect}",
                    help="mend the file so that it parses",
                    affects=lost,
                )
                break
