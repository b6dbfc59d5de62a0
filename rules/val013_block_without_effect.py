"""A block or list entry from which no Application is built.

## What it checks

Blocks and list entries that a root chart can build an Application from, and does not, because a condition around it does
not hold: a database whose name holds `rds`, a Watson service without `ibm_cp4d`, a `custom_sa` without namespace.

## What Argo CD does

Nothing, silently: there is no Application, and no error (ibm-mas/gitops `root-applications/*/templates`, the `if` around
each Application).

## How to fix

Meet the condition that the message names, or remove the block.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Place, Rule, Scope, dotted

RULE = Rule(code="VAL013", name="block-without-effect", severity="warning", tags=("values",), local=True)

BAD = (
    Example(
        "a database that is skipped for its name",
        {
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
                "    db2_instance_name: db2wh-inst1-yards  #! VAL013\n    db2_namespace: db2u-inst1\n    db2_dbname: BLUDB\n"
            )
        },
    ),
    Example(
        "a service without the platform it belongs to",
        {
            "dev/cluster1/inst1/ibm-wml.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_wml:  #! VAL013\n  wml_version: "5.0.0"\n'
            )
        },
    ),
)
GOOD = (Example("every block makes an Application"),)


def _place(scope: Scope, keys: Keys, condition: str, needs: list[Keys]) -> Place:
    """The value of the list entry that the condition turns down, else the block or entry itself."""
    entry = scope.get(*keys)
    if isinstance(entry, dict) and not needs:
        for key in entry:
            if key in condition:
                return scope.place((*keys, key))
    return scope.place(keys, "key" if len(keys) == 1 else "value")


def _is_nearly_met(context: Context, scope: Scope, keys: Keys) -> bool:
    """Whether a text of the entry is a compared word in other letters: told as a word that never equals."""
    words, entry = context.compared_words(scope), scope.get(*keys)
    return isinstance(entry, dict) and any(
        isinstance(value, str) and value not in words.get(key, ()) and value.casefold() in words.get(key, ())
        for key, value in entry.items()
    )


def check(context: Context) -> Drafts:
    """Blocks that make nothing. Accounts that switch a role off are left alone: they build less on purpose."""
    for scope, one in context.not_built:
        account = context.account(context.account_of(scope))
        if not account.flag("cluster_admin_role") or not account.flag("application_admin_role"):
            continue
        needs = [keys for keys in one.needs if not scope.get(*keys)]
        if _is_nearly_met(context, scope, one.keys):
            continue
        yield RULE.draft(
            _place(scope, one.keys, one.condition, needs),
            f"no Application is built from `{dotted(one.keys)}`: `{one.template}` wants "
            f"`{one.condition.replace('.Values.', '').replace('$value.', '')}`",
            help="add " + ", ".join(f"`{dotted(keys)}`" for keys in needs)
            if needs
            else "meet the condition, or remove it",
        )
