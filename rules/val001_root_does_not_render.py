"""A value stops a root chart: all its Applications are lost.

## What it checks

Whether the root charts of the release (cluster, instance, SLS, AI service, tenant) render with the merged values: blocks
that a template reads below must be mappings, list entries must not be null, texts that a template compares or cuts must
be texts, and what is printed into the Application must leave its YAML readable.

## What Argo CD does

Helm stops at the first error, and a chart that stops renders nothing: every Application of the cluster or instance is
missing from the manifests, and the root Application goes to `ComparisonError`. A missing `sm` costs a cluster all of its
Applications, a database without `ibm_db2u` an instance all of its own (ibm-mas/gitops `root-applications/*/templates`).

## How to fix

Write the missing value, or give it the type that the message names.
"""

import re
from typing import Any

from masgitops_lint.sdk import Context, Draft, Drafts, Example, Place, Rule, Scope, dotted

RULE = Rule(code="VAL001", name="root-does-not-render", severity="error", tags=("values", "render"))

BAD = (
    Example(
        "a database without the operator's block",
        {
            "dev/cluster1/inst2/ibm-db2u-databases.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_db2u_databases:\n  - mas_application_id: manage  #! VAL001\n'
                "    db2_instance_name: db2wh-inst2-manage\n    db2_namespace: db2u-inst2\n"
            )
        },
    ),
    Example(
        "an empty list entry",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: main\n'
                "    mas_workspace_name: Main\n  - #! VAL001\n"
            )
        },
    ),
    Example(
        "a boolean where the template compares with a text",
        {
            "dev/cluster1/cluster-logging-operator.yaml": (
                'merge-key: "dev/cluster1"\ncluster_logging_operator:\n  install: true  #! VAL001\n'
            )
        },
    ),
)
GOOD = (Example("everything there"),)

IDS = frozenset({"account", "cluster", "instance", "tenant"})
"""Blocks of ids: that they are missing is told by the rule about ids."""


def check(context: Context) -> Drafts:
    """Root charts that stop, at the key that stops them."""
    failing = {failure.scope for failure in context.deployment.errors if failure.root}
    odd = {
        (scope.directory, key): scope
        for scope in context.mas.scopes
        if scope.directory in failing
        for key, value in scope.values.items()
        if value is not None and not isinstance(value, list) and context.is_list_key(scope, key)
    }
    said: set[tuple[str, str]] = set()
    for failure in context.deployment.errors:
        block = (failure.scope, str(failure.place.keys[0])) if failure.place.keys else ("", "")
        if failure.root and block in odd:
            if block not in said:
                said.add(block)
                yield _no_list(odd[block], block[1], failure)
            continue
        if (
            not failure.root
            or context.is_told_by_files(failure.scope)
            or _said_elsewhere(failure.place.keys, failure.kind)
        ):
            continue
        if context.is_misspelt_in(failure.scope, failure.place.keys):
            continue
        lost = len(failure.lost)
        what = {0: "its Applications are", 1: "its Application is"}.get(lost, f"its {lost} Applications are")
        yield RULE.draft(
            _empty_file(context, failure) or failure.place,
            f"{explain(failure.kind, failure.message, dotted(failure.place.keys), failure.expression)}: the chart of "
            f"`{failure.application}` does not render and {what} lost",
            help=advice(failure.kind, failure.expression),
            affects=(failure.application, *failure.lost),
        )
    yield from _frozen(context)


def _frozen(context: Context) -> Drafts:
    """ApplicationSets that a null block stops; what freezes them otherwise is told by rules about files and ids."""
    for one in context.deployment.frozen:
        place = one.places[0] if one.places else None
        if place is None or len(place.keys) < 2 or place.keys[0] in IDS or context.is_told_by_files(one.scope):
            continue
        yield RULE.draft(
            place,
            f"`{dotted(place.keys)}` cannot be read ({one.reason}): the ApplicationSet `{one.name}` stops, and nothing below it "
            "is created, updated or deleted",
            help=f"write `{dotted(place.keys)}`",
            affects=(one.name, *one.lost),
        )


def _empty_file(context: Context, failure: Any) -> Place | None:
    """The file that is there for a missing block and lacks it: that is the place to mend, not the one that needs it."""
    if failure.kind != "nil":
        return None
    wanted = set(re.findall(r"\.Values\.(\w+)", failure.expression))
    for scope in context.mas.scopes:
        if scope.directory != failure.scope or not wanted - set(scope.values):
            continue
        keys_of = {file.name: file.keys for file in scope.spec.files[1:]}
        for file in scope.files:
            if file.readable and (wanted - set(scope.values)) & set(keys_of.get(file.name, ())):
                return Place(file.path, ())
    return None


def _no_list(scope: Scope, key: str, failure: Any) -> Draft:
    what = "a mapping" if isinstance(scope.get(key), dict) else "no list"
    return RULE.draft(
        scope.place((key,), "key"),
        f"`{key}` is {what}, and the chart goes through a list: the chart of `{failure.application}` does not render and "
        f"its {len(failure.lost)} Applications are lost",
        help="put `- ` before the first key of every entry, and indent the others under it",
        affects=(failure.application, *failure.lost),
    )


def _said_elsewhere(keys: tuple[str | int, ...], kind: str) -> bool:
    return kind in ("nil", "type") and len(keys) == 1 and keys[0] in IDS


def explain(kind: str, message: str, key: str, expression: str) -> str:
    """What is wrong, in a reader's words."""
    reads = expression.replace(".Values.", "").replace("$.", "")
    if kind == "nil":
        field = message.rpartition(".")[2]
        return f"`{reads or key}` is missing or null, and the chart reads `{field}` of it"
    if kind == "yaml":
        return f"`{key or reads}` makes the rendered YAML unreadable ({message})"
    if kind == "required":
        return f"`{reads or key}` is required ({message})"
    if kind == "fail":
        return f"the chart refuses `{key or reads}` ({message})"
    return f"`{key or reads}` has the wrong type ({message})"


def advice(kind: str, expression: str) -> str:
    """What to write."""
    if kind == "nil":
        return "add the block or entry that is missing, or remove what needs it"
    if kind == "type":
        return "quote a number or boolean that is meant as text; write a list or mapping where one is expected"
    if kind == "index":
        return "write the value in the form the chart takes apart, such as `9.1.x` for a channel"
    if kind in ("yaml", "values"):
        return "keep to one line without quotes and `: `, or encode the value"
    return f"see `{expression}`"
