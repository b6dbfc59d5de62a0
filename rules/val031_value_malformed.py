"""A value has not the form of its kind: a quantity, a URL, a channel, one of a few words.

## What it checks

Values by the name of their key: sizes and CPU and memory amounts are Kubernetes quantities, URLs have a scheme, install
plans are `Automatic` or `Manual`, scopes and application ids are those that charts know.

## What Argo CD does

It renders the text as it stands. The API server or the operator refuses it later, or a branch of a template is not taken
and something else is deployed, without a word.

## How to fix

Write the value that the message suggests.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted, has_format, may_be_shown, misfit

RULE = Rule(code="VAL031", name="value-malformed", severity="error", tags=("values", "formats"), local=True)

BAD = (
    Example(
        "a word that is none of the two",
        {
            "dev/cluster2/ibm-dro.yaml": (
                'merge-key: "dev/cluster2"\nibm_dro:\n  dro_namespace: ibm-software-central\n  run_sync_hooks: true\n'
                "  dro_install_plan: automatic  #! VAL031\n  imo_install_plan: Automatic\n"
            )
        },
    ),
    Example(
        "a quantity with a wrong unit",
        {
            "dev/cluster1/inst1/ibm-db2u-databases.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_db2u_databases:\n  - mas_application_id: manage\n'
                "    db2_instance_name: db2wh-inst1-manage\n    db2_namespace: db2u-inst1\n    db2_dbname: BLUDB\n"
                "    db2_data_storage_size: 100GB  #! VAL031\n    db2_memory_limits: 16Gi\n    db2_cpu_limits: 4\n"
            )
        },
    ),
)
GOOD = (Example("values in form"),)


def check(context: Context) -> Drafts:
    """Values against the formats of their keys."""
    for scope, at, value in context.scope_values(_judge):
        problem = misfit(at.keys, value)
        place = scope.place(at.keys)
        if problem is None or place.path != at.path:
            continue
        shown = may_be_shown(at.keys, value)
        yield RULE.draft(
            place,
            f"`{dotted(at.keys)}` is {f'`{value}`' if shown else 'something else'}, but must be {problem.expected}",
            help=f"write `{problem.meant}`" if problem.meant and shown else f"write {problem.expected}",
            affects=context.applications_at(scope, at.keys),
        )


@lru_cache(maxsize=4096)
def _judge(route: Keys) -> Callable[[Any], object] | None:
    return partial(misfit, route) if has_format(route) else None
