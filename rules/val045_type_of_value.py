"""A number stands where the charts want a text, or the other way round.

## What it checks

Operator channels that are written as numbers (`9.1` instead of `9.1.x`, `1` instead of `stable-v1`), ids that YAML reads as
booleans (`yes`, `on`), counts and ports that are no whole numbers, and switches of the Suite that are neither true nor
false. Channels that a template takes apart, and so fail to render, are VAL001 and VAL002.

## What Argo CD does

The value is rendered as it stands. A Subscription with `channel: 1` or a resource with `port: mongo` is refused by the API
server, the channel `9.1` exists in no catalogue, and the id `yes` becomes `true` in every name (ibm-mas/gitops: the
Subscription of `010-redhat-cert-manager`, `nodes` and `total` of `120-ibm-db2u-database`, `dataDictionary` of
`130-ibm-mas-suite`; operators.coreos.com Subscription `channel`).

## How to fix

Quote texts that look like numbers or booleans; write numbers without quotes and letters.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted, go_text

RULE = Rule(code="VAL045", name="type-of-value", severity="error", tags=("values", "types"), local=True)

_MANAGE = (
    'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n'
    "  mas_app_namespace: mas-inst1-manage\n  mas_app_spec: {}\n"
)
BAD = (
    Example(
        "a channel as a number",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _MANAGE + "  mas_app_channel: 9.1  #! VAL045\n"},
    ),
    Example(
        "an id that is a boolean",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: on  #! VAL045\n'
                "    mas_workspace_name: Main\n"
            )
        },
    ),
    Example(
        "a port with a name",
        {
            "dev/cluster2/inst3/ibm-sls.yaml": (
                'merge-key: "dev/cluster2/inst3"\nibm_sls:\n  sls_channel: 3.x\n  mongo_spec:\n    nodes:\n'
                "      - host: mongo\n        port: mongo  #! VAL045\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "quoted",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _MANAGE + '  mas_app_channel: "9.1.x"\n'},
    ),
)

CHANNEL = re.compile(r"(?:.*_)?channel")
ID = re.compile(r"id|mas_(?:workspace|app|application)_id|mas_config_name|db2_instance_name|(?:.*_)?namespace")
WHOLE = re.compile(r"db2_num_pods|db2_mln_count")
LABELS = re.compile(r"custom_labels|mas_labels|mas_annotations|(?:app|system|ws|wsapp)_suite_[a-z]+_labels")
TEXT = re.compile(
    r"(?:.*_)?(?:storage_class|dbname|db_name|version|image|domain|url|host|email|username|password|key|token|region|secret_name)"
)
SWITCH = re.compile(r"mas_feature_usage|mas_deployment_progression|mas_usability_metrics")


def check(context: Context) -> Drafts:
    """Values by the names of their keys; what stops a chart is told where it stops."""
    stopped = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    for scope, at, value in context.scope_values(_judge):
        keys = at.keys
        problem = wrong(keys, value)
        if problem and scope.place(keys) not in stopped and not _surprises(context, at.path, keys, value):
            yield RULE.draft(
                at,
                f"`{dotted(keys)}` is {problem[0]}",
                help=problem[1],
                affects=context.applications_at(scope, keys),
            )


@lru_cache(maxsize=4096)
def _judge(route: Keys) -> Callable[[Any], object] | None:
    name = next((one for one in reversed(route) if isinstance(one, str)), "")
    if any(isinstance(one, str) and LABELS.fullmatch(one) for one in route[:-1]):
        return partial(wrong, route)
    if name == "port" or WHOLE.fullmatch(name) or SWITCH.fullmatch(name):
        return partial(wrong, route)
    if any(names.fullmatch(name) for names in (CHANNEL, ID, TEXT)):
        # every text can be right there
        return lambda value: not isinstance(value, str) and wrong(route, value)
    return None


def wrong(keys: Keys, value: Any) -> tuple[str, str] | None:
    """What a value is, and what to write instead; None for one that can be right."""
    key = next((one for one in reversed(keys) if isinstance(one, str)), "")
    if value is None or value == "" or (isinstance(value, str) and re.search(r"<[A-Za-z]|\{\{|\$\{|CHANGE", value)):
        return None
    if len(keys) > 1 and isinstance(keys[-2], str) and LABELS.fullmatch(keys[-2]):
        return _label(value, annotation=keys[-2] == "mas_annotations")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if CHANNEL.fullmatch(key) and (number or isinstance(value, bool)):
        return (
            f"`{go_text(value)}`, {'a number' if number else 'a boolean'}: operator channels are texts, and none is "
            "called so",
            f'write the channel in quotes, such as `"{go_text(value)}.x"`' if number else "quote the channel",
        )
    if ID.fullmatch(key) and isinstance(value, bool):
        return f"the boolean `{go_text(value)}`: names are made of that", "quote the text"
    if TEXT.fullmatch(key) and isinstance(value, bool):
        return (
            f"the boolean `{go_text(value)}`, and a text belongs there",
            "write the text, in quotes if it reads as a boolean",
        )
    if WHOLE.fullmatch(key) or (key == "port" and isinstance(keys[-2] if len(keys) > 1 else "", int)):
        return _count(value, key)
    if SWITCH.fullmatch(key) and not isinstance(value, bool) and value not in ("true", "false"):
        return f"`{go_text(value)}`: the Suite takes only true and false", "write `true` or `false`"
    return None


def _label(value: Any, *, annotation: bool) -> tuple[str, str] | None:
    """Values of labels and annotations are texts; those of labels have a form besides (Kubernetes, "Labels")."""
    if not isinstance(value, str):
        what = "a boolean" if isinstance(value, bool) else "a number"
        return f"{what}, `{go_text(value)}`: the API server takes only texts here", f'write `"{go_text(value)}"`'
    if annotation or "<" in value or not value:
        return None
    if len(value) > 63 or not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", value):
        return (
            f"`{value}`, but labels hold at most 63 letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit",
            "write a value of that form",
        )
    return None


def _surprises(context: Context, path: str, keys: Keys, value: Any) -> bool:
    """Whether a number is written in another way than it is read: CFG006 says so."""
    if isinstance(value, str | bool):
        return False
    written = context.repository.document(path).scalar_text(keys)
    return written is not None and written != go_text(value)


def _count(value: Any, key: str) -> tuple[str, str] | None:
    text = go_text(value)
    if not re.fullmatch(r"\d+", text) or isinstance(value, bool):
        return f"`{text}`, but must be a whole number: the API server refuses the resource", "write a number"
    if key == "port" and not 0 < int(text) < 65536:
        return f"`{text}`, but ports end at 65535", "write the port's number"
    return None
