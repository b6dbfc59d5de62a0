"""An operator catalogue that IBM has not published.

## What it checks

`ibm_operator_catalog.mas_catalog_version` against the catalogues in the data of the mas-devops package (the message names its
version and date). A catalogue that is newer than the data is a note; tags that move (`v9-amd64`) and builds of branches are not judged.

## What Argo CD does

It creates the CatalogSource with the tag as it stands. The catalogue's Pod stays in ImagePullBackOff, OLM resolves no operator of the
cluster any more, and every Application with a Subscription waits.

## How to fix

Name a published catalogue: `mas-lint catalogs list`. `mas-lint catalogs refresh` brings the data up to date.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="REF020", name="catalog-unknown", severity="error", tags=("reference", "versions", "catalogue"), local=True
)

_CATALOG = (
    'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: %s\n'
    "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
)
BAD = (
    Example("a wrong day", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260362-amd64  #! REF020"}),
    Example(
        "no catalogue of that day", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260327-amd64  #! REF020"}
    ),
    Example(
        "the major of another", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v8-260326-amd64  #! REF020"}
    ),
)
GOOD = (
    Example("published", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260226-amd64"}),
    Example("a branch build", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-master-amd64"}),
    Example("another architecture", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260326-s390x"}),
)


def check(context: Context) -> Drafts:
    """Catalogues that the data does not have."""
    catalogs = context.catalogs
    keys = ("ibm_operator_catalog", "mas_catalog_version")
    for scope in context.mas.scopes:
        text = scope.get(*keys) if scope.level == "cluster" else None
        if not isinstance(text, str) or not text or text in catalogs.by_id or not _dated(text):
            continue
        tag = catalogs.parse(text)
        data = f"{catalogs.source} of {catalogs.date}"
        near = catalogs.nearest(text)
        if tag is not None and tag.day is not None:
            if any(one.day == tag.day and one.id.startswith(text.split("-")[0] + "-") for one in catalogs.all):
                continue  # published, for other architectures: REF021
            newest = catalogs.newest()
            if newest is not None and tag.day > newest.day:
                yield RULE.draft(
                    scope.place(keys),
                    f"the catalogue `{text}` is newer than the newest that this mas-lint knows ({newest.id}, from {data}): its "
                    "channels are not checked",
                    help="`mas-lint catalogs refresh --download` brings the data up to date",
                    severity="note",
                )
                continue
        yield RULE.draft(
            scope.place(keys),
            f"there is no catalogue `{text}` (from {data}): its Pod cannot pull the image, and no operator of the cluster is "
            "installed or upgraded",
            help=f"the nearest one is {near.id}"
            if near is not None
            else "`mas-lint catalogs list` shows what there is",
            affects=context.applications_at(scope, keys),
        )


def _dated(text: str) -> bool:
    """Whether it was meant as a published catalogue: a major, a day, perhaps an architecture."""
    parts = text.split("-")
    return len(parts) >= 2 and parts[0][1:].isdigit() and parts[1].isdigit() and len(parts[1]) in (5, 6, 7, 8)
