"""A merge key that is not the file's own directory.

## What it checks

The merge key of a config file must be the path of its directory, letter by letter. A different case, a leading or
trailing slash, a space, another directory, or a value that is not text are reported. Files with a common wrong key in
one directory are one finding each.

## What Argo CD does

Files are merged by merge key, not by directory. A key that no base file has drops the file silently. A key that belongs
to another cluster or instance merges the file into *that* one. A base file with a wrong key takes no other file with it.
Two files of one name with the same key freeze the whole ApplicationSet (that is reported as CFG012).
Keys are compared as JSON values (argo-cd `applicationset/generators/merge.go`).

## How to fix

Write the directory: `merge-key: "<account>/<cluster>[/<instance>]"`.
"""

from masgitops_lint.sdk import ConfigFile, Context, Draft, Drafts, Example, Place, Rule, Scope, go_text

RULE = Rule(code="CFG011", name="merge-key-mismatch", severity="error", tags=("merge",))

BAD = (
    Example(
        "a trailing slash",
        {
            "dev/cluster1/redhat-cert-manager.yaml": 'merge-key: "dev/cluster1/"  #! CFG011\nredhat_cert_manager:\n  run_sync_hooks: true\n'
        },
    ),
    Example(
        "merged into another cluster",
        {
            "dev/cluster1/custom-sa.yaml": 'merge-key: "dev/cluster2"  #! CFG011\ncustom_sa:\n  custom_sa_namespace: default\n'
        },
    ),
)
GOOD = (Example("the directory itself"),)


def check(context: Context) -> Drafts:
    """Merge keys that differ from their directory and do not freeze anything."""
    mas = context.mas
    frozen = {file.path for _, freeze in mas.freezes for file in freeze.files}
    directories = {scope.directory[len(scope.root) :]: scope for scope in mas.meant if scope.base is not None}
    for scope in mas.meant:
        merge_key = scope.spec.merge_key
        expected = scope.directory[len(scope.root) :]
        if merge_key is not None and scope.base is not None and _renamed(scope, frozen, directories):
            if not _follows_parent(scope):
                yield _renamed_draft(context, scope, merge_key, expected)
            continue
        for file in scope.files:
            if merge_key is None or file.merge_key is None or file.merge_key == expected or file.path in frozen:
                continue
            if file.directory != scope.directory:
                continue
            yield RULE.draft(
                Place(file.path, (merge_key,)),
                f"`{merge_key}` is {_shown(file.merge_key)} but the file lies in `{expected}`: "
                f"{_effect(scope, file, expected, directories)}",
                help=f'write `{merge_key}: "{expected}"`',
                affects=context.applications_of(scope) if file is scope.base else context.applications_from(file.path),
            )


def _renamed(scope: Scope, frozen: set[str], directories: dict[str, Scope]) -> bool:
    """Whether all files share one key that belongs to no other directory: the directory was renamed around them."""
    key = scope.common_key
    if not key or key in directories or any(file.path in frozen for file in scope.files):
        return False
    segments = list(scope.segments.values())
    return key.count("/") + 1 == len(segments) == scope.directory[len(scope.root) :].count("/") + 1


def _follows_parent(scope: Scope) -> bool:
    """Whether the parent directory's own rename explains it all."""
    parent = scope.parent
    own = scope.directory.rpartition("/")[2]
    return parent is not None and bool(parent.common_key) and scope.common_key == f"{parent.common_key}/{own}"


def _renamed_draft(context: Context, scope: Scope, merge_key: str, expected: str) -> Draft:
    lost = "" if scope.level != "cluster" else ": the next level is looked for below the old name, and nothing is found"
    base = scope.base or scope.files[0]
    return RULE.draft(
        Place(base.path, (merge_key,)),
        f'all {len(scope.files)} files here have the `{merge_key}` "{scope.common_key}", but they lie in `{expected}`{lost or ""}'
        + ("" if lost else ": Argo CD still merges them, under ids that are not the directory's"),
        help=f"rename the directory to `{scope.common_key}`, or change every `{merge_key}` and id",
        related=[(Place(file.path, (merge_key,)), "the same key") for file in scope.files if file is not base][:10],
        affects=context.applications_of(scope),
        severity="error" if scope.level == "cluster" else "warning",
    )


def _shown(value: object) -> str:
    return (
        f'"{value}"'
        if isinstance(value, str)
        else f"{go_text(value)} (not text)"
        if not isinstance(value, list | dict)
        else "not text"
    )


def _effect(scope: Scope, file: ConfigFile, expected: str, directories: dict[str, Scope]) -> str:
    key = file.merge_key
    if not isinstance(key, str):
        return "Argo CD compares merge keys as JSON values, so it matches no other file and is dropped"
    other = directories.get(key)
    if other is not None and other.spec.level == scope.spec.level:
        return f"Argo CD merges this file into `{key}` and leaves `{expected}` without it"
    why = ""
    if key.lower() == expected.lower():
        why = " (case matters)"
    elif key.strip("/ ") == expected:
        why = " (slashes and spaces count)"
    if file is scope.base:
        return f"no other file has this key{why}, so the Application is built from the base file alone"
    return f"no base file has this key{why}, so Argo CD silently drops the whole file"
