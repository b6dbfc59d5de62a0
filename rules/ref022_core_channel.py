"""A channel of the suite that the operator catalogue does not have.

## What it checks

`ibm_mas_suite.mas_channel` against the channels of the suite in the cluster's operator catalogue (data of the mas-devops package).

## What Argo CD does

It creates the Subscription as it stands. OLM finds no such channel (`ConstraintsNotSatisfiable`), the operator is not installed or
not upgraded, and the sync waits in the wave of the suite for a CRD or a Suite that never comes.

## How to fix

Take a channel of the catalogue (`mas-lint catalogs show v9-260326-amd64`), or a catalogue that has the channel.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, Scope, is_unfilled, nearest

RULE = Rule(
    code="REF022", name="core-channel", severity="error", tags=("reference", "versions", "catalogue"), local=True
)

_SUITE = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: %s\n  domain: inst2.apps.cluster1.example.com\n'
)
BAD = (
    Example("not yet in this catalogue", {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % '"9.2.x"  #! REF022'}),
    Example("no channel at all", {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % '"9.1"  #! REF022'}),
)
GOOD = (
    Example("in the catalogue"),
    Example("a feature channel", {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % '"9.2.x-feature"'}),
)


KEYS = ("ibm_mas_suite", "mas_channel")


def check(context: Context) -> Drafts:
    """Channels that the catalogue lacks; one finding for all suites of a cluster that want the same one."""
    failing = {failure.place for failure in (*context.deployment.errors, *context.leaf_failures)}
    missing: dict[tuple[str, str, str], list[Scope]] = {}
    for scope in context.mas.scopes:
        channel = scope.get(*KEYS) if scope.level == "instance" else None
        catalog = context.catalog_of(scope)
        if catalog is None or not isinstance(channel, str) or not channel or channel in catalog.core_channels:
            continue
        if is_unfilled(channel) or scope.place(KEYS) in failing:
            continue
        missing.setdefault((catalog.id, channel, f"{scope.account}/{scope.cluster}"), []).append(scope)
    for (_, channel, _), scopes in missing.items():
        scope, *more = scopes
        catalog = context.catalog_of(scope)
        if catalog is None:
            continue
        others = [one for one in context.catalogs.of(catalog.architecture) if channel in one.core_channels]
        if channel in catalog.apps["core"]:
            why, help_text = f"it is not built for {catalog.architecture}", ""
        elif others and others[0].day > catalog.day:
            why, help_text = f"it comes with {others[0].id}", f"take the catalogue {others[0].id} or a newer one"
        elif others:
            why, help_text = f"{others[-1].id} was the last with it", "take a newer channel"
        else:
            why, help_text = "no catalogue has it", ""
        near = nearest(channel, catalog.core_channels, 0.6)
        yield RULE.draft(
            scope.place(KEYS),
            f"the catalogue `{catalog.id}` has no channel `{channel}` of the suite ({why}; it has "
            f"{', '.join(catalog.core_channels)}): the operator is not installed or upgraded, and the sync waits",
            help=help_text or (f"did you mean {near}?" if near else "take one of its channels"),
            related=[
                (_catalog_place(scope), "the catalogue"),
                *((one.place(KEYS), "the same channel") for one in more),
            ],
            affects=[name for one in scopes for name in context.applications_at(one, KEYS)],
        )


def _catalog_place(scope: Scope) -> Place:
    while scope.level != "cluster" and scope.parent is not None:
        scope = scope.parent
    return scope.place(("ibm_operator_catalog", "mas_catalog_version"))
