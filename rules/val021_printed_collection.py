"""A mapping or list stands where a chart prints a text.

## What it checks

Mappings and lists under keys that the charts print as they are.

## What Argo CD does

Go prints `map[a:1 b:2]` or `[a b]`, and that text ends up in the object or in the values of the leaf chart, where it is
read as one string (the READMEs of ibm-mas/gitops show mappings for some of these keys).

## How to fix

Write one text, in the form that the chart's template uses.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, dotted

RULE = Rule(code="VAL021", name="printed-collection", severity="error", tags=("values", "types"), local=True)

BAD = (
    Example(
        "a mapping for a switch",
        {
            "dev/cluster1/inst2/ibm-mas-instance-base.yaml": (
                'merge-key: "dev/cluster1/inst2"\naccount:\n  id: dev\nregion:\n  id: us-east-1\ncluster:\n'
                "  id: cluster1\n  url: https://api.cluster1.example.com:6443\ninstance:\n  id: inst2\n"
                'extensions:  #! VAL021\n  enabled: true\nsm:\n  aws_access_key_id: "a"\n  aws_secret_access_key: "b"\n'
            )
        },
    ),
)
GOOD = (Example("texts where texts belong"),)


def check(context: Context) -> Drafts:
    """Collections that are printed."""
    seen: set[object] = set()
    listed = context.listed_names()
    for one in context.used_values:
        if one.use != "printed" or one.place in seen:
            continue
        value = one.value
        if not (isinstance(value, dict) and value) and not (isinstance(value, list) and value):
            continue
        if isinstance(value, list) and len(value) == 1 and one.keys[-1] in listed:
            continue  # printed as `[a]`, which the leaf chart reads as the list that it goes through
        seen.add(one.place)
        what, shown = (
            ("a mapping", "map[...]") if isinstance(value, dict) else ("a list", "[a b]" if value[1:] else "[a]")
        )
        yield RULE.draft(
            one.place.on_key(),
            f"`{dotted(one.keys)}` is {what}, but `{one.chart}` prints it as text: it becomes `{shown}`",
            help="write one text in the form that the chart wants",
            affects=(one.application,) if one.application else context.applications_for(one.place),
            severity=None if isinstance(value, dict) else "warning",
        )
