"""A value begins or ends with a space.

## What it checks

Quoted values of one line that begin or end with white space. Keys whose names say that they hold a text for people
(`message`, `description`, `title`, display names) are left alone, and so is what is nothing but spaces.

## What Argo CD does

The space is part of the value. Where the charts put it between quotes it reaches the object (`storage: "100Gi "`, a label,
a path in the secret store) and the API server, the operator or the store refuses it; a channel or id with a space is
another one.

## How to fix

Remove the space.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted

RULE = Rule(code="VAL047", name="stray-space", severity="warning", tags=("values", "form"), local=True)

BAD = (
    Example(
        "a space at the end",
        {
            "dev/cluster2/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster2"\nredhat_cert_manager:\n  run_sync_hooks: true\n'
                '  channel: "stable-v1 "  #! VAL047\n  redhat_cert_manager_install_plan: Automatic\n'
            )
        },
    ),
)
GOOD = (
    Example(
        "a text for people",
        {
            "dev/cluster1/inst2/ibm-mas-suite.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: "9.1.x"\n  domain: a.example.com\n'
                '  welcome_message: "Welcome "\n  icr_cp: cp.icr.io/cp\n  icr_cp_open: icr.io/cpopen\n'
                '  ibm_entitlement_key: "<path:dev/cluster1/ibm_entitlement#image_pull_secret_b64>"\n'
            )
        },
    ),
)

FOR_PEOPLE = re.compile(r".*(?:message|description|title|display_name|displayName|workspace_name|params)")


def check(context: Context) -> Drafts:
    """Values with space around them."""
    if not context.values.any_text(_is_padded):
        return
    for scope, at, value in context.scope_values(_judge):
        yield RULE.draft(
            at,
            f"`{dotted(at.keys)}` {'begins' if value[0].isspace() else 'ends'} with a space, and the space is part of the value",
            help=f"write `{value.strip()}`" if "<path:" not in value else "remove the space",
            affects=context.applications_at(scope, at.keys),
        )


@lru_cache(maxsize=4096)
def _judge(route: Keys) -> Callable[[Any], object] | None:
    name = next((one for one in reversed(route) if isinstance(one, str)), "")
    return None if FOR_PEOPLE.fullmatch(name) else _is_padded


def _is_padded(value: Any) -> bool:
    return isinstance(value, str) and value != (bare := value.strip()) and bool(bare) and "\n" not in value
