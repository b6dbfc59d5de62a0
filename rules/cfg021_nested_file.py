"""A copy in a deeper directory that default globbing reads as well.

## What it checks

Files with a known name in a directory deeper than where they belong. Both globbing modes of Argo CD are evaluated, and a
file that they treat differently is reported with what each does.

## What Argo CD does

By default the git files generator matches like `git ls-files`: `*` crosses `/`, so `dev/*/ibm-dro.yaml` also matches
`dev/cluster1/old/ibm-dro.yaml`. A nested copy with the same merge key freezes the whole ApplicationSet; one with another
key is merged there or dropped. With `--enable-new-git-file-globbing` (Argo CD 2.8 and later) `*` stays in one segment
and the copy is not read (argo-cd `util/git/client.go`, docs Generators-Git-File-Globbing).

## How to fix

Delete the copy, move it out of the account directory, or rename it (`ibm-dro.yaml.old`).
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG021", name="nested-file", severity="error", tags=("files", "freeze"))

BAD = (
    Example(
        "an old copy",
        {
            "dev/cluster1/inst1/old/ibm-mas-workspaces.yaml": 'merge-key: "dev/cluster1/inst1"  #! CFG021\nibm_mas_workspaces: []\n'
        },
    ),
)
GOOD = (
    Example(
        "renamed",
        {
            "dev/cluster1/inst1/old/ibm-mas-workspaces.yaml.bak": 'merge-key: "dev/cluster1/inst1"\nibm_mas_workspaces: []\n'
        },
    ),
)


def check(context: Context) -> Drafts:
    """Strays with a known name that greedy globbing lists."""
    mas = context.mas
    strays = {path for path, stray in mas.stray.items() if stray.reason == "misplaced"}
    if not strays:
        return
    strict = {file.path for generation in mas.generations("strict") for file in generation.files}
    reported: set[str] = set()
    whole = mas.stray_directories
    for generation in mas.generations("greedy"):
        freezing = {file.path: freeze for freeze in generation.freezes for file in freeze.files}
        for file in generation.files:
            if file.path not in strays or file.path in strict or file.path in reported:
                continue
            reported.add(file.path)
            if whole.get(file.directory, file.path) != file.path:
                continue
            key = generation.spec.merge_key or "merge-key"
            place = Place(file.path, (key,) if file.has_merge_key else tuple(file.data)[:1], "both")
            where = f"`{generation.pattern}/{file.name}` matches this file too, because `*` crosses `/` by default"
            only = "; with strict globbing it is not read at all"
            if file.path in freezing:
                others = [f for f in freezing[file.path].files if f.path != file.path]
                lost = [name for scope in generation.scopes for name in context.applications_of(scope)]
                effect = f"its merge key is also that of `{others[0].path}`, so the whole ApplicationSet freezes"
                related = [(Place(o.path, (key,)), "the file it collides with") for o in others]
                yield RULE.draft(place, f"{where}: {effect}{only}", help=HELP, related=related, affects=lost)
            elif any(file is f for f in generation.dropped):
                yield RULE.draft(
                    place, f"{where}, and drops it: no base file has its merge key{only}", help=HELP, severity="warning"
                )
            else:
                scope = next((s for s in generation.scopes if file in s.files), None)
                into = f" into `{mas.relative(scope.directory)}`" if scope is not None else ""
                built = (
                    "an Application is built from it"
                    if scope is not None and file is scope.base
                    else f"it is merged{into}"
                )
                yield RULE.draft(place, f"{where}: {built}{only}", help=HELP)


HELP = "delete the copy, move it out of the account directory, or give it another ending than .yaml"
