"""A value stops one Application's chart.

## What it checks

Whether the chart of every Application renders with the values that the root chart passes on: channels that a template
takes apart, blocks that it reads below, texts that must be texts, values that break the YAML they are printed into.

## What Argo CD does

The vault plugin runs Helm for that one Application. When Helm stops, the Application shows `ComparisonError` and nothing
of it is deployed or updated; as it never becomes healthy, the waves after it wait
(ibm-mas/gitops `cluster-applications` and `instance-applications`).

## How to fix

Write the missing value, or give it the form that the message names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted, orphans_of_suite

RULE = Rule(code="VAL002", name="leaf-does-not-render", severity="error", tags=("values", "render"), local=True)

BAD = (
    Example(
        "a channel without a dot",
        {
            "dev/cluster1/inst2/ibm-mas-suite.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: stable  #! VAL002\n'
                "  domain: inst2.apps.cluster1.example.com\n"
            )
        },
    ),
    Example(
        "a switch that the root chart turns into a text",
        {
            "dev/cluster2/ibm-dro.yaml": (
                'merge-key: "dev/cluster2"\nibm_dro:\n  dro_namespace: ibm-software-central\n  run_sync_hooks: true\n'
                "  dro_install_plan: Automatic\n  imo_install_plan: Automatic\n  dro_cmm_setup: false  #! VAL002\n"
            )
        },
    ),
)
GOOD = (Example("everything there"),)


def check(context: Context) -> Drafts:
    """Leaf charts that stop, at the key that stops them; one finding a key."""
    found: dict[object, list[object]] = {}
    for failure in context.leaf_failures:
        if context.has_misspelt_field(failure.scope, failure.place.keys):
            continue
        if (
            context.is_told_by_files(failure.scope)
            or _no_suite(context, failure.scope, failure.place.keys)
            or context.is_template_text(failure.place)
        ):
            continue
        if failure.kind != "chart" and not context.is_misspelt_in(failure.scope, failure.place.keys):
            found.setdefault(failure.place, []).append(failure)
    for failures in found.values():
        first = failures[0]
        names = [failure.application for failure in failures]  # type: ignore[attr-defined]
        others = f" (and of {len(names) - 1} more)" if len(set(names)) > 1 else ""
        yield RULE.draft(
            first.place,  # type: ignore[attr-defined]
            f"{explain(first)}: the chart of `{names[0]}`{others} does not render, and nothing of it is deployed",
            help=advice(first.kind),  # type: ignore[attr-defined]
            affects=names,
        )


def _no_suite(context: Context, directory: str, keys: Keys) -> bool:
    """Whether an instance that has parts of a suite lacks the suite: that is told at the first of them."""
    return not keys and any(scope.directory == directory and orphans_of_suite(scope) for scope in context.mas.scopes)


def explain(failure: object) -> str:
    """What is wrong, in a reader's words."""
    kind, message = failure.kind, failure.message  # type: ignore[attr-defined]
    key = dotted(failure.place.keys)  # type: ignore[attr-defined]
    reads = failure.expression.replace(".Values.", "")  # type: ignore[attr-defined]
    if kind == "nil":
        return (
            f"`{key or reads}` is missing or null, and the chart reads `{message.rpartition('.')[2]}` below `{reads}`"
        )
    if kind in ("yaml", "values"):
        return f"`{key or reads}` makes YAML unreadable ({message})"
    if kind == "index":
        return f"`{key or reads}` has not the parts that the chart takes it apart into ({message})"
    if kind in ("fail", "required"):
        return f"the chart refuses `{key or reads}` ({message})"
    return f"`{key or reads}` is missing or has the wrong type ({message})"


def advice(kind: str) -> str:
    """What to write."""
    return {
        "index": "write a version with dots, such as `9.1.x`",
        "nil": "add the block that is missing, or leave out what needs it",
        "type": "write a text where the chart wants one; quote numbers and booleans",
    }.get(kind, "keep to one line without quotes and `: `, or encode the value")
