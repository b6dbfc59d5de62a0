"""A config file without its merge key.

## What it checks

Every file that an ApplicationSet merges needs `merge-key:` at its top level. A key that looks like it (`merge_key`,
`mergeKey`, `merge-keys`) is named.

## What Argo CD does

A missing merge key is not an error: the generator takes it as null (argo-cd #12849). The file is then dropped, because
no base file has the key null. If two files of one name lack it, they are "not unique" and the whole ApplicationSet
freezes: nothing is created, updated or deleted for any directory (argo-cd `applicationset/generators/merge.go`).

## How to fix

Add `merge-key: "<account>/<cluster>[/<instance>]"`, the directory of the file, as its first line.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG010", name="merge-key-missing", severity="error", tags=("merge",))

BAD = (
    Example(
        "an underscore instead of a dash",
        {
            "dev/cluster1/redhat-cert-manager.yaml": 'merge_key: "dev/cluster1"  #! CFG010\nredhat_cert_manager:\n  run_sync_hooks: true\n'
        },
    ),
    Example(
        "no key at all",
        {"dev/cluster1/redhat-cert-manager.yaml": "redhat_cert_manager:  #! CFG010\n  run_sync_hooks: true\n"},
    ),
)
GOOD = (Example("as it should be"),)


def check(context: Context) -> Drafts:
    """Config files whose merge key is absent or null."""
    mas = context.mas
    frozen = {file.path: freeze for _, freeze in mas.freezes for file in freeze.files}
    for scope in mas.meant:
        merge_key = scope.spec.merge_key
        if merge_key is None:
            continue
        for file in scope.files:
            if file.merge_key is not None or not file.readable or not file.data:
                continue
            expected = scope.directory[len(scope.root) :]
            near = _looks_like(file.data, merge_key)
            if file.has_merge_key:
                what, place = f"`{merge_key}` is null", Place(file.path, (merge_key,))
            elif near:
                what, place = f"`{near}` should be `{merge_key}`", Place(file.path, (near,), "key")
            elif deep := next((key for key, value in file.data.items() if _holds(value, merge_key)), ""):
                what, place = (
                    f"`{merge_key}` is indented, and so a key of `{deep}`",
                    Place(file.path, (deep, merge_key), "key"),
                )
            else:
                what, place = f"this file has no `{merge_key}`", Place(file.path, tuple(file.data)[:1], "key")
            yield RULE.draft(
                place,
                f"{what}: {_effect(context, scope, file, frozen)}",
                help=f'the first line must be `{merge_key}: "{expected}"`',
                affects=_lost(context, scope, file, frozen),
            )


def _looks_like(data: dict[str, object], merge_key: str) -> str:
    wanted = merge_key.replace("-", "")
    for key in data:
        flat = key.lower().replace("-", "").replace("_", "").replace(" ", "")
        if flat in (wanted, wanted + "s") or flat == wanted[:-1]:
            return key
    return ""


def _holds(value: object, key: str) -> bool:
    return isinstance(value, dict) and key in value


def _effect(context: Context, scope, file, frozen) -> str:  # type: ignore[no-untyped-def]
    if file.path in frozen:
        others = len(frozen[file.path].files) - 1
        return (
            f"{others} other `{file.name}` lack{'s' if others == 1 else ''} it too, so the ApplicationSet freezes "
            "and nothing it manages is created, updated or deleted"
        )
    if file is scope.base:
        return "Argo CD builds an Application from the base file alone and drops every other file of the directory"
    return "Argo CD silently drops the whole file"


def _lost(context: Context, scope, file, frozen):  # type: ignore[no-untyped-def]
    if file.path in frozen:
        return [
            name
            for generation in context.mas.generations()
            if any(f is frozen[file.path] for f in generation.freezes)
            for other in generation.scopes
            for name in context.applications_of(other)
        ]
    if file is scope.base:
        return context.applications_of(scope)
    return context.applications_from(file.path)
