"""A file that no generator reads.

## What it checks

YAML files in account, cluster and instance directories whose name no ApplicationSet of the release looks for: misspelt
names, `.yml` instead of `.yaml`, a file at the wrong level. A file with a merge key or a known block, or a name close to
a known one, is an error or a warning; any other YAML file is a note.

## What Argo CD does

The generators list files by exact name and level (`<account>/*/ibm-dro.yaml`). Anything else in the repo is not read, and
nothing says so: the block it holds is simply absent.

## How to fix

Rename or move the file to what the message names. If a patched chart reads it, declare it under `contract: files:` in
`.mas-lint.yaml`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG020", name="file-not-read", severity="error", tags=("files",))

BAD = (
    Example(
        "misspelt",
        {
            "dev/cluster1/inst1/ibm-mas-workspace.yaml": 'merge-key: "dev/cluster1/inst1"  #! CFG020\nibm_mas_workspaces:\n  - mas_workspace_id: main\n'
        },
        remove=("dev/cluster1/inst1/ibm-mas-workspaces.yaml",),
    ),
    Example(
        "the wrong ending",
        {
            "dev/cluster1/ibm-dro.yml": 'merge-key: "dev/cluster1"  #! CFG020\nibm_dro:\n  dro_namespace: ibm-software-central\n'
        },
        remove=("dev/cluster1/ibm-dro.yaml",),
    ),
    Example(
        "one level too high",
        {
            "dev/cluster2/ibm-mas-suite.yaml": 'merge-key: "dev/cluster2/inst3"  #! CFG020\nibm_mas_suite:\n  mas_channel: "9.1.x"\n'
        },
        remove=("dev/cluster2/inst3/ibm-mas-suite.yaml",),
    ),
)
GOOD = (Example("names as the generators look for them", {"dev/README.md": "# Our clusters\n"}),)


def check(context: Context) -> Drafts:
    """Files nobody reads, with the best guess at what was meant."""
    mas = context.mas
    if not mas.stray:
        return
    listed = {file.path for generation in mas.generations() for file in generation.files}
    whole = mas.stray_directories
    for stray in mas.stray.values():
        directory, _, name = stray.path.rpartition("/")
        place = _place(context, stray.path)
        if stray.path in listed:
            continue
        if directory in whole:
            if whole[directory] == stray.path:
                count = sum(path.startswith(directory + "/") for path in mas.stray)
                yield RULE.draft(
                    place,
                    f"`{mas.relative(directory)}` is not where the generators look for `{name}`: Argo CD sees none of "
                    f"the {count} config files in it",
                    help=f"move the directory, so that this file lies in `{_levels(context, stray.path, name)}`",
                )
            continue
        if stray.reason == "misplaced":
            wanted = stray.meant_directory or _levels(context, stray.path, name)
            yield RULE.draft(
                place,
                f"`{name}` is not read here: the generators look for it in `{wanted}`, so Argo CD does not see it",
                help=f"move it to `{wanted}`",
            )
        elif stray.reason == "misnamed":
            reason = f" (it holds `{stray.block}`)" if stray.block else ""
            yield RULE.draft(
                place,
                f"no generator reads `{name}`; `{stray.meant_name}` is the name Argo CD looks for{reason}",
                help=f"rename it to `{stray.meant_name}`",
            )
        elif stray.has_merge_key or stray.block:
            where = f": `{stray.block}` belongs in another file, which exists too" if stray.block else ""
            yield RULE.draft(
                place,
                f"no generator reads `{name}`, so nothing in it reaches Argo CD{where}",
                help="move its content to a file that is read, delete it, or declare it under `contract: files:`",
                severity="warning",
            )
        else:
            yield RULE.draft(
                place,
                f"no generator reads `{name}`",
                help="if that is on purpose, silence this with a per-file ignore",
                severity="note",
            )


def _place(context: Context, path: str) -> Place:
    data = context.mas.file(path).data
    return Place(path, tuple(data)[:1], "key")


def _levels(context: Context, path: str, name: str) -> str:
    specs = context.mas.specs(context.mas.relative(path).split("/")[0])
    prefixes = [spec.prefix for spec in specs if any(file.name == name for file in spec.files)]
    return " or ".join(dict.fromkeys(p.replace("{", "<").replace("}", ">") for p in prefixes))
