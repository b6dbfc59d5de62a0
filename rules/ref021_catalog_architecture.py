"""A catalogue that does not fit the processor architecture.

## What it checks

The architecture in the name of the operator catalogue: is it one IBM builds for, was this catalogue published for it, and is it that
of the cluster, where the settings declare one (`clusters: {cluster1: {architecture: s390x}}`).

## What Argo CD does

It creates the CatalogSource as it stands. An image that does not exist cannot be pulled; one for another architecture starts with
`exec format error`. Either way OLM resolves no operator of the cluster.

## How to fix

Write `amd64`, `ppc64le` or `s390x`, and a catalogue that was published for it: `mas-lint catalogs list --arch s390x`.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(
    code="REF021",
    name="catalog-architecture",
    severity="error",
    tags=("reference", "versions", "catalogue"),
    local=True,
)

_CATALOG = (
    'merge-key: "dev/cluster1"\nibm_operator_catalog:\n  mas_catalog_version: %s\n'
    "  mas_catalog_image: icr.io/cpopen/ibm-maximo-operator-catalog\n"
)
BAD = (
    Example(
        "not IBM's name for it", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260326-x86_64  #! REF021"}
    ),
    Example("no architecture", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260326  #! REF021"}),
    Example("never built for it", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-251010-s390x  #! REF021"}),
    Example(
        "not the cluster's",
        {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260326-amd64  #! REF021"},
        settings="clusters:\n  cluster1:\n    architecture: s390x\n",
    ),
)
GOOD = (
    Example("built for it", {"dev/cluster1/ibm-operator-catalog.yaml": _CATALOG % "v9-260326-ppc64le"}),
    Example("nothing declared"),
)


def check(context: Context) -> Drafts:
    """Architectures that cannot be."""
    catalogs = context.catalogs
    keys = ("ibm_operator_catalog", "mas_catalog_version")
    for scope in context.mas.scopes:
        tag = catalogs.parse(scope.get(*keys)) if scope.level == "cluster" else None
        if tag is None:
            continue
        declared = context.settings.clusters.get(scope.cluster)
        wanted = declared.architecture if declared is not None else None
        same_day = {one.architecture: one.id for one in catalogs.all if tag.day is not None and one.day == tag.day}
        message = help_text = ""
        if wanted and tag.architecture and tag.architecture != wanted:
            message = f"the catalogue `{tag.text}` is for {tag.architecture}, and cluster `{scope.cluster}` is declared as {wanted}"
            help_text = f"write {same_day[wanted]}" if wanted in same_day else f"name a catalogue for {wanted}"
        elif same_day and tag.architecture not in same_day:
            built = ", ".join(same_day)
            meant = "" if tag.architecture else "names no architecture, and "
            message = f"the catalogue `{tag.text}` {meant}was published for {built} only"
            near = catalogs.nearest(tag.text)
            help_text = f"the nearest one is {near.id}" if near is not None else ""
        if message:
            yield RULE.draft(
                scope.place(keys),
                message + ": no operator of the cluster is installed or upgraded",
                help=help_text,
                affects=context.applications_at(scope, keys),
            )
