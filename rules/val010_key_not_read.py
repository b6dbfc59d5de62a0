"""A key that no chart of the release reads.

## What it checks

A key without a value is a note. Every key of the config files is held against the keys that the root chart reads and that the leaf charts read of what is passed
to them. Keys that only people read are noted by their comment, not by a key; keys of patched charts are declared in the
settings under `contract.keys-read`.

## What Argo CD does

Nothing: the value goes nowhere, and the chart works with its default, or without. A misspelt key looks like a setting and
is none (ibm-mas/gitops commit 9236211a added `environment_type` to the example; charts up to 8.4.2 read nothing of the
kind, and those after it read `mas_environment_type`).

## How to fix

Write the key that the message suggests, or remove it.
"""

from collections.abc import Iterable

from masgitops_lint.sdk import (
    Context,
    Draft,
    Drafts,
    Example,
    Keys,
    Rule,
    Scope,
    dotted,
    effect_of_lack,
    instead_of,
    nearest,
    read_only_after,
    successor,
)

RULE = Rule(code="VAL010", name="key-not-read", severity="warning", tags=("values", "dead"), local=True)

BAD = (
    Example(
        "a misspelt key",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\nredhat_cert_manager:\n  chanel: stable-v1  #! VAL010\n  run_sync_hooks: true\n'
                "  redhat_cert_manager_install_plan: Automatic\n"
            )
        },
    ),
    Example(
        "a key of another chart in a list entry",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: main\n'
                "    mas_workspace_name: Main\n    mas_workspace_title: Main  #! VAL010\n"
            )
        },
    ),
)
GOOD = (
    Example("keys that are read"),
    Example(
        "a key that patched charts read",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\nredhat_cert_manager:\n  channel: stable-v1\n  run_sync_hooks: true\n'
                "  our_own_key: 1\n  redhat_cert_manager_install_plan: Automatic\n"
            )
        },
        settings="contract:\n  keys-read:\n    redhat-cert-manager.yaml: [redhat_cert_manager.our_own_key]\n",
    ),
)


def check(context: Context) -> Drafts:
    """Keys that are read by nothing, with the nearest one that is; an error where that one is needed."""
    failures = [*context.deployment.errors, *context.leaf_failures]
    stopped: dict[str, list[Keys]] = {}
    for failure in failures:
        stopped.setdefault(failure.scope, []).append(failure.place.keys)
    for scope in context.mas.scopes:
        release = context.profile_of(scope).release
        needed = stopped.get(scope.directory, ())
        for unread in context.unread_keys(scope):
            if _is_merge_key(unread.keys) or _below_no_list(context, scope, unread.keys):
                continue
            if unread.listed:
                # where the chart stops at it, that is told as such
                if unread.keys[0] not in ID_BLOCKS and not any(_meet(unread.keys, keys) for keys in needed):
                    yield _list(context, scope, unread.keys)
                continue
            meant = successor(unread)
            right = (*unread.keys[:-1], meant)
            instead, remedy = _instead(str(unread.keys[-1]), meant, read_only_after(unread, meant))
            stops = any(keys[: len(right)] == right for keys in needed)
            lacks = "" if stops or not meant or scope.has(*right) else _lacks(context, scope, right)
            charts = ", ".join(
                f"`{chart}`" for chart in _nearest_first(context, scope, unread.keys[:1], unread.charts)[:2]
            )
            yield RULE.draft(
                scope.place(unread.keys, "key"),
                f"no chart of release {release} reads `{dotted(unread.keys)}`"
                + (f" ({charts} could)" if charts else "")
                + instead
                + (": without it the chart does not render" if stops else lacks or ": the value has no effect"),
                help=remedy,
                severity="error" if stops or lacks else "note" if unread.empty else None,
            )


def _instead(name: str, meant: str, newer: str) -> tuple[str, str]:
    """What is read in place of a key (only after the release `newer`, if any), as a clause, and what to do."""
    if not meant:
        return "", "remove the key, or check its spelling and its place"
    if newer:
        return (
            f"; only charts after {newer} read `{meant}`",
            f"remove the key, or write `{meant}` for charts after {newer}",
        )
    return f"; what is read is `{meant}`", instead_of(name, meant)


def _nearest_first(context: Context, scope: Scope, block: Keys, charts: Iterable[str]) -> list[str]:
    """The charts that could read a key, those that its block is there for in front."""
    own = {one.path for one in context.deployment.in_scope(scope.directory) if one.source.keys[:1] == block}
    return sorted(charts, key=lambda chart: chart not in own)


def _list(context: Context, scope: Scope, keys: Keys) -> Draft:
    return RULE.draft(
        scope.place(keys, "key"),
        f"`{dotted(keys)}` is a list, but the charts read a mapping there: nothing in it has an effect",
        help="remove the `- `, and indent the keys evenly",
        severity="error",
        affects=context.applications_at(scope, keys),
    )


ID_BLOCKS = frozenset({"account", "region", "cluster", "instance", "tenant"})


def _meet(one: Keys, other: Keys) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _below_no_list(context: Context, scope: Scope, keys: Keys) -> bool:
    """Whether a mapping stands where charts go through a list: that the root chart stops at it is VAL001."""
    return len(keys) > 1 and isinstance(keys[1], str) and context.is_list_key(scope, str(keys[0]))


def _lacks(context: Context, scope: Scope, right: Keys) -> str:
    """What a key is missing for that is not there under its right name; "" when charts do without."""
    wanted = effect_of_lack(scope, right)
    if wanted:
        return f": without it {wanted}"
    if right in context.missing_in_fields.get(scope.directory, ()):
        return ": without it an Application has no name, namespace or chart"
    placeholder = context.placeholders_at.get((scope.directory, right))
    return f": without it the chart deploys its own placeholder `{placeholder}`" if placeholder else ""


def _is_merge_key(keys: Keys) -> bool:
    """A `merge-key` that is misspelt or stands too deep is CFG010."""
    return bool(nearest(str(keys[-1]).lower().replace("_", "-"), ["merge-key"], 0.8))
