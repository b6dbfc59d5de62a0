"""A stage gets a catalogue or release that an earlier stage has not run.

## What it checks

Operator catalogues of clusters, and the releases of the source repo of accounts, whose names tell their stage (`dev`, `test`, `qa`,
`stage`, `prod` and the like): a later stage must not be ahead of every earlier one. Within an account, clusters of the same stage
whose catalogue is older than that of their siblings are a note.

## What Argo CD does

It installs what is named. What runs first in production has been tried nowhere.

## How to fix

Upgrade the earlier stage first.
"""

from datetime import date

from masgitops_lint.sdk import Context, Drafts, Example, Rule, Scope, stage

RULE = Rule(code="VER020", name="catalog-behind-siblings", severity="warning", tags=("versions", "catalogue"))

_CATALOG = 'merge-key: "%s"\nibm_operator_catalog:\n  mas_catalog_version: %s\n  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n'
_BASE = "merge-key: %s\naccount:\n  id: %s\nregion:\n  id: us-east-1\ncluster:\n  id: %s\n  url: https://api.%s.example.com:6443\n"
BAD = (
    Example(
        "production before development",
        {
            "prod/p1/ibm-mas-cluster-base.yaml": _BASE % ("prod/p1", "prod", "p1", "p1"),
            "prod/p1/ibm-operator-catalog.yaml": _CATALOG % ("prod/p1", "v9-260430-amd64  #! VER020"),
        },
    ),
    Example(
        "one cluster left behind",
        {"dev/cluster2/ibm-operator-catalog.yaml": _CATALOG % ("dev/cluster2", "v9-251030-amd64  #! VER020")},
    ),
)
GOOD = (
    Example(
        "production later",
        {
            "prod/p1/ibm-mas-cluster-base.yaml": _BASE % ("prod/p1", "prod", "p1", "p1"),
            "prod/p1/ibm-operator-catalog.yaml": _CATALOG % ("prod/p1", "v9-260226-amd64"),
        },
    ),
    Example("all the same"),
)

_KEYS = ("ibm_operator_catalog", "mas_catalog_version")


def check(context: Context) -> Drafts:
    """Stages that are ahead, and clusters that are behind."""
    known: list[tuple[Scope, date, str]] = []
    for scope in context.mas.scopes:
        tag = context.catalogs.parse(scope.get(*_KEYS)) if scope.level == "cluster" else None
        if tag is not None and tag.day is not None:
            known.append((scope, tag.day, tag.text))
    by_stage: dict[int, tuple[Scope, date, str]] = {}
    for entry in known:
        rank = _rank(entry[0])
        if rank is not None and (rank not in by_stage or entry[1] > by_stage[rank][1]):
            by_stage[rank] = entry
    for scope, day, text in known:
        rank = _rank(scope)
        earlier = [by_stage[one] for one in by_stage if rank is not None and one < rank]
        if earlier and all(day > one[1] for one in earlier):
            near = max(earlier, key=lambda one: one[1])
            yield RULE.draft(
                scope.place(_KEYS),
                f"cluster `{scope.cluster}` of `{scope.account}` gets the catalogue `{text}`, and no earlier stage has run it: the "
                f"newest there is `{near[2]}` (`{near[0].cluster}` of `{near[0].account}`)",
                help="upgrade the earlier stage first",
                related=[(near[0].place(_KEYS), "the newest of the earlier stages")],
            )
    leading: dict[tuple[str, int | None], tuple[Scope, date, str]] = {}
    for entry in known:
        key = (entry[0].account, _rank(entry[0]))
        if key not in leading or entry[1] > leading[key][1]:
            leading[key] = entry
    for scope, day, text in known:
        newest = leading[scope.account, _rank(scope)]
        if newest[1] > day:
            yield RULE.draft(
                scope.place(_KEYS),
                f"cluster `{scope.cluster}` runs the catalogue `{text}`, older than `{newest[2]}` of its sibling "
                f"`{newest[0].cluster}`",
                help="upgrade it too, or leave it if that is meant",
                related=[(newest[0].place(_KEYS), "the newest")],
                severity="note",
            )


def _rank(scope: Scope) -> int | None:
    """The stage that the cluster's or else the account's name tells."""
    own = stage(scope.cluster)
    return own if own is not None else stage(scope.account)
