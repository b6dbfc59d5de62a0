"""A channel of the suite that new catalogues no longer have.

## What it checks

`ibm_mas_suite.mas_channel` against the newest operator catalogue in the data (its name and date are in the message): a channel that
the cluster's own catalogue has and the newest one has not gets no more fixes. A feature channel whose release channel is out is
meant to be left.

## What Argo CD does

Nothing, today. The next catalogue upgrade of the cluster stops at a channel that is not there.

## How to fix

Move to the next channel before the catalogue: core first, then the applications.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VER022", name="channel-out-of-support", severity="note", tags=("versions", "catalogue"), local=True)

_CATALOG = 'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: %s\n  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n'
_SUITE = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: %s\n  domain: inst2.apps.cluster1.example.com\n'
)
BAD = (
    Example(
        "dropped long ago",
        {
            "dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v8-240528-amd64",
            "dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % "8.9.x  #! VER022",
        },
    ),
    Example(
        "a feature channel after the release",
        {
            "dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260730-amd64",
            "dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % "9.2.x-feature  #! VER022",
        },
    ),
)
GOOD = (
    Example("still there"),
    Example(
        "a feature channel before the release",
        {"dev/cluster1/inst2/ibm-mas-suite.yaml": _SUITE % "9.2.x-feature"},
    ),
)

_KEYS = ("ibm_mas_suite", "mas_channel")


def check(context: Context) -> Drafts:
    """Channels that have no future."""
    for scope in context.mas.scopes:
        channel = scope.get(*_KEYS) if scope.level == "instance" else None
        catalog = context.catalog_of(scope)
        if catalog is None or not isinstance(channel, str) or channel not in catalog.core_channels:
            continue
        newest = context.catalogs.newest(catalog.architecture)
        release = channel.removesuffix("-feature")
        if newest is not None and channel not in newest.core_channels:
            yield RULE.draft(
                scope.place(_KEYS),
                f"the newest catalogue, {newest.id} (data of {context.catalogs.date}), no longer has the channel `{channel}`: it gets "
                f"no more fixes, and the catalogue of cluster `{scope.cluster}` cannot be upgraded with it",
                help=f"move to {newest.core_channels[0]} or newer before the catalogue",
            )
        elif channel != release and release in catalog.core_channels:
            yield RULE.draft(
                scope.place(_KEYS),
                f"`{channel}` is a preview, and the catalogue `{catalog.id}` has the release: `{release}`",
                help=f"move to {release}",
            )
