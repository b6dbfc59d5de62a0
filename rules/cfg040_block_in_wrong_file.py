"""A block that stands in another file than its own, or in two files.

## What it checks

Each config file has its own top-level key (`ibm_dro` in `ibm-dro.yaml`). A known block in another file of the same level
is a warning; the same block in two files, where one overwrites the other's values, is an error.

## What Argo CD does

The files of a directory are merged key by key in the order of the ApplicationSet's generators; for a key that both have,
the later file wins, lists are replaced whole (argo-cd `applicationset/generators/merge.go`, mergo with override).
A block in a wrong file works until its own file appears.

A block that no generator of this level reads (an instance's block in a cluster file) reaches no chart at all.

## How to fix

Move the block to the file that is named after it.
"""

from functools import lru_cache
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Rule, Scope

RULE = Rule(code="CFG040", name="block-in-wrong-file", severity="warning", tags=("files",), local=True)

BAD = (
    Example(
        "the suite's file holds the licence service",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: main\n'
                "    mas_workspace_name: Main\nibm_mas_suite:  #! CFG040\n  mas_channel: 9.0.x\n"
            )
        },
    ),
)
GOOD = (Example("each block at home"),)


def check(context: Context) -> Drafts:
    """Known blocks outside their own file."""
    mas = context.mas
    homes_of: dict[str, dict[str, tuple[str, str]]] = {}
    for scope in mas.meant:
        account = mas.relative(scope.directory).split("/")[0]
        homes = homes_of.get(account)
        if homes is None:
            homes = homes_of[account] = {
                f"{spec.level}:{key}": (spec.level, file.name)
                for spec in mas.specs(account)
                for file in spec.files[1:]
                for key in file.keys
            }
        known_here, expected_in = _keys_of(scope.spec)
        for file in scope.files:
            expected = expected_in.get(file.name)
            if expected is None or file.data.keys() <= expected:
                continue
            for key in [key for key in file.data if key not in expected]:
                if key in known_here:
                    yield from _same_level(context, scope, file, key, homes[f"{scope.level}:{key}"][1])
                    continue
                elsewhere = sorted({h for k, h in homes.items() if k.partition(":")[2] == key})
                if elsewhere:
                    level, name = elsewhere[0]
                    yield RULE.draft(
                        scope.place((key,), "key") if scope.winner((key,)) is file else _place(file, key),
                        f"`{key}` belongs in `{name}` of the {level} directory: no chart at the {scope.level} level reads "
                        "it, so it has no effect here",
                        help=f"move the block to the {level}'s `{name}`",
                        severity="error",
                    )


@lru_cache(maxsize=64)
def _keys_of(spec: Any) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The keys of all files of an ApplicationSet, and those that may stand in each: the base's may stand anywhere."""
    known = frozenset(key for file in spec.files for key in file.keys)
    return known, {file.name: frozenset((*file.keys, *spec.base.keys, spec.merge_key)) for file in spec.files}


def _same_level(context: Context, scope: Scope, file, key: str, home: str):  # type: ignore[no-untyped-def]
    own = next((f for f in scope.files if f.name == home), None)
    if own is not None and key in own.data:
        order = [f.name for f in scope.spec.files]
        winner, loser = (file, own) if order.index(file.name) > order.index(home) else (own, file)
        yield RULE.draft(
            _place(file, key),
            f"`{key}` is also defined in `{home}`: Argo CD merges the two, and where both set a value "
            f"`{winner.name}` wins over `{loser.name}`",
            help=f"keep `{key}` in `{home}` only",
            related=[(_place(own, key), "the other definition")],
            severity="error",
        )
        return
    yield RULE.draft(
        _place(file, key),
        f"`{key}` belongs in `{home}`: it is merged from here too, but a later `{home}` would overwrite it",
        help=f"move the block to `{home}`",
    )


def _place(file, key: str):  # type: ignore[no-untyped-def]
    from masgitops_lint.sdk import Place

    return Place(file.path, (key,), "key")
